"""Names in a question that no passage found for it holds."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.article import Hit, Source
from rag.answer import Question
from rag.english.named import resembles
from rag.judging.signals import strange_names
from tests.scripted import hit

ENVOY = hit("The Polish envoy met Zelenskyy in Oslo on Monday.", path="envoy.txt", title="Talks")
SHIPS = hit("Dutch ships came.", "The Kremlin was silent.", path="ships.txt", title="Ships")
HITS = (ENVOY, SHIPS)


def unmentioned_in(question: str, hits: Sequence[Hit]) -> frozenset[str]:
    """The names of a question that none of the passages holds, with all that is told with them."""
    return strange_names(Question(question, question), hits)


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("What did the envoy say in Oslo?", ""),
        ("What did the envoy say in Bergen?", "bergen"),
        ("What did Anna Dahl say in Bergen?", "anna bergen dahl"),
        ("What did Poland's envoy say?", ""),
        ("What did Zelensky say?", ""),
        ("What did the Netherlands send?", ""),
        ("What did Russia say?", ""),
        ("What did the Swiss send?", "swiss"),
        ("Where was the Oslo-Bergen train?", "bergen"),
        ("What was said in Talks?", ""),
        ("What happened on Friday or in June?", ""),
        ("Bergen voted when?", ""),
        ("It rained. Bergen voted when?", ""),
        ('What is "Bergen"?', ""),
        ("WHAT DID BERGEN SAY?", ""),
        ("What did Mr Dahl and President Dahl say?", "dahl"),
        ("what did bergen say?", ""),
        ("What of 60% and 1990?", ""),
        ("", ""),
    ],
)
def test_names_that_no_passage_holds_are_told(question: str, names: str) -> None:
    assert unmentioned_in(question, HITS) == frozenset(names.split())


UNION = hit(
    "The International Monetary Fund Board met.",
    "The NBA and the Bank of England, at its own house, were silent.",
    path="union.txt",
)


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("What was decided at the IMF?", ""),
        ("What did the BE say?", ""),
        ("What did the UNO say?", "uno"),
        ("Was the National Basketball Association silent?", ""),
        ("Was the National Hockey League silent?", "hockey league"),
        ("What did Angela Thompson sign?", "angela thompson"),
        ("What did Imf Dahl sign?", "imf dahl"),
    ],
)
def test_initials_and_the_name_that_they_stand_for_are_one(question: str, names: str) -> None:
    assert unmentioned_in(question, [UNION]) == frozenset(names.split())


@pytest.mark.parametrize(
    "source",
    [
        Source("a.txt", "Bergen votes"),
        Source("a.txt", "Votes", publisher="The Bergen Herald"),
        Source("a.txt", "Votes", author="Ada Bergen"),
        Source("bergen/a.txt", "Votes"),
    ],
)
def test_what_a_source_is_called_is_held_too(source: Source) -> None:
    found = hit("It rained.")
    named = replace(found, passage=replace(found.passage, source=source))
    assert unmentioned_in("Who won in Bergen?", [named]) == frozenset()
    assert unmentioned_in("Who won in Bergen?", [found]) == {"bergen"}


@pytest.mark.parametrize(
    ("name", "called", "same"),
    [
        ("zelensky", {"zelenskyy"}, True),
        ("polish", {"poland"}, True),
        ("polish", {"oslo"}, False),
        ("british", {"uk"}, True),
        ("british", {"french"}, False),
        ("american", {"washington"}, True),
        ("oslo", {"oslos"}, True),
        ("iran", {"iranian"}, True),
        ("zeria", {"zeira"}, True),
        ("oslo", {"os"}, False),
        ("bergen", set(), False),
    ],
)
def test_another_form_of_a_name_resembles_it(name: str, called: set[str], same: bool) -> None:
    assert resembles(name, called) is same


QUESTIONS = st.lists(
    st.sampled_from("what did Oslo Poland's British Zelensky say to Anna Dahl in the US on Monday".split()),
    max_size=10,
).map(" ".join)
FOUND = st.lists(
    st.builds(
        hit,
        st.lists(
            st.sampled_from("Oslo Polish London UK Zelenskyy Anna dahl us spoke".split()), min_size=1
        ).map(" ".join),
    ),
    max_size=4,
)


@given(QUESTIONS, FOUND, FOUND)
def test_more_passages_never_leave_more_names(question: str, found: list[Hit], more: list[Hit]) -> None:
    assert unmentioned_in(question, [*found, *more]) <= unmentioned_in(question, found)


@given(QUESTIONS, FOUND)
def test_a_question_that_was_found_itself_names_nothing_strange(question: str, found: list[Hit]) -> None:
    assert unmentioned_in(question, [*found, hit(question or "Nothing.")]) == frozenset()

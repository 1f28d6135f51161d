"""A question typed without capitals gets those of the articles."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.casing import cased
from tests.scripted import hit

HITS = (
    hit(
        "Talks with Anna Berg failed.",
        "The mayor of Oslo, Berg said, may turn to the UN in May.",
        path="a.txt",
    ),
    hit(
        "Mayor Dahl met the Mayor of Bergen, and Turkey met her.",
        "Harbour Bridge Collapsed In Oslo",
        path="b.txt",
    ),
)


@pytest.mark.parametrize(
    ("question", "with_capitals"),
    [
        ("what did anna berg say in oslo?", "What did Anna Berg say in Oslo?"),
        ("did berg's un talks fail", "Did Berg's UN talks fail"),
        ("who is the mayor?", "Who is the mayor?"),
        ("when had the bridge collapsed?", "When had the bridge collapsed?"),
        ("when may the talks go on in turkey?", "When may the talks go on in turkey?"),
        ("what did dahl say of lund?", "What did Dahl say of lund?"),
        ("What did berg say?", "What did berg say?"),
        ("WHAT DID BERG SAY?", "WHAT DID BERG SAY?"),
        ("60%?", "60%?"),
    ],
)
def test_a_word_takes_the_capital_that_the_passages_always_give_it(question: str, with_capitals: str) -> None:
    assert cased(question, HITS) == with_capitals


@given(st.text(max_size=60))
def test_only_the_case_of_letters_changes_and_without_passages_only_the_first(question: str) -> None:
    assert cased(question, HITS).casefold() == question.casefold()
    assert cased(question, ())[1:] == question[1:]

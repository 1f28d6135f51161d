"""Where a short answer stands: citations move only to sentences that hold it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answer import Statement
from rag.locate import locate, stands
from rag.prompt import number
from rag.values import missing
from tests.scripted import hit

PARIS = hit(
    "Emmanuel Macron spoke on Monday.",
    "He said Europe paid 60% of the total.",
    "Trump disagreed with him.",
    "The total was $100 billion.",
)
ROME = hit("Europe paid 60% of the bill.", path="rome.txt", title="Rome")
SENTENCES = number([PARIS, ROME])
QUESTION = "What share did Europe pay?"


@pytest.mark.parametrize(
    ("text", "named", "found"),
    [
        ("60%", (2,), (2,)),
        ("60 per cent", (2,), (2,)),
        ("60%", (3,), (2,)),
        ("$100 billion", (1,), (4,)),
        ("60%", (1, 3), (2,)),
        ("Macron paid 60%", (2,), (1, 2)),
        ("40%", (2,), (2,)),
        ("Trump paid $100 billion", (2,), (2,)),
    ],
    ids=[
        "named rightly",
        "in other words",
        "the neighbour",
        "another figure",
        "neither of two",
        "he is named before",
        "nowhere",
        "in no one sentence",
    ],
)
def test_a_citation_goes_where_the_answer_stands(
    text: str, named: tuple[int, ...], found: tuple[int, ...]
) -> None:
    assert locate(Statement(text, named), SENTENCES, QUESTION) == Statement(text, found)


def test_a_citation_never_leaves_its_passage() -> None:
    assert locate(Statement("60%", (5,)), SENTENCES, QUESTION).numbers == (5,)
    assert locate(Statement("$100 billion", (5,)), SENTENCES, QUESTION).numbers == (5,)


def test_of_several_sentences_that_hold_it_the_one_that_the_question_asks_about_is_cited() -> None:
    rates = number([hit("Rates rose.", "Brazil has 60% of the forest.", "Peru has 60% of the llamas.")])
    assert locate(Statement("60%", (1,)), rates, "How many of the llamas live in Peru?").numbers == (3,)


def test_an_answer_that_only_repeats_the_question_moves_no_citation() -> None:
    echo = Statement("Trump disagreed", (2,))
    assert locate(echo, SENTENCES, "With whom had Trump disagreed?") == echo


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("60%", True),
        ("sixty percent", True),
        ("disagreeing", True),
        ("Yes", True),
        ("no.", True),
        ("40%", False),
        ("Putin", False),
        ("Europe", False),
        ("a bridge", False),
    ],
)
def test_an_answer_stands_where_a_sentence_says_it_and_the_question_does_not(text: str, said: bool) -> None:
    assert stands(Statement(text, (2,)), SENTENCES, QUESTION) is said


@given(
    st.sampled_from(["60%", "Macron", "40%", "$100 billion", "Trump", "on Monday", ""]),
    st.lists(st.integers(-1, 9), max_size=3).map(tuple),
)
def test_a_moved_citation_holds_every_value(text: str, named: tuple[int, ...]) -> None:
    moved = locate(Statement(text, named), SENTENCES, QUESTION)
    if moved.numbers != named:
        span = " ".join(s.sentence.text for s in SENTENCES if s.number in moved.numbers)
        assert missing(text, span) == ()

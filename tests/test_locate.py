"""Where a short answer stands: citations move only to sentences that hold it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answer import Statement
from rag.locate import is_yes_or_no, locate
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
        ("60 per cent", (3,), (2,)),
        ("60 percent of the total", (1,), (2,)),
        ("100 billion dollars", (1,), (4,)),
        ("Trump's", (1,), (3,)),
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
        "the neighbour, in other words",
        "the neighbour, with its unit in one word",
        "the neighbour, with a word for its sign",
        "the neighbour, of whom it is",
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


@pytest.mark.parametrize(
    ("first", "found"),
    [
        ("Ukraine sent the Council a text.", (2,)),
        ("Ukraine took the dispute to the Council.", (1,)),
    ],
)
def test_from_a_sentence_with_no_word_of_the_question_the_citation_moves_to_one_with_several(
    first: str, found: tuple[int, ...]
) -> None:
    asked = "Where was the dispute before the two presidents met?"
    there = number([hit(first, "They met after a dispute at the Council.", "The Council met.")])
    assert locate(Statement("the Council", (1,)), there, asked).numbers == found


def test_one_shared_word_moves_no_citation_that_holds_the_answer() -> None:
    there = number([hit("Ukraine sent the Council a text.", "The Council met on Monday.")])
    asked = "Where was the dispute before the two presidents met?"
    assert locate(Statement("the Council", (1,)), there, asked).numbers == (1,)


def test_an_answer_that_only_repeats_the_question_moves_no_citation() -> None:
    echo = Statement("Trump disagreed", (2,))
    assert locate(echo, SENTENCES, "With whom had Trump disagreed?") == echo


VOTE = hit(
    "Senators met on Monday.",
    "They talked for hours.",
    "The deal was not ratified by the senate, Dow said.",
    "The senate will meet again.",
    "The deal has been ratified by the council.",
)


@pytest.mark.parametrize(
    ("question", "named", "found"),
    [
        ("Was the deal ratified by the senate?", (1,), (3,)),
        ("Was the deal ratified by the senate?", (3,), (3,)),
        ("Was the deal ratified by the senate?", (1, 2), (3,)),
        ("Was the deal ratified by the senate?", (3, 4), (3, 4)),
        ("Was the deal ratified by the council?", (3,), (5,)),
        ("Did the senate meet?", (2,), (4,)),
        ("Was the deal ratified?", (5,), (5,)),
        ("Was the deal ratified?", (4,), (3,)),
        ("Did Dow talk?", (3,), (3,)),
        ("Who won the match?", (2,), (2,)),
        ("Was it?", (2,), (2,)),
    ],
    ids=[
        "the neighbour",
        "named rightly",
        "two wrong ones",
        "it is among those named",
        "a rare word tells",
        "the nearest to it",
        "among equals the named one",
        "among equals the nearest",
        "among equals the named one, too",
        "nothing is spoken of",
        "nothing is asked",
    ],
)
@pytest.mark.parametrize("text", ["Yes", "no.", "No, not yet"])
def test_a_yes_or_a_no_goes_to_the_sentence_that_speaks_most_of_what_is_asked(
    text: str, question: str, named: tuple[int, ...], found: tuple[int, ...]
) -> None:
    said = Statement(text, named, short=text, support=0.9)
    assert locate(said, number([VOTE]), question) == Statement(text, found, short=text, support=0.9)


def test_a_yes_never_leaves_its_passage_and_keeps_numbers_that_do_not_exist() -> None:
    both = number([hit("It rained.", path="rain.txt"), VOTE])
    question = "Was the deal ratified by the senate?"
    assert locate(Statement("yes", (1,)), both, question).numbers == (1,)
    assert locate(Statement("yes", (9,)), both, question).numbers == (9,)
    assert locate(Statement("yes", (2,)), both, question).numbers == (4,)


@pytest.mark.parametrize(
    ("text", "closed"),
    [("Yes", True), ("no.", True), ("No, not yet", True), (" yes ", True), ("nobody", False), ("60%", False),
     ("not yet", False), ("Yes we can", False), ("", False)],
)  # fmt: skip
def test_yes_and_no_are_told_by_the_first_word(text: str, closed: bool) -> None:
    assert is_yes_or_no(text) is closed


def test_a_moved_statement_keeps_its_short_form_and_support() -> None:
    moved = locate(Statement("60%", (3,), short="60%", support=0.7), SENTENCES, QUESTION)
    assert moved == Statement("60%", (2,), short="60%", support=0.7)


@given(
    st.sampled_from(["60%", "Macron", "40%", "$100 billion", "Trump", "on Monday", ""]),
    st.lists(st.integers(-1, 9), max_size=3).map(tuple),
)
def test_a_moved_citation_holds_every_value(text: str, named: tuple[int, ...]) -> None:
    moved = locate(Statement(text, named), SENTENCES, QUESTION)
    if moved.numbers != named:
        span = " ".join(s.sentence.text for s in SENTENCES if s.number in moved.numbers)
        assert missing(text, span) == ()

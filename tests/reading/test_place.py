"""Where a short answer stands: citations move only to sentences that hold it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.article import Hit
from rag.answer import Reading
from rag.english.denials import is_yes_or_no
from rag.english.values import missing
from rag.reading.place import echoes, placed, with_antecedent
from rag.reading.prompt import number
from tests.readings import asked, reading
from tests.scripted import hit


def place(found: Hit, short: str, named: tuple[int, ...], question: str) -> tuple[int, ...]:
    """The numbers of the sentences that would be shown."""
    candidate = placed(asked(question), reading(found, short, *named))
    assert candidate is not None
    assert (candidate.short, candidate.reading.hit) == (short, found)
    return candidate.numbers


PARIS = hit(
    "Emmanuel Macron spoke on Monday.",
    "Europe, he said, paid 60% of the total.",
    "Trump disagreed with him.",
    "The total was $100 billion.",
)
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
        ("sixty percent of the total", (1,), (2,)),
        ("sixty percent of the aid", (1,), (1,)),
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
        "the neighbour, with its number in words",
        "in words, of something else",
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
    assert place(PARIS, text, named, QUESTION) == found


def test_of_several_sentences_that_hold_it_the_one_that_the_question_asks_about_is_cited() -> None:
    rates = hit("Rates rose.", "Brazil has 60% of the forest.", "Peru has 60% of the llamas.")
    assert place(rates, "60%", (1,), "How many of the llamas live in Peru?") == (3,)


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
    question = "Where was the dispute before the two presidents met?"
    there = hit(first, "A dispute at the Council came before they met.", "The Council met.")
    assert place(there, "the Council", (1,), question) == found


def test_one_shared_word_moves_no_citation_that_holds_the_answer() -> None:
    there = hit("Ukraine sent the Council a text.", "The Council met on Monday.")
    question = "Where was the dispute before the two presidents met?"
    assert place(there, "the Council", (1,), question) == (1,)


def test_an_answer_that_only_repeats_the_question_moves_no_citation() -> None:
    assert place(PARIS, "Trump disagreed", (2,), "With whom had Trump disagreed?") == (2,)


VOTE = hit(
    "Senators met on Monday.",
    "Talks went on for hours.",
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
    assert place(VOTE, text, named, question) == found


@pytest.mark.parametrize(
    ("text", "closed"),
    [("Yes", True), ("no.", True), ("No, not yet", True), (" yes ", True), ("nobody", False), ("60%", False),
     ("not yet", False), ("Yes we can", False), ("", False)],
)  # fmt: skip
def test_yes_and_no_are_told_by_the_first_word(text: str, closed: bool) -> None:
    assert is_yes_or_no(text) is closed


@given(
    st.sampled_from(["60%", "Macron", "40%", "$100 billion", "Trump", "on Monday", "?"]),
    st.lists(st.integers(1, 4), min_size=1, max_size=3, unique=True).map(tuple),
)
def test_a_moved_citation_holds_every_value(text: str, named: tuple[int, ...]) -> None:
    numbers = place(PARIS, text, named, QUESTION)
    if not set(named) <= set(numbers):
        span = " ".join(s.sentence.text for s in number([PARIS]) if s.number in numbers)
        assert missing(text, span) == ()


def test_what_points_at_nothing_has_no_place() -> None:
    assert placed(asked(QUESTION), Reading(PARIS, 1, number([PARIS]))) is None


@pytest.mark.parametrize(
    ("texts", "at", "shown"),
    [
        (("Dow spoke.", "He resigned on Monday."), 2, (1, 2)),
        (("Dow spoke.", "But they did not sail."), 2, (1, 2)),
        (("A wall was built.", "Such a wall costs 3 million."), 2, (1, 2)),
        (("Dow spoke.", "He went.", "He resigned."), 3, (2, 3)),
        (("Dow spoke.", "Berg resigned."), 2, (2,)),
        (("Dow spoke.", "It is likely that rain will fall."), 2, (2,)),
        (("He resigned.", "Dow spoke."), 1, (1,)),
    ],
)
def test_a_sentence_that_points_back_stands_with_the_one_before(
    texts: tuple[str, ...], at: int, shown: tuple[int, ...]
) -> None:
    assert with_antecedent((at,), number([hit(*texts)])) == shown


def test_a_sentence_within_a_quotation_stands_with_what_opens_it() -> None:
    found = hit("Berg said: “We want calm.", "The plan is bold.", "The wall stays.”")
    assert place(found, "bold", (2,), "What is the plan?") == (1, 2)


def test_who_asks_for_exact_words_gets_the_whole_quotation() -> None:
    found = hit("It rained.", "“We want calm,” Berg said, “and boats.”")
    candidate = placed(asked("What were Berg's exact words?"), reading(found, "calm", 2))
    assert candidate is not None
    assert (candidate.short, candidate.numbers) == ("“We want calm,” “and boats.”", (2,))
    assert candidate.span == found.passage.sentences[1].text


@pytest.mark.parametrize(
    ("text", "echo"),
    [
        ("Radio North", True),
        ("the presenter", True),
        ("Anna Berg", False),
        ("12 presenters", False),
        ("", True),
    ],
)
def test_an_echo_says_nothing_that_the_question_did_not(text: str, echo: bool) -> None:
    assert echoes(text, asked("Which of the presenters of Radio North is the presenter?")) is echo

"""What of several readings is stated: the best, all parts of a list, and what contradicts the best."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.article import Hit
from rag.answer import Call, Statement
from rag.choose import (
    MOST_CLAIMS,
    chosen,
    in_doubt,
    is_asked_for,
    joined,
    rival_hit,
    rivals,
    span_of,
    stated,
    support_of,
)
from rag.llm import Thresholds
from rag.prompt import number
from rag.reader import NOTHING, Reading
from rag.support import CERTAIN
from tests.scripted import hit

LIMITS = Thresholds(0.8, 0.95)
DIED = "How many people died in the Valencia flood?"
POINTS = "On which points do Macron and Trump disagree?"


def reading(found: Hit, *shorts: str, support: float | None = 0.9, at: int = 1) -> Reading:
    """What was read in ``found``: each short answer said of sentence ``at``."""
    statements = tuple(Statement(short, (at,)) for short in shorts)
    return Reading(number([found]), statements, support, "as it came", (), 1.0)


def spoken(readings: tuple[Reading, ...]) -> list[list[tuple[str, tuple[int, ...]]]]:
    return [[(s.text, s.numbers) for s in each.statements] for each in readings]


OLD = hit("12 people died in the Valencia flood.", "It rained.", path="old.txt")
NEW = hit("It was in May.", "15 people died in the Valencia flood.", path="new.txt")
TWIN = hit("15 people died in the Valencia flood.", path="old.txt", at=900)
SAME = hit("The Valencia flood: 12 people died.", path="same.txt")
ODD = hit("Ferries left.", path="odd.txt")


@pytest.mark.parametrize(
    ("supports", "best"),
    [((0.85, 0.9, 0.81), 1), ((0.9, 0.9, 0.9), 0), ((None, 0.1, None), 1), ((None, None, None), 0)],
)
def test_for_one_thing_the_best_supported_reading_is_chosen_and_the_first_among_equals(
    supports: tuple[float | None, ...], best: int
) -> None:
    said = zip((OLD, NEW, SAME), ("12", "15", "12"), supports, strict=True)
    readings = [reading(found, short, support=support) for found, short, support in said]
    (one,) = chosen(DIED, readings, LIMITS)
    assert (one.sentences, one.support) == (readings[best].sentences, supports[best])


def test_nothing_read_is_nothing_chosen() -> None:
    assert chosen(DIED, (), LIMITS) == chosen(POINTS, (), LIMITS) == ()
    assert rivals(DIED, NOTHING, (), LIMITS) == ()
    assert rival_hit(DIED, NOTHING, (), (OLD,)) is None


@pytest.mark.parametrize(
    ("short", "support", "kept"),
    [
        ("12", 0.8, True),
        ("12", 0.79, False),
        ("12", None, False),
        ("twelve people", 0.9, True),
        ("none at all", 0.9, True),
        ("yes", 0.9, False),
        ("Bergen", 0.9, False),
        ("60%", 0.99, False),
    ],
)
def test_what_is_supported_and_asked_for_is_stated_and_what_no_sentence_says_is_left_to_the_gates(
    short: str, support: float | None, kept: bool
) -> None:
    said = stated(DIED, reading(OLD, short, support=support), LIMITS).statements
    assert said == ((Statement(short, (1,), short, support),) if kept else ())


@pytest.mark.parametrize(
    ("short", "kept"),
    [
        ("12", True),
        ("13", True),
        ("13%", False),
        ("on Tuesday", False),
        ("in May", True),
        ("in June", False),
        ("a mill", True),
    ],
)
def test_a_figure_or_a_day_is_stated_where_its_passage_or_another_of_its_kind_holds_it(
    short: str, kept: bool
) -> None:
    found = hit("12 people saw the flood.", "It was in May.", path="flood.txt")
    assert bool(stated("What of the flood?", reading(found, short, support=0.99), LIMITS).statements) is kept


@pytest.mark.parametrize(
    ("text", "kept"), [("None of the mills was lost.", True), ("The mills went.", False)]
)
def test_nought_is_stated_where_a_sentence_says_none(text: str, kept: bool) -> None:
    found = reading(hit(text, "It was in May.", path="mills.txt"), "0", support=0.99)
    assert bool(stated("How many of the mills were lost?", found, LIMITS).statements) is kept


@pytest.mark.parametrize(
    ("question", "kept"),
    [
        ("How many died in the 1957 flood?", True),
        ("How many died in 2024?", True),
        ("How many died in the 1958 flood?", False),
        ("How many died between 1950 and 1957?", True),
        ("How many of the 2,000 died?", True),
        ("How many died?", True),
    ],
)
def test_a_passage_that_knows_nothing_of_the_year_asked_for_states_nothing(question: str, kept: bool) -> None:
    flood = hit("12 people died.", "The flood of 1957 was high.", path="flood.txt", published="2024-05-01")
    assert bool(stated(question, reading(flood, "12", support=0.99), LIMITS).statements) is kept


def test_a_statement_is_stated_where_it_stands_with_its_short_form_and_support() -> None:
    assert stated(DIED, reading(OLD, "12", at=2), LIMITS).statements == (Statement("12", (1,), "12", 0.9),)


TARIFFS = hit("Macron and Trump disagree on tariffs.", path="a.txt")
TROOPS = hit("They also disagree on troops.", path="b.txt")
BOTH = hit("Tariffs are in dispute, and so are troops.", path="c.txt")


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ([(TARIFFS, "tariffs", 0.9), (TROOPS, "troops", 0.85)], [TARIFFS, TROOPS]),
        ([(TARIFFS, "tariffs", 0.85), (TROOPS, "troops", 0.9)], [TROOPS, TARIFFS]),
        ([(TARIFFS, "tariffs", 0.9), (TROOPS, "troops", 0.7)], [TARIFFS]),
        ([(TARIFFS, "tariffs", 0.9), (TROOPS, "ferries", 0.85)], [TARIFFS, TROOPS]),
        ([(TARIFFS, "tariffs", 0.9), (BOTH, "Tariffs", 0.85)], [TARIFFS, BOTH]),
        ([(TARIFFS, "tariffs", 0.85), (BOTH, "tariffs and so are troops", 0.9)], [BOTH, TARIFFS]),
        ([(TARIFFS, "tariffs", 0.79), (TROOPS, "troops", 0.85)], [TROOPS]),
        ([(TARIFFS, "tariffs", 0.79)], []),
    ],
)
def test_a_list_takes_the_own_words_of_each_supported_passage(
    said: list[tuple[Hit, str, float]], kept: list[Hit]
) -> None:
    readings = chosen(POINTS, [reading(h, short, support=s) for h, short, s in said], LIMITS)
    spoken = {found: (short, support) for found, short, support in said}
    assert [s for each in readings for s in each.statements] == [
        Statement(found.passage.text, (1,), *spoken[found]) for found in kept
    ]


def test_a_list_has_an_end() -> None:
    texts = ("tariffs", "troops", "minerals", "borders", "grain")
    readings = [reading(hit(f"They disagree on {t}.", path=f"{t}.txt"), t) for t in texts]
    wanted = [[(f"They disagree on {t}.", (1,))] for t in texts[:MOST_CLAIMS]]
    assert spoken(chosen(POINTS, readings, LIMITS)) == wanted


def test_a_part_of_a_list_is_said_in_all_the_sentences_it_names_and_only_the_first_is() -> None:
    found = hit("Macron and Trump met.", "They disagree on tariffs.", "They disagree on troops.")
    both = replace(
        reading(found), statements=(Statement("tariffs of Macron", (1, 2)), Statement("troops", (3,)))
    )
    (one,) = chosen(POINTS, [both], LIMITS)
    assert [(s.text, s.numbers) for s in one.statements[:1]] == [
        ("Macron and Trump met. They disagree on tariffs.", (1, 2))
    ]


def best_of(found: Hit, short: str) -> Reading:
    return chosen(DIED, [reading(found, short)], LIMITS)[0]


@pytest.mark.parametrize(
    ("hits", "wanted"),
    [
        ((OLD, NEW), NEW),
        ((OLD, TWIN, NEW), NEW),
        ((OLD, SAME, ODD, NEW), NEW),
        ((OLD, TWIN, SAME, ODD), None),
        ((OLD,), None),
        ((), None),
    ],
)
def test_the_first_passage_that_may_say_something_else_is_the_rival(
    hits: tuple[Hit, ...], wanted: Hit | None
) -> None:
    best = best_of(OLD, "12")
    assert rival_hit(DIED, best, [best], hits) == wanted


def test_an_article_that_was_read_is_no_fresh_rival() -> None:
    best = best_of(OLD, "12")
    elsewhere = hit(
        "15 people died in the Valencia flood.", path=ODD.passage.source.path, title="Aid", at=900
    )
    assert rival_hit(DIED, best, [best], (elsewhere,)) == elsewhere
    assert rival_hit(DIED, best, [best, reading(ODD)], (elsewhere,)) is None


@pytest.mark.parametrize(
    ("other", "numbers"),
    [
        (reading(NEW, "15", at=2), (2,)),
        (reading(NEW, "15", at=1), (2,)),
        (reading(NEW, "15", at=2, support=0.79), None),
        (reading(NEW, "15", at=2, support=None), None),
        (reading(NEW, "20", at=1), None),
        (reading(NEW, "20", at=1, support=0.99), None),
        (reading(NEW), None),
        (reading(SAME, "12"), None),
        (reading(TWIN, "15"), None),
    ],
    ids=[
        "differs",
        "moved",
        "weak",
        "unmeasured",
        "unsaid",
        "surely unsaid",
        "refused",
        "agrees",
        "same article",
    ],
)
def test_a_rival_is_a_supported_reading_of_another_article_with_another_value(
    other: Reading, numbers: tuple[int, ...] | None
) -> None:
    best = best_of(OLD, "12")
    found = rivals(DIED, best, [best, other], LIMITS)
    assert spoken(found) == ([] if numbers is None else [[("15", numbers)]])


def test_each_other_article_is_one_rival_at_most() -> None:
    best = best_of(OLD, "12")
    further = hit("18 people died in the Valencia flood.", path="new.txt", at=900)
    third = hit("21 people died in the Valencia flood.", path="third.txt")
    readings = [best, reading(NEW, "15", at=2), reading(further, "18"), reading(third, "21")]
    assert [s.text for each in rivals(DIED, best, readings, LIMITS) for s in each.statements] == ["15", "21"]


SHELF = (OLD, NEW, SAME, ODD, TARIFFS)
READINGS = st.lists(
    st.builds(
        lambda found, short, at: reading(found, short, at=min(at, len(found.passage.sentences))),
        st.sampled_from(SHELF),
        st.sampled_from(["12", "15", "tariffs"]),
        st.integers(1, 2),
    ),
    max_size=4,
)


@given(READINGS)
def test_joined_readings_are_numbered_through_and_each_statement_keeps_its_sentences(
    readings: list[Reading],
) -> None:
    sentences, statements = joined(readings)
    assert [s.number for s in sentences] == list(range(1, len(sentences) + 1))
    assert [s.sentence for s in sentences] == [s.sentence for r in readings for s in r.sentences]
    for one, moved in zip(readings, statements, strict=True):
        assert [replace(s, numbers=()) for s in moved] == [replace(s, numbers=()) for s in one.statements]
        assert [span_of(s, sentences) for s in moved] == [span_of(s, one.sentences) for s in one.statements]


@given(READINGS)
def test_choosing_changes_no_reading_and_chooses_no_rival_of_the_same_article(
    readings: list[Reading],
) -> None:
    before = list(readings)
    for best in chosen(DIED, readings, LIMITS):
        found = rivals(DIED, best, readings, LIMITS)
        home = best.sentences[0].hit.passage.source.path
        assert home not in {r.sentences[0].hit.passage.source.path for r in found}
        assert all(support_of(r) >= LIMITS.accept for r in found)
    assert readings == before


@pytest.mark.parametrize(
    ("question", "short", "kept"),
    [
        ("How many people died?", "60%", False),
        ("And how many were there?", "sixty per cent", False),
        ("How many people died?", "60% of 12", True),
        ("How many people died?", "12", True),
        ("How many people died?", "nobody", True),
        ("How many per cent died?", "60%", True),
        ("How many people, in %, died?", "60%", True),
        ("How many of the people died?", "60%", True),
        ("How many did, as a percentage?", "60%", True),
        ("What share died?", "60%", True),
    ],
)
def test_a_percentage_counts_nothing(question: str, short: str, kept: bool) -> None:
    found = hit("60% of 12 people died: sixty per cent; nobody was warned.")
    assert is_asked_for(question, short) is kept
    assert bool(stated(question, reading(found, short, support=0.99), LIMITS).statements) is kept


LOOKED_AT = (Call("read", (), "", (1, 1), 0.1), Call("look", (), "", (1, 1), 0.1))


def seen(one: Reading) -> Reading:
    return replace(one, calls=LOOKED_AT)


@pytest.mark.parametrize(
    ("one", "stated"),
    [
        (reading(OLD, "12", support=CERTAIN), ""),
        (reading(OLD, "12", support=0.96), "12"),
        (reading(OLD, "12", support=0.7), "12"),
        (reading(OLD, "12", support=0.69), ""),
        (reading(OLD, "12", support=None), ""),
        (reading(OLD, support=0.9), ""),
        (reading(OLD, "60%", support=0.9), ""),
        (seen(reading(OLD, "12", support=0.9)), ""),
    ],
)
def test_what_would_be_stated_is_in_doubt_until_it_is_certain_or_looked_at(one: Reading, stated: str) -> None:
    doubted = in_doubt(DIED, one, 0.7)
    assert (doubted.short if doubted else "") == stated


@pytest.mark.parametrize(
    ("question", "short", "kept"),
    [
        ("Which Radio North presenter left?", "Radio North", False),
        ("Which Radio North presenter left?", "the Radio North presenter", False),
        ("Which Radio North presenter left?", "Anna Berg", True),
        ("Which Radio North presenter left?", "Anna Berg of Radio North", True),
        ("Which French port was closed?", "France", False),
        ("In which city did the mayor speak?", "the city", False),
        ("When did the boat sail?", "the boat", False),
        ("When did the boat sail?", "Monday", True),
        ("How many boats sailed?", "12 boats", True),
        ("Which city paid, Oslo or Bergen?", "Oslo", True),
        ("Which of Oslo and Bergen paid?", "Oslo", True),
        ("Where did the parliament meet?", "Paris", True),
        ("Who starred in the film?", "Starmer", True),
        ("Which name is used for Berg?", "Bergen", True),
        ("What did the mayor call the bridge?", "the bridge", True),
        ("Did the boat sail?", "the boat", True),
        ("Who left?", "", True),
    ],
)
def test_what_only_the_question_says_is_no_answer_to_it(question: str, short: str, kept: bool) -> None:
    assert is_asked_for(question, short) is kept


@pytest.mark.parametrize(
    ("span", "kept"),
    [
        ("A Radio North presenter left.", True),
        ("Radio North said that its presenter, Anna Berg, left.", True),
        ("Radio North plays songs.", False),
        ("", False),
    ],
)
def test_what_repeats_the_question_is_kept_where_its_sentence_says_all_of_the_question(
    span: str, kept: bool
) -> None:
    assert is_asked_for("Which Radio North presenter left?", "Radio North", span) is kept

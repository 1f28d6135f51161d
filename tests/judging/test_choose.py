"""What of several candidates is stated: the best, all parts of a list, and what contradicts the best."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.article import Hit
from rag.answer import Judged
from rag.judging.choose import MOST_CLAIMS, Stated, chosen, joined, rival_hit, rivals
from tests.readings import asked, judged, stated
from tests.scripted import hit

ACCEPT = 0.8
DIED = asked("How many people died in the Valencia flood?")
POINTS = asked("On which points do Oslo and Bergen disagree?")
OLD = hit("12 people died in the Valencia flood.", "It rained.", path="old.txt")
NEW = hit("It was in May.", "15 people died in the Valencia flood.", path="new.txt")
TWIN = hit("15 people died in the Valencia flood.", path="old.txt", at=900)
SAME = hit("The Valencia flood: 12 people died.", path="same.txt")
ODD = hit("Ferries left.", path="odd.txt")


@pytest.mark.parametrize(
    ("supports", "best"),
    [((0.85, 0.9, 0.81), 1), ((0.9, 0.9, 0.9), 0), ((0.1, 0.8, 0.2), 1), ((0.79, 0.1, 0.0), None)],
)
def test_for_one_thing_the_best_supported_is_chosen_and_the_first_among_equals(
    supports: tuple[float, ...], best: int | None
) -> None:
    every = [judged(found, "12", support=s) for found, s in zip((OLD, NEW, SAME), supports, strict=True)]
    found = chosen(DIED, every, ACCEPT)
    assert [one.statement.judged for one in found] == ([] if best is None else [every[best]])


def test_nothing_read_is_nothing_chosen() -> None:
    assert chosen(DIED, (), ACCEPT) == chosen(POINTS, (), ACCEPT) == ()


def test_a_statement_keeps_the_numbers_the_words_and_the_support_of_its_candidate() -> None:
    one = judged(OLD, "12", 1, support=0.9)
    (found,) = chosen(DIED, [one], ACCEPT)
    said = found.statement
    assert (said.numbers, said.short, said.support, said.judged) == ((1,), "12", 0.9, one)
    assert (found.span, found.source) == (OLD.passage.sentences[0].text, OLD.passage.source)


def test_a_list_takes_each_supported_passage_best_first_and_has_an_end() -> None:
    texts = ("tariffs", "troops", "minerals", "borders", "grain", "fish")
    supports = (0.81, 0.9, 0.7, 0.85, 0.84, 0.83)
    every = [
        judged(hit(f"They disagree on {t}.", path=f"{t}.txt"), t, support=s)
        for t, s in zip(texts, supports, strict=True)
    ]
    found = [one.statement.short for one in chosen(POINTS, every, ACCEPT)]
    assert found == ["troops", "borders", "grain", "fish"][:MOST_CLAIMS]


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
    assert rival_hit(DIED, stated(OLD, "12"), [OLD], hits) == wanted


def test_an_article_that_was_read_is_no_fresh_rival() -> None:
    source = ODD.passage.source
    further = hit("15 people died in the Valencia flood.", path=source.path, title=source.title, at=900)
    assert rival_hit(DIED, stated(OLD, "12"), [OLD], (further,)) == further
    assert rival_hit(DIED, stated(OLD, "12"), [OLD, ODD], (further,)) is None


@pytest.mark.parametrize(
    ("other", "opposes"),
    [
        (judged(NEW, "15", 2), True),
        (judged(NEW, "15", 2, support=0.79), False),
        (judged(NEW, "20", 2), False),
        (judged(SAME, "12"), False),
        (judged(TWIN, "15"), False),
    ],
    ids=["differs", "weak", "unsaid", "agrees", "same article"],
)
def test_a_rival_is_a_supported_candidate_of_another_article_with_another_value(
    other: Judged, opposes: bool
) -> None:
    found = rivals(DIED, stated(OLD, "12"), [judged(OLD, "12"), other], ACCEPT)
    assert [one.statement.judged for one in found] == [other] * opposes


def test_each_other_article_is_one_rival_at_most() -> None:
    further = hit("18 people died in the Valencia flood.", path="new.txt", at=900)
    third = hit("21 people died in the Valencia flood.", path="third.txt")
    every = [judged(OLD, "12"), judged(NEW, "15", 2), judged(further, "18"), judged(third, "21")]
    assert [r.statement.short for r in rivals(DIED, stated(OLD, "12"), every, ACCEPT)] == ["15", "21"]


SHELF = (OLD, NEW, SAME, ODD)
STATED = st.lists(
    st.builds(
        lambda found, short, at: stated(found, short, min(at, len(found.passage.sentences))),
        st.sampled_from(SHELF),
        st.sampled_from(["12", "15", "ferries"]),
        st.integers(1, 2),
    ),
    max_size=4,
)


@given(STATED)
def test_what_is_joined_is_numbered_through_and_each_statement_keeps_its_sentences(
    every: list[Stated],
) -> None:
    sentences, statements = joined(every)
    assert [s.number for s in sentences] == list(range(1, len(sentences) + 1))
    assert [s.sentence for s in sentences] == [s.sentence for one in every for s in one.sentences]
    for one, moved in zip(every, statements, strict=True):
        assert replace(moved, numbers=()) == replace(one.statement, numbers=())
        assert Stated(sentences, moved).span == one.span

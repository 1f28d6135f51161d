"""The drafts of a question's parts become one, in which every statement stands as it stood in its own."""

from collections.abc import Sequence
from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.article import Hit, Sentence
from rag.answer import Call, Draft, Model, NumberedSentence, Seconds, Statement, Tokens
from rag.judging.merge import merged
from rag.reading.prompt import number
from rag.verify import verify
from tests.readings import asked, judged
from tests.scripted import hit

MILL = hit("It rained.", "The mill opened in May.", path="mill.txt")
WALL = hit("The wall is 9 metres high.", path="wall.txt")
SHIP = hit("The ship sank.", "12 sailors swam.", path="ship.txt")
QUESTION = asked("When did the mill open and how high is the wall?")
CALLS = tuple(Call(each, (), each, (n, 1), 0.1) for n, each in enumerate(("read", "look", "read"), 1))


def said(short: str, *numbers: int, support: float = 0.9) -> Statement:
    return Statement(numbers, short, support)


def draft(
    found: Sequence[Hit],
    *statements: Statement,
    rivals: Sequence[Statement] = (),
    support: float | None = 0.9,
    calls: tuple[Call, ...] = CALLS[:1],
    part: str = "a part",
) -> Draft:
    return Draft(
        question=asked(part),
        hits=tuple(found),
        sentences=number(found),
        statements=statements,
        support=support,
        threshold=0.8,
        model=Model("scripted", "script", "0" * 64),
        tokens=Tokens(sum(c.tokens[0] for c in calls), sum(c.tokens[1] for c in calls), 4096),
        seconds=Seconds(*(len(calls) + n for n in range(len(fields(Seconds))))),
        rivals=tuple(rivals),
        judged=tuple(judged(each, "x", 1) for each in found),
        calls=calls,
    )


def spans(*drafts: Draft) -> list[tuple[Hit, Sentence]]:
    return [(s.hit, s.sentence) for each in drafts for s in each.sentences]


def shorts(statements: Sequence[Statement]) -> list[str]:
    return [statement.short for statement in statements]


def test_one_part_is_the_question_itself() -> None:
    alone = draft([MILL], said("in May", 2), rivals=[said("it rained", 1)])
    assert merged([alone], QUESTION) == replace(alone, question=QUESTION)


def test_what_parts_found_said_and_took_is_put_together() -> None:
    one = draft([MILL], said("in May", 2), calls=CALLS[:1])
    other = draft([WALL, MILL], said("9 metres", 1, support=0.85), support=0.95, calls=CALLS[1:])
    assert merged([one, other], QUESTION) == Draft(
        question=QUESTION,
        hits=(MILL, WALL),
        sentences=tuple(NumberedSentence(n, *s) for n, s in enumerate(spans(one, other), 1)),
        statements=(said("in May", 2), said("9 metres", 3, support=0.85)),
        support=0.95,
        threshold=0.8,
        model=one.model,
        tokens=Tokens(1 + 2 + 3, 3, 4096),
        seconds=Seconds(1 + 2, 2, 3 + 4, 4 + 5, 5 + 6, 6 + 7),
        judged=(*one.judged, *other.judged),
        calls=CALLS,
    )


def test_the_rules_that_fired_for_a_part_are_named_once() -> None:
    parts = [replace(draft([each]), fired=fired) for each, fired in ((MILL, ("a", "b")), (WALL, ("b", "c")))]
    assert merged(parts, QUESTION).fired == ("a", "b", "c")


@pytest.mark.parametrize(
    ("drafts", "statements", "rivals"),
    [
        (
            [draft([MILL], said("in May", 2), rivals=[said("in June", 1)]), draft([WALL], said("9", 1))],
            ["in May", "9"],
            ["in June"],
        ),
        (
            [draft([WALL], said("9", 1)), draft([MILL], said("in May", 2), rivals=[said("in June", 1)])],
            ["9", "in May", "in June"],
            [],
        ),
        (
            [draft([WALL], support=0.1), draft([MILL], said("in May", 2), rivals=[said("in June", 1)])],
            ["in May"],
            ["in June"],
        ),
        ([draft([MILL], said("in May", 2)), draft([WALL], support=None)], ["in May"], []),
        ([draft([], support=None), draft([WALL], support=0.2)], [], []),
    ],
    ids=["first", "later", "first refused", "later refused", "both refused"],
)
def test_the_first_part_that_answers_keeps_its_rivals_and_later_ones_state_theirs(
    drafts: list[Draft], statements: list[str], rivals: list[str]
) -> None:
    one = merged(drafts, QUESTION)
    assert [shorts(each) for each in (one.statements, one.rivals)] == [statements, rivals]


@pytest.mark.parametrize(
    ("supports", "best"),
    [((0.9, 0.7), 0.9), ((None, 0.1), 0.1), ((0.2, None), 0.2), ((None, None), None), ((0.0, None), 0.0)],
)
def test_the_best_support_is_that_of_the_whole(supports: Sequence[float | None], best: float | None) -> None:
    found = merged([draft([MILL], support=each) for each in supports], QUESTION)
    assert (found.support, found.statements) == (best, ())


def test_a_weak_part_is_not_lifted_by_a_strong_one() -> None:
    weak = draft([MILL], said("in May", 2, support=0.5), support=0.5)
    strong = draft([WALL], said("9 metres", 1))
    answer = verify(merged([weak, strong], QUESTION))
    assert answer.text == "“The wall is 9 metres high.” [1]"
    assert [check.passed for check in answer.checks if check.gate == "support"] == [False, True]


@pytest.mark.parametrize(
    ("supports", "left"),
    [((0.9, 0.9), []), ((0.9, 0.2), ["second"]), ((0.0, 0.9), ["first"]), ((0.2, 0.2), [])],
)
def test_a_part_that_the_articles_do_not_answer_is_told_beside_those_that_they_do(
    supports: tuple[float, float], left: list[str]
) -> None:
    of_parts = [
        draft([MILL], said(text, 2, support=support), support=support, part=text)
        for text, support in zip(("first", "second"), supports, strict=True)
    ]
    assert list(verify(merged(of_parts, QUESTION)).unanswered) == left


def test_a_part_in_which_nothing_was_read_is_told_too() -> None:
    silent = draft([], support=None, part="first")
    assert merged([silent, draft([MILL], said("in May", 2))], QUESTION).unanswered == ("first",)


def test_what_contradicts_a_part_that_is_not_supported_contradicts_no_other_part() -> None:
    unsure = draft([MILL], said("in May", 2, support=0.1), rivals=[said("in June", 1)])
    sure = draft([WALL], said("9 metres", 1))
    whole = merged([unsure, sure], QUESTION)
    assert (whole.rivals, shorts(whole.statements)) == ((), ["in May", "9 metres"])


NUMBERS = st.lists(st.integers(1, 2), max_size=3).map(tuple)
SAID = st.lists(
    st.builds(lambda numbers, support: Statement(numbers, "said", support), NUMBERS, st.floats(0, 1)),
    max_size=3,
)
DRAFTS = st.lists(
    st.builds(
        lambda found, own, rivals, support: draft(found, *own, rivals=rivals, support=support),
        st.lists(st.sampled_from((MILL, SHIP)), min_size=1, max_size=2, unique=True),
        SAID,
        SAID,
        st.none() | st.floats(0, 1),
    ),
    min_size=1,
    max_size=3,
)


def cited(one: Draft, statements: Sequence[Statement]) -> list[list[tuple[Hit, Sentence]]]:
    """The sentences that statements name."""
    known = {sentence.number: (sentence.hit, sentence.sentence) for sentence in one.sentences}
    return [[known[n] for n in statement.numbers] for statement in statements]


def is_supported(one: Draft) -> bool:
    """Whether a part has a statement that its gate of support would let pass."""
    return any(statement.support >= one.threshold for statement in one.statements)


@given(DRAFTS)
def test_every_statement_names_the_sentences_it_named_before(drafts: list[Draft]) -> None:
    whole = merged(drafts, QUESTION)
    assert [s.number for s in whole.sentences] == list(range(1, len(spans(*drafts)) + 1))
    assert spans(whole) == spans(*drafts)
    first = next((n for n, one in enumerate(drafts) if one.statements), 0)
    against = [one.rivals if len(drafts) == 1 or is_supported(one) else () for one in drafts]
    wanted = [
        [*cited(one, one.statements), *cited(one, () if n == first else rivals)]
        for n, (one, rivals) in enumerate(zip(drafts, against, strict=True))
    ]
    assert cited(whole, whole.statements) == [each for some in wanted for each in some]
    assert cited(whole, whole.rivals) == cited(drafts[first], against[first])


@given(DRAFTS)
def test_every_statement_keeps_its_own_support(drafts: list[Draft]) -> None:
    kept = {(s.short, s.support) for s in merged(drafts, QUESTION).statements}
    assert kept <= {(s.short, s.support) for one in drafts for s in (*one.statements, *one.rivals)}


@given(DRAFTS)
def test_what_parts_took_is_counted_in_full(drafts: list[Draft]) -> None:
    whole = merged(drafts, QUESTION)
    assert whole.calls == tuple(call for one in drafts for call in one.calls)
    assert whole.judged == tuple(each for one in drafts for each in one.judged)
    assert whole.tokens.prompt == sum(one.tokens.prompt for one in drafts)
    assert whole.tokens.completion == sum(one.tokens.completion for one in drafts)
    assert whole.seconds.total == sum(one.seconds.total for one in drafts)

"""A question for two things is asked as two, and what comes of them is one draft."""

from collections.abc import Sequence
from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.article import Hit, Sentence
from rag.answer import Call, Draft, Model, NumberedSentence, Seconds, Statement, Tokens
from rag.parts import merged, parts
from rag.prompt import number
from rag.verify import verify
from tests.scripted import hit


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("Who won the race and when did it start?", ["Who won the race?", "When did it start?"]),
        (
            "In which town did Berg speak, and with whom did she dine?",
            ["In which town did Berg speak?", "With whom did she dine?"],
        ),
        (
            "How many ships sailed, but how many came back?",
            ["How many ships sailed?", "How many came back?"],
        ),
        (
            "Why did the mill stop and what does Dahl want and who pays for it?",
            ["Why did the mill stop?", "What does Dahl want?", "Who pays for it?"],
        ),
        (
            "For a page I need two things: the price of the bridge, and the day of its opening.",
            ["The price of the bridge?", "The day of its opening?"],
        ),
        ("Tell me the following things: the price; the day", ["The price?", "The day?"]),
        ("Compare Oslo with Bergen.", ["What is said of Oslo?", "What is said of Bergen?"]),
        (
            "Please compare the mill's plan to the union's",
            ["What is said of the mill's plan?", "What is said of the union's plan?"],
        ),
        ("How does Oslo differ from Bergen?", ["What is said of Oslo?", "What is said of Bergen?"]),
        (
            "What is the difference between Oslo's plan and the plan of Bergen?",
            ["What is said of Oslo's plan?", "What is said of the plan of Bergen?"],
        ),
        (
            "What is the difference between what Oslo asked and what Bergen gave?",
            ["What Oslo asked?", "What Bergen gave?"],
        ),
        (
            "What did Anna Berg and Carl Dahl each promise?",
            ["What did Anna Berg promise?", "What did Carl Dahl promise?"],
        ),
        (
            "Anna Berg vs. Carl Dahl on the mill: what did each of them say?",
            ["What did Anna Berg say on the mill?", "What did Carl Dahl say on the mill?"],
        ),
    ],
)
def test_a_question_for_several_things_is_asked_as_several(question: str, found: list[str]) -> None:
    assert parts(question) == tuple(found)


@pytest.mark.parametrize(
    "question",
    [
        "Who won the race?",
        "who won the race",
        "",
        " ?! ",
        "Who won the race, and when?",
        "Who and when?",
        "What did Berg say about where and when the mill opens?",
        "Who said when and where the mill opens?",
        "What happens when the mill opens and who pays for it?",
        "What did Oslo and Bergen promise?",
        "How does Oslo compare?",
        "Did Berg agree and who paid the bill?",
        "I need two things: the price and the day.",
        "Why did it stop and what did Dahl want and who pays for it and when did the strike begin?",
        "What is the difference in price?",
    ],
)
def test_a_question_for_one_thing_is_asked_as_it_stands(question: str) -> None:
    assert parts(question) == (question,)


PLAIN = st.lists(st.sampled_from("the mill Oslo Berg opened paid with of in bridges 60%".split()), max_size=8)
ANY = st.lists(
    st.sampled_from(
        [
            *("who", "What", "when", "in which", "and", "but", ",", ";", ":", "?", "each", "both", "compare"),
            *("two things", "with", "versus", "on", "Anna Berg", "Oslo's", "the plan", "differ", "between"),
        ]
    ),
    max_size=12,
).map(" ".join)


@given(st.sampled_from(["Who", "What", "How many", "In which town"]), PLAIN)
def test_a_single_clause_is_one_question(asks: str, rest: list[str]) -> None:
    question = f"{' '.join([asks, *rest])}?"
    assert parts(question) == (question,)


@given(st.one_of(ANY, st.text(max_size=60)))
def test_a_question_is_itself_or_two_or_three_that_are_questions(question: str) -> None:
    found = parts(question)
    assert found == (question,) or (2 <= len(found) <= 3 and all(part.endswith("?") for part in found))


# The drafts of a question's parts

MILL = hit("It rained.", "The mill opened in May.", path="mill.txt")
WALL = hit("The wall is 9 metres high.", path="wall.txt")
SHIP = hit("The ship sank.", "12 sailors swam.", path="ship.txt")
QUESTION = "When did the mill open and how high is the wall?"
CALLS = tuple(Call(each, (), each, (n, 1), 0.1) for n, each in enumerate(("read", "look", "compose"), 1))


def said(text: str, *numbers: int, support: float | None = None) -> Statement:
    return Statement(text, numbers, text, support)


def draft(
    found: Sequence[Hit],
    *statements: Statement,
    rivals: Sequence[Statement] = (),
    support: float | None = 0.9,
    calls: tuple[Call, ...] = CALLS[:1],
) -> Draft:
    return Draft(
        question="a part",
        standalone_question="a part",
        hits=tuple(found),
        sentences=number(found),
        statements=statements,
        support=support,
        threshold=0.8,
        reply=f"said of {found[0].passage.source.path}" if found else "",
        model=Model("scripted", "script", "0" * 64),
        tokens=Tokens(sum(c.tokens[0] for c in calls), sum(c.tokens[1] for c in calls), 4096),
        seconds=Seconds(*(len(calls) + n for n in range(len(fields(Seconds))))),
        rivals=tuple(rivals),
        calls=calls,
    )


def test_one_part_is_the_question_itself() -> None:
    alone = draft([MILL], said("In May.", 2), rivals=[said("It rained.", 1)])
    assert merged([alone], "When?") == replace(alone, question="When?", standalone_question="When?")


def test_what_parts_found_said_and_took_is_put_together() -> None:
    one = draft([MILL], said("in May", 2), calls=CALLS[:1])
    other = draft([WALL, MILL], said("9 metres", 1, support=0.85), support=0.95, calls=CALLS[1:])
    assert merged([one, other], QUESTION) == Draft(
        question=QUESTION,
        standalone_question=QUESTION,
        hits=(MILL, WALL),
        sentences=tuple(NumberedSentence(n, *s) for n, s in enumerate(spans(one, other), 1)),
        statements=(said("in May", 2, support=0.9), said("9 metres", 3, support=0.85)),
        support=0.95,
        threshold=0.8,
        reply="said of mill.txt\nsaid of wall.txt",
        model=one.model,
        tokens=Tokens(1 + 2 + 3, 3, 4096),
        seconds=Seconds(1 + 2, 2, 3 + 4, 4 + 5, 5 + 6, 6 + 7),
        calls=CALLS,
    )


def spans(*drafts: Draft) -> list[tuple[Hit, Sentence]]:
    return [(s.hit, s.sentence) for each in drafts for s in each.sentences]


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
    assert [[s.text for s in each] for each in (one.statements, one.rivals)] == [statements, rivals]


@pytest.mark.parametrize(
    ("supports", "best"),
    [((0.9, 0.7), 0.9), ((None, 0.1), 0.1), ((0.2, None), 0.2), ((None, None), None), ((0.0, None), 0.0)],
)
def test_the_best_support_is_that_of_the_whole(supports: Sequence[float | None], best: float | None) -> None:
    found = merged([draft([MILL], support=each) for each in supports], QUESTION)
    assert (found.support, found.statements) == (best, ())


def test_a_weak_part_is_not_lifted_by_a_strong_one() -> None:
    weak, strong = draft([MILL], said("In May.", 2), support=0.5), draft([WALL], said("9 metres.", 1))
    answer = verify(merged([weak, strong], QUESTION))
    assert (answer.text, [c.passed for c in answer.checks if c.gate == "support"]) == (
        "9 metres. [1]",
        [False, True],
    )


@pytest.mark.parametrize(
    ("supports", "left"),
    [((0.9, 0.9), []), ((0.9, 0.2), ["second"]), ((None, 0.9), ["first"]), ((0.2, 0.2), [])],
)
def test_a_part_that_the_articles_do_not_answer_is_told_beside_those_that_they_do(
    supports: tuple[float | None, float], left: list[str]
) -> None:
    of_parts = [
        replace(draft([MILL], said(text, 2), support=support), standalone_question=text)
        for text, support in zip(("first", "second"), supports, strict=True)
    ]
    assert list(verify(merged(of_parts, QUESTION)).unanswered) == left


NUMBERS = st.lists(st.integers(1, 2), max_size=3).map(tuple)
SAID = st.lists(st.builds(lambda numbers: Statement("Said.", numbers, "said"), NUMBERS), max_size=3)
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
    measured = [one.support if s.support is None else s.support for s in one.statements]
    return any(support is not None and support >= one.threshold for support in measured)


@given(DRAFTS)
def test_every_statement_names_the_sentences_it_named_before(drafts: list[Draft]) -> None:
    whole = merged(drafts, QUESTION)
    assert [s.number for s in whole.sentences] == list(range(1, len(spans(*drafts)) + 1))
    assert spans(whole) == spans(*drafts)
    first = next((one for one in drafts if one.statements), drafts[0])
    against = [one.rivals if len(drafts) == 1 or is_supported(one) else () for one in drafts]
    wanted = [
        [*cited(one, one.statements), *cited(one, () if one is first else rivals)]
        for one, rivals in zip(drafts, against, strict=True)
    ]
    assert cited(whole, whole.statements) == [each for some in wanted for each in some]
    assert cited(whole, whole.rivals) == cited(first, against[drafts.index(first)])


@given(DRAFTS)
def test_what_parts_took_is_counted_in_full(drafts: list[Draft]) -> None:
    whole = merged(drafts, QUESTION)
    assert whole.calls == tuple(call for one in drafts for call in one.calls)
    assert whole.tokens.prompt == sum(one.tokens.prompt for one in drafts)
    assert whole.tokens.completion == sum(one.tokens.completion for one in drafts)
    assert whole.seconds.total == sum(one.seconds.total for one in drafts)


def test_what_contradicts_a_part_that_is_not_supported_contradicts_no_other_part() -> None:
    unsure = draft([MILL], said("in May", 2, support=0.1), rivals=[said("in June", 1)])
    sure = draft([WALL], said("9 metres", 1))
    whole = merged([unsure, sure], QUESTION)
    assert (whole.rivals, [s.short for s in whole.statements]) == ((), ["in May", "9 metres"])

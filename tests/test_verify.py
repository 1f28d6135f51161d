"""The gates: whatever a draft says, an answer holds only the exact sentences of articles."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.article import Hit, Passage, Sentence, Source
from rag.answer import REFUSAL, Answer, Call, Check, Claim, Draft, Model, Seconds, Statement, Tokens
from rag.plain import flat, visible
from rag.reading.prompt import number
from rag.verify import ALSO_READ, refusal, sentences, support, text_of, verify
from tests.readings import asked
from tests.scripted import hit

TEXTS = {
    "aid.txt": "Money divided them. Europe paid 60% of the total, by Macron's count. Trump disagreed.\n"
    "The United States paid $350 billion, Trump claimed. They met on 24 February 2025.\n",
    "bridge.txt": "The bridge reopened on Monday. It had been closed for 12 days after a flood.\n",
    "empty-line.md": "Peskov had nothing to add.\n\nLavrov ruled out NATO troops.\n",
}
PER_PASSAGE = 3


def hits_over(texts: dict[str, str]) -> tuple[Hit, ...]:
    """Passages of three sentences each; a sentence ends at a full stop."""
    found: list[Hit] = []
    for path, text in texts.items():
        ends = [i + 1 for i, letter in enumerate(text) if letter == "."]
        starts = [next(i for i in range(end, len(text)) if not text[i].isspace()) for end in [0, *ends[:-1]]]
        spans = [Sentence(a, b, text[a:b]) for a, b in zip(starts, ends, strict=True)]
        for first in range(0, len(spans), PER_PASSAGE):
            part = tuple(spans[first : first + PER_PASSAGE])
            start, end = part[0].start, part[-1].end
            passage = Passage(f"{path}:{start}", Source(path, path), start, end, text[start:end], part)
            found.append(Hit(passage, 1 / (len(found) + 61)))
    return tuple(found)


HITS = hits_over(TEXTS)
SENTENCES = number(HITS)
"""S1 Money, S2 Europe, S3 Trump, S4 United States, S5 met, S6 bridge, S7 closed, S8 Peskov, S9 Lavrov."""
PAID = "Europe paid 60% of the total, by Macron's count."
CLOSED = "It had been closed for 12 days after a flood."
MET = "They met on 24 February 2025."


def said(short: str, *numbers: int, support: float = 0.95) -> Statement:
    return Statement(numbers, short, support)


def draft(*statements: Statement, rivals: Sequence[Statement] = (), **changed: Any) -> Draft:
    whole = Draft(
        question=asked("Who paid?"),
        hits=HITS,
        sentences=SENTENCES,
        statements=statements,
        support=0.95,
        threshold=0.9,
        model=Model("embedded", "small", "abc"),
        tokens=Tokens(10, 5, 4096),
        seconds=Seconds(0.1, 0.2, 0.3),
        rivals=tuple(rivals),
    )
    return replace(whole, **changed)


def shown(answer: Answer) -> list[tuple[str, list[tuple[int, str]]]]:
    return [(claim.text, [(each.n, each.quote) for each in claim.citations]) for claim in answer.claims]


def marked(claim: Claim) -> list[str]:
    return [claim.text[start:end] for start, end in claim.marks]


def test_a_statement_is_shown_as_its_own_sentence_with_the_answer_marked() -> None:
    answer = verify(draft(said("sixty percent", 2)))
    assert shown(answer) == [(PAID, [(1, PAID)])]
    (claim,) = answer.claims
    assert (claim.short, claim.support) == ("sixty percent", 0.95)
    assert claim.checks == (("sentences", True), ("support", True))
    assert (answer.text, answer.refused) == (f"“{PAID}” [1]", False)
    assert answer.also_read == tuple(h for h in HITS if h != SENTENCES[1].hit)[:ALSO_READ]


@pytest.mark.parametrize(
    ("short", "marks"),
    [
        ("60%", ["60%"]),
        ("60 per cent", ["60%"]),
        ("61%", []),
        ("Putin", []),
        ("europe", ["Europe"]),
        ("", []),
    ],
)
def test_only_what_stands_in_the_sentence_is_marked_and_the_sentence_is_the_same(
    short: str, marks: list[str]
) -> None:
    (claim,) = verify(draft(said(short, 2))).claims
    assert (claim.text, marked(claim)) == (PAID, marks)


def test_what_the_draft_measured_goes_over_unchanged() -> None:
    given_draft = draft(said("Trump", 3), calls=(Call("read", (), "", (1, 1), 0.1),), unanswered=("Why?",))
    answer = verify(given_draft)
    for field in (
        "support",
        "model",
        "tokens",
        "seconds",
        "calls",
        "judged",
        "hits",
        "threshold",
        "unanswered",
    ):
        assert getattr(answer, field) == getattr(given_draft, field)
    assert (answer.question, answer.standalone_question) == ("Who paid?", "Who paid?")


def test_the_question_is_told_as_it_was_asked_and_as_it_was_understood() -> None:
    question = replace(asked("Did Trump agree?"), asked="Did he?")
    answer = verify(draft(said("Trump", 3), question=question))
    assert (answer.question, answer.standalone_question) == ("Did he?", "Did Trump agree?")


@pytest.mark.parametrize("numbers", [(0,), (-1,), (99,), (10,), (), (2, 99), (2, 0), (-1, 1)])
def test_sentences_that_do_not_exist_are_refused_and_cite_nothing(numbers: tuple[int, ...]) -> None:
    answer = verify(draft(said("60%", *numbers)))
    assert (answer.text, answer.refused, answer.claims) == (REFUSAL, True, ())
    assert answer.also_read == HITS[:ALSO_READ]


@pytest.mark.parametrize(
    ("measured", "refused"), [(0.0, True), (0.8999, True), (float("nan"), True), (0.9, False), (1.0, False)]
)
def test_an_answer_needs_its_support(measured: float, refused: bool) -> None:
    answer = verify(draft(said("60%", 2, support=measured)))
    assert (answer.refused, answer.text == REFUSAL, answer.claims == ()) == (refused,) * 3


def test_a_draft_without_a_statement_is_a_refusal_that_offers_what_was_found() -> None:
    assert verify(draft()).refused
    assert verify(draft()).also_read == HITS[:ALSO_READ]
    assert verify(draft(hits=(), sentences=())).also_read == ()
    assert verify(draft(unanswered=("Why?",))).unanswered == ()


def test_a_wrong_statement_does_not_take_a_right_one_with_it() -> None:
    answer = verify(draft(said("nobody", 99), said("60%", 2)))
    assert answer.text == f"“{PAID}” [1]"


def test_what_is_told_already_is_not_told_again() -> None:
    answer = verify(draft(said("disagreed", 3, 5), said("24 February", 5), said("60%", 2), said("Europe", 2)))
    assert [c.text for c in answer.claims] == [f"Trump disagreed. {MET}", PAID]


def test_distinct_spans_are_numbered_in_the_order_of_use() -> None:
    answer = verify(draft(said("12 days", 7), said("60%", 2), said("flood", 6, 7)))
    assert [[c.n for c in claim.citations] for claim in answer.claims] == [[1], [2], [3, 1]]
    assert answer.text.endswith("[3][1]")


def test_several_sentences_are_cited_in_the_order_of_the_text_and_once_each() -> None:
    answer = verify(draft(said("24 February 2025", 5, 3, 5)))
    assert shown(answer) == [(f"Trump disagreed. {MET}", [(1, "Trump disagreed."), (2, MET)])]


def test_spans_at_the_same_place_of_different_articles_are_different() -> None:
    hits = hits_over({"a.txt": "Same words here.", "b.txt": "Same words here."})
    answer = verify(draft(said("words", 1), said("words", 2), hits=hits, sentences=number(hits)))
    assert [(c.citations[0].n, c.citations[0].source.path) for c in answer.claims] == [
        (1, "a.txt"),
        (2, "b.txt"),
    ]


def test_what_nobody_sees_and_line_breaks_are_no_part_of_the_shown_text() -> None:
    found = hit("Europe\u200b paid\n60%\u202e of\tit.")
    answer = verify(draft(said("60\u200b%", 1), hits=(found,), sentences=number([found])))
    (claim,) = answer.claims
    assert (claim.text, claim.short, marked(claim)) == ("Europe paid 60% of it.", "60%", ["60%"])
    assert claim.citations[0].quote == found.passage.text


def dated(text: str, path: str, published: str | None) -> Hit:
    return hit(text, path=path, title="Flood", published=published)


OLD = dated("12 people died in the flood.", "old.txt", "2025-03-01")
NEW = dated("15 people died in the flood.", "new.txt", "2025-03-02")
UNDATED = dated("18 people died in the flood.", "undated.txt", None)


def disputed(*rivals: Statement, **changed: Any) -> Answer:
    hits = (OLD, NEW, UNDATED)
    ours = said("12", 1)
    return verify(draft(ours, rivals=rivals, hits=hits, sentences=number(hits), **changed))


def test_a_contradicting_value_is_shown_beside_the_answer_newest_first() -> None:
    answer = disputed(said("15", 2))
    (conflict,) = answer.conflicts
    assert [(side.value, side.claim.citations[0].source.path) for side in conflict.sides] == [
        ("15", "new.txt"),
        ("12", "old.txt"),
    ]
    assert tuple(side.claim for side in conflict.sides) == answer.claims
    assert Check("conflict", None, False, "15 against 12") in answer.checks


def test_an_article_without_a_date_comes_last() -> None:
    (conflict,) = disputed(said("18", 3), said("15", 2)).conflicts
    assert [side.value for side in conflict.sides] == ["15", "12", "18"]


@pytest.mark.parametrize("rival", [said("15", 99), said("15", 2, support=0.1), said("20", 1)])
def test_a_rival_that_fails_a_gate_or_cites_the_same_contradicts_nothing(rival: Statement) -> None:
    answer = disputed(rival)
    assert answer.conflicts == ()
    assert [claim.short for claim in answer.claims] == ["12"]


def test_what_is_told_already_by_one_side_is_no_other_side() -> None:
    answer = verify(draft(said("disagreed", 3, 4, 5), said("60%", 2), rivals=(said("claimed", 4),)))
    sides = [[side.value for side in conflict.sides] for conflict in answer.conflicts]
    assert (sides, [claim.short for claim in answer.claims]) == ([], ["disagreed", "60%"])


def test_where_nothing_answers_a_rival_says_nothing() -> None:
    answer = verify(draft(said("12", 1, support=0.1), rivals=(said("15", 2),)))
    assert (answer.refused, answer.conflicts) == (True, ())


@pytest.mark.parametrize(
    ("statement", "cited", "detail"),
    [
        (said("x", 2), (2,), "S2"),
        (said("x", 3, 2, 3), (2, 3), "S2, S3"),
        (said("x"), (), "names no sentence"),
        (said("x", 0), (), "no sentence S0"),
        (said("x", -1), (), "no sentence S-1"),
        (said("x", 2, 10), (), "no sentence S10"),
    ],
)
def test_gate_sentences_finds_what_is_named_or_nothing(
    statement: Statement, cited: tuple[int, ...], detail: str
) -> None:
    found, check = sentences(statement, SENTENCES)
    assert tuple(s.number for s in found) == cited
    assert check == Check("sentences", None, bool(cited), detail)


@pytest.mark.parametrize(
    ("measured", "passed", "detail"),
    [
        (0.95, True, "0.950, wanted 0.900"),
        (0.9, True, "0.900, wanted 0.900"),
        (0.89, False, "0.890, wanted 0.900"),
        (float("nan"), False, "nan, wanted 0.900"),
    ],
)
def test_gate_support_wants_the_threshold(measured: float, passed: bool, detail: str) -> None:
    assert support(measured, 0.9) == Check("support", None, passed, detail)


def test_gate_refusal_wants_a_claim() -> None:
    assert refusal(verify(draft(said("60%", 2))).claims) == Check("refusal", None, True, "")
    assert refusal(()) == Check("refusal", None, False, "nothing stands: the articles don't say")


@pytest.mark.parametrize(
    ("statements", "found"),
    [
        ((said("60%", 2),), [("sentences", True), ("support", True), ("conflict", True), ("refusal", True)]),
        (
            (said("x", 99), said("y", 2, support=0.1)),
            [
                *[("sentences", False), ("support", True), ("sentences", True), ("support", False)],
                *[("conflict", True), ("refusal", False)],
            ],
        ),
        ((), [("conflict", True), ("refusal", False)]),
    ],
    ids=["all pass", "a number and a support", "nothing drafted"],
)
def test_each_outcome_is_a_line_of_the_receipt(
    statements: tuple[Statement, ...], found: list[tuple[str, bool]]
) -> None:
    checks = verify(draft(*statements)).checks
    assert [(check.gate, check.passed) for check in checks] == found


STATEMENTS = st.lists(
    st.builds(
        Statement,
        st.lists(st.integers(-2, 12), max_size=3).map(tuple),
        st.sampled_from([s.sentence.text for s in SENTENCES]) | st.text(max_size=20),
        st.floats(0, 1) | st.floats(),
    ),
    max_size=4,
)


@given(STATEMENTS, STATEMENTS)
def test_any_draft_becomes_an_answer_of_the_articles_own_sentences(
    statements: list[Statement], rivals: list[Statement]
) -> None:
    answer = verify(draft(*statements, rivals=rivals))
    assert answer.refused == (answer.claims == ()) == (answer.text == REFUSAL)
    spans = {e.n: (e.source.path, e.start, e.end) for claim in answer.claims for e in claim.citations}
    assert sorted(spans) == list(range(1, len(spans) + 1))
    for claim in answer.claims:
        assert (
            claim.text
            == flat(visible(" ".join(c.quote for c in claim.citations)))
            == text_of(claim.citations)
        )
        for each in claim.citations:
            assert each.quote == TEXTS[each.source.path][each.start : each.end]
    for conflict in answer.conflicts:
        assert len(conflict.sides) > 1
        assert all(side.claim in answer.claims for side in conflict.sides)


@given(STATEMENTS)
def test_no_passage_with_a_cited_sentence_is_offered_to_read(statements: list[Statement]) -> None:
    answer = verify(draft(*statements))
    for found in answer.also_read:
        for each in (each for claim in answer.claims for each in claim.citations):
            passage = found.passage
            assert each.source != passage.source or not passage.start <= each.start < passage.end
    assert len(answer.also_read) <= ALSO_READ

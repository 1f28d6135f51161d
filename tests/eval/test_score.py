"""The metrics: what counts as right, cited, verbatim and refused, and the shares over many cases."""

import random
from dataclasses import replace

import pytest
from eval_answers import answer, cite, refusal
from hypothesis import given
from hypothesis import strategies as st

from eval.cases import Case
from eval.score import (
    RATES,
    STAGES,
    Curve,
    Outcome,
    Point,
    Rate,
    Scores,
    Spread,
    Threshold,
    counts,
    judge,
    normalise,
    occurs,
    rate,
    risk_coverage,
    share_of,
    stages,
    summarise,
)
from rag.answer import Answer, Citation, Seconds

ARTICLE = "The sum was $500 billion. Europe paid 60% of it. Kyiv said no."
TEXTS = {"x.md": ARTICLE, "y.md": "Of the total, 60 per cent was European. Rain fell."}
EVIDENCE = "Europe paid 60% of it."
CASE = Case("share", "What share?", ("60%",), "x.md", EVIDENCE, False, "figure")
NONE = Case("moon", "How far is the Moon?", (), None, None, True, "off-topic")
GOOD = cite("x.md", ARTICLE, EVIDENCE)


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("60%", "It was 60 per cent."),
        ("60%", "It was sixty percent."),
        ("60 per cent", "About 60 %, he said."),
        ("$500 billion", "a demand for $500bn in minerals"),
        ("$500 billion", "US$500,000,000,000"),
        ("$500bn", "five hundred billion dollars"),
        ("500 billion", "the $500-billion demand"),
        ("£7m", "7 million pounds"),
        ("1,160,000", "some 1.16 million people"),
        ("three", "3 amendments"),
        ("fourth", "its 4th year"),
        ("twenty-eight", "28 members"),
        ("the White House", "At White House talks"),
        ("Zelenskyy", "ZELENSKYY’S refusal"),
        ("U.S.", "the US said"),
        ("OK with me", "“it’s OK with me,” he said"),
        ("loans, guarantees and grants", "Loans; guarantees -- and grants!"),
    ],
)
def test_a_gold_form_is_found_in_any_spelling(form: str, text: str) -> None:
    assert occurs(form, text)


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("9", "State Route 99"),
        ("60%", "60 people"),
        ("60%", "160%"),
        ("5", "5.5 per cent"),
        ("1970", "in the 1970s"),
        ("$500 billion", "€500 billion"),
        ("$500 billion", "$500 million"),
        ("$500 billion", "500 billion trees"),
        ("Mali", "Somalia"),
        ("not loans", "loans, not grants"),
        ("the", "the the"),
        ("", "anything"),
    ],
)
def test_a_gold_form_is_not_found_in_part_of_something_else(form: str, text: str) -> None:
    assert not occurs(form, text)


@given(st.integers(1, 999))
def test_an_amount_has_one_normal_form(n: int) -> None:
    forms = (f"${n} billion", f"${n}bn", f"US${n:,} BILLION", f"{n} billion dollars", f"${n:,},000,000,000")
    assert {normalise(form) for form in forms} == {f"{n}000000000 dollar"}


@given(st.integers(0, 10**6))
def test_a_percentage_has_one_normal_form(n: int) -> None:
    forms = (f"{n}%", f"{n} %", f"{n:,} per cent", f"{n} percent")
    assert {normalise(form) for form in forms} == {f"{n} %"}


@given(st.text())
def test_normal_text_holds_words_and_single_spaces_only(text: str) -> None:
    words = normalise(text).split(" ")
    assert words == [""] or all(word == "%" or word.isalnum() or "." in word for word in words)


@pytest.mark.parametrize(
    ("case", "given_answer", "verdict", "right", "cited"),
    [
        (CASE, answer("?", "Europe paid 60 per cent.", GOOD), "right", True, True),
        (
            CASE,
            answer("?", "60%", cite("y.md", TEXTS["y.md"], "60 per cent was European.")),
            "right",
            True,
            True,
        ),
        (CASE, answer("?", "60%", cite("x.md", ARTICLE, "paid 60% of it. Kyiv")), "right", True, True),
        (CASE, answer("?", "60%", cite("x.md", ARTICLE, "Europe paid")), "right", True, True),
        (CASE, answer("?", "60%", cite("x.md", ARTICLE, "Kyiv said no.")), "uncited", True, False),
        (CASE, answer("?", "60%", cite("y.md", TEXTS["y.md"], "Rain fell.")), "uncited", True, False),
        (CASE, answer("?", "60%"), "uncited", True, False),
        (CASE, answer("?", "60%", replace(GOOD, quote="Europe paid 60%")), "misquoted", True, True),
        (CASE, answer("?", "Half of it.", GOOD), "wrong", False, True),
        (CASE, refusal("?"), "wrongly refused", False, False),
        (NONE, refusal("?"), "rightly refused", False, False),
        (NONE, answer("?", "Far.", GOOD), "wrongly answered", False, False),
    ],
)
def test_the_verdict_follows_from_case_and_answer(
    case: Case, given_answer: Answer, verdict: str, right: bool, cited: bool
) -> None:
    outcome = judge(case, given_answer, TEXTS.get)
    assert (outcome.verdict, outcome.right, outcome.cited) == (verdict, right, cited)
    assert outcome.passed == (verdict in ("right", "rightly refused"))


BOTH = "Of the aid, 60% was Europe's. The rest, 40%, was American."
SHARES = cite("z.md", BOTH, "Of the aid, 60% was Europe's.")
PAIR = replace(CASE, also=(("40%", "forty per cent"),), evidence=SHARES.quote, source="z.md")
REST = cite("z.md", BOTH, "The rest, 40%, was American.", n=2)
RAIN = cite("y.md", TEXTS["y.md"], "Rain fell.")


@pytest.mark.parametrize(
    ("given_answer", "verdict", "held"),
    [
        (answer("?", "60% and 40%", SHARES, REST), "right", True),
        (answer("?", "60% and forty per cent", cite("z.md", BOTH, BOTH)), "right", True),
        (answer("?", "60%", SHARES, REST), "wrong", True),
        (answer("?", "40%", SHARES, REST), "wrong", True),
        (answer("?", "60% and 40%", SHARES), "uncited", False),
        (answer("?", "60% and 40%", REST), "uncited", False),
        (answer("?", "60% and 40%", replace(SHARES, quote="Of the aid", end=10), REST), "right", False),
        (answer("?", "60% and 40%", RAIN), "uncited", False),
        (refusal("?"), "wrongly refused", False),
    ],
)
def test_each_group_of_forms_is_wanted_in_the_answer_and_in_a_quote(
    given_answer: Answer, verdict: str, held: bool
) -> None:
    outcome = judge(PAIR, given_answer, {**TEXTS, "z.md": BOTH}.get)
    assert (outcome.verdict, outcome.held) == (verdict, held)


def test_a_quote_on_the_evidence_is_cited_and_yet_may_not_hold_the_answer() -> None:
    outcome = judge(CASE, answer("?", "60%", cite("x.md", ARTICLE, "Europe paid")), TEXTS.get)
    assert (outcome.cited, outcome.held) == (True, False)


def test_the_number_of_a_citation_is_no_part_of_the_answer() -> None:
    one = replace(CASE, answers=("1",))
    assert judge(one, answer("?", "Europe paid.", GOOD), TEXTS.get).verdict == "wrong"


def test_a_refusal_that_holds_a_gold_word_is_not_right() -> None:
    case = replace(CASE, answers=("say",))
    assert judge(case, refusal("?"), TEXTS.get).verdict == "wrongly refused"


@pytest.mark.parametrize(
    "citation",
    [
        replace(GOOD, start=GOOD.start + 1),
        replace(GOOD, end=GOOD.end + 1),
        replace(GOOD, quote=GOOD.quote.replace("60%", "61%")),
        replace(GOOD, start=GOOD.start - len(ARTICLE), end=GOOD.end - len(ARTICLE)),
        replace(GOOD, end=len(ARTICLE) + 9, quote=ARTICLE[GOOD.start :]),
        replace(GOOD, start=0, end=0, quote=""),
        replace(GOOD, source=replace(GOOD.source, path="gone.md")),
    ],
)
def test_a_quote_that_is_not_the_articles_own_text_is_not_verbatim(citation: Citation) -> None:
    both = answer("?", "60%", GOOD, citation)
    outcome = judge(CASE, both, TEXTS.get)
    assert (outcome.quotes, outcome.verbatim) == (2, 1)


def test_evidence_that_is_not_found_in_the_article_is_compared_as_words() -> None:
    case = replace(CASE, answers=("half",), evidence="EUROPE paid  sixty per cent of it")
    assert judge(case, answer("?", "half", GOOD), TEXTS.get).cited


def test_without_evidence_a_quote_is_judged_by_the_answer_in_it() -> None:
    case = replace(CASE, evidence=None)
    assert judge(case, answer("?", "60%", GOOD), TEXTS.get).cited
    assert not judge(case, answer("?", "60%", cite("x.md", ARTICLE, "Kyiv said no.")), TEXTS.get).cited


def test_shares_are_taken_over_the_cases_they_are_about() -> None:
    uncited = answer("?", "60%", cite("x.md", ARTICLE, "Kyiv said no."), seconds=4.0)
    misquoted = answer("?", "60%", replace(GOOD, quote="Europe"), seconds=6.0)
    outcomes = [
        judge(CASE, answer("?", "60%", GOOD, seconds=2.0), TEXTS.get),
        judge(CASE, uncited, TEXTS.get),
        judge(CASE, misquoted, TEXTS.get),
        judge(CASE, refusal("?", seconds=1.0), TEXTS.get),
        judge(NONE, refusal("?", seconds=1.0), TEXTS.get),
        judge(replace(NONE, kind=None), answer("?", "Far.", GOOD, seconds=3.0), TEXTS.get),
    ]
    scores = summarise(outcomes)
    assert {name: (one.hits, one.total) for name, one in scores.rates.items()} == {
        "right": (3, 4),
        "pointed": (3, 4),
        "cited": (2, 3),
        "held": (1, 3),
        "refused": (1, 2),
        "wrongly refused": (1, 4),
        "verbatim": (3, 4),
    }
    kinds = {kind: {n: (r.hits, r.total) for n, r in each.items()} for kind, each in scores.kinds.items()}
    assert {kind: each["passed"] for kind, each in kinds.items()} == {
        "figure": (1, 4),
        "off-topic": (1, 1),
        "other": (0, 1),
    }
    assert kinds["figure"] == {
        "passed": (1, 4),
        "right": (3, 4),
        "pointed": (3, 4),
        "cited": (2, 3),
        "held": (1, 3),
        "refused": (0, 0),
        "wrongly refused": (1, 4),
        "verbatim": (2, 3),
    }
    assert (scores.passed, scores.failed) == (2, 4)
    assert (scores.seconds.median, scores.seconds.p90, scores.seconds.sum) == (2.5, 5.0, 17.0)
    assert (scores.prompt_tokens, scores.completion_tokens) == (600, 42)


def test_a_run_of_nothing_has_no_shares() -> None:
    nothing = Rate(0, 0)
    empty = dict.fromkeys(STAGES, Spread())
    assert summarise([]) == Scores(dict.fromkeys(RATES, nothing), {}, Spread(), empty, 0, 0, 0, 0)
    assert nothing.share is None


@pytest.mark.parametrize(
    ("seconds", "parts"),
    [
        (Seconds(0.5, 1.0, 4.0, 0.0, 2.0, 1.0), (0.5, 0.0, 2.0, 1.0, 0.5)),
        (Seconds(1.5, 2.0, 4.0, 1.0, 2.0, 0.5), (0.5, 1.0, 2.0, 0.5, 0.0)),
        (Seconds(0.25, 1.0, 2.0), (0.25, 0.0, 0.0, 0.0, 1.75)),
    ],
)
def test_the_stages_of_an_answer_make_up_its_time(seconds: Seconds, parts: tuple[float, ...]) -> None:
    assert stages(seconds) == dict(zip(STAGES, parts, strict=True))
    assert sum(parts) == seconds.total


def test_seconds_are_spread_by_stage() -> None:
    timed = [
        replace(answer("?", "60%", GOOD), seconds=Seconds(1.0, 1.0, 4.0, 0.0, read, 0.0)) for read in (1, 3)
    ]
    scores = summarise([judge(CASE, one, TEXTS.get) for one in timed])
    assert scores.stages["read"] == Spread(2.0, pytest.approx(2.8), 4.0)
    assert scores.stages["retrieve"] == Spread(1.0, 1.0, 2.0)
    assert sum(one.sum for one in scores.stages.values()) == scores.seconds.sum


def test_what_was_not_judged_counts_for_nothing() -> None:
    outcome = judge(CASE, answer("?", "60%", GOOD), TEXTS.get)
    assert counts(outcome)["held"] == (1, 1)
    assert counts(replace(outcome, held=None))["held"] == (0, 0)


def supported(support: float | None, right: bool, refused: bool = False) -> Outcome:
    given_answer = refusal("?") if refused else answer("?", "60%" if right else "half", GOOD)
    return judge(CASE, replace(given_answer, support=support), TEXTS.get)


def test_the_curve_takes_the_surest_first_and_ends_where_answers_end() -> None:
    outcomes = [
        supported(0.7, right=False),
        supported(0.9, right=True),
        supported(0.1, right=False, refused=True),
        supported(0.8, right=True),
        supported(None, right=False),
    ]
    curve = risk_coverage(outcomes)
    assert curve.points == (Point(0.9, 0.25, 0.0), Point(0.8, 0.5, 0.0), Point(0.7, 0.75, 1 / 3))
    assert curve.aurc == pytest.approx(1 / 9)


def test_an_answer_to_what_the_articles_do_not_say_is_wrong() -> None:
    answered = judge(NONE, answer("?", "Far.", GOOD), TEXTS.get)
    assert [point.risk for point in risk_coverage([answered]).points] == [1.0]


def test_cases_of_one_support_are_taken_together() -> None:
    curve = risk_coverage([supported(0.9, right=True), supported(0.9, right=False)])
    assert curve == Curve((Point(0.9, 1.0, 0.5),), 0.5)


def test_without_answers_there_is_no_curve() -> None:
    assert risk_coverage([supported(0.1, right=False, refused=True)]) == Curve((), None)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans(), st.booleans()), max_size=30), st.randoms())
def test_the_curve_rises_in_coverage_whatever_the_order(
    rows: list[tuple[float, bool, bool]], shuffle: random.Random
) -> None:
    outcomes = [supported(*row) for row in rows]
    curve = risk_coverage(outcomes)
    coverage = [point.coverage for point in curve.points]
    assert coverage == sorted(set(coverage))
    assert all(0 < point.coverage <= 1 and 0 <= point.risk <= 1 for point in curve.points)
    assert (curve.aurc is None) == all(refused for _, _, refused in rows)
    assert curve.aurc is None or -1e-9 <= curve.aurc <= max(point.risk for point in curve.points) + 1e-9
    shuffle.shuffle(outcomes)
    assert risk_coverage(outcomes) == curve


@given(st.lists(st.booleans(), min_size=1, max_size=60), st.integers(0, 2**32))
def test_an_interval_is_within_bounds_and_the_same_every_time(flags: list[bool], seed: int) -> None:
    one = rate(flags, seed)
    assert 0 <= one.low <= one.high <= 1
    assert one == rate(flags, seed) == share_of(sum(flags), len(flags), seed)
    assert one.share == sum(flags) / len(flags)


def test_an_interval_narrows_with_more_cases() -> None:
    few, many = rate([True, False] * 10), rate([True, False] * 200)
    assert few.low < many.low < 0.5 < many.high < few.high
    assert rate([True] * 20) == Rate(20, 20, 1.0, 1.0)
    assert 0.2 < few.low < 0.35
    assert 0.65 < few.high < 0.8


@pytest.mark.parametrize(
    ("threshold", "met"),
    [
        (Threshold("right", 0.5), True),
        (Threshold("right", 0.51), False),
        (Threshold("wrongly refused", 0.5, at_most=True), True),
        (Threshold("wrongly refused", 0.49, at_most=True), False),
        (Threshold("refused", 1.0), None),
        (Threshold("changes followed", 1.0), None),
    ],
)
def test_a_threshold_is_met_at_its_bound_and_unjudged_without_cases(
    threshold: Threshold, met: bool | None
) -> None:
    outcomes = [judge(CASE, answer("?", "60%", GOOD), TEXTS.get), judge(CASE, refusal("?"), TEXTS.get)]
    assert threshold.met(summarise(outcomes).rates) is met

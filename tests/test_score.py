"""The metrics: what counts as right, cited, verbatim and refused, and the shares over many cases."""

from dataclasses import replace

import pytest
from eval_answers import answer, cite, refusal
from hypothesis import given
from hypothesis import strategies as st

from eval.cases import Case
from eval.score import Rate, Scores, Threshold, judge, normalise, occurs, rate, summarise
from rag.answer import Answer, Citation

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
        "cited": (2, 3),
        "refused": (1, 2),
        "wrongly refused": (1, 4),
        "verbatim": (3, 4),
    }
    assert {kind: (one.hits, one.total) for kind, one in scores.kinds.items()} == {
        "figure": (1, 4),
        "off-topic": (1, 1),
        "other": (0, 1),
    }
    assert (scores.passed, scores.failed) == (2, 4)
    assert (scores.median_seconds, scores.p90_seconds) == (2.5, 5.0)
    assert (scores.prompt_tokens, scores.completion_tokens) == (600, 42)


def test_a_run_of_nothing_has_no_shares() -> None:
    nothing = Rate(0, 0)
    names = ("right", "cited", "refused", "wrongly refused", "verbatim")
    assert summarise([]) == Scores(dict.fromkeys(names, nothing), 0.0, 0.0, 0, 0, {}, 0, 0)
    assert nothing.share is None


@given(st.lists(st.booleans(), min_size=1, max_size=60), st.integers())
def test_an_interval_is_within_bounds_and_the_same_every_time(flags: list[bool], seed: int) -> None:
    one = rate(flags, seed, resamples=100)
    assert 0 <= one.low <= one.high <= 1
    assert one == rate(flags, seed, resamples=100)
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
    ],
)
def test_a_threshold_is_met_at_its_bound_and_unjudged_without_cases(
    threshold: Threshold, met: bool | None
) -> None:
    outcomes = [judge(CASE, answer("?", "60%", GOOD), TEXTS.get), judge(CASE, refusal("?"), TEXTS.get)]
    assert threshold.met(summarise(outcomes)) is met

"""Calibration: what is asked, how the halves part, which threshold is fitted, and what is told of it."""

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from eval.bench import Bench, Opener
from eval.calibrate import Calibrated, calibrate, store, summary_lines
from eval.calibrate.fit import STRICT, TARGET, auc, fit, halves, is_refused, refused
from eval.calibrate.sample import Group, Sample, ask
from eval.cases import Case
from eval.score import judge, risk_coverage
from index.errors import CasesError, ModelBroke
from rag.answer import Answer, Model
from rag.calibration import Counts, Measured, load, program_version
from rag.llm import KNOWN, UNCALIBRATED
from rag.settings import Settings
from tests.eval_answers import answer, cite, refusal
from tests.fakes import HashEmbedder
from tests.scripted import composing, hit, scripted_llm, well_read

TEXT = "Europe paid 60% of the total, Macron said. Trump disagreed."
GROUPS: tuple[Group, ...] = ("answerable", "off-topic", "same-topic")


def text_of(path: str) -> str | None:
    return TEXT if path == "aid.txt" else None


def answerable(id: str, kind: str = "figure", **changed: object) -> Case:
    case = Case(id, f"What share, {id}?", ("60%",), "aid.txt", TEXT.partition(". ")[0], False, kind)
    return replace(case, **changed)  # type: ignore[arg-type]


def unanswerable(id: str, kind: str | None = "off-topic") -> Case:
    return Case(id, f"Who won, {id}?", (), None, None, True, kind)


def said(support: float | None, text: str = "Europe paid 60%.", quote: str = "Europe paid 60%") -> Answer:
    found = (hit("Europe paid 60% of the total, Macron said."),)
    return replace(answer("?", text, cite("aid.txt", TEXT, quote)), support=support, hits=found)


def unsaid(support: float | None) -> Answer:
    return replace(refusal("?"), support=support, hits=(hit("Trump disagreed."),))


def aside(support: float) -> Answer:
    """An answer that says something else than the gold one."""
    return said(support, "Trump disagreed.", "Trump disagreed.")


@dataclass
class Script:
    """What a scripted bench answers to a case, whole and withheld, and what it was asked."""

    whole: Callable[[Case], Answer]
    withheld: Callable[[Case], Answer] = lambda _: aside(0.4)
    asked: list[tuple[str, str]] = field(default_factory=list)

    def bench(self) -> Bench:
        return Bench(self._ask, text_of, self._ask_without)

    def _ask(self, case: Case) -> Answer:
        self.asked.append(("whole", case.id))
        return self.whole(case)

    def _ask_without(self, case: Case) -> Answer:
        self.asked.append(("withheld", case.id))
        return self.withheld(case)


def quiet(asked: int, total: int) -> None:
    """Nobody is told."""


# Asking


def test_answerable_cases_are_asked_again_without_their_evidence() -> None:
    script = Script(lambda case: aside(0.2) if case.unanswerable else said(0.99))
    cases = [answerable("a"), unanswerable("b"), answerable("c")]
    told: list[tuple[int, int]] = []
    samples = ask(cases, script.bench(), lambda *counted: told.append(counted))
    assert script.asked == [("whole", x) for x in "abc"] + [("withheld", x) for x in "ac"]
    assert told == [(n, 5) for n in range(1, 6)]
    assert [(s.id, s.group, s.support) for s in samples] == [
        ("a", "answerable", 0.99),
        ("b", "off-topic", 0.2),
        ("c", "answerable", 0.99),
        ("a", "same-topic", 0.4),
        ("c", "same-topic", 0.4),
    ]
    assert [s.outcome.verdict for s in samples] == [
        "right",
        "wrongly answered",
        "right",
        "wrongly answered",
        "wrongly answered",
    ]


@pytest.mark.parametrize(
    "case",
    [
        answerable("x", "comparison"),
        answerable("x", "conflict"),
        answerable("x", "list"),
        answerable("x", "several-articles"),
        answerable("x", also=(("Trump",),)),
        answerable("x", source=None, evidence=None),
        unanswerable("x"),
    ],
)
def test_a_case_that_taking_its_evidence_away_proves_nothing_of_is_asked_once(case: Case) -> None:
    script = Script(lambda _: said(0.9))
    ask([case], script.bench(), quiet)
    assert script.asked == [("whole", "x")]


@pytest.mark.parametrize(
    ("kind", "group"),
    [
        ("off-topic", "off-topic"),
        (None, "off-topic"),
        ("near-miss", "same-topic"),
        ("false-premise", "same-topic"),
    ],
)
def test_unanswerable_cases_are_grouped_by_their_kind(kind: str | None, group: Group) -> None:
    (sample,) = ask([unanswerable("x", kind)], Script(lambda _: unsaid(0.1)).bench(), quiet)
    assert sample.group == group


@pytest.mark.parametrize(
    ("withheld", "kept"),
    [
        (aside(0.9), True),
        (unsaid(0.3), True),
        (unsaid(None), True),
        (said(0.9), False),  # the fact stands elsewhere too
        (said(0.9, "Trump paid 60%.", "Trump disagreed."), True),  # but this doesn't stand there
        (said(0.9, "Macron said so.", "Europe paid 60%"), True),
        (replace(refusal("?"), hits=()), False),  # nothing was left
    ],
)
def test_a_withheld_case_is_a_negative_unless_its_answer_stands_elsewhere(
    withheld: Answer, kept: bool
) -> None:
    samples = ask([answerable("x")], Script(lambda _: said(0.9), lambda _: withheld).bench(), quiet)
    assert [s.group for s in samples] == ["answerable", "same-topic"][: 1 + kept]
    assert samples[-1].support == (withheld.support or 0.0 if kept else 0.9)


# Halves and fitting: properties over made samples


def sample(id: str, group: Group, given: Answer) -> Sample:
    case = answerable(id) if group == "answerable" else unanswerable(id)
    return Sample(group, judge(case, given, text_of))


def of(group: Group, *supports: float) -> list[Sample]:
    return [sample(f"{group} {n}", group, said(support)) for n, support in enumerate(supports)]


SUPPORTS = st.one_of(st.floats(0, 1), st.sampled_from([0.0, 0.5, 0.9, 0.95, 1.0]))
ANSWERS = st.tuples(st.sampled_from(GROUPS), SUPPORTS, st.booleans())
TARGETS = st.sampled_from([0.0, 0.05, 0.1, 0.34, 0.5, 0.99])


@st.composite
def drawn(draw: st.DrawFn) -> list[Sample]:
    """Samples of every group, some refused of themselves."""
    rows = draw(st.lists(ANSWERS, max_size=30))
    return [
        sample(str(n), group, unsaid(support) if refuses else said(support))
        for n, (group, support, refuses) in enumerate(rows)
    ]


def wrongly(samples: Sequence[Sample], accept: float) -> int:
    return sum(is_refused(s, accept) for s in samples if s.group == "answerable")


def rightly(samples: Sequence[Sample], accept: float) -> int:
    return sum(s.support < accept for s in samples if s.group != "answerable")


@given(drawn(), st.floats(0, 1), st.floats(0, 1))
def test_a_higher_threshold_refuses_no_fewer(samples: list[Sample], one: float, other: float) -> None:
    low, high = sorted((one, other))
    for group in GROUPS:
        assert refused(samples, low, group).hits <= refused(samples, high, group).hits


@given(drawn(), TARGETS)
def test_the_fitted_threshold_keeps_to_the_target_and_refuses_most(
    samples: list[Sample], target: float
) -> None:
    answers = [s for s in samples if s.group == "answerable"]
    of_itself = wrongly(samples, 0.0)
    assume(of_itself < len(answers))
    accept = fit(samples, target)
    allowed = max(math.floor(target * len(answers)), of_itself)
    assert 0 <= accept <= 1
    assert wrongly(samples, accept) <= allowed
    for other in {s.support for s in samples} | {math.nextafter(s.support, 2) for s in samples}:
        if wrongly(samples, other) <= allowed:
            better = (rightly(samples, other), -wrongly(samples, other))
            assert better <= (rightly(samples, accept), -wrongly(samples, accept))


@given(drawn(), st.randoms(use_true_random=False))
def test_the_order_of_the_samples_decides_nothing(samples: list[Sample], order: random.Random) -> None:
    assume(wrongly(samples, 0.0) < sum(s.group == "answerable" for s in samples))
    shuffled = order.sample(samples, len(samples))
    assert fit(shuffled) == fit(samples)
    assert [set(map(id, half)) for half in halves(shuffled)] == [set(map(id, h)) for h in halves(samples)]
    assert [auc(shuffled, group) for group in GROUPS] == [auc(samples, group) for group in GROUPS]


@pytest.mark.parametrize(
    ("right", "wrong", "target", "accept"),
    [
        ((0.9,), (0.1,), 0.0, 0.5),
        ((0.8,), (0.8, 0.2), 0.0, 0.5),  # a tie can't be parted
        ((0.3, 0.6, 0.9), (0.1, 0.5), 0.0, 1 / (1 + math.sqrt(9 * 7 / 3))),
        ((0.3, 0.6, 0.9), (0.1, 0.4), 0.34, 0.5),  # one may go: 0.3
        ((0.3, 0.6, 0.9), (0.1,), 0.67, 1 / (1 + math.sqrt(9 * 7 / 3))),  # none goes for nothing
        ((0.7, 0.9), (0.9, 0.95), 0.0, 0.7),  # no threshold refuses a negative: the lowest support
        ((0.0, 1.0), (0.0,), 0.5, 0.5),
        ((1.0,), (0.0, math.nextafter(1, 0)), 0.0, 1.0),  # no room between them
    ],
)
def test_the_threshold_lies_in_the_middle_of_the_gap(
    right: tuple[float, ...], wrong: tuple[float, ...], target: float, accept: float
) -> None:
    samples = [*of("answerable", *right), *of("off-topic", *wrong)]
    assert fit(samples, target) == pytest.approx(accept)


def test_what_the_model_refuses_of_itself_counts_against_the_target() -> None:
    samples = [*of("answerable", *(0.6, 0.8, *[0.95] * 17)), *of("off-topic", 0.7)]
    lost = sample("lost", "answerable", unsaid(0.99))
    assert refused(samples, fit([*samples, *of("answerable", 0.99)], 0.05), "answerable").hits == 1
    assert refused(samples, fit([*samples, lost], 0.05), "answerable").hits == 0


def test_a_model_that_answers_nothing_can_not_be_fitted() -> None:
    with pytest.raises(CasesError, match="answers none") as caught:
        fit([sample("x", "answerable", unsaid(0.9)), *of("off-topic", 0.1)])
    assert "--corpus" in caught.value.hint


@given(drawn())
def test_the_halves_part_the_cases_of_every_group_evenly(samples: list[Sample]) -> None:
    fit_half, held_out = halves(samples)
    assert sorted(map(id, (*fit_half, *held_out))) == sorted(map(id, samples))
    for group in GROUPS:
        sizes = [sum(s.group == group for s in half) for half in (fit_half, held_out)]
        assert sizes[0] - sizes[1] in (0, 1)


@given(drawn())
def test_a_withheld_case_stays_with_itself(samples: list[Sample]) -> None:
    withheld = [sample(s.id, "same-topic", aside(0.4)) for s in samples if s.group == "answerable"]
    fit_half, held_out = halves([*samples, *withheld])
    assert not {s.id for s in fit_half} & {s.id for s in held_out}
    assert [s for s in fit_half if s not in withheld] == list(halves(samples)[0])


@given(drawn(), SUPPORTS)
def test_one_case_more_moves_at_most_one_other(samples: list[Sample], support: float) -> None:
    more = [*samples, sample("more", "answerable", said(support))]
    before, after = ({s.id for s in halves(each)[0]} for each in (samples, more))
    assert len(before ^ (after - {"more"})) <= 1


# Measures


@pytest.mark.parametrize(
    ("right", "wrong", "area"),
    [
        ((0.9, 0.8), (0.1, 0.2), 1.0),
        ((0.1,), (0.9,), 0.0),
        ((0.5, 0.5), (0.5,), 0.5),
        ((0.9, 0.3), (0.5, 0.3), 0.625),  # 1 + 1 + 0 + 1/2 of 4
        ((0.9,), (), None),
        ((), (0.9,), None),
    ],
)
def test_the_auc_is_the_share_of_pairs_in_order(
    right: tuple[float, ...], wrong: tuple[float, ...], area: float | None
) -> None:
    assert auc([*of("answerable", *right), *of("off-topic", *wrong)], "off-topic") == area


@given(drawn(), SUPPORTS)
def test_an_interval_holds_its_share(samples: list[Sample], accept: float) -> None:
    for group in GROUPS:
        measured = refused(samples, accept, group)
        if measured.share is None:
            assert measured == Measured(0, 0, 0.0, 1.0)
        else:
            assert 0 <= measured.low <= measured.share <= measured.high <= 1
            assert measured.low < measured.high


def test_none_of_thirty_is_no_certainty() -> None:
    measured = refused(of("answerable", *[0.9] * 30), 0.5, "answerable")
    assert (measured.hits, measured.total, measured.low) == (0, 30, 0.0)
    assert measured.high == pytest.approx(0.1135, abs=1e-4)  # z²/(n + z²), z = 1.96


# The whole


def bench_of(supports: dict[str, float], model: Model | None = None) -> Script:
    """Each case by its support; withheld, an answer that says something else with half of it."""
    chosen = model or said(0.9).model

    def whole(case: Case) -> Answer:
        return replace((aside if case.unanswerable else said)(supports[case.id]), model=chosen)

    return Script(whole, lambda case: replace(aside(supports[case.id] / 2), model=chosen))


CASES = [
    *(answerable(f"a{n}") for n in range(40)),
    *(unanswerable(f"o{n}") for n in range(10)),
    *(unanswerable(f"n{n}", "near-miss") for n in range(10)),
]
APART = {case.id: 0.99 if not case.unanswerable else 0.2 for case in CASES}
"""Negatives reach .495, answerable cases start at .99."""


@pytest.fixture(scope="module")
def apart() -> Calibrated:
    return calibrate(CASES, bench_of(APART).bench())


def test_a_model_that_tells_them_apart_is_fitted_and_measured(apart: Calibrated) -> None:
    fitted = apart.calibration
    ends = [math.log(share / (1 - share)) for share in (0.495, 0.99)]
    assert math.log(fitted.accept / (1 - fitted.accept)) == pytest.approx(sum(ends) / 2)
    assert (fitted.sure, fitted.fitted_on) == (UNCALIBRATED.sure, Counts(20, 5, 25))
    assert (fitted.refused_off_topic.hits, fitted.refused_off_topic.total) == (5, 5)
    assert (fitted.refused_same_topic.hits, fitted.refused_same_topic.total) == (25, 25)
    assert (fitted.wrongly_refused.hits, fitted.wrongly_refused.total) == (0, 20)
    assert (apart.auc_off_topic, apart.auc_same_topic, apart.target) == (1.0, 1.0, TARGET)
    assert (apart.fitted.hits, apart.fitted.total) == (0, 20)
    assert (fitted.model, fitted.digest, fitted.version) == ("scripted", "0" * 8, program_version())
    assert datetime.fromisoformat(fitted.when).tzinfo == UTC


def test_the_curve_is_that_of_the_half_held_out(apart: Calibrated) -> None:
    assert len(apart.held_out) == len(apart.fit) == 50
    assert [(p.support, p.coverage, p.risk) for p in apart.curve.points] == [
        (0.99, 0.4, 0.0),
        (0.495, 0.8, 0.5),
        (0.2, 1.0, 0.6),
    ]
    assert all(one.coverage < other.coverage for one, other in pairwise(apart.curve.points))
    assert {s.id for s in apart.fit}.isdisjoint(s.id for s in apart.held_out)


def test_every_figure_but_the_fit_is_of_the_half_held_out() -> None:
    draw = random.Random(4)
    near = {case.id: draw.uniform(0.2, 0.9) + 0.1 * (not case.unanswerable) for case in CASES}
    result = calibrate(CASES, bench_of(near).bench(), target=0.3)
    fitted = result.calibration

    def figures(half: Sequence[Sample]) -> list[object]:
        shares = [refused(half, fitted.accept, group) for group in GROUPS]
        areas = [auc(half, group) for group in GROUPS[1:]]
        return [*shares, *areas, risk_coverage([s.outcome for s in half])]

    shares = [fitted.wrongly_refused, fitted.refused_off_topic, fitted.refused_same_topic]
    shown = [*shares, result.auc_off_topic, result.auc_same_topic, result.curve]
    assert shown == figures(result.held_out)
    assert all(one != other for one, other in zip(shown, figures(result.fit), strict=True))
    assert fitted.accept == fit(result.fit, 0.3)
    assert result.fitted == refused(result.fit, fitted.accept, "answerable")


def test_what_is_fitted_is_loaded_by_its_model(apart: Calibrated, home: Path) -> None:
    path = store(apart, home)
    assert path.is_relative_to(home)
    assert load(home, "0" * 8) == apart.calibration


def test_the_summary_says_it_in_lines(apart: Calibrated) -> None:
    lines = summary_lines(apart)
    assert all(line and "\n" not in line for line in lines)
    assert lines[:2] == (
        "model: scripted (00000000)",
        "refuses below a support of 0.908; reads no further at 0.970",
    )
    assert lines[2].startswith("fitted on 20 answerable, 5 off-topic and 25 same-topic answers; ")
    assert lines[3].startswith("held out: refused, off-topic: 5 of 5 (1.000, 0.57 to 1.00)")
    assert lines[-2].startswith("held out: AUC off-topic 1.000, same topic 1.000; AURC 0.")
    assert len(lines) == 8


def test_the_summary_says_what_a_stricter_threshold_does_to_the_half_held_out() -> None:
    draw = random.Random(10)
    near = {case.id: draw.uniform(0.2, 0.9) + 0.1 * (not case.unanswerable) for case in CASES}
    result = calibrate(CASES, bench_of(near).bench())
    strict, shown = result.strict, summary_lines(result)[7]
    assert strict == fit(result.fit, STRICT)
    assert shown.startswith(
        f"BYLINE_THRESHOLD={strict:.3f}, for who would rather be refused (0.10 wrongly): "
    )
    for group, name in zip(("off-topic", "same-topic"), ("off-topic", "same topic"), strict=True):
        measured = refused(result.held_out, strict, group)
        assert f"{name} {measured.hits} of {measured.total} (" in shown
    assert strict > result.calibration.accept


def test_a_target_out_of_reach_is_told() -> None:
    def whole(case: Case) -> Answer:
        return unsaid(0.4) if case.id.endswith("7") or case.unanswerable else said(0.99)

    lost = sum(case.id.endswith("7") and not case.unanswerable for case in CASES)
    result = calibrate(CASES, Script(whole).bench(), target=0.0)
    assert result.fitted.hits + result.calibration.wrongly_refused.hits == lost
    assert ("out of reach" in summary_lines(result)[-1]) is (result.fitted.hits > 0)
    assert result.fitted.hits > 0


def test_a_group_that_is_not_there_is_not_measured() -> None:
    cases = [case for case in CASES if case.kind != "off-topic"]
    result = calibrate(cases, bench_of(APART).bench())
    assert (result.auc_off_topic, result.calibration.refused_off_topic.share) == (None, None)
    assert "held out: refused, off-topic: not measured" in summary_lines(result)


EMBEDDED, KNOWN_THRESHOLDS = next(iter(KNOWN.items()))


@pytest.mark.parametrize("high", [0.9, 0.9999])
def test_what_is_sure_is_never_below_what_is_accepted(high: float) -> None:
    supports = {case.id: high if not case.unanswerable else high - 1e-5 for case in CASES}
    model = Model("ollama", "known", f"sha256:{EMBEDDED}")
    fitted = calibrate(CASES, bench_of(supports, model).bench()).calibration
    assert fitted.digest == EMBEDDED
    assert high - 1e-5 < fitted.accept <= high
    assert fitted.sure == max(fitted.accept, KNOWN_THRESHOLDS.sure)


@pytest.mark.parametrize(
    "cases",
    [
        [],
        CASES[2:],  # 38 answerable ones
        [*(replace(case, kind="list") for case in CASES[:40]), *CASES[40:58]],  # 18 negatives
    ],
)
def test_too_few_cases_are_told_before_anything_is_asked(cases: list[Case]) -> None:
    script = bench_of(APART)
    with pytest.raises(CasesError, match="Too few cases") as caught:
        calibrate(cases, script.bench())
    assert "20 and 10" in str(caught.value)
    assert "byline eval --calibrate --cases" in caught.value.hint
    assert script.asked == []


def test_too_few_negatives_after_all_are_told_too() -> None:
    script = Script(lambda case: said(0.99) if case.answers else aside(0.2), lambda _: said(0.99))
    with pytest.raises(CasesError, match=r"20 that the articles answer and [0-9] that they don't"):
        calibrate(CASES[:50], script.bench())


def test_a_fault_of_the_model_ends_it() -> None:
    def broken(_: Case) -> Answer:
        raise ModelBroke("The model stopped.", "ask again")

    with pytest.raises(ModelBroke):
        calibrate(CASES, Script(broken).bench())


def test_over_a_real_index_what_is_withheld_is_not_read(tmp_path: Path) -> None:
    towns = ["Arden", "Borel", "Cadiz", "Delft", "Essen"]
    corpus = tmp_path / "towns"
    corpus.mkdir()
    for number, town in enumerate(towns):
        text = f"{town} paid {number + 20} dollars for the bridge.\n"
        (corpus / f"{town}.md").write_text(f"---\ntitle: {town}\n---\n{text}", encoding="utf-8")
    cases = [
        Case(town, f"What did {town} pay for the bridge?", (str(number + 20),), f"{town}.md", text, False)
        for number, town in enumerate(towns)
        for text in [f"{town} paid {number + 20} dollars"]
    ]
    settings = Settings(corpus=corpus, home=tmp_path / "home")
    models = {"llm": lambda _: scripted_llm(composing(well_read)), "embedder": lambda _: HashEmbedder()}
    with Opener(settings, **models) as open_bench, open_bench(None, lowered=9.0) as bench:
        samples = ask(cases, bench, quiet)
    first, again = samples[: len(towns)], samples[len(towns) :]
    assert [(s.id, s.outcome.verdict) for s in first] == [(town, "right") for town in towns]
    assert [(s.id, s.group) for s in again] == [(town, "same-topic") for town in towns]
    for one in again:
        assert one.outcome.answer.hits
        assert f"{one.id}.md" not in {hit.passage.source.path for hit in one.outcome.answer.hits}

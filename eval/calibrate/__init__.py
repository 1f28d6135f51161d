"""Labelled cases -> the support below which a model should refuse, and how well that does.

Law: the threshold is fitted on one half of the cases and measured on the other, and a case is never
on both sides. ``sample`` asks, ``fit`` fits and measures.

Does not know: how supports come about, which other thresholds there are, where results are shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from eval.bench import Bench
from eval.calibrate.fit import STRICT, TARGET, auc, fit, halves, refused
from eval.calibrate.sample import Group, Notify, Sample, ask, can_withhold
from eval.cases import Case
from eval.score import Curve, risk_coverage
from index.errors import CasesError
from rag import calibration
from rag.calibration import Calibration, Counts, Measured
from rag.llm import shipped

__all__ = ["LOWERED", "TARGET", "Calibrated", "Sample", "calibrate", "store", "summary_lines"]

LOWERED = 1.5
"""How far below the threshold in use, in log odds, one is looked for.

Cases are asked at the lowered threshold: at 0 a reading that nobody would be shown could take the place of
the best one, and answers would come about otherwise than in use.
"""
ANSWERABLE, NEGATIVES = 20, 10
"""How many samples of either sort each half needs."""


@dataclass(frozen=True, slots=True)
class Calibrated:
    """A calibration and what it rests on.

    ``target`` is the share of answerable cases that may be refused, ``strict`` the threshold that is fitted
    where STRICT of them may be; ``fitted`` how many of the fitting half are refused at the target, which
    exceeds it only where more are refused at the lowered threshold already. ``curve`` is the held-out half's
    risk-coverage curve; ``auc_off_topic`` and ``auc_same_topic`` are the chances, 0..1, that an answerable
    case of that half has more support than one of the group, None without such a group.
    """

    calibration: Calibration
    target: float
    fitted: Measured
    curve: Curve
    auc_off_topic: float | None
    auc_same_topic: float | None
    fit: tuple[Sample, ...]
    held_out: tuple[Sample, ...]
    strict: float


def calibrate(
    cases: Sequence[Case],
    bench: Bench,
    notify: Notify = lambda asked, total: None,  # noqa: ARG005
    target: float = TARGET,
) -> Calibrated:
    """Ask, fit and measure. ``bench`` is ``open_bench(corpus, lowered=LOWERED)``.

    ``target`` is a share, 0 up to less than 1. Raises CasesError where there are too few cases, before
    anything is asked if that can be told, and what asking raises.
    """
    _check_enough(*_at_most(cases))
    samples = ask(cases, bench, notify)
    fit_half, held_out = halves(samples)
    for half in (fit_half, held_out):
        _check_enough(_count(half, "answerable"), len(half) - _count(half, "answerable"))
    accept = fit(fit_half, target)
    return Calibrated(
        calibration=_calibration(fit_half, held_out, accept),
        target=target,
        fitted=refused(fit_half, accept, "answerable"),
        curve=risk_coverage([sample.outcome for sample in held_out]),
        auc_off_topic=auc(held_out, "off-topic"),
        auc_same_topic=auc(held_out, "same-topic"),
        fit=fit_half,
        held_out=held_out,
        strict=fit(fit_half, max(target, STRICT)),
    )


def store(result: Calibrated, home: Path) -> Path:
    """Keep the calibration for its model below ``home``; returns the file. Raises StorageError."""
    return calibration.store(result.calibration, home)


def summary_lines(result: Calibrated) -> tuple[str, ...]:
    """What was fitted and how it does, as lines of plain text."""
    fitted, counts = result.calibration, result.calibration.fitted_on
    lines = (
        f"model: {fitted.model} ({fitted.digest[:12]})",
        f"refuses below a support of {fitted.accept:.3f}; reads no further at {fitted.sure:.3f}",
        f"fitted on {counts.answerable} answerable, {counts.off_topic} off-topic and {counts.same_topic} "
        f"same-topic answers; of the answerable ones {_words(result.fitted)} are refused",
        f"held out: refused, off-topic: {_words(fitted.refused_off_topic)}",
        f"held out: refused, same topic: {_words(fitted.refused_same_topic)}",
        f"held out: wrongly refused: {_words(fitted.wrongly_refused)}",
        f"held out: AUC off-topic {_figure(result.auc_off_topic)}, same topic "
        f"{_figure(result.auc_same_topic)}; AURC {_figure(result.curve.aurc)}",
        f"BYLINE_THRESHOLD={result.strict:.3f}, for who would rather be refused ({STRICT:.2f} wrongly): "
        f"held out, {_held_out(result, result.strict)}",
    )
    return lines if (result.fitted.share or 0) <= result.target else (*lines, _out_of_reach(result))


def _at_most(cases: Sequence[Case]) -> tuple[int, int]:
    """How many answerable cases and negatives the smaller half can hold at best."""
    unanswerable = sum(case.unanswerable for case in cases)
    return (len(cases) - unanswerable) // 2, (unanswerable + sum(map(can_withhold, cases))) // 2


def _check_enough(answerable: int, negatives: int) -> None:
    if answerable < ANSWERABLE or negatives < NEGATIVES:
        raise CasesError(
            f"Too few cases to calibrate: half of them has {answerable} that the articles answer and "
            f"{negatives} that they don't; it takes {ANSWERABLE} and {NEGATIVES}.",
            "add cases to the file, or name one with more: byline eval --calibrate --cases FILE.jsonl",
        )


def _count(samples: Sequence[Sample], group: Group) -> int:
    return sum(sample.group == group for sample in samples)


def _calibration(fit_half: Sequence[Sample], held_out: Sequence[Sample], accept: float) -> Calibration:
    model = fit_half[0].outcome.answer.model
    off_topic, same_topic = _count(fit_half, "off-topic"), _count(fit_half, "same-topic")
    return Calibration(
        digest=calibration.plain(model.digest),
        model=model.name,
        accept=accept,
        sure=max(accept, shipped(model.digest).sure),
        fitted_on=Counts(_count(fit_half, "answerable"), off_topic, same_topic),
        refused_off_topic=refused(held_out, accept, "off-topic"),
        refused_same_topic=refused(held_out, accept, "same-topic"),
        wrongly_refused=refused(held_out, accept, "answerable"),
        when=datetime.now(UTC).isoformat(timespec="seconds"),
        version=calibration.program_version(),
    )


def _words(measured: Measured) -> str:
    if measured.share is None:
        return "not measured"
    shown = f"{measured.share:.3f}, {measured.low:.2f} to {measured.high:.2f}"
    return f"{measured.hits} of {measured.total} ({shown})"


def _held_out(result: Calibrated, accept: float) -> str:
    """What another threshold refuses of the half held out."""
    groups: tuple[tuple[Group, str], ...] = (
        ("off-topic", "off-topic"),
        ("same-topic", "same topic"),
        ("answerable", "wrongly"),
    )
    return "; ".join(f"{name} {_words(refused(result.held_out, accept, group))}" for group, name in groups)


def _figure(value: float | None) -> str:
    return "not measured" if value is None else f"{value:.3f}"


def _out_of_reach(result: Calibrated) -> str:
    goal = f"{result.target:.2f} wrongly refused is out of reach"
    return f"{goal} near the threshold in use: the same command again looks lower, from this one"

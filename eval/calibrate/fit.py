"""Samples -> a threshold, and what it refuses. Pure: nothing is asked or written here.

Law: the order of the samples decides nothing, and a higher threshold refuses no fewer of them.

Does not know: models, what a support is measured on.
"""

import math
from collections.abc import Sequence
from hashlib import sha256

from eval.calibrate.sample import Group, Sample
from index.errors import CasesError
from rag.calibration import Measured

TARGET = 0.05
"""The share of answerable questions, of the half that is fitted on, that may be refused."""
STRICT = 0.10
"""The same for who would rather be refused than be told what answers another question."""


def halves(samples: Sequence[Sample]) -> tuple[tuple[Sample, ...], tuple[Sample, ...]]:
    """The half to fit on and the half held out, each with half of every group's cases.

    Cases are ranked by the SHA-256 of their ids, so their order doesn't matter, and a case more moves at
    most one other to the other half. An answerable case and its withheld self stay together.
    """
    taken: set[str] = set()
    first: set[str] = set()
    for group in ("answerable", "off-topic", "same-topic"):
        ids = {sample.id for sample in samples if sample.group == group} - taken
        ranked = sorted(ids, key=lambda id: sha256(id.encode()).digest())
        first |= set(ranked[: (len(ranked) + 1) // 2])
        taken |= ids
    fit_half = tuple(sample for sample in samples if sample.id in first)
    return fit_half, tuple(sample for sample in samples if sample.id not in first)


def fit(samples: Sequence[Sample], target: float = TARGET) -> float:
    """The support to refuse below: most negatives refused, at most ``target`` of the answerable wrongly.

    Of thresholds that refuse as many negatives, those that refuse the fewest answerable cases; of these
    the middle, in log odds, between the neighbouring supports. Cases that are refused at the threshold they
    were asked with count against the target at any other. Raises CasesError where none is answered.
    """
    answerable = [sample for sample in samples if sample.group == "answerable"]
    given = sorted(sample.support for sample in answerable if not sample.outcome.refused)
    if not given:
        hint = "see that the cases belong to the corpus: --corpus DIR --cases FILE.jsonl"
        raise CasesError(
            "The model answers none of the cases that have an answer: there is nothing to fit.", hint
        )
    spare = max(math.floor(target * len(answerable)) - (len(answerable) - len(given)), 0)
    negatives = [sample.support for sample in samples if sample.group != "answerable"]
    below = max((support for support in negatives if support < given[spare]), default=None)
    if below is None:
        return given[0]
    return _middle(below, min(support for support in given if support > below))


def is_refused(sample: Sample, accept: float) -> bool:
    """Whether this is a refusal at a threshold: for want of support, or whatever the threshold."""
    return sample.outcome.refused or sample.support < accept


def refused(samples: Sequence[Sample], accept: float, group: Group) -> Measured:
    """The share of a group that is refused, with its 95% interval by Wilson's score (1927)."""
    from scipy.stats import binomtest  # type: ignore[import-untyped]

    flags = [is_refused(sample, accept) for sample in samples if sample.group == group]
    if not flags:
        return Measured(0, 0, 0.0, 1.0)
    interval = binomtest(sum(flags), len(flags)).proportion_ci(method="wilson")
    return Measured(sum(flags), len(flags), float(interval.low), float(interval.high))


def auc(samples: Sequence[Sample], group: Group) -> float | None:
    """The chance that an answerable case has more support than one of the group; ties count half.

    The area under the ROC curve, as Mann and Whitney's U (1947) over the number of pairs.
    """
    from scipy.stats import mannwhitneyu

    answerable = [sample.support for sample in samples if sample.group == "answerable"]
    others = [sample.support for sample in samples if sample.group == group]
    if not answerable or not others:
        return None
    u = mannwhitneyu(answerable, others, method="asymptotic").statistic
    return float(u) / (len(answerable) * len(others))


def _middle(below: float, above: float) -> float:
    """The point between two supports that is half-way in log odds; ``above`` where they are too near."""
    middle = 1 / (1 + math.exp(-(_log_odds(below) + _log_odds(above)) / 2))
    return middle if below < middle <= above else above


def _log_odds(support: float) -> float:
    share = min(max(support, 1e-4), 1 - 1e-4)
    return math.log(share / (1 - share))

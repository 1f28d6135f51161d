"""Many verdicts -> shares with their intervals, seconds and tokens.

Law: a share is taken over the cases that it is about, and says how many those are; each has a 95%
interval by the percentile bootstrap (Efron 1979), the same every time.

Does not know: how a verdict was reached, what share is wanted.
"""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from eval.score.judge import Outcome
from rag.answer import Seconds

RATES = ("right", "pointed", "cited", "held", "refused", "wrongly refused", "verbatim")
STAGES = ("retrieve", "rewrite", "read", "look", "rest")
RESAMPLES = 1000


class Judged(Protocol):
    """What the shares are counted from; an Outcome is one, and a line of an older report."""

    @property
    def unanswerable(self) -> bool:
        """Whether the articles don't answer the case."""

    @property
    def refused(self) -> bool:
        """Whether the answer is a refusal."""

    @property
    def right(self) -> bool:
        """Whether the answer holds what it should."""

    @property
    def cited(self) -> bool:
        """Whether its citations support it."""

    @property
    def held(self) -> bool | None:
        """Whether its quotes hold the answer; None where that was not judged."""

    @property
    def pointed(self) -> bool | None:
        """Whether its short answer or marked words hold the answer; None where that was not judged."""

    @property
    def quotes(self) -> int:
        """How many quotes it has."""

    @property
    def verbatim(self) -> int:
        """How many of them are the article's own text."""


@dataclass(frozen=True, slots=True)
class Rate:
    """``hits`` of ``total``, with the bounds of its 95% interval as shares; no share of nothing."""

    hits: int
    total: int
    low: float = 0.0
    high: float = 1.0

    @property
    def share(self) -> float | None:
        """0..1, or None where there is nothing to take it of."""
        return self.hits / self.total if self.total else None


@dataclass(frozen=True, slots=True)
class Spread:
    """Seconds an answer: the median, what nine in ten keep within, and the sum over all answers."""

    median: float = 0.0
    p90: float = 0.0
    sum: float = 0.0


@dataclass(frozen=True, slots=True)
class Scores:
    """A run's figures.

    ``rates`` by name; ``kinds`` the same for each kind of case, ``passed`` before them; ``seconds`` of
    an answer and ``stages``, its parts by name; tokens over all answers.
    """

    rates: Mapping[str, Rate]
    kinds: Mapping[str, Mapping[str, Rate]]
    seconds: Spread
    stages: Mapping[str, Spread]
    prompt_tokens: int
    completion_tokens: int
    passed: int
    failed: int


@dataclass(frozen=True, slots=True)
class Threshold:
    """What a rate must reach: at least ``bound``, or at most where ``at_most``."""

    rate: str
    bound: float
    at_most: bool = False

    def met(self, rates: Mapping[str, Rate]) -> bool | None:
        """Whether it is; None where the run measured nothing of the kind."""
        rate = rates.get(self.rate)
        if rate is None or rate.share is None:
            return None
        return rate.share <= self.bound if self.at_most else rate.share >= self.bound


def summarise(outcomes: Sequence[Outcome]) -> Scores:
    """Shares with bootstrap intervals, times and tokens."""
    passed = sum(outcome.passed for outcome in outcomes)
    spent = [stages(outcome.answer.seconds) for outcome in outcomes]
    return Scores(
        rates=_rates(outcomes),
        kinds=_kinds(outcomes),
        seconds=_spread([outcome.answer.seconds.total for outcome in outcomes]),
        stages={name: _spread([each[name] for each in spent]) for name in STAGES},
        prompt_tokens=sum(outcome.answer.tokens.prompt for outcome in outcomes),
        completion_tokens=sum(outcome.answer.tokens.completion for outcome in outcomes),
        passed=passed,
        failed=len(outcomes) - passed,
    )


def counts(one: Judged) -> dict[str, tuple[int, int]]:
    """What a case adds to each of RATES: (hits, total)."""
    answered = not one.unanswerable and not one.refused
    return {
        "right": (int(one.right), int(not one.unanswerable)),
        "pointed": (int(one.pointed), int(not one.unanswerable)) if one.pointed is not None else (0, 0),
        "cited": (int(one.cited), 1) if answered else (0, 0),
        "held": (int(one.held), 1) if answered and one.held is not None else (0, 0),
        "refused": (int(one.refused), 1) if one.unanswerable else (0, 0),
        "wrongly refused": (int(one.refused), 1) if not one.unanswerable else (0, 0),
        "verbatim": (one.verbatim, one.quotes),
    }


def stages(seconds: Seconds) -> dict[str, float]:
    """The seconds of one answer by stage; together they are its total.

    A rewrite comes before the search is done, so that its time is taken out of ``retrieve``.
    """
    parts = {
        "retrieve": max(seconds.retrieve - seconds.rewrite, 0.0),
        "rewrite": seconds.rewrite,
        "read": seconds.read,
        "look": seconds.look,
    }
    return {**parts, "rest": max(seconds.total - sum(parts.values()), 0.0)}


def rate(flags: Sequence[bool], seed: int = 0) -> Rate:
    """The share of yes, with its interval; the seed fixes it."""
    return share_of(sum(flags), len(flags), seed)


def share_of(hits: int, total: int, seed: int = 0) -> Rate:
    """``hits`` of ``total`` with its interval.

    The sum over a resample of yes and no is binomial, so that is what is drawn.
    """
    if not total:
        return Rate(0, 0)
    sums = np.random.default_rng(seed).binomial(total, hits / total, RESAMPLES)
    low, high = np.percentile(sums / total, [2.5, 97.5])
    return Rate(hits, total, float(low), float(high))


def _rates(outcomes: Sequence[Outcome]) -> dict[str, Rate]:
    each = [counts(outcome) for outcome in outcomes]
    return {
        name: share_of(sum(one[name][0] for one in each), sum(one[name][1] for one in each)) for name in RATES
    }


def _kinds(outcomes: Sequence[Outcome]) -> dict[str, dict[str, Rate]]:
    groups: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        groups.setdefault(outcome.case.kind or "other", []).append(outcome)
    return {
        kind: {"passed": rate([one.passed for one in groups[kind]]), **_rates(groups[kind])}
        for kind in sorted(groups)
    }


def _spread(seconds: Sequence[float]) -> Spread:
    if not seconds:
        return Spread()
    return Spread(statistics.median(seconds), _p90(seconds), sum(seconds))


def _p90(seconds: Sequence[float]) -> float:
    if len(seconds) < 2:
        return sum(seconds)
    return statistics.quantiles(seconds, n=10, method="inclusive")[-1]

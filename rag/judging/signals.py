"""The signals of a candidate: what tells for and against its being the answer, as numbers by name.

Law: a signal measures one thing and decides nothing; what each is worth is the fit's to say. Those in log
odds are bounded, so that no single one is certain.

Does not know: weights, thresholds, which models there are.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

from rag.answer import Candidate

BOUND = 7.0
"""The largest log odds, either way, that a share counts for."""
LOOK = "look"


@dataclass(frozen=True, slots=True)
class Seen:
    """A candidate, and what the small judge says of it, in log odds; None where there is no small judge."""

    candidate: Candidate
    judged: float | None = None


@dataclass(frozen=True, slots=True)
class Signal:
    """``says`` is what it measures, with its unit."""

    name: str
    says: str
    measure: Callable[[Seen], float]


def log_odds(share: float | None) -> float:
    """The log odds of a share, 0..1, within BOUND; 0 where there is none."""
    if share is None:
        return 0.0
    inside = min(max(share, 1e-6), 1 - 1e-6)
    return min(max(math.log(inside / (1 - inside)), -BOUND), BOUND)


def _first(seen: Seen) -> float:
    return log_odds(seen.candidate.reading.first)


def _look(seen: Seen) -> float:
    return log_odds(seen.candidate.yes)


def _judge(seen: Seen) -> float:
    return 0.0 if seen.judged is None else min(max(seen.judged, -BOUND), BOUND)


TABLE: tuple[Signal, ...] = (
    Signal("first", "log odds of a sentence against none, at the reply's first token", _first),
    Signal(LOOK, "log odds of yes in the second look", _look),
    Signal("judge", "log odds of the small judge, over the sentences and the short answer", _judge),
)


def measured(seen: Seen) -> tuple[tuple[str, float], ...]:
    """Every signal of a candidate by name, in the order of TABLE."""
    return tuple((signal.name, signal.measure(seen)) for signal in TABLE)

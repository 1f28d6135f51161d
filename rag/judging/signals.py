"""The signals of a candidate: what tells for and against its being the answer, as numbers by name.

Law: a signal measures one thing and decides nothing; what each is worth is the fit's to say. Those in log
odds are bounded, so that no single one is certain.

Does not know: weights, thresholds, which models there are.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from index.article import Hit
from rag.answer import Candidate, Question
from rag.english.named import unmentioned

BOUND = 7.0
"""The largest log odds, either way, that a share counts for."""
LOOK = "look"
MOST = 2
"""How many strange names count."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A candidate of a question, beside all that was found for it, and what the small judge says, in log
    odds.

    ``judged`` is None where there is no small judge.
    """

    question: Question
    candidate: Candidate
    hits: tuple[Hit, ...]
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


def source_text(hit: Hit) -> str:
    """All that is told with a passage: title, publisher, author, file name and text."""
    source = hit.passage.source
    told = (source.title, source.publisher, source.author, source.path, hit.passage.text)
    return "\n".join(part for part in told if part)


def strange_names(question: Question, hits: Sequence[Hit]) -> frozenset[str]:
    """The names of a question that no passage found for it holds: full text ranks a rare word first."""
    return unmentioned(question.text, tuple(source_text(hit) for hit in hits))


def _first(seen: Seen) -> float:
    return log_odds(seen.candidate.reading.first)


def _look(seen: Seen) -> float:
    return log_odds(seen.candidate.yes)


def _judge(seen: Seen) -> float:
    return 0.0 if seen.judged is None else min(max(seen.judged, -BOUND), BOUND)


def _strange(seen: Seen) -> float:
    return float(min(len(strange_names(seen.question, seen.hits)), MOST))


TABLE: tuple[Signal, ...] = (
    Signal("first", "log odds of a sentence against none, at the reply's first token", _first),
    Signal(LOOK, "log odds of yes in the second look", _look),
    Signal("judge", "log odds of the small judge, over the sentences and the short answer", _judge),
    Signal("strange", "names of the question that no passage found for it holds, 2 at most", _strange),
)


def measured(seen: Seen) -> tuple[tuple[str, float], ...]:
    """Every signal of a candidate by name, in the order of TABLE."""
    return tuple((signal.name, signal.measure(seen)) for signal in TABLE)

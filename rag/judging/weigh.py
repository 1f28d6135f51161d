"""A candidate is judged once: its signals measured, the rules run, one support made of both.

Law: every candidate of every passage goes this way, in the loop that reads; what fired is kept with it.

Does not know: how passages are read, what is chosen.
"""

from dataclasses import dataclass, replace

from index.article import Hit
from rag.answer import Candidate, Judged, Question
from rag.judging.oddities import RULES
from rag.judging.score import Fit, matters, support
from rag.judging.signals import LOOK, Seen, log_odds, measured
from rag.models.judge import Pair, SmallJudge
from rag.rules import EVERY, Rules


@dataclass(frozen=True, slots=True)
class Scales:
    """What a candidate is weighed with.

    ``small`` is None where there is no small judge. ``thorough`` scales look at every candidate: for a fit.
    """

    fit: Fit
    small: SmallJudge | None = None
    rules: Rules = EVERY
    thorough: bool = False


def judged(question: Question, candidate: Candidate, hits: tuple[Hit, ...], scales: Scales) -> Judged:
    """The candidate with its signals, what fired, and its support."""
    seen = Seen(question, candidate, hits, _small(question, candidate, scales.small))
    signals, fired = measured(seen), scales.rules.fired(RULES, seen)
    return Judged(candidate, signals, fired, support(scales.fit, signals, fired))


def looked(found: Judged, yes: float, scales: Scales) -> Judged:
    """What was judged before a second look, with its share of yes, 0..1."""
    candidate = replace(found.candidate, yes=yes)
    return _with_look(replace(found, candidate=candidate), log_odds(yes), scales)


def unlooked(found: Judged, scales: Scales) -> Judged:
    """What was judged, as it counts where nobody looks again: with what the fit says, if it is sure so."""
    if scales.fit.unlooked is None:
        return found
    told = _with_look(found, scales.fit.unlooked, scales)
    return told if told.support >= scales.fit.sure else found


def _with_look(found: Judged, odds: float, scales: Scales) -> Judged:
    signals = tuple((name, odds if name == LOOK else value) for name, value in found.signals)
    return replace(found, signals=signals, support=support(scales.fit, signals, found.fired))


def deserves_look(found: Judged, best: float, scales: Scales) -> bool:
    """Whether a candidate that nobody looked at is worth a second look.

    ``best`` is the support of another candidate that it has to exceed.
    """
    least = max(scales.fit.accept, best)
    return scales.thorough or matters(scales.fit, found.signals, found.fired, LOOK, least)


def _small(question: Question, candidate: Candidate, small: SmallJudge | None) -> float | None:
    if small is None:
        return None
    first, reading = min(candidate.numbers), candidate.reading
    before = next((s.sentence.text for s in reading.sentences if s.number == first - 1), "")
    pair = Pair(question.text, candidate.short, reading.hit.passage.source.title, before, candidate.span)
    return small([pair])[0]

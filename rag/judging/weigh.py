"""A candidate is judged once: its signals measured, one support made of them.

Law: every candidate of every passage goes this way, in the loop that reads.

Does not know: how passages are read, what is chosen.
"""

from dataclasses import dataclass, replace

from rag.answer import Candidate, Judged, Question
from rag.judging.score import Fit, matters, support
from rag.judging.signals import LOOK, Seen, log_odds, measured
from rag.models.judge import Pair, SmallJudge
from rag.rules import EVERY, Rules


@dataclass(frozen=True, slots=True)
class Scales:
    """What candidates are weighed with, and which rules then compare the best with other articles.

    ``small`` is None where there is no small judge. ``thorough`` scales look at every candidate: for a fit.
    """

    fit: Fit
    small: SmallJudge | None = None
    rules: Rules = EVERY
    thorough: bool = False


def judged(question: Question, candidate: Candidate, scales: Scales) -> Judged:
    """The candidate with its signals and its support."""
    signals = measured(Seen(candidate, _small(question, candidate, scales.small)))
    return Judged(candidate, signals, support(scales.fit, signals))


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
    return replace(found, signals=signals, support=support(scales.fit, signals))


def deserves_look(found: Judged, best: float, scales: Scales) -> bool:
    """Whether a candidate that nobody looked at is worth a second look.

    ``best`` is the support of another candidate that it has to exceed.
    """
    least = max(scales.fit.accept, best)
    return scales.thorough or matters(scales.fit, found.signals, LOOK, least)


def _small(question: Question, candidate: Candidate, small: SmallJudge | None) -> float | None:
    if small is None:
        return None
    first, reading = min(candidate.numbers), candidate.reading
    before = next((s.sentence.text for s in reading.sentences if s.number == first - 1), "")
    pair = Pair(question.text, candidate.short, reading.hit.passage.source.title, before, candidate.span)
    return small([pair])[0]

"""Questions, readings, candidates and statements for tests, without a model."""

from index.article import Hit
from rag.answer import Candidate, Judged, Question, Reading, Statement
from rag.judging.choose import Stated
from rag.judging.signals import Seen
from rag.question.form import understood
from rag.reading.prompt import number
from tests.scripted import SURE


def asked(text: str) -> Question:
    """The question, as it is asked."""
    return understood(text, text)


def reading(found: Hit, short: str, *at: int, first: float | None = SURE, rank: int = 1) -> Reading:
    """What was read in ``found``: a short answer, said of the sentences ``at``, of the first without any."""
    return Reading(found, rank, number([found]), at or (1,), short, first)


def candidate(found: Hit, short: str, *at: int, yes: float | None = None, **how: object) -> Candidate:
    """The same, placed where it is."""
    return Candidate(reading(found, short, *at, **how), at or (1,), short, yes)  # type: ignore[arg-type]


def judged(found: Hit, short: str, *at: int, support: float = 0.9) -> Judged:
    """The same, judged: without signals, with this support."""
    return Judged(candidate(found, short, *at), (), support)


def stated(found: Hit, short: str, *at: int, support: float = 0.9) -> Stated:
    """What a model read in ``found``, as a statement."""
    one = judged(found, short, *at, support=support)
    return Stated(number([found]), Statement(at or (1,), short, support, one))


def told(found: Hit, *at: int, short: str = "", support: float = 0.9) -> tuple[Stated, ...]:
    """Sentences of ``found`` in their own words, which no model read."""
    text = " ".join(found.passage.sentences[n - 1].text for n in at)
    return (Stated(number([found]), Statement(at, short or text, support)),)


def seen(found: Hit, short: str, *at: int, **how: object) -> Seen:
    """A candidate, before it is judged."""
    return Seen(candidate(found, short, *at, **how))  # type: ignore[arg-type]

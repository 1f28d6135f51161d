"""The stage after an answer is chosen: what other articles say to it, against it or in other words.

Law: what needs no model comes first: a denial, the same quotation in other words, a dispute over what is
asked. Failing these, one passage of another article is read where its words may contradict the answer;
failing that too, another account of the same point is set beside the answer. Where each article's version is
asked for, each is read, and its own words are set beside the answer.

Does not know: how hits are found, how drafts are checked, how answers are shown, models.
"""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass

from index.article import Hit
from rag.answer import Judged, Question
from rag.events import Event
from rag.judging.accounts import AGAINST, ALSO, DISPUTES, Beside, Read, version
from rag.judging.choose import MOST_CLAIMS, Stated, chosen, rival_hit, rivals
from rag.judging.nearness import Nearness
from rag.rules import Rules

ReadsOne = Callable[[Hit], Generator[Event, None, Judged | None]]
"""Reads one further passage."""


@dataclass(frozen=True, slots=True)
class Told:
    """What answers, what contradicts the first of it, what was read to find out, and the rules that fired."""

    answering: tuple[Stated, ...]
    against: tuple[Stated, ...] = ()
    read: tuple[Judged, ...] = ()
    fired: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Compared:
    """What a comparison is made over: the question, its hits, what was read of them, how, by which rules."""

    question: Question
    hits: Sequence[Hit]
    judged: Sequence[Judged]
    accept: float
    near: Nearness
    reads: ReadsOne
    rules: Rules


def elsewhere(answering: tuple[Stated, ...], over: Compared) -> Generator[Event, None, Told]:
    """``answering`` with what other articles say. Raises what the model and ``near`` raise."""
    best = next(iter(answering), None)
    beside = Beside(over.question, best, over.hits, over.near) if best else None
    fired, known = over.rules.first(AGAINST, beside) if beside else ((), ())
    if known:
        return Told(_without(answering, known), known, fired=fired)
    seen = Read(over.question, over.judged, over.hits, over.accept, over.near)
    fired, pair = over.rules.first(DISPUTES, seen)
    if pair and (best is None or best.sentences in [one.sentences for one in pair]):
        return Told(pair[:1], pair[1:], fired=fired)
    if beside is None:
        return Told(answering)
    best = beside.best
    if over.question.form.each:
        return (yield from _versions(answering, over))
    opposing = yield from _rival(best, over)
    below = [j for j in over.judged if j.support <= best.statement.support]
    against = rivals(over.question, best, [*below, *opposing], over.accept)
    if against or over.question.form.several or len(answering) > 1:
        return Told(_without(answering, against), against, opposing)
    fired, also = over.rules.first(ALSO, beside)
    return Told((best, *also), (), opposing, fired)


def _rival(best: Stated, over: Compared) -> Generator[Event, None, tuple[Judged, ...]]:
    """One passage of another article, read where it may contradict the best candidate."""
    read = [judged.candidate.reading.hit for judged in over.judged]
    hit = rival_hit(over.question, best, read, over.hits)
    found = (yield from over.reads(hit)) if hit else None
    return (found,) if found else ()


def _versions(answering: tuple[Stated, ...], over: Compared) -> Generator[Event, None, Told]:
    """``answering`` with the version of each other article: what was read in it, or else what is nearest."""
    known = {one.source for one in answering}
    told, read = list(answering), list[Judged]()
    for source in dict.fromkeys(hit.passage.source for hit in over.hits):
        its = [hit for hit in over.hits if hit.passage.source == source]
        if source in known or len(told) >= MOST_CLAIMS:
            continue
        found = [j for j in over.judged if j.candidate.reading.hit.passage.source == source]
        if not found:
            further = yield from over.reads(its[0])
            found = [further] if further else []
            read += found
        best = chosen(over.question, found, over.accept)[:1]
        told += best or version(answering[0], its, over.near)
    return Told(tuple(told), (), tuple(read))


def _without(answering: Sequence[Stated], against: Sequence[Stated]) -> tuple[Stated, ...]:
    """What answers but that of the passages that contradict."""
    other = {one.sentences for one in against}
    return tuple(one for one in answering if one.sentences not in other)

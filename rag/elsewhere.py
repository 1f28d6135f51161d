"""The step after an answer is found: what other articles say to it, against it or in other words.

Law: what needs no model comes first: a denial, the same quotation in other words, a dispute over what is
asked. Failing these, one passage of another article is read where its words may contradict the answer;
failing that too, another account of the same point is set beside the answer. Where each article's version is
asked for, each is read, and its own words are set beside the answer.

Does not know: how hits are found, how drafts are checked, how answers are shown.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass

from index.article import Hit, Source
from rag.accounts import denying, disputed, requoting, retelling, version
from rag.answer import Call
from rag.choose import MOST_CLAIMS, as_source, chosen, rivals, support_of
from rag.llm import LLM
from rag.nearness import Nearness
from rag.reader import Reading
from rag.several import asks_several
from rag.steps import Event, composed, read_one, read_rival


@dataclass(frozen=True, slots=True)
class Told:
    """The readings that answer, those that contradict the first, and the calls that finding out took."""

    answering: tuple[Reading, ...]
    against: tuple[Reading, ...] = ()
    calls: tuple[Call, ...] = ()


def elsewhere(
    question: str,
    answering: Sequence[Reading],
    readings: Sequence[Reading],
    hits: Sequence[Hit],
    llm: LLM,
    near: Nearness,
    strange: float,
    each: bool = False,
) -> Generator[Event, None, Told]:
    """``answering`` with what other articles say; ``each`` where every article's version is asked for.

    ``strange`` is taken from the log odds of a further reading. Raises what the model and ``near`` raise.
    """
    best = next((reading for reading in answering[:1] if reading.statements), None)
    if best and (known := denying(question, best, hits) or requoting(question, best, hits)):
        return Told(_without(answering, known), known)
    pair = disputed(question, readings, hits, llm.thresholds, near)
    if pair and (best is None or best.sentences in [reading.sentences for reading in pair]):
        return Told(pair[:1], pair[1:])
    if best is None:
        return Told(tuple(answering))
    if each:
        return (yield from _versions(question, answering, readings, hits, llm, near, strange))
    opposing = yield from read_rival(question, best, readings, hits, llm, strange)
    others = [r for r in readings if support_of(r) <= support_of(best)]
    against = rivals(question, best, [*others, *opposing], llm.thresholds)
    against, made = yield from composed(question, against, llm)
    calls = (*(call for reading in opposing for call in reading.calls), *made)
    if against or asks_several(question) or len(answering) > 1:
        return Told(_without(answering, against), against, calls)
    return Told((best, *retelling(question, best, hits, near)), (), calls)


def _versions(
    question: str,
    answering: Sequence[Reading],
    readings: Sequence[Reading],
    hits: Sequence[Hit],
    llm: LLM,
    near: Nearness,
    strange: float,
) -> Generator[Event, None, Told]:
    """``answering`` with the version of each other article: what was read in it, or else what is nearest."""
    known = {_source(reading) for reading in answering}
    told, calls = list(answering), list[Call]()
    for source in dict.fromkeys(hit.passage.source for hit in hits):
        its = [hit for hit in hits if hit.passage.source == source]
        if source in known or len(told) >= MOST_CLAIMS:
            continue
        read = [reading for reading in readings if _source(reading) == source]
        if not read:
            read = yield from read_one(question, its[0], len(readings) + 1, llm, strange)
            calls += [call for reading in read for call in reading.calls]
        said = chosen(question, read, llm.thresholds)[:1]
        told += [as_source(one) for one in said if one.statements] or version(answering[0], its, near)
    return Told(tuple(told), (), tuple(calls))


def _source(reading: Reading) -> Source | None:
    """The article of a reading."""
    return reading.sentences[0].hit.passage.source if reading.sentences else None


def _without(answering: Sequence[Reading], against: Sequence[Reading]) -> tuple[Reading, ...]:
    """The readings that answer but those of the passages that contradict."""
    other = {reading.sentences for reading in against}
    return tuple(reading for reading in answering if reading.sentences not in other)

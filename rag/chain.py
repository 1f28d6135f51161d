"""The LCEL chain: question -> retriever -> reader -> Draft, with what happens on the way.

Law: a small model is best shown one passage at a time (measured: eval/RESULTS.md), so passages are
read in the order of retrieval until one is surely enough; failing that, the best supported reading
becomes the draft, with what other articles say to it. The chain streams events and ends with exactly one
Draft.

Does not know: how hits are found, how a reply is read, how drafts are checked.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.runnables import Runnable, RunnableGenerator, RunnableLambda, RunnablePassthrough

from index.article import Hit
from rag.answer import Call, Draft, Seconds
from rag.call import total
from rag.casing import cased
from rag.choose import joined
from rag.elsewhere import elsewhere
from rag.llm import LLM
from rag.nearness import Nearness, unknown
from rag.owners import owned
from rag.quoted import narrowed
from rag.reader import NOTHING, Reading
from rag.related import related
from rag.retrieve import PassageRetriever, hits_of
from rag.steps import (
    Composes,
    Event,
    Found,
    Looks,
    Reads,
    answered,
    fitting,
    read_on,
)
from rag.unmentioned import cost, unmentioned

__all__ = ["KEPT", "Composes", "Event", "Found", "Looks", "Reads", "build_chain"]

KEPT = 6
"""How many hits are shown and looked through; more where more may be read. Those after them only tell which
names the articles hold."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question, what was found for it, and when that began.

    ``strange`` is what names that stand in no article take from the log odds of every reading.
    """

    question: str
    hits: tuple[Hit, ...]
    strange: float
    start: float


def build_chain(
    retriever: PassageRetriever, llm: LLM, reads: int, near: Nearness = unknown, each: bool = False
) -> Runnable[str, Event]:
    """A runnable from a question to events; use ``stream``. Reads at most ``reads`` passages.

    ``near`` tells what other articles say of the same; without it, only what shares words is found. ``each``
    asks for every article's version, and reads one passage more of each article that wasn't read.

    Raises what the retriever and the chat model raise, and PromptTooLong where not even one passage
    fits beside the question.
    """
    found = RunnablePassthrough.assign(hits=lambda asked: _hits(retriever, asked))
    ask: Runnable[str, dict[str, Any]] = RunnableLambda(
        lambda question: {"question": question, "clock": time.perf_counter()}
    )
    return ask | found | RunnableGenerator(_drafting(llm, reads, near, each))


def _hits(retriever: PassageRetriever, asked: dict[str, Any]) -> tuple[Hit, ...]:
    return (retriever | RunnableLambda(hits_of)).invoke(asked["question"])


def _drafting(
    llm: LLM, reads: int, near: Nearness, each: bool
) -> Callable[[Iterator[dict[str, Any]]], Iterator[Event]]:
    def work(chunks: Iterator[dict[str, Any]]) -> Iterator[Event]:
        asked: dict[str, Any] = {}
        for chunk in chunks:
            asked = {**asked, **chunk}
        yield from _draft(_asked(**asked, kept=max(reads, KEPT)), llm, reads, near, each)

    return work


def _asked(question: str, hits: tuple[Hit, ...], clock: float, kept: int) -> _Asked:
    named = cased(question, hits[:kept])
    return _Asked(named, hits[:kept], cost(unmentioned(named, hits)), clock)


def _draft(asked: _Asked, llm: LLM, reads: int, near: Nearness, each: bool) -> Iterator[Event]:
    question, hits, strange = asked.question, asked.hits, asked.strange
    retrieved = time.perf_counter() - asked.start
    yield Found(hits)
    fits = fitting(question, hits, llm)
    readings = yield from read_on(question, narrowed(question, fits)[:reads], llm, strange)
    readings = [related(question, owned(question, reading, hits), near) for reading in readings]
    answering, made = yield from answered(question, readings, llm, strange)
    told = yield from elsewhere(question, answering, readings, fits, llm, near, strange, each)
    best = told.answering[0] if told.answering else NOTHING
    sentences, said = joined((*told.answering, *told.against))
    calls = (*_calls(readings), *made, *told.calls)
    yield Draft(
        question=question,
        standalone_question=question,
        hits=hits,
        sentences=sentences,
        statements=tuple(one for several in said[: len(told.answering)] for one in several),
        support=best.support,
        threshold=llm.thresholds.accept,
        reply=best.reply,
        model=llm.model,
        tokens=total(calls, llm.context),
        seconds=_seconds(retrieved, readings, calls, asked.start),
        rivals=tuple(one for several in said[len(told.answering) :] for one in several),
        calls=calls,
    )


def _calls(readings: Sequence[Reading]) -> list[Call]:
    return [call for reading in readings for call in reading.calls]


def _seconds(retrieved: float, readings: Sequence[Reading], calls: Sequence[Call], start: float) -> Seconds:
    def taken(*purposes: str) -> float:
        return sum(call.seconds for call in calls if call.purpose in purposes)

    return Seconds(
        retrieve=retrieved,
        first_token=readings[0].decided - start if readings else 0.0,
        total=time.perf_counter() - start,
        read=taken("read", "look"),
        compose=taken("compose"),
    )

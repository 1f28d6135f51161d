"""The LCEL chain: question -> retriever -> reader -> Draft, with what happens on the way.

Law: a small model is best shown one passage at a time (measured: eval/RESULTS.md), so passages are
read in the order of retrieval until one is surely enough; failing that, the best supported reading
becomes the draft. A sentence of another article that denies it is a rival; failing that, one passage of
another article is read too where its words may contradict it. The chain streams events and ends with
exactly one Draft.

Does not know: how hits are found, how a reply is read, how drafts are checked.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from langchain_core.runnables import Runnable, RunnableGenerator, RunnableLambda, RunnablePassthrough

from index.article import Hit
from rag.answer import Call, Draft, Seconds
from rag.call import total
from rag.casing import cased
from rag.choose import denying, disputed, joined, rivals, support_of
from rag.llm import LLM
from rag.reader import NOTHING, Reading
from rag.retrieve import PassageRetriever, hits_of
from rag.steps import (
    RIVALS,
    Composes,
    Event,
    Found,
    Looks,
    Reads,
    answered,
    composed,
    fitting,
    looked_at,
    read_on,
    read_rival,
)
from rag.unmentioned import cost, unmentioned

__all__ = ["RIVALS", "Composes", "Event", "Found", "Looks", "Reads", "build_chain"]


def build_chain(retriever: PassageRetriever, llm: LLM, reads: int) -> Runnable[str, Event]:
    """A runnable from a question to events; use ``stream``. Reads at most ``reads`` passages.

    Raises what the retriever and the chat model raise, and PromptTooLong where not even one passage
    fits beside the question.
    """
    found = RunnablePassthrough.assign(hits=lambda asked: _hits(retriever, asked))
    ask: Runnable[str, dict[str, Any]] = RunnableLambda(
        lambda question: {"question": question, "clock": time.perf_counter()}
    )
    return ask | found | RunnableGenerator(_drafting(llm, reads))


def _hits(retriever: PassageRetriever, asked: dict[str, Any]) -> tuple[Hit, ...]:
    return (retriever | RunnableLambda(hits_of)).invoke(asked["question"])


def _drafting(llm: LLM, reads: int) -> Callable[[Iterator[dict[str, Any]]], Iterator[Event]]:
    def work(chunks: Iterator[dict[str, Any]]) -> Iterator[Event]:
        asked: dict[str, Any] = {}
        for chunk in chunks:
            asked = {**asked, **chunk}
        question = cased(asked["question"], asked["hits"])
        yield from _draft(question, asked["hits"], llm, reads, asked["clock"])

    return work


def _draft(question: str, hits: tuple[Hit, ...], llm: LLM, reads: int, start: float) -> Iterator[Event]:
    retrieved = time.perf_counter() - start
    yield Found(hits)
    fits = fitting(question, hits, llm)
    strange = cost(unmentioned(question, hits))
    readings = yield from read_on(question, fits[:reads], llm, strange)
    readings = yield from looked_at(question, readings, llm)
    answering, made = yield from answered(question, readings, llm, strange)
    opposing: list[Reading] = []
    best = answering[0] if answering else NOTHING
    against = denying(question, best, fits)
    if not best.statements and (pair := disputed(question, readings, fits, llm.thresholds)):
        (best, *_), answering, against = pair, pair[:1], pair[1:]
    if not against:
        opposing = yield from read_rival(question, best, readings, fits, llm, strange)
        against = rivals(question, best, [*_others(readings, best), *opposing], llm.thresholds)
    against, further = yield from composed(question, against, llm)
    other = {reading.sentences for reading in against}
    answering = tuple(reading for reading in answering if reading.sentences not in other)
    sentences, said = joined((*answering, *against))
    calls = (*_calls(readings), *made, *_calls(opposing), *further)
    yield Draft(
        question=question,
        standalone_question=question,
        hits=hits,
        sentences=sentences,
        statements=tuple(one for several in said[: len(answering)] for one in several),
        support=best.support,
        threshold=llm.thresholds.accept,
        reply=best.reply,
        model=llm.model,
        tokens=total(calls, llm.context),
        seconds=_seconds(retrieved, readings, calls, start),
        rivals=tuple(one for several in said[len(answering) :] for one in several),
        calls=calls,
    )


def _others(readings: Sequence[Reading], best: Reading) -> list[Reading]:
    """The readings but those that were better supported than the one that took their place."""
    return [r for r in readings if support_of(r) <= support_of(best)]


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

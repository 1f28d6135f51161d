"""The LCEL chain: question -> retriever -> reader -> Draft, with what happens on the way.

Law: a small model is best shown one passage at a time (measured: eval/RESULTS.md), so passages are
read in the order of retrieval until one is surely enough; failing that, the best supported reading
becomes the draft. One passage of another article is read too where its words may contradict it. The chain
streams events and ends with exactly one Draft.

Does not know: how hits are found, how a reply is read, how drafts are checked.
"""

import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from langchain_core.runnables import Runnable, RunnableGenerator, RunnableLambda, RunnablePassthrough

from index.article import Hit
from index.errors import PromptTooLong
from rag import prompt
from rag.answer import Call, Draft, NumberedSentence, Seconds, Statement
from rag.call import total
from rag.choose import chosen, doubtful, joined, rival_hit, rivals, span_of, stated, support_of
from rag.compose import compose
from rag.llm import LLM
from rag.look import look
from rag.reader import NOTHING, Provisional, Reading, fits, read
from rag.retrieve import PassageRetriever, hits_of
from rag.several import asks_several
from rag.support import looked

RIVALS = 8
"""How many hits are looked through, by their words alone, for one that may contradict the answer."""


@dataclass(frozen=True, slots=True)
class Found:
    """Retrieval is done."""

    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Reads:
    """A passage is about to be read: the ``number``-th of at most ``of``."""

    number: int
    of: int
    hit: Hit


@dataclass(frozen=True, slots=True)
class Looks:
    """A reading leaves a doubt; a second look at it follows."""


@dataclass(frozen=True, slots=True)
class Composes:
    """The short answer is found; its sentence follows."""


Event = Found | Reads | Looks | Composes | Provisional | Draft


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
        yield from _draft(asked["question"], asked["hits"], llm, reads, asked["clock"])

    return work


def _draft(question: str, hits: tuple[Hit, ...], llm: LLM, reads: int, start: float) -> Iterator[Event]:
    retrieved = time.perf_counter() - start
    yield Found(hits)
    fitting = _fitting(question, [hit for hit in hits if prompt.number([hit])], llm)
    readings = yield from _readings(question, fitting[:reads], llm)
    readings = yield from _looked(question, readings, llm)
    answering = chosen(question, readings, llm.thresholds)
    best = answering[0] if answering else NOTHING
    readings += yield from _rival(question, best, readings, fitting, llm)
    against = rivals(question, best, readings, llm.thresholds)
    opposing = {reading.sentences for reading in against}
    answering = tuple(reading for reading in answering if reading.sentences not in opposing)
    sentences, located = joined((*answering, *against))
    statements, composed = yield from _composed(question, located[: len(answering)], sentences, llm)
    opposed, further = yield from _composed(question, located[len(answering) :], sentences, llm)
    calls = (*(call for reading in readings for call in reading.calls), *composed, *further)
    yield Draft(
        question=question,
        standalone_question=question,
        hits=hits,
        sentences=sentences,
        statements=statements,
        support=best.support,
        threshold=llm.thresholds.accept,
        reply=best.reply,
        model=llm.model,
        tokens=total(calls, llm.context),
        seconds=_seconds(retrieved, readings, calls, start),
        rivals=opposed,
        calls=calls,
    )


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


def _looked(question: str, readings: Sequence[Reading], llm: LLM) -> Generator[Event, None, list[Reading]]:
    """The readings, those that would answer with a doubt after a second look."""
    done: dict[int, Reading] = {}
    while True:
        now = [done.get(n, reading) for n, reading in enumerate(readings)]
        n = doubtful(question, now, llm.thresholds)
        if n is None:
            return now
        yield Looks()
        done[n] = _look(question, now[n], llm)


def _look(question: str, reading: Reading, llm: LLM) -> Reading:
    """The reading with its support after a second look at its first statement."""
    (statement, *_), support = stated(question, reading, llm.thresholds).statements, support_of(reading)
    share, call = look(question, statement.short, span_of(statement, reading.sentences), llm)
    return replace(reading, support=looked(support, share), calls=(*reading.calls, call))


def _rival(
    question: str, best: Reading, readings: Sequence[Reading], hits: Sequence[Hit], llm: LLM
) -> Generator[Event, None, list[Reading]]:
    """Read one passage of another article, where it may contradict the best reading."""
    hit = rival_hit(question, best, readings, hits[:RIVALS])
    if hit is None:
        return []
    yield Reads(len(readings) + 1, len(readings) + 1, hit)
    reading = yield from read(question, [hit], llm)
    return (yield from _looked(question, [reading], llm))


def _composed(
    question: str,
    located: Iterable[tuple[Statement, ...]],
    sentences: tuple[NumberedSentence, ...],
    llm: LLM,
) -> Generator[Event, None, tuple[tuple[Statement, ...], list[Call]]]:
    """The statements as sentences, and the calls that took."""
    statements: list[Statement] = []
    calls: list[Call] = []
    for short in (one for several in located for one in several):
        yield Composes()
        statement, call = yield from compose(question, short, sentences, llm)
        statements.append(statement)
        calls += [call] if call else []
    return tuple(statements), calls


def _readings(question: str, hits: Sequence[Hit], llm: LLM) -> Generator[Event, None, list[Reading]]:
    """Read passage after passage until one is surely enough; all, where several things are asked for."""
    readings: list[Reading] = []
    for number, hit in enumerate(hits, 1):
        yield Reads(number, len(hits), hit)
        readings.append((yield from read(question, [hit], llm)))
        if support_of(readings[-1]) >= llm.thresholds.sure and not asks_several(question):
            break
    return readings


def _fitting(question: str, hits: Sequence[Hit], llm: LLM) -> list[Hit]:
    """The hits that fit the window beside the question. Raises PromptTooLong where none of them does."""
    fitting = [hit for hit in hits if fits(question, [hit], llm)]
    if hits and not fitting:
        raise PromptTooLong(
            f"The question and one passage don't fit the model's window of {llm.context} tokens.",
            "shorten the question, or raise BYLINE_NUM_CTX",
        )
    return fitting

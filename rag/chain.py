"""The LCEL chain: question -> retriever -> reader -> Draft, with what happens on the way.

Law: a small model is best shown one passage at a time (measured: eval/RESULTS.md), so passages are
read in the order of retrieval until one is surely enough; failing that, the best supported reading
becomes the draft. The chain streams events and ends with exactly one Draft.

Does not know: how hits are found, how a reply is read, how drafts are checked.
"""

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.runnables import Runnable, RunnableGenerator, RunnableLambda, RunnablePassthrough

from index.article import Hit
from index.errors import PromptTooLong
from rag.answer import Draft, Seconds, Statement
from rag.compose import compose
from rag.llm import LLM
from rag.locate import locate, stands
from rag.reader import NOTHING, Provisional, Reading, fits, read, total
from rag.retrieve import PassageRetriever, hits_of


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
class Composes:
    """The short answer is found; its sentence follows."""


Event = Found | Reads | Composes | Provisional | Draft


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
    readings = yield from _readings(question, _fitting(question, hits, llm)[:reads], llm)
    best = max(readings, key=_support, default=NOTHING)
    statements, spent = yield from _composed(question, best, llm)
    first = readings[0].decided - start if readings else 0.0
    yield Draft(
        question=question,
        standalone_question=question,
        hits=hits,
        sentences=best.sentences,
        statements=statements,
        support=best.support,
        threshold=llm.thresholds.accept,
        reply=best.reply,
        model=llm.model,
        tokens=total(readings, spent, llm.context),
        seconds=Seconds(retrieved, first, time.perf_counter() - start),
    )


def _composed(
    question: str, reading: Reading, llm: LLM
) -> Generator[Event, None, tuple[tuple[Statement, ...], list[tuple[int, int]]]]:
    """The statements, each where it stands and as a sentence, and the tokens that took."""
    statements: list[Statement] = []
    spent: list[tuple[int, int]] = []
    for short in _worth_stating(question, reading, llm):
        yield Composes()
        located = locate(short, reading.sentences, question)
        statement, tokens = yield from compose(question, located, reading.sentences, llm)
        statements.append(statement)
        spent.append(tokens)
    return tuple(statements), spent


def _worth_stating(question: str, reading: Reading, llm: LLM) -> list[Statement]:
    """The short answers to state: of those that no sentence says, only what the model is sure of."""
    if _support(reading) >= llm.thresholds.sure:
        return list(reading.statements)
    if _support(reading) < llm.thresholds.accept:
        return []
    return [short for short in reading.statements if stands(short, reading.sentences, question)]


def _readings(question: str, hits: Sequence[Hit], llm: LLM) -> Generator[Event, None, list[Reading]]:
    """Read passage after passage until one is surely enough."""
    readings: list[Reading] = []
    for number, hit in enumerate(hits, 1):
        yield Reads(number, len(hits), hit)
        readings.append((yield from read(question, [hit], llm)))
        if _support(readings[-1]) >= llm.thresholds.sure:
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


def _support(reading: Reading) -> float:
    return -1.0 if reading.support is None else reading.support

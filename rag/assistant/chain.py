"""The LCEL chain: question -> retriever -> Draft, the stages to be read from top to bottom.

Law: a small model is best shown one passage at a time (measured: eval/LOG.md), so passages are read in the
order of retrieval until one is surely enough. Every candidate is placed, looked at and judged in that loop.
Then the best is chosen, and what other articles say is set beside it. The chain streams events and ends
with exactly one Draft.

Does not know: how hits are found, how a reply is read, how drafts are checked.
"""

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from langchain_core.runnables import Runnable, RunnableGenerator, RunnableLambda, RunnablePassthrough

from index.article import Hit
from rag.answer import Call, Draft, Judged, Question, Seconds
from rag.events import Compares, Event, Found, Looks, Reads
from rag.judging.choose import chosen, joined
from rag.judging.elsewhere import Compared, Told, elsewhere
from rag.judging.nearness import Nearness
from rag.judging.score import Fit
from rag.judging.weigh import Scales, deserves_look, judged, looked, unlooked
from rag.models.call import total
from rag.models.llm import LLM
from rag.reading.look import look
from rag.reading.place import placed
from rag.reading.quoted import narrowed
from rag.reading.reader import fitting, read
from rag.search import PassageRetriever, hits_of

ENOUGH = 2
"""After how many passages an answer that is not sure is enough; where there is none, more are read."""
KEPT = 6
"""How many hits are shown and looked through; more where more may be read."""


@dataclass(frozen=True, slots=True)
class Means:
    """A model, what its answers are weighed with, how many passages are read, how near texts are."""

    llm: LLM
    scales: Scales
    reads: int
    near: Nearness


@dataclass(slots=True)
class _Heard:
    """The calls of one question, in order; readings that pointed at nothing are among them."""

    calls: list[Call]
    first: float = 0.0


def build_chain(retriever: PassageRetriever, means: Means) -> Runnable[Question, Event]:
    """A runnable from a question to events; use ``stream``.

    Raises what the retriever and the chat model raise, and PromptTooLong where not even one passage
    fits beside the question.
    """
    found = RunnablePassthrough.assign(hits=lambda asked: _hits(retriever, asked["question"]))
    ask: Runnable[Question, dict[str, Any]] = RunnableLambda(
        lambda question: {"question": question, "clock": time.perf_counter()}
    )
    return ask | found | RunnableGenerator(_drafting(means))


def _hits(retriever: PassageRetriever, question: Question) -> tuple[Hit, ...]:
    return (retriever | RunnableLambda(hits_of)).invoke(question.text)


def _drafting(means: Means) -> Callable[[Iterator[dict[str, Any]]], Iterator[Event]]:
    def work(chunks: Iterator[dict[str, Any]]) -> Iterator[Event]:
        asked: dict[str, Any] = {}
        for chunk in chunks:
            asked = {**asked, **chunk}
        yield from _draft(asked["question"], asked["hits"], asked["clock"], means)

    return work


def _draft(question: Question, found: tuple[Hit, ...], start: float, means: Means) -> Iterator[Event]:
    retrieved = time.perf_counter() - start
    hits, heard = found[: max(means.reads, KEPT)], _Heard([])
    yield Found(hits)
    fits = fitting(question, hits, means.llm)
    read = yield from _read_on(question, narrowed(question, fits)[: means.reads], heard, means)
    yield Compares()
    told = yield from _compared(question, read, fits, heard, means)
    sentences, said = joined((*told.answering, *told.against))
    every = (*read, *told.read)
    yield Draft(
        question=question,
        hits=hits,
        sentences=sentences,
        statements=said[: len(told.answering)],
        support=max((one.support for one in every), default=None),
        threshold=means.scales.fit.accept,
        model=means.llm.model,
        tokens=total(heard.calls, means.llm.context),
        seconds=_seconds(retrieved, heard, start),
        rivals=said[len(told.answering) :],
        judged=every,
        calls=tuple(heard.calls),
        fired=told.fired,
    )


def _read_on(
    question: Question, hits: Sequence[Hit], heard: _Heard, means: Means
) -> Generator[Event, None, tuple[Judged, ...]]:
    """Read passage after passage until one is surely enough; all, where several things are asked for."""
    every: list[Judged] = []
    for rank, hit in enumerate(hits, 1):
        yield Reads(rank, len(hits), hit)
        best = 0.0 if question.form.several else max((one.support for one in every), default=0.0)
        one = yield from _judged(question, hit, rank, heard, means, best)
        every += [one] if one else []
        if not question.form.several and _is_enough(every, rank, means.scales.fit):
            break
    return tuple(every)


def _is_enough(every: Sequence[Judged], rank: int, fit: Fit) -> bool:
    """Whether nothing more need be read: a sure answer, or after ENOUGH passages any."""
    best = max((one.support for one in every), default=0.0)
    return best >= (fit.sure if rank < ENOUGH else fit.accept)


def _judged(
    question: Question,
    hit: Hit,
    rank: int,
    heard: _Heard,
    means: Means,
    best: float = 0.0,
) -> Generator[Event, None, Judged | None]:
    """One passage: read, placed, looked at where that matters, judged; None for nothing pointed at."""
    reading = read(question, hit, rank, means.llm)
    heard.calls += reading.calls
    heard.first = heard.first or reading.decided
    candidate = placed(question, reading)
    if candidate is None:
        return None
    before = judged(question, candidate, means.scales)
    if not deserves_look(before, best, means.scales):
        return unlooked(before, means.scales)
    yield Looks()
    yes, calls = look(question, candidate.short, candidate.span, means.llm)
    heard.calls += calls
    return looked(before, yes, means.scales)


def _compared(
    question: Question,
    read: tuple[Judged, ...],
    fits: Sequence[Hit],
    heard: _Heard,
    means: Means,
) -> Generator[Event, None, Told]:
    """What answers, with what other articles say to it: what is read for that is looked at in any case."""
    careful = replace(means, scales=replace(means.scales, fit=replace(means.scales.fit, unlooked=None)))

    def further(hit: Hit) -> Generator[Event, None, Judged | None]:
        rank = len(read) + 1
        yield Reads(rank, rank, hit)
        return (yield from _judged(question, hit, rank, heard, careful))

    accept = means.scales.fit.accept
    over = Compared(question, fits, read, accept, means.near, further, means.scales.rules)
    return (yield from elsewhere(chosen(question, read, accept), over))


def _seconds(retrieved: float, heard: _Heard, start: float) -> Seconds:
    def taken(purpose: str) -> float:
        return sum(call.seconds for call in heard.calls if call.purpose == purpose)

    return Seconds(
        retrieve=retrieved,
        first_token=heard.first - start if heard.first else 0.0,
        total=time.perf_counter() - start,
        read=taken("read"),
        look=taken("look"),
    )

"""A receipt: everything that one answer was made from and checked by, as a JSON file.

Law: what a receipt says comes from the Answer, the settings and the index that gave it, not from a
second look at files or models.

Does not know: how a question is asked again, how answers are compared.
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from importlib.metadata import PackageNotFoundError, version

from index.catalog import EVERYTHING, Where
from index.store import Index
from rag.answer import Answer, Call, Judged, Tokens
from rag.assistant import Assistant
from rag.question.form import understood
from rag.records.contract import to_json
from rag.records.receipt.file import read_receipt, refuse_target, told, write_receipt
from rag.records.receipt.values import (
    KIND,
    VERSION,
    Candidate,
    Digest,
    Filters,
    Fitted,
    Found,
    Indexed,
    Limits,
    Message,
    Quoted,
    Receipt,
    Speaker,
    Spoken,
    Told,
)
from rag.settings import Settings

__all__ = [
    "Candidate",
    "Digest",
    "Filters",
    "Fitted",
    "Found",
    "Indexed",
    "Limits",
    "Message",
    "Quoted",
    "Receipt",
    "Speaker",
    "Spoken",
    "Told",
    "indexed",
    "make_receipt",
    "program_version",
    "read_receipt",
    "refuse_target",
    "told",
    "write_receipt",
]


def program_version() -> str:
    """The version of Byline that runs; ``unknown`` where it isn't installed."""
    try:
        return version("byline")
    except PackageNotFoundError:
        return "unknown"


def make_receipt(
    answer: Answer,
    assistant: Assistant,
    settings: Settings,
    answered_at: datetime,
    where: Where = EVERYTHING,
    history: Sequence[str] = (),
) -> Receipt:
    """The receipt of an answer that ``assistant`` gave. ``answered_at`` knows its zone; ``history`` are the
    earlier questions of the conversation.
    """
    asked_at = answered_at - timedelta(seconds=answer.seconds.total)
    return Receipt(
        kind=KIND,
        version=VERSION,
        byline=program_version(),
        asked_at=asked_at.isoformat(timespec="seconds"),
        question=answer.question,
        standalone_question=answer.standalone_question,
        form=_form(answer),
        history=tuple(history),
        corpus=str(settings.corpus.expanduser().resolve()),
        filters=Filters(where.source, where.since, where.until),
        settings=Limits(settings.reads, settings.num_ctx, settings.threshold),
        index=indexed(assistant.index),
        model=Speaker(answer.model.backend, answer.model.name, answer.model.digest, assistant.llm.form),
        fit=_fitted(assistant),
        hits=_found(answer),
        calls=tuple(_spoken(call, answer.tokens.context) for call in answer.calls),
        candidates=tuple(map(_candidate, answer.judged)),
        checks=answer.checks,
        threshold=answer.threshold,
        answer=to_json(answer),
        seconds=answer.seconds,
        fired=answer.fired,
    )


def indexed(index: Index) -> Indexed:
    """What an open index holds."""
    articles = tuple(Digest(path, digest) for path, digest in index.digests().items())
    return Indexed(index.fingerprint(), index.embedder_name, index.embedder_digest, articles)


def _form(answer: Answer) -> dict[str, bool | list[str]]:
    """What the question asks for: told by its words alone, so the same as when it was answered."""
    form = asdict(understood(answer.question, answer.standalone_question).form)
    return {name: sorted(told) if isinstance(told, frozenset) else told for name, told in form.items()}


def _fitted(assistant: Assistant) -> Fitted:
    fit = assistant.scales.fit
    return Fitted(fit.name, fit.accept, fit.sure, fit.bias, dict(fit.weights), fit.unlooked)


def _found(answer: Answer) -> tuple[Found, ...]:
    """What retrieval found for an answer, best first."""
    found = [(hit.passage, hit) for hit in answer.hits]
    return tuple(
        Found(p.source.path, p.start, p.end, hit.score, hit.dense_rank, hit.text_rank) for p, hit in found
    )


def _candidate(judged: Judged) -> Candidate:
    candidate, passage = judged.candidate, judged.candidate.reading.hit.passage
    return Candidate(
        path=passage.source.path,
        start=passage.start,
        end=passage.end,
        rank=candidate.reading.rank,
        cited=tuple((each.sentence.start, each.sentence.end) for each in candidate.cited),
        short=candidate.short,
        yes=candidate.yes,
        signals=dict(judged.signals),
        support=judged.support,
    )


def _spoken(call: Call, context: int) -> Spoken:
    messages = tuple(Message(role, text) for role, text in call.messages)
    tokens = Tokens(*call.tokens, context)
    return Spoken(call.purpose, messages, call.reply, tokens, call.seconds, call.support)

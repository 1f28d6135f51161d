"""A receipt: everything that one answer was made from and checked by, as a JSON file.

Law: what a receipt says comes from the Answer, the settings and the index that gave it, not from a
second look at files or models.

Does not know: how a question is asked again, how answers are compared.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from index.catalog import EVERYTHING, Where
from index.store import Index
from rag.answer import Answer, Call, Tokens
from rag.calibration import program_version
from rag.receipt.file import read_receipt, refuse_target, told, write_receipt
from rag.receipt.values import (
    KIND,
    VERSION,
    Candidate,
    Digest,
    Filters,
    Indexed,
    Limits,
    Message,
    Quoted,
    Receipt,
    Spoken,
    Told,
)
from rag.settings import Settings
from rag.show import to_json

__all__ = [
    "Candidate",
    "Digest",
    "Filters",
    "Indexed",
    "Limits",
    "Message",
    "Quoted",
    "Receipt",
    "Spoken",
    "Told",
    "candidates",
    "indexed",
    "make_receipt",
    "read_receipt",
    "refuse_target",
    "told",
    "write_receipt",
]


def make_receipt(
    answer: Answer,
    index: Index,
    settings: Settings,
    answered_at: datetime,
    where: Where = EVERYTHING,
    history: Sequence[str] = (),
) -> Receipt:
    """The receipt of an answer that ``index`` gave. ``answered_at`` knows its zone; ``history`` are the
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
        history=tuple(history),
        corpus=str(settings.corpus.expanduser().resolve()),
        filters=Filters(where.source, where.since, where.until),
        settings=Limits(settings.reads, settings.num_ctx, settings.threshold),
        index=indexed(index),
        model=answer.model,
        candidates=candidates(answer),
        calls=tuple(_spoken(call, answer.tokens.context) for call in answer.calls),
        checks=answer.checks,
        threshold=answer.threshold,
        answer=to_json(answer),
        seconds=answer.seconds,
    )


def indexed(index: Index) -> Indexed:
    """What an open index holds."""
    articles = tuple(Digest(path, digest) for path, digest in index.digests().items())
    return Indexed(index.fingerprint(), index.embedder_name, index.embedder_digest, articles)


def candidates(answer: Answer) -> tuple[Candidate, ...]:
    """What retrieval found for an answer, best first."""
    found = [(hit.passage, hit) for hit in answer.hits]
    return tuple(
        Candidate(p.source.path, p.start, p.end, hit.score, hit.dense_rank, hit.text_rank) for p, hit in found
    )


def _spoken(call: Call, context: int) -> Spoken:
    messages = tuple(Message(role, text) for role, text in call.messages)
    tokens = Tokens(*call.tokens, context)
    return Spoken(call.purpose, messages, call.reply, tokens, call.seconds, call.support)

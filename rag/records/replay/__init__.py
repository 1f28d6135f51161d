"""A receipt is replayed: the same question over the same corpus, and the two answers compared.

Law: only what decides an answer is taken from a receipt: the corpus, the filters, the limits, the
questions. Which model answers, and where, is the reader's own setting; a folder that was never indexed
here is not indexed because a receipt names it.

Does not know: how a replay is shown.
"""

import shlex
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from index.catalog import Where
from index.errors import ReceiptError
from index.store import Index, index_folder
from rag.answer import Answer
from rag.assistant import Assistant
from rag.question.followup import Turn
from rag.records.receipt import Receipt, make_receipt
from rag.records.replay.compare import Changes, Kept, Place, Replay, compare
from rag.settings import Settings

__all__ = [
    "Changes",
    "Kept",
    "Place",
    "Replay",
    "replay",
    "settings_of",
]


def settings_of(receipt: Receipt, own: Settings) -> Settings:
    """The settings to replay with: ``own`` but for what the receipt decides.

    Raises ReceiptError where its corpus has never been indexed below ``own.home``.
    """
    corpus, limits = Path(receipt.corpus), receipt.settings
    if not index_folder(own.home, corpus).is_dir():
        raise ReceiptError(
            f"The receipt is of {corpus}, which has not been indexed here.",
            f"if these are your articles: byline index {shlex.quote(receipt.corpus)}",
        )
    return replace(own, corpus=corpus, reads=limits.reads, num_ctx=limits.num_ctx, threshold=limits.threshold)


def replay(receipt: Receipt, assistant: Assistant, settings: Settings) -> Replay:
    """Ask again, earlier questions first, and compare. Raises what ``Assistant.ask`` raises."""
    where = Where(receipt.filters.source, receipt.filters.since, receipt.filters.until)
    answer = _asked_again(receipt, assistant, where)
    now = datetime.now().astimezone()
    fresh = make_receipt(answer, assistant, settings, now, where, receipt.history)
    return compare(receipt, fresh, answer, lambda path: _text(assistant.index, path))


def _asked_again(receipt: Receipt, assistant: Assistant, where: Where) -> Answer:
    turns: tuple[Turn, ...] = ()
    for question in receipt.history:
        answer = assistant.ask(question, where, turns)
        turns = (*turns, Turn(question, answer.standalone_question, answer))
    return assistant.ask(receipt.question, where, turns)


def _text(index: Index, path: str) -> str | None:
    try:
        return index.article(path).text
    except KeyError:
        return None

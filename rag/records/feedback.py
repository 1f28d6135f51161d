"""Thumbs become labelled cases that ``byline eval --cases`` runs.

Law: a case says only what the user said. A good answer is the gold answer of its question, a refusal
that is right (or was missed) has none, and an answer that is wrong becomes a case only with the right one
beside it. What can't be a case yet, and what was asked of some articles alone, which a case can't say, is
kept whole in ``verdicts.jsonl`` beside the cases, to be labelled later.

Does not know: how cases are run or judged, how thumbs are shown.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from index.catalog import EVERYTHING
from index.errors import StorageError, UsageError
from rag.answer import Answer, Claim
from rag.english.denials import is_yes_or_no
from rag.plain import line
from rag.question.followup import TURNS
from rag.question.followup.need import Need, need
from rag.question.form import understood
from rag.reading.place import echoes
from rag.records.contract import to_json
from rag.records.conversation import Exchange
from rag.records.conversation.disk import alone, translated, write

REASONS = ("wrong source", "wrong answer", "should have refused", "should have answered")
_REFUSE = "should have refused"
KIND = "feedback"
VERDICTS = "verdicts.jsonl"
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a user said of an answer. ``correction`` is the right answer, where one was given."""

    good: bool
    reason: str | None = None
    correction: str | None = None


class Feedback:
    """The cases in ``file`` and the verdicts beside it, one of either an exchange.

    May be used from several threads and processes.
    """

    def __init__(self, file: Path) -> None:
        self._cases, self._rest = file, file.with_name(VERDICTS)

    def note(
        self,
        exchange: Exchange,
        good: bool,
        reason: str | None,
        earlier: Sequence[str],
        correction: str | None = None,
    ) -> None:
        """Keep a verdict on ``exchange``, in place of an older one.

        ``earlier`` are the questions before it in its conversation, oldest first; ``correction`` is the
        right answer in a few words. Raises UsageError for a reason that is none, StorageError.
        """
        if reason is not None and reason not in REASONS:
            raise UsageError(f"{line(reason)!r} is no reason.", f"one of: {', '.join(REASONS)}")
        verdict = Verdict(good, None if good else reason, None if good else _words(correction))
        case = _case(exchange, verdict, _needed(earlier))
        self._replace(exchange.id, case, None if case else _told(exchange, verdict, earlier))

    def withdraw(self, id: str) -> None:
        """Forget the verdict on an exchange, by its id. Raises StorageError."""
        self._replace(id, None, None)

    def verdicts(self) -> dict[str, Verdict]:
        """What was said, by the exchange's id. Raises StorageError where a file is broken."""
        rows = [_row(text, file) for file in (self._cases, self._rest) for text in _lines(file)]
        return {row["id"]: _verdict(row) for row in rows if row.keys() >= {"id", "good"}}

    def _replace(self, id: str, case: Row | None, rest: Row | None) -> None:
        """Both files without the exchange, but for its new line in one of them."""
        with alone(self._cases.parent):
            for file, row in ((self._cases, case), (self._rest, rest)):
                old = _lines(file)
                new = [text for text in old if _row(text, file).get("id") != id]
                new += [json.dumps(row, ensure_ascii=False)] if row else []
                if new != old:
                    write(file, new)


def _case(exchange: Exchange, verdict: Verdict, after: Sequence[str]) -> Row | None:
    """The case that the verdict makes, in the format of ``--cases``, or None."""
    if exchange.filters != EVERYTHING:
        return None
    gold = _gold(exchange.answer, verdict)
    if gold is None:
        return None
    named = {"id": exchange.id, "question": exchange.question}
    return {**named, **gold, "kind": KIND, "after": list(after), **asdict(verdict)}


def _gold(answer: Answer, verdict: Verdict) -> Row | None:
    """What is right, as far as the verdict tells: the answer itself, no answer, or the correction."""
    if (verdict.good and answer.refused) or verdict.reason == _REFUSE:
        return {"answers": [], "source": None, "evidence": None, "unanswerable": True}
    if verdict.good:
        (first, *rest) = answer.claims
        cited = first.citations[0]
        place = {"source": cited.source.path, "evidence": cited.quote, "unanswerable": False}
        return {"answers": _forms(first, answer), **place, "also": [_forms(claim, answer) for claim in rest]}
    if verdict.correction:
        place = {"source": None, "evidence": None, "unanswerable": False}
        return {"answers": [verdict.correction], **place}
    return None


def _forms(claim: Claim, answer: Answer) -> list[str]:
    """Each of them says what the claim says: a few words of it, all of it, its sources themselves."""
    quotes = " ".join(citation.quote for citation in claim.citations)
    short = claim.short if _telling(claim, answer) else ""
    return list(dict.fromkeys(filter(_says, (short, claim.text, quotes))))


def _telling(claim: Claim, answer: Answer) -> bool:
    """Whether the few words stand in the claim, and say what the question doesn't."""
    question, short = understood(answer.question, answer.standalone_question), claim.short
    return bool(claim.marks) and _says(short) and not is_yes_or_no(short) and not echoes(short, question)


def _says(text: str) -> bool:
    return any(map(str.isalnum, text))


def _words(text: str | None) -> str | None:
    """A text on one line, or None where it holds no word."""
    flat = line(text or "")
    return flat if _says(flat) else None


def _needed(earlier: Sequence[str]) -> list[str]:
    """The questions that are still remembered, and those before that the first of them leans on."""
    first = max(0, len(earlier) - TURNS)
    while first and need(earlier[first]) is not Need.NONE:
        first -= 1
    return list(earlier[first:])


def _told(exchange: Exchange, verdict: Verdict, earlier: Sequence[str]) -> Row:
    """All that whoever labels it needs: the question with its conversation, the answer with its sources."""
    asked = {"id": exchange.id, "question": exchange.question, "after": list(earlier)}
    where = {"asked_at": exchange.asked_at, "filters": asdict(exchange.filters)}
    return {**asked, **where, **asdict(verdict), "answer": to_json(exchange.answer)}


def _lines(file: Path) -> list[str]:
    """The lines that are not blank, as they are: some may have been changed by hand."""
    with translated(file):
        content = file.read_bytes() if file.exists() else b""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _unreadable(file) from None
    return [each for each in text.split("\n") if each.strip()]


def _row(text: str, file: Path) -> Row:
    try:
        row = json.loads(text)
    except (ValueError, RecursionError):
        raise _unreadable(file) from None
    if not isinstance(row, dict):
        raise _unreadable(file)
    return row


def _verdict(row: Row) -> Verdict:
    return Verdict(row["good"], row.get("reason"), row.get("correction"))


def _unreadable(file: Path) -> StorageError:
    return StorageError(
        f"{file} holds a line that is no JSON object.", "mend the line, or move the file away"
    )

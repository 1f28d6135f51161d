"""The conversations of one folder, a file each.

Law: a file is replaced whole, by one writer at a time; one that can't be read is told of and left as it
is. An id is data from outside: only a word of ours ever becomes a file's name.

Does not know: who asks, what answers hold.
"""

import re
from datetime import datetime
from pathlib import Path

from index.errors import StorageError
from rag.records.conversation.disk import alone, translated, write
from rag.records.conversation.file import Broken, from_lines, summary, to_lines
from rag.records.conversation.values import WORD, Conversation, Exchange, Summary, continued, word

_SUFFIX = ".jsonl"
_LONGEST_HEADING = 1 << 16
"""Bytes."""


class Conversations:
    """Kept in ``folder``, which is made at the first save. May be used from several threads and processes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def new(self) -> Conversation:
        """A conversation without exchanges, not kept yet."""
        return Conversation(word(), "", ())

    def load(self, id: str) -> Conversation:
        """The conversation by that id. Raises KeyError for none, StorageError for a broken one."""
        file = self._file(id)
        try:
            with translated(file):
                lines = file.read_bytes().removesuffix(b"\n").split(b"\n")
        except StorageError as error:
            if isinstance(error.__cause__, FileNotFoundError):
                raise KeyError(id) from None
            raise
        try:
            return from_lines(id, lines)
        except Broken as fault:
            raise _unreadable(file, str(fault)) from None

    def save(self, conversation: Conversation) -> None:
        """Keep the conversation as it is, in place of what was kept by its id.

        Raises StorageError, also where what was kept is broken; KeyError for an id that is not ours.
        """
        self._file(conversation.id)
        with alone(self._folder):
            self._kept(conversation.id)
            self._write(conversation)

    def add(self, id: str, exchange: Exchange) -> Conversation:
        """Keep one more exchange, and return the conversation, which another tab may have continued.

        One that is not kept yet begins here. Raises as ``save`` does.
        """
        self._file(id)
        with alone(self._folder):
            longer = continued(self._kept(id) or Conversation(id, "", ()), exchange)
            self._write(longer)
        return longer

    def list(self) -> tuple[Summary, ...]:
        """What is kept, newest first, then what is broken, with its fault. Raises StorageError."""
        with translated(self._folder):
            files = sorted(self._folder.glob(f"*{_SUFFIX}")) if self._folder.exists() else []
        found = [_summary(file) for file in files if re.fullmatch(WORD, file.stem)]
        return tuple(sorted((each for each in found if each), key=_age, reverse=True))

    def delete(self, id: str) -> None:
        """Forget the conversation, broken or not; one that is gone already is none. Raises StorageError."""
        try:
            file = self._file(id)
        except KeyError:
            return
        with translated(file):
            file.unlink(missing_ok=True)

    def _file(self, id: str) -> Path:
        if not isinstance(id, str) or not re.fullmatch(WORD, id):
            raise KeyError(id)
        return self._folder / f"{id}{_SUFFIX}"

    def _kept(self, id: str) -> Conversation | None:
        try:
            return self.load(id)
        except KeyError:
            return None

    def _write(self, conversation: Conversation) -> None:
        write(self._file(conversation.id), to_lines(conversation))


def _summary(file: Path) -> Summary | None:
    """None for a file that has gone meanwhile."""
    try:
        with file.open("rb") as opened:
            return summary(file.stem, opened.readline(_LONGEST_HEADING))
    except FileNotFoundError:
        return None
    except OSError as error:
        return Summary(file.stem, "", None, 0, (error.strerror or str(error)).lower())
    except Broken as fault:
        return Summary(file.stem, "", None, 0, str(fault))


def _age(summary: Summary) -> tuple[bool, float]:
    return not summary.fault, datetime.fromisoformat(summary.when).timestamp() if summary.when else 0.0


def _unreadable(file: Path, reason: str) -> StorageError:
    return StorageError(
        f"The conversation {file.stem} can't be read: {reason}.", f"delete it, or look into {file}"
    )

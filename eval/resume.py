"""An eval that was stopped goes on: every answer is noted as it comes, and is not asked for again.

Law: a line of the journal is an answer, under a digest of all that it depends on: the bench's state,
the question and those before it, what was withheld. An answer is found again only where all of that is
the same. A line is written whole or is passed over; what is there is never changed, only added to, until
the finished run removes the file.

Does not know: verdicts, reports, how answers are made.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import cache, partial
from io import FileIO
from pathlib import Path
from typing import TYPE_CHECKING

from eval.bench import Ask, Bench, OpenBench
from eval.cases import Case
from index.errors import StorageError
from rag.answer import Answer

if TYPE_CHECKING:
    from pydantic import TypeAdapter

VERSION = 1


class Journal:
    """Answers noted, by their keys, and the open file that new ones are added to."""

    def __init__(self, path: Path, file: FileIO, known: Mapping[str, Answer]) -> None:
        self._path, self._file, self._known = path, file, dict(known)

    def opening(self, open_bench: OpenBench) -> OpenBench:
        """``open_bench``, whose benches ask only what the journal does not know."""

        @contextmanager
        def open_remembering(*given: object, **named: object) -> Iterator[Bench]:
            with open_bench(*given, **named) as bench:
                yield self.remembering(bench)

        return open_remembering

    def remembering(self, bench: Bench) -> Bench:
        """``bench``, which asks only what the journal does not know; as it is where its state is not known.

        Asking it may raise StorageError.
        """
        if not bench.state:
            return bench
        ask = partial(self._ask, bench.ask, bench.state, "ask")
        ask_without = partial(self._ask, bench.ask_without, bench.state, "ask without")
        return replace(bench, ask=ask, ask_without=ask_without)

    def knows(self, case: Case, bench: Bench) -> bool:
        """Whether a case's answer is noted and need not be asked for."""
        return key_of(case, bench.state, "ask") in self._known

    def remove(self) -> None:
        """Take the file away: the run is complete."""
        self._path.unlink(missing_ok=True)

    def _ask(self, ask: Ask, state: str, how: str, case: Case) -> Answer:
        key = key_of(case, state, how)
        if key not in self._known:
            answer = ask(case)
            self._note(key, case, answer)
            self._known[key] = answer
        return self._known[key]

    def _note(self, key: str, case: Case, answer: Answer) -> None:
        """Add one line, by one write, so that a process that is killed tears one line at most."""
        values = _answers().dump_python(answer, mode="json")
        line = json.dumps({"version": VERSION, "key": key, "case": case.id, "answer": values})
        try:
            self._file.write(f"{line}\n".encode())
        except OSError as error:
            raise _unusable(self._path, error) from error


@contextmanager
def open_journal(path: Path, fresh: bool = False) -> Iterator[Journal]:
    """The journal at ``path``, made where there is none, emptied where ``fresh``. Raises StorageError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if fresh:
            path.unlink(missing_ok=True)
        file = FileIO(path, "a+")
    except OSError as error:
        raise _unusable(path, error) from error
    with file:
        yield Journal(path, file, _read(path, file))


def journal_path(home: Path, corpus: Path, cases: tuple[Case, ...], purpose: str) -> Path:
    """Where a run without a report folder keeps its journal: one file for these cases over this corpus."""
    return home / "eval" / f"{purpose}-{_digest(str(corpus.resolve()), *map(repr, cases))[:16]}.jsonl"


def key_of(case: Case, state: str, how: str) -> str:
    """A SHA-256 (hex) over what the answer to a case depends on."""
    return _digest(state, how, repr(case))


def _digest(*parts: str) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _read(path: Path, file: FileIO) -> dict[str, Answer]:
    """The answers on whole lines; a torn last line is ended, so that the next one stands alone."""
    try:
        file.seek(0)
        data = file.readall()
        if data and not data.endswith(b"\n"):
            file.write(b"\n")
    except OSError as error:
        raise _unusable(path, error) from error
    return dict(filter(None, map(_entry, data.split(b"\n"))))


def _entry(line: bytes) -> tuple[str, Answer] | None:
    """A line's key and answer; None where it holds none, or one of another version."""
    try:
        row = json.loads(line)
        return (str(row["key"]), _answers().validate_python(row["answer"])) if _is_ours(row) else None
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _is_ours(row: object) -> bool:
    return isinstance(row, dict) and row.get("version") == VERSION


@cache
def _answers() -> "TypeAdapter[Answer]":
    """How an answer becomes JSON values and is made from them again."""
    from pydantic import TypeAdapter

    return TypeAdapter(Answer)


def _unusable(path: Path, error: OSError) -> StorageError:
    reason = error.strerror or type(error).__name__
    return StorageError(f"{path} can't keep the eval's progress: {reason}", "Name a folder: --report DIR.")

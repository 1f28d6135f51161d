"""Files become articles, or are skipped with a reason, within limits of time, memory and size.

Law: no file stops the program. Text is parsed here, in time proportional to its length; for every other
format a process of its own is asked, which is ended where a file takes more than it may. It is started with
the first such file, serves the next ones too, and ends with this object.

Does not know: folders, the index.
"""

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import IO, BinaryIO, Self, cast

from index.article import Article, Source
from index.errors import ReaderError
from index.read.child import HEADER, TOO_LARGE, too_large
from index.read.limits import LIMITS, MAX_TEXT, Limits
from index.read.listing import Skipped
from index.read.parsing import Loaded, parse_file, suffix_of
from index.read.wire import pack, receive, send, unpack

START_SECONDS = 60.0
_IN_PROCESS = frozenset({".txt", ".md"})
_BYTES_PER_CHARACTER = 4
_ROOT = Path(__file__).resolve().parents[2]
# The path is this process's own; nothing is imported from the working folder before it is set.
_CODE = "import sys; sys.path[:] = {path!r}; from index.read.child import main; main()"

_LOST = (EOFError, OSError, ValueError, KeyError, TypeError)
"""What comes of a process that has ended, or gives something that is no answer."""

Process = subprocess.Popen[bytes]


class Reader:
    """Reads files; use it as a context, at whose end its process ends. Not for several threads at once."""

    def __init__(self, limits: Limits = LIMITS) -> None:
        self._limits = limits
        self._child: Process | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def read(self, loaded: Loaded) -> Article | Skipped:
        """Turn the bytes of a file into an article, or say why they are none.

        Raises ReaderError where the reading process can't be started.
        """
        return parse_file(loaded) if suffix_of(loaded.file) in _IN_PROCESS else self._asked(loaded)

    def close(self) -> None:
        """End the reading process, if there is one."""
        if self._child is not None:
            _end(self._child)
            self._child = None

    def _asked(self, loaded: Loaded) -> Article | Skipped:
        child, seconds = self._ready(), self._limits.seconds_of(suffix_of(loaded.file))
        outcome, worn = None, True
        with _deadline(child, seconds) as passed, suppress(*_LOST):
            outcome, worn = _exchange(child, loaded, seconds)
        if worn or passed.is_set():
            self.close()
        if outcome is None:
            outcome = Skipped(loaded.file.path, self._why(child, seconds, passed.is_set()))
        return outcome

    def _ready(self) -> Process:
        """Return the process, started anew where there is none that lives."""
        if self._child is None or self._child.poll() is not None:
            self.close()
            self._child = _started(self._limits.memory)
        return self._child

    def _why(self, child: Process, seconds: float, passed: bool) -> str:
        code = child.returncode
        if passed or code == -getattr(signal, "SIGALRM", 0):
            return f"reading it takes longer than {seconds:g} s"
        if code == TOO_LARGE:
            return too_large(self._limits.memory)
        return "broken: it ends the process that reads it"


def _started(memory: int) -> Process:
    """Start a reading process, in a session of its own, which Ctrl-C in a terminal does not reach.

    Raises ReaderError.
    """
    path = [*sys.path, str(_ROOT)]
    command = [sys.executable, "-P", "-c", _CODE.format(path=path), str(memory)]
    pipe, nowhere = subprocess.PIPE, subprocess.DEVNULL
    try:
        child = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=nowhere, start_new_session=True)
    except OSError as error:
        raise _cannot_start((error.strerror or str(error)).lower()) from error
    try:
        with _deadline(child, START_SECONDS):
            receive(_stream(child.stdout), HEADER)
    except (EOFError, ValueError):
        _end(child)
        raise _cannot_start(f"it ended with code {child.returncode}") from None
    except BaseException:
        _end(child)
        raise
    return child


def _cannot_start(reason: str) -> ReaderError:
    return ReaderError(
        f"The process that reads files can't be started: {reason}.",
        "Free some memory, then try again; where that is no help, install Byline again: make setup",
    )


def _exchange(child: Process, loaded: Loaded, seconds: float) -> tuple[Article | Skipped, bool]:
    """Have a file read: return what came of it, and whether the process should serve no more."""
    asked = pack({"file": asdict(loaded.file), "seconds": seconds})
    send(_stream(child.stdin), asked, loaded.data)
    answer = unpack(receive(_stream(child.stdout), HEADER))
    text = receive(_stream(child.stdout), _BYTES_PER_CHARACTER * MAX_TEXT).decode()
    worn = bool(answer["worn"])
    if "reason" in answer:
        return Skipped(loaded.file.path, str(answer["reason"])), worn
    return Article(Source(**answer["source"]), text, int(answer["body_start"])), worn


@contextmanager
def _deadline(child: Process, seconds: float) -> Iterator[threading.Event]:
    """Kill a process where the block takes longer; the event tells whether that was so."""
    passed = threading.Event()

    def kill() -> None:
        passed.set()
        child.kill()

    timer = threading.Timer(seconds, kill)
    timer.daemon = True
    timer.start()
    try:
        yield passed
    finally:
        timer.cancel()
        timer.join()


def _end(child: Process) -> None:
    child.kill()
    for stream in (child.stdin, child.stdout):
        with suppress(OSError):
            _stream(stream).close()
    child.wait()


def _stream(stream: IO[bytes] | None) -> BinaryIO:
    assert stream is not None, "both are pipes"
    return cast("BinaryIO", stream)

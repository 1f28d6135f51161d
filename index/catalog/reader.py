"""Questions to the catalog: articles, passages, full-text search.

Law: a reader sees the catalog as it was when the reader was opened, whatever a writer does meanwhile.
It may be used from several threads.

Does not know: Chroma, how passages are made.
"""

import hashlib
import json
import re
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any

from index.article import Article, Passage, Sentence, Source
from index.catalog.database import FILE_NAME, open_for_reading, storage_error
from index.catalog.values import EVERYTHING, RefusedFile, State, Stats, StoredFile, Where
from index.read import File

_SOURCE = "a.path, a.title, a.author, a.publisher, a.published"
_ALLOWED = """(:source IS NULL OR a.path GLOB :source)
    AND (:since IS NULL OR a.published >= :since) AND (:until IS NULL OR a.published <= :until)
    AND (:paths IS NULL OR a.path IN (SELECT value FROM json_each(:paths)))"""
# "U.S." is one term, and so is every other run of letters and digits.
_TERM = re.compile(r"(?:[^\W\d_]\.){2,}|[^\W_]+")
MAX_TERMS = 256
# Words that say nothing about what a question asks for; left out where others remain.
_STOP_WORDS = frozenset(
    """
    a an the of in on at to for from by with and or is are was were be been has have had do does did what
    which who whom whose when where why how that this it its as not
    """.split()
)
# A title is the same for every passage of its article, so it decides less than the text does.
_TITLE_WEIGHT = 0.3


class CatalogReader:
    """The catalog in one folder, as it stands now. Raises IndexMissing or StorageError."""

    def __init__(self, folder: Path, *, touch_nothing: bool = False) -> None:
        self._connect(folder, open_for_reading(folder, touch_nothing=touch_nothing))
        try:
            self._rows("BEGIN")
            self.state()  # the first read fixes what this reader sees
        except BaseException:
            self.close()
            raise

    def _connect(self, folder: Path, connection: sqlite3.Connection) -> None:
        self._file = folder / FILE_NAME
        self._connection = connection
        self._lock = threading.RLock()

    def close(self) -> None:
        """Let go of the catalog."""
        with self._lock:
            self._connection.close()

    def state(self) -> State:
        """Return what the catalog was built with, and which vectors belong to it."""
        stored = dict(self._rows("SELECT key, value FROM meta"))
        return State(**{field.name: stored[field.name] for field in fields(State) if field.name in stored})

    def stats(self) -> Stats:
        """Return how much is indexed."""
        [(articles, passages)] = self._rows(
            "SELECT (SELECT count(*) FROM articles), (SELECT count(*) FROM passages)"
        )
        state = self.state()
        return Stats(articles, passages, state.revision, state.changed_at)

    def files(self) -> dict[str, StoredFile]:
        """Return every indexed file, by its path."""
        rows = self._rows("SELECT path, size, mtime_ns, digest FROM articles ORDER BY path")
        return {path: StoredFile(File(path, size, mtime), digest) for path, size, mtime, digest in rows}

    def fingerprint(self) -> str:
        """Return a SHA-256 (hex) over all that answers are made from; times and file sizes don't count.

        Passages tile an article and their hashes cover what is embedded, so its text counts through them.
        """
        digest = hashlib.sha256(self.state().embedder_digest.encode())
        for table in (
            f"SELECT {_SOURCE}, a.body_start, a.digest FROM articles a ORDER BY a.path",
            "SELECT id, start, end, content_hash, sentences FROM passages ORDER BY id",
        ):
            for row in self._rows(table):
                digest.update(json.dumps(row).encode() + b"\n")
        return digest.hexdigest()

    def refused(self) -> dict[str, RefusedFile]:
        """Return every file that was read and found to be no article, by its path."""
        rows = self._rows("SELECT path, size, mtime_ns, reason FROM refused ORDER BY path")
        return {path: RefusedFile(File(path, size, mtime), reason) for path, size, mtime, reason in rows}

    def sources(self) -> list[tuple[Source, int]]:
        """Return every article's source with its number of passages, in the order of the paths."""
        rows = self._rows(
            f"SELECT {_SOURCE}, (SELECT count(*) FROM passages p WHERE p.article = a.number) "
            "FROM articles a ORDER BY a.path"
        )
        return [(Source(*row[:5]), row[5]) for row in rows]

    def article(self, path: str) -> Article:
        """Return the article at ``path``. Raises KeyError where there is none."""
        rows = self._rows(f"SELECT {_SOURCE}, a.text, a.body_start FROM articles a WHERE a.path = ?", (path,))
        if not rows:
            raise KeyError(path)
        return Article(Source(*rows[0][:5]), rows[0][5], rows[0][6])

    def passages(self, ids: Sequence[str]) -> list[Passage]:
        """Return the passages with these ids, in their order; unknown ids are left out."""
        rows = self._rows(
            f"SELECT {_SOURCE}, p.id, p.start, p.end, p.text, p.sentences FROM passages p "
            "JOIN articles a ON a.number = p.article WHERE p.id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(ids)),),
        )
        found = {row[5]: _passage(row) for row in rows}
        return [found[identity] for identity in ids if identity in found]

    def passage_ids(self) -> set[str]:
        """Return the ids of all passages."""
        return {identity for (identity,) in self._rows("SELECT id FROM passages")}

    def paths(self, where: Where) -> list[str]:
        """Return the paths of the articles that ``where`` allows."""
        rows = self._rows(f"SELECT a.path FROM articles a WHERE {_ALLOWED} ORDER BY a.path", _filters(where))
        return [path for (path,) in rows]

    def search_text(self, query: str, k: int, where: Where = EVERYTHING) -> list[str]:
        """Return the ids of the ``k`` passages that match any term of ``query`` best (BM25), best first."""
        match = _match(query)
        if not match:
            return []
        rows = self._rows(
            "SELECT p.id FROM passage_search JOIN passages p ON p.number = passage_search.rowid "
            f"JOIN articles a ON a.number = p.article WHERE passage_search MATCH :match AND {_ALLOWED} "
            f"ORDER BY bm25(passage_search, {_TITLE_WEIGHT}, 1.0), a.path, p.start LIMIT :k",
            {**_filters(where), "match": match, "k": k},
        )
        return [identity for (identity,) in rows]

    def _rows(self, sql: str, values: Sequence[Any] | dict[str, Any] = ()) -> list[Any]:
        with self._translated():
            return self._connection.execute(sql, values).fetchall()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        with self._lock:
            try:
                yield
            except sqlite3.Error as error:
                raise storage_error(self._file, error) from error


def _passage(row: Sequence[Any]) -> Passage:
    identity, start, end, text, spans = row[5:]
    sentences = tuple(Sentence(a, b, text[a - start : b - start]) for a, b in json.loads(spans))
    return Passage(identity, Source(*row[:5]), start, end, text, sentences)


def _filters(where: Where) -> dict[str, str | None]:
    source = (
        where.source and where.source.encode(errors="backslashreplace").decode()
    )  # no path has other characters
    paths = None if where.paths is None else json.dumps(where.paths)
    return {"source": source, "since": where.since, "until": where.until, "paths": paths}


def _match(query: str) -> str:
    """Return an FTS5 expression: every term quoted, joined with OR."""
    terms = list(dict.fromkeys(term.casefold() for term in _TERM.findall(query)))
    telling = [term for term in terms if term not in _STOP_WORDS and not _is_stray_letter(term)] or terms
    return " OR ".join(f'"{term}"' for term in telling[:MAX_TERMS])


def _is_stray_letter(term: str) -> bool:
    """Tell whether a term is what is left of "Trump's" beside "Trump"."""
    return len(term) == 1 and term.isascii() and term.isalpha()

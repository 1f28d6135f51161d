"""Changes to the catalog, in transactions.

Law: outside ``transaction`` only embeddings are written, which by themselves change nothing that a
reader sees; everything else is kept whole or not at all.

Does not know: Chroma, how articles are read and cut.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from index.catalog.database import BUSY_SECONDS, REBUILD, open_for_writing, transaction
from index.catalog.reader import CatalogReader
from index.catalog.values import Entry, RefusedFile, State, StoredFile, VectorRow
from index.errors import StorageError

_PAGE = 500


class CatalogWriter(CatalogReader):
    """The catalog in one folder, to change it; made where it is missing. Raises StorageError.

    ``max_bytes`` bounds its file; ``busy_seconds`` is how long to wait where another program holds it.
    """

    def __init__(
        self, folder: Path, max_bytes: int | None = None, busy_seconds: float = BUSY_SECONDS
    ) -> None:
        self._connect(folder, open_for_writing(folder, max_bytes, busy_seconds))

    def check(self) -> None:
        """Raise StorageError where the file is damaged."""
        problems = [problem for (problem,) in self._rows("PRAGMA quick_check(1)") if problem != "ok"]
        if problems:
            raise StorageError(f"The index in {self._file.parent} is damaged: {problems[0]}.", REBUILD)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make all changes of the block at once; where it raises, none."""
        with self._translated(), transaction(self._connection):
            yield

    def remove(self, paths: Iterable[str]) -> None:
        """Remove articles with their passages."""
        for path in paths:
            self._rows(
                "DELETE FROM passage_search WHERE rowid IN (SELECT p.number FROM passages p "
                "JOIN articles a ON a.number = p.article WHERE a.path = ?)",
                (path,),
            )
            self._rows("DELETE FROM articles WHERE path = ?", (path,))

    def put(self, entry: Entry) -> None:
        """Add an article with its passages, in place of the one that has its path."""
        source, stored = entry.article.source, entry.stored
        self.remove([source.path])
        values = (
            *(source.path, source.title, source.author, source.publisher, source.published),
            *(entry.article.body_start, stored.file.size, stored.file.mtime_ns, stored.digest),
            entry.article.text,
        )
        [(article,)] = self._rows(
            "INSERT INTO articles(path, title, author, publisher, published, body_start, size, mtime_ns,"
            " digest, text) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING number",
            values,
        )
        for passage, content in zip(entry.passages, entry.hashes, strict=True):
            spans = json.dumps([(sentence.start, sentence.end) for sentence in passage.sentences])
            [(number,)] = self._rows(
                "INSERT INTO passages(id, article, start, end, content_hash, sentences, text)"
                " VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING number",
                (passage.id, article, passage.start, passage.end, content, spans, passage.text),
            )
            row = (number, source.title, passage.text)
            self._rows("INSERT INTO passage_search(rowid, title, text) VALUES (?, ?, ?)", row)

    def touch(self, stored: StoredFile) -> None:
        """Note a file's new size and time where its bytes are the same."""
        values = (stored.file.size, stored.file.mtime_ns, stored.file.path)
        self._rows("UPDATE articles SET size = ?, mtime_ns = ? WHERE path = ?", values)

    def put_refused(self, refused: Iterable[RefusedFile]) -> None:
        """Remember exactly these files as no articles."""
        self._rows("DELETE FROM refused")
        for item in refused:
            values = (item.file.path, item.file.size, item.file.mtime_ns, item.reason)
            self._rows("INSERT INTO refused(path, size, mtime_ns, reason) VALUES (?, ?, ?, ?)", values)

    def put_state(self, state: State) -> None:
        """Store what the catalog was built with, and which vectors belong to it."""
        for pair in asdict(state).items():
            self._rows(
                "INSERT INTO meta(key, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
                pair,
            )

    def not_embedded(self, digest: str, hashes: Iterable[str]) -> list[str]:
        """Return those of ``hashes``, once each and in their order, that the model has not embedded yet."""
        wanted = list(dict.fromkeys(hashes))
        rows = self._rows(
            "SELECT value FROM json_each(?) WHERE value NOT IN "
            "(SELECT content_hash FROM embeddings WHERE digest = ?)",
            (json.dumps(wanted), digest),
        )
        absent = {value for (value,) in rows}
        return [value for value in wanted if value in absent]

    def add_embeddings(self, digest: str, vectors: Mapping[str, bytes]) -> None:
        """Keep vectors (float32, little-endian) by the hash of what was embedded; done once this returns."""
        with self.transaction():
            for content, vector in vectors.items():
                self._rows("INSERT OR REPLACE INTO embeddings VALUES (?, ?, ?)", (digest, content, vector))

    def drop_unused_embeddings(self, digest: str) -> None:
        """Forget the vectors that belong to no passage, and those of other models."""
        self._rows(
            "DELETE FROM embeddings WHERE digest <> ? "
            "OR content_hash NOT IN (SELECT content_hash FROM passages)",
            (digest,),
        )

    def vector_rows(self, digest: str, ids: Iterable[str]) -> Iterator[VectorRow]:
        """Yield what the vector index holds of these passages, in the order of the articles."""
        wanted = sorted(ids)
        for start in range(0, len(wanted), _PAGE):
            rows = self._rows(
                "SELECT p.id, a.path, a.published, p.text, e.vector FROM passages p "
                "JOIN articles a ON a.number = p.article "
                "JOIN embeddings e ON e.content_hash = p.content_hash AND e.digest = ? "
                "WHERE p.id IN (SELECT value FROM json_each(?)) ORDER BY p.number",
                (digest, json.dumps(wanted[start : start + _PAGE])),
            )
            yield from (VectorRow(*row) for row in rows)

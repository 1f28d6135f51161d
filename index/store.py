"""The read side of an index: one consistent view of articles, passages and vectors.

Law: an open Index serves the articles and the vectors of one moment, whatever a sync does meanwhile in
this or another process. ``stale`` tells that the index has moved on; to follow, open it again.

Does not know: how articles are read, embedded or kept in step with their folder.
"""

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from index.article import Article, Passage, Source
from index.catalog import EVERYTHING, CatalogReader, State, Stats, Where
from index.errors import IndexFault, IndexMissing, VectorsError
from index.vectors import Generation, Searcher, open_vectors, place_of

ATTEMPTS = 5


def index_folder(home: Path, corpus: Path) -> Path:
    """Return where the index of ``corpus`` is kept below ``home``; neither needs to exist."""
    resolved = corpus.expanduser().resolve()
    slug = re.sub(r"[^a-z0-9]+", "-", resolved.name.lower()).strip("-")[:40] or "corpus"
    return home / f"{slug}-{hashlib.sha256(str(resolved).encode(errors='surrogateescape')).hexdigest()[:12]}"


def open_index(corpus: Path, home: Path, chroma_url: str | None = None) -> "Index":
    """Open the index of ``corpus`` for reading.

    Raises IndexMissing where nothing has been indexed, StorageError or VectorsError where it can't be used.
    """
    folder = index_folder(home, corpus)
    for attempt in range(ATTEMPTS):
        catalog = CatalogReader(folder)
        try:
            return Index(folder, catalog, _open_searcher(folder, catalog.state(), chroma_url))
        except VectorsError:
            state = catalog.state()
            catalog.close()
            # A sync may have switched between the two openings: then the new catalog has the new vectors.
            if attempt + 1 == ATTEMPTS or _read_state(folder) == state:
                raise
        except BaseException:
            catalog.close()
            raise
    raise AssertionError("the last attempt returns or raises")


class Index:
    """An index, open for reading; a context manager. May be used from several threads.

    ``embedder_name`` and ``embedder_digest`` say which model its vectors come from.
    """

    def __init__(self, folder: Path, catalog: CatalogReader, searcher: Searcher) -> None:
        self._folder = folder
        self._catalog = catalog
        self._searcher = searcher
        state = catalog.state()
        self._version = (state.index_id, state.revision)
        self.embedder_name = state.embedder_name
        self.embedder_digest = state.embedder_digest

    def search_dense(self, vector: Sequence[float], k: int, where: Where = EVERYTHING) -> list[str]:
        """Return the ids of the ``k`` passages whose vectors are nearest, nearest first."""
        by_name = where.source is not None or where.paths is not None
        paths = self._catalog.paths(where) if by_name else None
        return [identity for identity, _ in self._searcher.search(vector, k, where, paths)]

    def search_text(self, question: str, k: int, where: Where = EVERYTHING) -> list[str]:
        """Return the ids of the ``k`` passages that match any word of ``question`` best, best first."""
        return self._catalog.search_text(question, k, where)

    def passages(self, ids: Sequence[str]) -> list[Passage]:
        """Return the passages with these ids, in their order; unknown ids are left out."""
        return self._catalog.passages(ids)

    def article(self, path: str) -> Article:
        """Return the article at ``path``. Raises KeyError where there is none."""
        return self._catalog.article(path)

    def holds(self, where: Where) -> bool:
        """Whether any article passes the filter."""
        return bool(self._catalog.paths(where))

    def sources(self) -> list[tuple[Source, int]]:
        """Return every article's source with its number of passages, in the order of the paths."""
        return self._catalog.sources()

    def digests(self) -> dict[str, str]:
        """Return the SHA-256 (hex) of every indexed file's bytes, by its path, in the order of the paths."""
        return {path: stored.digest for path, stored in self._catalog.files().items()}

    def fingerprint(self) -> str:
        """Return a SHA-256 (hex) that changes with anything that an answer could depend on."""
        return self._catalog.fingerprint()

    @property
    def stats(self) -> Stats:
        """How much is indexed, and when that last changed."""
        return self._catalog.stats()

    def stale(self) -> bool:
        """Tell whether the index has changed, or gone, since it was opened."""
        try:
            state = _read_state(self._folder)
            return (state.index_id, state.revision) != self._version
        except IndexFault:
            return True

    def close(self) -> None:
        """Let go of the index."""
        self._searcher.close()
        self._catalog.close()

    def __enter__(self) -> "Index":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _open_searcher(folder: Path, state: State, url: str | None) -> Searcher:
    if not state.generation:
        raise IndexMissing("These articles have not been indexed yet.", "Index them: byline index DIR")
    if state.vectors_at != place_of(url):
        raise VectorsError("The vectors of this index are kept elsewhere.", "Bring them here: byline index")
    store = open_vectors(folder, state.index_id, url)
    return store.open(Generation(state.generation, state.manifest))


def _read_state(folder: Path) -> State:
    catalog = CatalogReader(folder)
    try:
        return catalog.state()
    finally:
        catalog.close()

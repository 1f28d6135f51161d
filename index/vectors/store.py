"""What every vector store does, wherever it is.

Law: a generation never changes once it is built. A writer builds a new one and checks it before its
name goes into the catalog; until then no reader can see it.

Does not know: where generations are kept, what embeds.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from index.catalog import EVERYTHING, VectorRow, Where
from index.errors import VectorsError

if TYPE_CHECKING:
    from chromadb import Collection

# What a search looks at on its way through the graph: more is more exact and slower.
SEARCH_WIDTH = 200
# Links of a passage in the graph: with Chroma's 16, one among near twins is now and then reached by none.
NEIGHBORS = 64
# Write every change through to the graph's files, so that readers find nothing left to write.
SYNC_THRESHOLD = 1

Rows = Callable[[Iterable[str]], Iterator[VectorRow]]


@dataclass(frozen=True, slots=True)
class Generation:
    """One whole set of vectors: its name, and what its files look like (empty where there are none)."""

    name: str
    manifest: str = ""


class Searcher(ABC):
    """One generation, open for reading; it stays until closed. May be used from several threads."""

    @abstractmethod
    def search(
        self, vector: Sequence[float], k: int, where: Where = EVERYTHING, paths: Sequence[str] | None = None
    ) -> list[tuple[str, float]]:
        """Return the ids of the ``k`` nearest passages with their cosine distance, nearest first.

        Of ``where`` only the dates count; ``paths`` names the articles to look at, None all of them.
        Raises VectorsError.
        """

    @abstractmethod
    def close(self) -> None:
        """Let go of the generation."""


class VectorStore(ABC):
    """Where the generations of one index are kept."""

    @abstractmethod
    def build(self, current: Generation | None, ids: frozenset[str], rows: Rows) -> Generation:
        """Make a new generation that holds exactly ``ids`` and check it.

        ``rows`` yields what to store of given ids. ``current`` may serve as a start; None starts empty.
        Raises VectorsError, or StorageError where the disk is full.
        """

    @abstractmethod
    def sound(self, generation: Generation, ids: frozenset[str]) -> bool:
        """Tell whether a generation is there, undamaged, and holds exactly ``ids``."""

    @abstractmethod
    def open(self, generation: Generation) -> Searcher:
        """Open a generation for searching. Raises VectorsError."""

    @abstractmethod
    def sweep(self, keep: str) -> None:
        """Remove every generation but ``keep`` that no reader holds."""


def collection_settings() -> dict[str, Any]:
    """Return the settings that every collection is made with."""
    graph = {
        "space": "cosine",
        "ef_search": SEARCH_WIDTH,
        "max_neighbors": NEIGHBORS,
        "sync_threshold": SYNC_THRESHOLD,
        "batch_size": SYNC_THRESHOLD,
    }
    return {"configuration": {"hnsw": graph}, "embedding_function": None}


def fill(collection: "Collection", rows: Iterable[VectorRow], batch: int, *, documents: bool) -> None:
    """Add rows to a collection, ``batch`` at a time; with ``documents``, their text too."""
    import numpy

    remaining = iter(rows)
    while part := list(islice(remaining, batch)):
        collection.add(
            ids=[row.id for row in part],
            embeddings=[numpy.frombuffer(row.vector, dtype="<f4") for row in part],
            metadatas=[_metadata(row) for row in part],
            documents=[row.text for row in part] if documents else None,
        )


def ids_of(collection: "Collection", batch: int) -> frozenset[str]:
    """Return the ids that a collection holds, asking for ``batch`` at a time."""
    found: set[str] = set()
    for offset in range(0, collection.count(), batch):
        found.update(collection.get(include=[], limit=batch, offset=offset)["ids"])
    return frozenset(found)


def remove(collection: "Collection", ids: Iterable[str], batch: int) -> None:
    """Remove ids from a collection, ``batch`` at a time."""
    remaining = iter(sorted(ids))
    while part := list(islice(remaining, batch)):
        collection.delete(ids=part)


def checked(collection: "Collection", ids: frozenset[str], batch: int) -> None:
    """Raise VectorsError unless a collection holds exactly ``ids``."""
    if collection.count() != len(ids) or ids_of(collection, batch) != ids:
        raise VectorsError(
            "The new vectors are not those that were written.", "Build it anew: byline index --rebuild"
        )


def query(
    collection: "Collection", vector: Sequence[float], k: int, where: Where, paths: Sequence[str] | None
) -> list[tuple[str, float]]:
    """Ask a collection for the ``k`` nearest; among equals the order is that of their ids."""
    if paths is not None and not paths:
        return []
    import numpy

    found = collection.query(
        query_embeddings=[numpy.asarray(vector, dtype="<f4")],
        n_results=k,
        where=_conditions(where, paths),
        include=["distances"],
    )
    distances = map(float, (found["distances"] or [[]])[0])
    return sorted(zip(found["ids"][0], distances, strict=True), key=lambda pair: (pair[1], pair[0]))


def _metadata(row: VectorRow) -> dict[str, str | int]:
    """Chroma compares numbers only, so a date is stored as the number YYYYMMDD; no date is 0."""
    return {"path": row.path, "published": _day(row.published) if row.published else 0}


def _conditions(where: Where, paths: Sequence[str] | None) -> dict[str, Any] | None:
    parts: list[dict[str, Any]] = []
    if paths is not None:
        parts.append({"path": {"$in": list(paths)}})
    if where.since or where.until:
        parts.append({"published": {"$gte": _day(where.since) if where.since else 1}})
    if where.until:
        parts.append({"published": {"$lte": _day(where.until)}})
    return {"$and": parts} if len(parts) > 1 else parts[0] if parts else None


def _day(date: str) -> int:
    return int(date.replace("-", ""))

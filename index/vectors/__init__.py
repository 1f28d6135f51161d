"""Vectors in Chroma: a rebuildable index over the catalog, on this machine or on a server.

Law: the only importer of chromadb. Vectors live in generations that never change once built; which one
is current is written in the catalog, in the transaction that changes the passages. Whatever happens to
a generation, the next one is made from the catalog without embedding again.

Does not know: embedding models, the corpus folder.
"""

from pathlib import Path
from urllib.parse import urlsplit

from index.vectors.local import LocalStore
from index.vectors.server import ServerStore
from index.vectors.store import Generation, Searcher, VectorStore

__all__ = ["Generation", "Searcher", "VectorStore", "open_vectors", "place_of"]


def open_vectors(folder: Path, index_id: str, url: str | None = None) -> VectorStore:
    """Return the store of the index kept in ``folder``: on the Chroma server at ``url`` where one is named.

    Makes nothing. Raises VectorsError where the URL can't be one.
    """
    return ServerStore(url, index_id) if url else LocalStore(folder / "vectors")


def place_of(url: str | None) -> str:
    """Name where vectors are kept: a server's address without its token, or empty for this machine."""
    return urlsplit(url)._replace(netloc=urlsplit(url).netloc.rpartition("@")[2]).geturl() if url else ""

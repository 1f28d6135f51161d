"""The catalog: one SQLite file that is the truth about an index.

Law: everything else can be made again from the catalog without embedding anything. It holds the
articles, their passages, a full-text index (FTS5), the vectors by model and content, and the name of
the current generation of the vector index, so that one transaction switches all of them together.

Does not know: Chroma, embedding models, the corpus folder.
"""

from index.catalog.database import REBUILD, discard, translated
from index.catalog.reader import CatalogReader
from index.catalog.values import (
    EVERYTHING,
    Entry,
    RefusedFile,
    State,
    Stats,
    StoredFile,
    VectorRow,
    Where,
)
from index.catalog.writer import CatalogWriter

__all__ = [
    "EVERYTHING",
    "REBUILD",
    "CatalogReader",
    "CatalogWriter",
    "Entry",
    "RefusedFile",
    "State",
    "Stats",
    "StoredFile",
    "VectorRow",
    "Where",
    "discard",
    "translated",
]

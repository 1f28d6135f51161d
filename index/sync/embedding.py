"""Articles -> entries for the catalog, and their vectors, kept batch by batch.

Law: a text that was embedded once is not embedded again by the same model; a batch that is done is
kept, whatever happens next.

Does not know: the folder, Chroma.
"""

import math
import struct
from collections.abc import Sequence

from index.article import Article
from index.catalog import CatalogWriter, Entry, StoredFile
from index.chunk import LIMIT, chunk, content_hash, embedded_text
from index.embed import BATCH, Embedder
from index.errors import EmbedderError
from index.sync.plan import Progress


def make_entry(article: Article, stored: StoredFile, embedder: Embedder) -> Entry:
    """Cut an article into passages that the embedder reads whole."""
    passages = chunk(article, embedder.count_tokens, LIMIT, embedder.window)
    return Entry(article, stored, passages, tuple(content_hash(passage) for passage in passages))


def embed_entries(
    entries: Sequence[Entry], catalog: CatalogWriter, embedder: Embedder, progress: Progress
) -> int:
    """Embed what the catalog has no vector of yet; return how many texts that were."""
    texts = {
        content: embedded_text(passage)
        for entry in entries
        for passage, content in zip(entry.passages, entry.hashes, strict=True)
    }
    # Texts of like length go together: a batch takes as long as its longest text.
    waiting = sorted(catalog.not_embedded(embedder.digest, texts), key=lambda content: len(texts[content]))
    for start in range(0, len(waiting), BATCH):
        progress("embedding", start, len(waiting))
        batch = waiting[start : start + BATCH]
        vectors = embedder.embed_documents([texts[content] for content in batch])
        packed = [_packed(vector, embedder) for vector in vectors]
        catalog.add_embeddings(embedder.digest, dict(zip(batch, packed, strict=True)))
    if waiting:
        progress("embedding", len(waiting), len(waiting))
    return len(waiting)


def _packed(vector: Sequence[float], embedder: Embedder) -> bytes:
    if len(vector) != embedder.dimension or not all(map(math.isfinite, vector)):
        raise EmbedderError(
            f"The embedding model {embedder.name} gave a vector that can't be used.",
            "Choose another embedding model, or install this one again.",
        )
    return struct.pack(f"<{len(vector)}f", *vector)

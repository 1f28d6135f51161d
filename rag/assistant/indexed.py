"""The index an assistant answers from: brought in line with its folder, opened, held to its embedder.

Law: while another process indexes, what was last indexed serves.

Does not know: models that answer, questions.
"""

from index.embed import Embedder
from index.errors import EmbedderMismatch, IndexBusy
from index.store import Index, open_index
from index.sync import Progress, SyncReport, sync
from rag.settings import Settings


def no_progress(stage: str, done: int, total: int) -> None:
    """Progress for nobody."""


def open_indexed(settings: Settings, embedder: Embedder) -> Index:
    """The index, if its vectors are the embedder's: while another process syncs, nobody else has looked."""
    index = open_index(settings.corpus, settings.home, settings.chroma_url or None)
    if index.embedder_digest != embedder.digest:
        index.close()
        raise EmbedderMismatch(
            f"The index was built with the embedding model {index.embedder_name}, not {embedder.name}.",
            "byline index --rebuild",
        )
    return index


def refresh(
    settings: Settings, embedder: Embedder, progress: Progress = no_progress
) -> SyncReport | IndexBusy:
    """Sync the corpus; where another process is at it and an index exists, its IndexBusy is returned."""
    url = settings.chroma_url or None
    try:
        return sync(settings.corpus, settings.home, embedder, chroma_url=url, progress=progress)
    except IndexBusy as busy:
        open_index(settings.corpus, settings.home, url).close()
        return busy

"""Byline's own embedding model: fetched, made into a folder, opened.

Law: the folder has its name only once its weights are what they should be to the byte; the fetched file it
is made from goes when it is made. One process makes it at a time.

Does not know: how texts are embedded, how progress is shown.
"""

from collections.abc import Callable
from pathlib import Path

from index.embed import DEFAULT_MODEL, Embedder, default_folder, make_default, open_embedder
from index.errors import EmbedderError
from rag.models import weights
from rag.models.llm import weights_folder
from rag.models.weights import EMBEDDER, Notice, Progress
from rag.settings import Settings


def embedder_of(settings: Settings) -> Embedder:
    """The embedding model that the settings name. Raises EmbedderError."""
    return open_embedder(settings.embedder or None, weights_folder(settings.home))


def is_here(settings: Settings) -> bool:
    """Whether the embedding model that the settings name can be opened, as far as Byline brings it."""
    if settings.embedder not in ("", DEFAULT_MODEL):
        return True
    try:
        embedder_of(settings)
    except EmbedderError:
        return False
    return True


def make(
    settings: Settings,
    progress: Callable[[str], Progress],
    notice: Notice,
    pip_options: tuple[str, ...] = (),
) -> Path:
    """Fetch and make the model; returns its folder. Nothing is done where it is here.

    ``progress`` gives, for each stage by its name, what is told the bytes done and all. Raises
    WeightsError, EmbedderError.
    """
    cache = weights_folder(settings.home)
    folder = default_folder(cache)
    with weights.translated(cache):
        cache.mkdir(parents=True, exist_ok=True)
        with weights.alone(cache / f"{folder.name}.lock", notice):
            if not is_here(settings):
                file = weights.pull(cache, EMBEDDER, progress("fetching"), notice, pip_options)
                make_default(file, cache, progress("making"))
                weights.forget(cache, EMBEDDER)
    return folder

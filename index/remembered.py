"""An embedder that remembers: a sentence that was embedded for one question is not embedded for the next.

Law: the vectors are those of the embedder it stands before, kept as 32-bit floats in memory alone, at most
MOST of them; those not used for longest are forgotten first.

Does not know: what the texts are.
"""

import threading
from collections import OrderedDict

import numpy as np
from numpy.typing import NDArray

from index.embed import Embedder

MOST = 4096
"""How many vectors are kept: 6 MB of 384 numbers each."""


class Remembered(Embedder):
    """The same model, with a memory; any thread may ask it. Raises what the embedder raises."""

    def __init__(self, embedder: Embedder, most: int = MOST) -> None:
        self.name, self.digest = embedder.name, embedder.digest
        self.dimension, self.window = embedder.dimension, embedder.window
        self._embedder, self._most = embedder, most
        self._kept: OrderedDict[str, NDArray[np.float32]] = OrderedDict()
        self._lock = threading.Lock()

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """One vector a text, in order."""
        with self._lock:
            known = {text: self._kept[text] for text in texts if text in self._kept}
            fresh = [text for text in dict.fromkeys(texts) if text not in known]
            made = self._embedder.embed_documents(fresh) if fresh else []
            vectors = known | {t: np.asarray(v, np.float32) for t, v in zip(fresh, made, strict=True)}
            self._keep(vectors)
        return [[float(number) for number in vectors[text]] for text in texts]

    def _keep(self, vectors: dict[str, NDArray[np.float32]]) -> None:
        for text, vector in vectors.items():
            self._kept[text] = vector
            self._kept.move_to_end(text)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)

    def embed_query(self, text: str) -> list[float]:
        """The vector of a question."""
        return self._embedder.embed_query(text)

    def count_tokens(self, text: str) -> int:
        """Return the number of word pieces of ``text``, special ones not counted."""
        return self._embedder.count_tokens(text)

"""Stand-ins that enter through the seams the program itself uses."""

import hashlib
import math
import re

from index.embed import Embedder


class HashEmbedder(Embedder):
    """Embeds a text as the hashed counts of its words: fast, exact to repeat, alike for like words.

    ``embedded`` counts the texts it has embedded, ``calls`` the batches.
    """

    def __init__(self, name: str = "hash", dimension: int = 32) -> None:
        self.name = name
        self.digest = hashlib.sha256(f"{name}/{dimension}".encode()).hexdigest()
        self.dimension = dimension
        self.window = 256
        self.embedded = 0
        self.calls = 0

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        self.embedded += len(texts)
        self.calls += 1
        return [self._vector(text) for text in texts]

    def embed_query(self, text: str) -> list[float]:
        return self._vector(text)

    def count_tokens(self, text: str) -> int:
        return len(re.findall(r"\w+|[^\w\s]", text))

    def _vector(self, text: str) -> list[float]:
        counts = [1e-3] * self.dimension
        for word in re.findall(r"\w+", text.lower()):
            counts[int.from_bytes(hashlib.sha256(word.encode()).digest()[:4]) % self.dimension] += 1.0
        length = math.hypot(*counts)
        return [count / length for count in counts]

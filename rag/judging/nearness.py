"""How near texts are in meaning: the cosine of their embeddings.

Law: it finds what speaks of the same thing; it says nothing on whether two texts agree.

Does not know: models, what is done with it.
"""

import threading
from collections.abc import Callable, Sequence

from langchain_core.embeddings import Embeddings

Nearness = Callable[[str, Sequence[str]], list[float]]
"""The cosines, -1 to 1, of a text and each of some others."""


def nearness(embedder: Embeddings) -> Nearness:
    """By an embedder whose vectors have length 1. What it returns raises what the embedder raises."""

    def near(text: str, others: Sequence[str]) -> list[float]:
        if not others:
            return []
        one, *rest = embedder.embed_documents([text, *others])
        return [cosine(one, other) for other in rest]

    return near


def on_demand(opens: Callable[[], Embeddings]) -> Nearness:
    """By an embedder that is opened when something is first compared. Raises what ``opens`` raises."""
    opened: list[Nearness] = []
    lock = threading.Lock()

    def near(text: str, others: Sequence[str]) -> list[float]:
        if not others:
            return []
        with lock:
            opened.extend([nearness(opens())] if not opened else [])
        return opened[0](text, others)

    return near


def unknown(_: str, others: Sequence[str]) -> list[float]:
    """Where nothing is known, nothing is near."""
    return [0.0] * len(others)


def cosine(one: Sequence[float], other: Sequence[float]) -> float:
    """The cosine of two vectors of length 1."""
    return sum(a * b for a, b in zip(one, other, strict=True))

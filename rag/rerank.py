"""The best hits in a better order: by the dense search, their nearest sentence, the question's words held.

Law: reciprocal rank fusion of three rankings of the same hits: by the dense search, by the cosine of the
question and the nearest sentence (the largest similarity of a part, as in Khattab and Zaharia, "ColBERT",
SIGIR 2020), and by coverage, weighted. Full text, which helped to choose the hits, has no say in
their order: a question in words of its own shares only chance words with the passage that answers it. No hit
is lost; those beyond DEPTH keep their place after the others.

Does not know: where the hits came from, what is read.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import repeat

from index.article import Hit
from index.embed import Embedder
from rag.coverage import coverage
from rag.injection import addresses_model
from rag.nearness import cosine

RANK_CONSTANT = 60
DEPTH = 12
"""How many hits are put in order: about 60 sentences to embed."""


WEIGHTS = (1.0, 2.0, 1.5)
"""How much the dense search, the nearest sentence and coverage count."""


def reciprocal(ranks: Iterable[int], weights: Iterable[float] = repeat(1.0)) -> float:
    """What ranks, from 1, in several rankings come to: the sum of weight / (RANK_CONSTANT + rank)."""
    return sum(weight / (RANK_CONSTANT + rank) for rank, weight in zip(ranks, weights, strict=False))


def rerank(question: str, vector: Sequence[float], hits: Sequence[Hit], embedder: Embedder) -> list[Hit]:
    """The hits in their new order, the first DEPTH with their new score. Raises EmbedderError."""
    first, rest = hits[:DEPTH], hits[DEPTH:]
    if len(first) < 2:
        return list(hits)
    dense = _ranks([-(hit.dense_rank or math.inf) for hit in first])
    near = _ranks(_nearness(vector, first, embedder))
    covered = _ranks([coverage(question, (hit,)) for hit in first])
    scored = [
        replace(hit, score=reciprocal(ranks, WEIGHTS))
        for hit, *ranks in zip(first, dense, near, covered, strict=True)
    ]
    return [*sorted(scored, key=lambda hit: -hit.score), *rest]


def _nearness(vector: Sequence[float], hits: Sequence[Hit], embedder: Embedder) -> list[float]:
    """The cosine of each hit's nearest sentence, -1 where it holds none that is evidence."""
    spoken = [[s.text for s in hit.passage.sentences if not addresses_model(s.text)] for hit in hits]
    texts = list(dict.fromkeys(text for several in spoken for text in several))
    vectors = dict(zip(texts, embedder.embed_documents(texts) if texts else [], strict=True))
    return [max((cosine(vector, vectors[text]) for text in several), default=-1.0) for several in spoken]


def _ranks(values: Sequence[float]) -> list[int]:
    """The rank of each value from 1, the largest first; equal ones in the order in which they came."""
    order = sorted(range(len(values)), key=lambda n: -values[n])
    return [order.index(n) + 1 for n in range(len(values))]

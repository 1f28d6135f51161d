"""A question becomes hits: dense and full-text search and nearest sentence, fused by reciprocal rank; earlier
evidence is recalled.

Law: score(p) = sum over the rankings of 1 / (60 + rank), ranks from 1 (Cormack, Clarke and
Büttcher, "Reciprocal rank fusion", SIGIR 2009). The third ranking, of the first few that the searches found,
is by the sentence of each that is nearest to the question. Passages with the same text count once, the best
ranked. Similarity decides what is read, never whether to refuse. A passage that is left out takes no rank:
the others stand as they would without it.

Does not know: prompts, language models, how the index stores things.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from index.article import Hit, Passage
from index.catalog import EVERYTHING, Where
from index.embed import Embedder
from index.store import Index

DEPTH = 30
"""How deep each search is taken before fusion."""
RANK_CONSTANT = 60
NEAREST = 12
"""How many hits are put in order with their nearest sentences."""
RECALLED = 2
"""The most passages that are recalled, of the latest turns first."""
Vector = Sequence[float]
Order = Callable[[Vector, Sequence[Hit]], list[Hit]]
"""Puts the hits of a question, told by its vector, in another order."""
Span = tuple[str, int, int]


def fuse(dense: Sequence[str], text: Sequence[str]) -> list[str]:
    """Ids of either ranking by reciprocal rank fusion, best first; ties keep the order of arrival."""
    ids = list(dict.fromkeys([*dense, *text]))
    return sorted(ids, key=lambda id: -_score(id, dense, text))


def by_sentences(embedder: Embedder) -> Order:
    """The order of the fused searches, the first NEAREST fused with the ranking of their nearest sentences.

    Nearness is the cosine of the question's and the sentence's vectors, which have length 1. The order raises
    what the embedder raises.
    """

    def order(question: Vector, hits: Sequence[Hit]) -> list[Hit]:
        first = hits[:NEAREST]
        nearest = _nearest(embedder, question, [[s.text for s in hit.passage.sentences] for hit in first])
        ranked = sorted(range(len(first)), key=lambda n: -nearest[n])
        scored = [replace(first[n], score=first[n].score + _share(rank)) for rank, n in enumerate(ranked, 1)]
        return [*sorted(scored, key=lambda hit: -hit.score), *hits[NEAREST:]]

    return order


def _nearest(embedder: Embedder, question: Vector, passages: Sequence[Sequence[str]]) -> list[float]:
    """The cosine of a question and the nearest sentence of each passage; -1 for one without sentences."""
    every = [sentence for sentences in passages for sentence in sentences]
    if not every:
        return [-1.0] * len(passages)
    near = iter(np.asarray(embedder.embed_documents(every)) @ np.asarray(question))
    return [max((float(next(near)) for _ in sentences), default=-1.0) for sentences in passages]


def _share(rank: int) -> float:
    return 1 / (RANK_CONSTANT + rank)


def _score(id: str, dense: Sequence[str], text: Sequence[str]) -> float:
    ranks = (rank for ranking in (dense, text) if (rank := _rank(id, ranking)))
    return sum(map(_share, ranks))


def as_fused(question: Vector, hits: Sequence[Hit]) -> list[Hit]:  # noqa: ARG001
    """The order of the fused searches."""
    return list(hits)


class PassageRetriever(BaseRetriever):
    """A LangChain retriever over an index. Each Document's metadata holds its ``hit``.

    ``where`` narrows by source and date. Passages that overlap a span of ``without`` (path, start, end;
    offsets into the article's text, half open) are left out.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)
    index: Index
    embedder: Embedder
    where: Where = Where()
    order: Order = as_fused
    without: tuple[Span, ...] = ()

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,  # noqa: ARG002
    ) -> list[Document]:
        hits = self._hits(query)
        return [Document(hit.passage.text, metadata={"hit": hit}) for hit in hits]

    def _hits(self, question: str) -> list[Hit]:
        vector = self.embedder.embed_query(question)
        dense = self._ranking(lambda depth: self.index.search_dense(vector, depth, self.where))
        text = self._ranking(lambda depth: self.index.search_text(question, depth, self.where))
        passages = self.index.passages(fuse(dense, text))
        distinct = {passage.text: passage for passage in reversed(passages)}
        kept = [passage for passage in passages if distinct[passage.text] is passage]
        hits = [Hit(p, _score(p.id, dense, text), _rank(p.id, dense), _rank(p.id, text)) for p in kept]
        return self.order(vector, hits)

    def _ranking(self, search: Callable[[int], list[str]]) -> list[str]:
        """The best DEPTH that are not left out, searching deeper for as long as there is more."""
        depth = DEPTH
        while True:
            found = search(depth)
            kept = self._kept(found)
            if len(kept) >= DEPTH or len(found) < depth:
                return kept[:DEPTH]
            depth *= 2

    def _kept(self, ids: list[str]) -> list[str]:
        if not self.without:
            return ids
        return [p.id for p in self.index.passages(ids) if not any(_overlaps(p, s) for s in self.without)]


def _overlaps(passage: Passage, span: Span) -> bool:
    path, start, end = span
    return passage.source.path == path and passage.start < end and start < passage.end


def _rank(id: str, ranking: Sequence[str]) -> int | None:
    return ranking.index(id) + 1 if id in ranking else None


def hits_of(documents: Sequence[Document]) -> tuple[Hit, ...]:
    """The hits that PassageRetriever put into its documents."""
    return tuple(document.metadata["hit"] for document in documents)


class RecallingRetriever(PassageRetriever):
    """A PassageRetriever that finds the passages ``earlier`` (ids) too, at place ``at`` (from 0) at worst."""

    earlier: tuple[str, ...] = ()
    at: int = 2

    def _hits(self, question: str) -> list[Hit]:
        found = super()._hits(question)
        first, rest = found[: self.at], found[self.at :]
        recalled = self._recalled(first, rest)
        again = {hit.passage.text for hit in recalled}
        return [*first, *recalled, *(hit for hit in rest if hit.passage.text not in again)]

    def _recalled(self, first: Sequence[Hit], rest: Sequence[Hit]) -> list[Hit]:
        """The earlier passages that are not among the first already."""
        there = {hit.passage.text for hit in first}
        found = {hit.passage.id: hit for hit in rest}
        passages = self.index.passages([id for id in self._kept(list(self.earlier)) if self._allowed(id)])
        return [found.get(p.id, Hit(p, 0.0)) for p in passages if p.text not in there][:RECALLED]

    def _allowed(self, id: str) -> bool:
        """Whether ``where`` lets the passage through: then its own text finds it."""
        if self.where == EVERYTHING:
            return True
        own = [passage.text for passage in self.index.passages([id])]
        return any(id in self.index.search_text(text, DEPTH, self.where) for text in own)

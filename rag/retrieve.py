"""A question becomes hits: dense and full-text search, fused by reciprocal rank.

Law: score(p) = sum over the searches of 1 / (60 + rank), ranks from 1 (Cormack, Clarke and
Büttcher, "Reciprocal rank fusion", SIGIR 2009). Passages with the same text count once, the best
ranked. Similarity decides what is read, never whether to refuse.

Does not know: prompts, models, how the index stores things.
"""

from collections.abc import Sequence

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from index.article import Hit
from index.catalog import Where
from index.embed import Embedder
from index.store import Index

RANK_CONSTANT = 60
DEPTH = 30
"""How deep each search is taken before fusion."""


def fuse(dense: Sequence[str], text: Sequence[str]) -> list[str]:
    """Ids of either ranking by reciprocal rank fusion, best first; ties keep the order of arrival."""
    ids = list(dict.fromkeys([*dense, *text]))
    return sorted(ids, key=lambda id: -_score(id, dense, text))


def _score(id: str, dense: Sequence[str], text: Sequence[str]) -> float:
    return sum(1 / (RANK_CONSTANT + ranking.index(id) + 1) for ranking in (dense, text) if id in ranking)


class PassageRetriever(BaseRetriever):
    """A LangChain retriever over an index. Each Document's metadata holds its ``hit``.

    ``k`` is how many hits come back at most; ``where`` narrows by source and date.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)
    index: Index
    embedder: Embedder
    where: Where = Where()
    k: int = 6

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,  # noqa: ARG002
    ) -> list[Document]:
        hits = self._hits(query)
        return [Document(hit.passage.text, metadata={"hit": hit}) for hit in hits]

    def _hits(self, question: str) -> list[Hit]:
        dense = self.index.search_dense(self.embedder.embed_query(question), DEPTH, self.where)
        text = self.index.search_text(question, DEPTH, self.where)
        passages = self.index.passages(fuse(dense, text))
        distinct = {passage.text: passage for passage in reversed(passages)}
        kept = [passage for passage in passages if distinct[passage.text] is passage]
        return [
            Hit(p, _score(p.id, dense, text), _rank(p.id, dense), _rank(p.id, text)) for p in kept[: self.k]
        ]


def _rank(id: str, ranking: Sequence[str]) -> int | None:
    return ranking.index(id) + 1 if id in ranking else None


def hits_of(documents: Sequence[Document]) -> tuple[Hit, ...]:
    """The hits that PassageRetriever put into its documents."""
    return tuple(document.metadata["hit"] for document in documents)

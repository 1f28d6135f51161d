"""Earlier evidence stays citable: what the last turns cited is among the candidates of a follow-up.

Law: a cited passage takes no place from what the question itself finds but the last of those that are read
in any case, and the one after it; it passes the same filters, and is taken from the index as it is now.

Does not know: how a question is rewritten, whether a passage will be read.
"""

from collections.abc import Iterable, Sequence

from index.article import Hit
from index.catalog import EVERYTHING
from rag.followup.turn import Turn
from rag.retrieve import DEPTH, PassageRetriever

RECALLED = 2
"""The most passages that are recalled, of the latest turns first."""


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


def cited(turns: Iterable[Turn]) -> tuple[str, ...]:
    """The ids of the passages that the turns' answers cite, of the latest turn first."""
    latest_first = [turn.answer for turn in [*turns][::-1]]
    return tuple(
        dict.fromkeys(
            hit.passage.id
            for answer in latest_first
            for claim in answer.claims
            for citation in claim.citations
            for hit in answer.hits
            if _holds(hit, citation.source.path, citation.start)
        )
    )


def _holds(hit: Hit, path: str, start: int) -> bool:
    return hit.passage.source.path == path and hit.passage.start <= start < hit.passage.end

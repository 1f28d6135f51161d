"""A turn of a conversation: what was asked, how it was understood, what was answered.

Law: a conversation is a sequence of turns, oldest first; its last TURNS count, earlier ones are
forgotten. A refusal is a turn without an answer: nothing may be taken from it but its question.

Does not know: models, how a question is rewritten.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from index.article import Hit
from rag.answer import Answer

TURNS = 3
"""How far back a conversation is remembered."""


@dataclass(frozen=True, slots=True)
class Turn:
    """``standalone_question`` is ``question`` where that stood alone."""

    question: str
    standalone_question: str
    answer: Answer


def said(turn: Turn) -> str:
    """The claims of the answer without their citation numbers; "" for a refusal."""
    return " ".join(claim.text for claim in turn.answer.claims)


def spoken(turns: Iterable[Turn]) -> str:
    """All that the conversation holds: questions, answers, and the quotes and titles under them."""
    return "\n".join(part for turn in turns for part in _parts(turn))


def _parts(turn: Turn) -> list[str]:
    citations = [citation for claim in turn.answer.claims for citation in claim.citations]
    quoted = [text for c in citations for text in (c.source.title, c.quote)]
    return [turn.question, turn.standalone_question, said(turn), *quoted]


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

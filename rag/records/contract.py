"""An Answer as JSON: the object that ``byline ask --json`` prints, and every record holds.

Law: a contract, version 2. Keys are added, never renamed or dropped; text of articles stands in it as it is.

Does not know: who reads it, where answers come from.
"""

from collections.abc import Iterable
from typing import Any

from index.article import Hit, Source
from rag.answer import Answer, Citation, Claim, Conflict, Side
from rag.verify import text_of

VERSION = 2


def to_json(answer: Answer) -> dict[str, Any]:
    """The contract's object. ``told`` stands in it only where something can be done instead."""
    model, tokens, seconds = answer.model, answer.tokens, answer.seconds
    return {
        "version": VERSION,
        "question": answer.question,
        "standalone_question": answer.standalone_question,
        "answer": answer.text,
        "refused": answer.refused,
        **({"told": answer.told} if answer.told else {}),
        "claims": [_claim(claim) for claim in answer.claims],
        "conflicts": [_conflict(conflict) for conflict in answer.conflicts],
        "unanswered": list(answer.unanswered),
        "also_read": [_also(hit) for hit in answer.also_read],
        "support": None if answer.support is None else round(answer.support, 4),
        "model": {"backend": model.backend, "name": model.name, "digest": model.digest},
        "tokens": {"prompt": tokens.prompt, "completion": tokens.completion, "context": tokens.context},
        "seconds": {
            "retrieve": round(seconds.retrieve, 3),
            "first_token": round(seconds.first_token, 3),
            "total": round(seconds.total, 3),
        },
    }


def is_verbatim(claim: Claim) -> bool:
    """Whether a claim is its citations' own text: all are, but those that the first version kept."""
    return claim.text == text_of(claim.citations)


def cited(claims: Iterable[Claim]) -> tuple[Citation, ...]:
    """What the claims cite: each span once, by number."""
    found = {citation.n: citation for claim in claims for citation in claim.citations}
    return tuple(found[n] for n in sorted(found))


def numbers(claim: Claim) -> str:
    """The numbers of a claim's citations: [1][2]."""
    return "".join(f"[{citation.n}]" for citation in claim.citations)


def _claim(claim: Claim) -> dict[str, Any]:
    return {
        "text": claim.text,
        "short": claim.short,
        "marks": [list(mark) for mark in claim.marks],
        "support": round(claim.support, 4),
        "verbatim": is_verbatim(claim),
        "citations": [_citation(citation) for citation in claim.citations],
    }


def _citation(citation: Citation) -> dict[str, Any]:
    place = {"start": citation.start, "end": citation.end, "quote": citation.quote}
    return {"n": citation.n, "article": _article(citation.source), **place}


def _conflict(conflict: Conflict) -> dict[str, Any]:
    return {"sides": [_side(side) for side in conflict.sides]}


def _side(side: Side) -> dict[str, Any]:
    """``value`` in a few words, ``text`` the claim's; ``article`` is that of its first citation."""
    citations = side.claim.citations
    return {
        "value": side.value,
        "text": side.claim.text,
        "citations": [citation.n for citation in citations],
        "article": _article(citations[0].source),
    }


def _also(hit: Hit) -> dict[str, Any]:
    passage = hit.passage
    place = {"start": passage.start, "end": passage.end, "text": passage.text}
    return {"article": _article(passage.source), **place, "score": round(hit.score, 6)}


def _article(source: Source) -> dict[str, Any]:
    return {
        "path": source.path,
        "title": source.title,
        "publisher": source.publisher,
        "published": source.published,
    }

"""What narrows a figure or a superlative stays with it: "about 60%" is not 60%, the second lowest no lowest.

Law: by form. Where the sentences give a figure as a bound or as an estimate, a claim that gives the same
figure gives a bound or an estimate too; a superlative that they count ("the second lowest") or share ("one of
the lowest") is neither uncounted nor unshared in the claim.

Does not know: whether the claim is true otherwise.
"""

import re
from decimal import Decimal

from rag.kinds import bound, values

_RANK = r"second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|\d+(?:nd|rd|th)|one of the|among the"
_SUPERLATIVE = re.compile(
    rf"\b(?:(?P<rank>{_RANK})[\s-]+)?(?P<word>[a-z]{{2,}}est|best|least|most|worst)\b", re.IGNORECASE
)
_NONE = frozenset(
    """arrest attest behest chest conquest contest crest detest digest earnest forest guest harvest honest
    infest interest invest manifest midwest modest northwest priest protest quest request southwest suggest
    tempest unrest""".split()
)
"""Words that only end as superlatives do."""


def unqualified(claim: str, span: str) -> tuple[str, ...]:
    """What of ``claim`` the sentences narrow and the claim does not, as the claim should have it."""
    return (*_figures(claim, span), *_superlatives(claim, span))


def _figures(claim: str, span: str) -> tuple[str, ...]:
    shared = [v for v in values(claim) & values(span) if isinstance(v[1], Decimal)]
    lost = sorted({bound(v, span) for v in shared if not bound(v, claim)} - {""})
    return tuple(f"({how})" for how in lost)


def _superlatives(claim: str, span: str) -> tuple[str, ...]:
    plain = {word for word, rank in _ranked(claim) if not rank}
    told = _ranked(span)
    free = {word for word, rank in told if not rank}
    return tuple(f"{rank} {word}" for word, rank in told if rank and word in plain - free)


def _ranked(text: str) -> list[tuple[str, str]]:
    """Each superlative, and how it is counted or shared, "" where it isn't."""
    every = ((found["word"].lower(), found["rank"] or "") for found in _SUPERLATIVE.finditer(text))
    return [(word, rank) for word, rank in every if word not in _NONE]

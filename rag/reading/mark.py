"""The words to mark: where a short answer stands in the text that is shown.

Law: only what stands there is marked: word for word, or as an equal value in another form (60% for 60 per
cent). Where a short answer does not stand in the text, nothing is marked. Marks are half open offsets, in
order, and never overlap.

Does not know: models, who shows the text.
"""

import re

from rag.english.values import figures, words, words_beside_units

Mark = tuple[int, int]
_WORD = re.compile(r"\S+")
_EDGES = " .,;:!?\"'“”‘’«»()[]"
_LONGER = 3
"""How many words more than a short answer an equal value may have: "60 per cent of" for "60%"."""


def marks(short: str, text: str) -> tuple[Mark, ...]:
    """Where ``short`` stands in ``text``; each quotation of it on its own; () for nowhere."""
    said = short.strip(_EDGES)
    if not said:
        return ()
    whole = _verbatim(said, text)
    if whole:
        return (whole,)
    pieces = [_verbatim(piece.strip(_EDGES), text) for piece in re.split(r"[”\"»]\s+[“\"„«]", short)]
    found = [piece for piece in pieces if piece]
    if len(pieces) > 1 and len(found) == len(pieces):
        return _in_order(found)
    equal = _equal(said, text)
    return (equal,) if equal else ()


def _verbatim(said: str, text: str) -> Mark | None:
    """The first place where the words stand, whatever their case and the white space between them."""
    form = r"\s+".join(map(re.escape, said.split()))
    found = re.search(rf"(?<!\w){form}(?!\w)", text, re.IGNORECASE) if form else None
    return found.span() if found else None


def _equal(said: str, text: str) -> Mark | None:
    """The shortest run of words that holds the same figures, and the same words beside them."""
    values, spoken = figures(said), words_beside_units(said)
    runs = list(_WORD.finditer(text))
    if not values:
        return None
    for length in range(1, len(said.split()) + _LONGER + 1):
        for first in range(len(runs) - length + 1):
            start, end = runs[first].start(), runs[first + length - 1].end()
            piece = text[start:end].strip(_EDGES)
            if figures(piece) == values and spoken <= words(piece):
                start = text.index(piece, start)
                return start, start + len(piece)
    return None


def _in_order(found: list[Mark]) -> tuple[Mark, ...]:
    """The places in order, those that overlap an earlier one left out."""
    kept: list[Mark] = []
    for start, end in sorted(found):
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
    return tuple(kept)

"""A sentence that begins within a quotation stands with the sentence that opens it, and names the speaker.

Law: a quotation of several sentences is one statement of one person. Going back from a sentence, the last
quotation mark tells: one that opens is the beginning, one that closes says that no quotation is open.

Does not know: who speaks, what is said.
"""

import re
from collections.abc import Iterable, Sequence

from rag.answer import NumberedSentence

FURTHEST = 4
"""How many sentences before it a quotation's beginning is looked for."""
_MARK = re.compile(r"(?P<opens>[“„«]|(?<![^\s(\[–—-])\"(?=\S))|[”»\"]")


def with_opening(numbers: Sequence[int], sentences: Iterable[NumberedSentence]) -> tuple[int, ...]:
    """The numbers, and before them those of the sentences from the quotation's beginning on."""
    shown = {sentence.number: sentence for sentence in sentences}
    first = min(numbers, default=0)
    for back in range(first - 1, first - 1 - FURTHEST, -1):
        if first not in shown or back not in shown or shown[back].hit != shown[first].hit:
            break
        opened = _ends_within(shown[back].sentence.text)
        if opened is not None:
            return (*range(back, first), *numbers) if opened else tuple(numbers)
    return tuple(numbers)


def _ends_within(text: str) -> bool | None:
    """Whether ``text`` ends within a quotation that it opens; None where it holds no mark."""
    marks = list(_MARK.finditer(text))
    return bool(marks[-1]["opens"]) if marks else None

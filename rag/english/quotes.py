"""Quotation marks: what stands in them, and whether two texts quote one person in the same words.

Law: a quotation of several sentences is one statement of one person. Going back from a place, the last
quotation mark tells: one that opens is the beginning, one that closes says that no quotation is open. Two
reports that quote a person differently give two accounts of the words.

Does not know: what is said, whether it is true.
"""

import re

from rag.english.sayings import SAYING, speakers
from rag.english.values import names
from rag.english.words import stems

SAME_WORDS = 2
"""How many content words two quotations share that may be the same one."""
_QUOTED = re.compile(r"[\"“„«][^\"“”„«»]+(?:[\"”“»]|$)")
_MARK = re.compile(r"(?P<opens>[“„«]|(?<![^\s(\[–—-])\"(?=\S))|[”»\"]")

_QUOTATION = re.compile(
    r"[\"“„«](?P<said>[^\"“”„«»]+)[\"”“»]|(?:[“„«]|(?<!\S)\"(?=\S))(?P<open>[^\"“”„«»]+)$"
)
_SENTENCES = re.compile(r"(?<=[.!?”\"])\s+(?=[\"“A-Z])")


def ends_within(text: str) -> bool | None:
    """Whether ``text`` ends within a quotation that it opens; None where it holds no mark."""
    marks = list(_MARK.finditer(text))
    return bool(marks[-1]["opens"]) if marks else None


def has_mark(text: str) -> bool:
    """Whether a quotation mark stands in ``text``."""
    return bool(_MARK.search(text))


def quoted(text: str) -> tuple[str, ...]:
    """What stands in quotation marks, with them, as it stands there."""
    return tuple(found[0] for found in _QUOTED.finditer(text))


def is_told_by(who: frozenset[str], span: str) -> bool:
    """Whether one of ``who`` speaks in ``span``: right beside a verb of saying, or somewhere before it."""
    near = any(who & speaker for speaker in speakers(span))
    return near or any(_leads(who, each) for each in _SENTENCES.split(span))


def _leads(who: frozenset[str], sentence: str) -> bool:
    """Whether a verb of saying comes after the name: "Berg brushed Dahl's words aside, saying"."""
    verbs = list(SAYING.finditer(sentence))
    return bool(verbs) and bool(who & names(sentence[: verbs[-1].start()]))


def words_apart(one: str, other: str) -> bool:
    """Whether two spans quote the same person, and no quotation of one stands in one of the other's."""
    same = any(a & b for a in speakers(one) for b in speakers(other))
    return same and _quoted_apart(one, other)


def requotes(one: str, other: str) -> bool:
    """Whether two spans quote the same person, and share a quotation's words, but not word for word.

    A speaker of one may be anybody whom the other names: "Berg called it bold".
    """
    pairs = ((stems(a), stems(b)) for a in quotations(one) for b in quotations(other))
    alike = any(len(a & b) >= max(SAME_WORDS, min(len(a), len(b)) / 2) for a, b in pairs)
    named = ((speakers(one), names(other)), (speakers(other), names(one)))
    same = any(speaker & known for said, known in named for speaker in said)
    return alike and same and _quoted_apart(one, other)


def _quoted_apart(one: str, other: str) -> bool:
    """Whether both quote, and no quotation of one stands in one of the other's."""
    here, there = quotations(one), quotations(other)
    return bool(here and there) and not any(a in b or b in a for a in here for b in there)


def quotations(text: str) -> tuple[str, ...]:
    """What stands in quotation marks, to the end where none closes, in small letters, without punctuation."""
    found = (
        re.findall(r"\w+(?:['’]\w+)?", (said["said"] or said["open"]).lower())
        for said in _QUOTATION.finditer(text)
    )
    return tuple(f" {' '.join(words)} " for words in found if words)

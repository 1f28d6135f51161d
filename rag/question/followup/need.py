"""Does a question need the conversation before it to be understood? Told by its words alone.

Law: a question needs it surely where it opens as a follow-up ("And ...", "What about ..."), names nothing at
all ("Why?"), or points at something ("he", "it") and names nobody; where it names somebody too, it may. All
other questions stand alone.

Does not know: the conversation, models.
"""

import re
from enum import Enum

from rag.english.values import names
from rag.english.words import stems

LONGEST = 300
"""Characters. A longer question says enough to stand alone."""


class Need(Enum):
    """How surely a question needs the conversation."""

    NONE = 0
    MAYBE = 1
    SURE = 2


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


ASKING = _set("who whom whose what when where which why how")
VERBS = _set(
    "is are was were be been do does did has have had can could will would should may might must shall"
)
"""Auxiliaries: with one of them a question that holds no asking word opens."""
_PRONOUNS = _set(
    "he she they it him her them his hers its their theirs those himself herself itself themselves"
)
_LOOSE = _set("same other others both either neither another else too instead also still again")
"""They set something beside something else, which the question may hold itself."""
_OPENINGS = _set("and but so or then also plus")
_OPENING = re.compile(r"(?:(?:and|but|so|or|then|also|plus)\b\W*)?(?:(?:what|how) about\b)?", re.IGNORECASE)
_POINTS = re.compile(
    r"\b(?:that|then|(?<!is )(?<!are )(?<!was )(?<!were )there)\W*$"
    r"|\bth(?:is|ese)\b(?!\s+(?:minute|hour|morning|afternoon|evening|night|day|week|weekend|month|season|"
    r"year)s?\b)",
    re.IGNORECASE,
)
"""Who said that? Who made this claim? But not: this week, which is told from today."""
_PREPOSITIONS = (
    "about|after|against|at|before|by|during|for|from|in|into|of|on|since|to|under|until|with|without"
)
ELLIPSIS = re.compile(
    r"^\W*(?:(?:and|but|so|then)\W+)?"
    rf"(?P<asks>(?:{_PREPOSITIONS})\s+(?:which|what|whose|how\s+(?:many|much))\s+"
    r"(?!(?:article|document|report|source)s?\b)\w+(?:\s+\w+)?"
    r"|(?:which|what)\s+(?:city|country|date|day|hour|month|place|season|time|town|week|year))\W*$",
    re.IGNORECASE,
)
"""A question without its verb: In which city? Which year?"""
_ENOUGH = 3
"""Content words from which a question may stand alone for all its opening "And"."""
POINTING = _PRONOUNS | _OPENINGS | _set("this that these there here one ones such") | _LOOSE
"""Words that stand for, or lean on, something said elsewhere."""


def need(question: str) -> Need:
    """How surely ``question`` needs what was said before it."""
    words = tokens(question)
    if len(question) > LONGEST or not words:
        return Need.NONE
    named = _is_named(question)
    content = stems(" ".join(words)) - POINTING
    if ELLIPSIS.match(question) or not (content or named):
        return Need.SURE
    if pointers(question):
        return Need.MAYBE if named else Need.SURE
    if opening(question):
        return Need.MAYBE if len(content) >= _ENOUGH else Need.SURE
    leans = bool(_LOOSE & {*words}) or len(content) < 2
    return Need.MAYBE if leans and not named else Need.NONE


def tokens(text: str) -> list[str]:
    """The words in small letters, without what follows an apostrophe: it's is it, Macron's is macron."""
    return [re.split("['’]", word)[0] for word in re.findall(r"[^\W_]+(?:['’][^\W_]+)*", text.lower())]


def opening(question: str) -> str:
    """The words by which a question leans on what was said: And, But, What about; "" for none."""
    found = _OPENING.match(question)
    return found[0] if found else ""


def pointers(question: str) -> int:
    """How many words point at something that stands elsewhere."""
    return sum(word in _PRONOUNS for word in tokens(question)) + len(_POINTS.findall(question))


def _is_named(question: str) -> bool:
    """Whether a question names somebody or something; its first word is capital whatever it is."""
    return bool(names(re.sub(r"^\W*[^\W_]+(?:['’][^\W_]+)*", "", question)))

"""A question's form, told once: what it asks for, of whom, in what kind.

Law: told by form alone, from the words as they are understood; nothing below this room looks at a
question's form again. Where a kind can't be told, none is wanted.

Does not know: models, articles, what the answer is.
"""

import re

from rag.answer import Form, Question
from rag.english.denials import denies
from rag.english.kinds import years
from rag.english.named import asked_names
from rag.english.values import words
from rag.english.words import stems
from rag.question.exact import asks_exact_words
from rag.question.several import asks_several
from rag.question.versions import asks_versions

_VERB = re.compile(
    r"\s*(?:(?:and|but|so|then)\s+)?(?:is|are|was|were|am|do|does|did|has|have|had|will|would|can|could|shall|"
    r"should|may|might|must)(?:n['’]t)?\b",
    re.IGNORECASE,
)
_ONE_NAME = re.compile(
    r"\b(?:who|whose|where|(?:which|what) (?:city|country|person|town|place|capital))\b", re.IGNORECASE
)
_COUNTING = re.compile(r"\b(?:how|number|toll|count|total|score|age)\b", re.IGNORECASE)
_THING = r"(?:(?:about|at|by|for|from|in|of|on|since|to|until|with)\s+)?(?:what|which)\s+(?:\w+\s+)?"
_WANTS: tuple[tuple[str, str], ...] = (
    ("share", rf"{_THING}(?:share|percentage|percent|per cent|proportion)\b|\bhow many per ?cent\b"),
    (
        "count",
        r"\bhow (?:many|much|old|far|tall|high|deep|heavy|wide|large|big|fast|often)\b|\bwhat number\b",
    ),
    ("year", rf"{_THING}(?:year|decade|century)\b"),
    ("day", rf"^\W*(?:and\s+)?when\b|{_THING}(?:day|date|month|time)\b"),
    ("person", r"^\W*(?:and\s+)?(?:(?:by|for|from|of|to|with)\s+)?(?:who|whom|whose)\b"),
    ("place", rf"^\W*(?:and\s+)?where\b|{_THING}(?:city|country|town|village|continent|county)\b"),
)
"""Kinds of answers, and the forms that ask for one; the first that fits counts."""


def understood(asked: str, text: str) -> Question:
    """The question that was ``asked``, understood as ``text``, with its form."""
    return Question(asked, text, form_of(text, asked))


def form_of(text: str, asked: str = "") -> Form:
    """What ``text`` asks for. Whether each article's version is wanted is told by the words as ``asked``."""
    verb_first = bool(_VERB.match(text))
    return Form(
        closed=verb_first and "or" not in words(text),
        verb_first=verb_first,
        several=asks_several(text),
        each=asks_versions(asked or text),
        exact=asks_exact_words(text),
        one_name=bool(_ONE_NAME.search(text)),
        counting=bool(_COUNTING.search(text)),
        denies=denies(_VERB.sub("", text, count=1)),
        wants=_wanted(text),
        names=frozenset() if text.isupper() else asked_names(text),
        years=years(text),
        stems=stems(text),
    )


def _wanted(text: str) -> str:
    found = (kind for kind, form in _WANTS if re.search(form, text, re.IGNORECASE))
    return next(found, "")

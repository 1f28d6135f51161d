"""A question's form, told once: what it asks for, and of whom.

Law: told by form alone, from the words as they are understood; nothing below this room looks at a
question's form again.

Does not know: models, articles, what the answer is.
"""

import re

from rag.answer import Form, Question
from rag.english.denials import denies
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
_HOW_MANY = re.compile(r"\bhow many\b(?! per ?cent\b)|\bwhat number\b", re.IGNORECASE)


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
        how_many=bool(_HOW_MANY.search(text)),
        denies=denies(_VERB.sub("", text, count=1)),
        names=asked_names(text),
        stems=stems(text),
    )

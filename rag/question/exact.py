"""Whether a question asks for somebody's very words: "Berg's own words on the wall".

Law: told by form alone.

Does not know: what was said, by whom.
"""

import re

_EXACT = re.compile(
    r"\b(?:exact|actual|precise|very|own) (?:words|phrase|quote|quotation)\b|\bdirect quot\w+"
    r"|\bsound ?bites?\b|\bverbatim\b|\bword[- ]for[- ]word\b|^\W*quote (?-i:[A-Z])"
    r"|\bquot(?:e|ation)s? (?:about|by|from|of|on)\b"
    r"|\b(?:exactly|precisely) (?:did|what did|were|what were)\b[^,]*\b(?:say|said|words)\b"
    r"|\b(?:say|said) (?:exactly|literally|precisely)\b"
    r"|\b(?:in|with) (?:what|which) words (?:did|has|had)\b"
    r"|\bhow (?:exactly )?did .+ (?:phrase|put|word) it\W*$",
    re.IGNORECASE,
)
_OF_WORDS = re.compile(
    r"^\W*(?:are|can|could|did|do|does|is|was|were|when|where|which|who|whose|why)\b", re.IGNORECASE
)
"""A question of another kind, which may speak of quotations: "Who coined the term sound bite?"."""


def asks_exact_words(question: str) -> bool:
    """Whether a question asks how somebody put it, word for word."""
    return bool(_EXACT.search(question)) and not _OF_WORDS.match(question)

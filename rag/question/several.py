"""Whether a question asks for several things, each to be answered by a claim of its own.

Law: told by form alone: a list, a comparison, a disagreement, two questions in one. All else asks for
one thing, and one well-founded claim answers it: "When did they agree on it?" asks for one day, "Name
the capital" for one name.

Does not know: how many things there are.
"""

import re

_PLURALS = r"(?:the\s+)?(?:\w+(?:['’]s?)?\s+){0,3}?(?:\w*[^\Ws]s|people)\b"
_LIST = re.compile(
    r"\b(?:which|what)\s+(?:are|were)\s+the\s+(?:\w+\s+){0,3}?\w+s\b"
    r"|\b(?:which|what)\s+(?:\w+\s+)?(?:issues|reasons|countries|topics|points|subjects|matters|steps|measures|"
    r"forms|kinds|types|things|ways|people|leaders|conditions|demands|proposals|events|differences|arguments|causes|effects)\b"
    rf"|^\s*(?:please\s+)?(?:(?:list|enumerate|name)\s+{_PLURALS}|summari[sz]e\b)",
    re.IGNORECASE,
)
_BOTH = re.compile(
    r"\b(?:dis)?agree\w*\s+(?:on|about|over)\b|\b(?:differ\w*|compar\w+|contrast\w*|versus|vs)\b"
    r"|\bdifference\s+between\b|\bdisagreements?\b|\bat odds\b",
    re.IGNORECASE,
)
_JOINED = re.compile(
    r"\b(?:what|which|who|whom|whose|how|when|where|why)\b.*,?\s+and\s+(?:(?:as|at|by|for|from|in|of|on|to|with)\s+)?"
    r"(?:what|which|who|whom|whose|how|when|where|why)\b|\b(?:two|three|four|several)\s+things\b",
    re.IGNORECASE | re.DOTALL,
)
"""Two questions in one."""
_ONE = re.compile(
    r"^\s*(?:(?:about|at|by|for|from|in|of|on|over|to|under|with)\s+)?(?:when|where|who|whose|why|how\s+(?:many|much|long|often|far|old))\b",
    re.IGNORECASE,
)


def asks_several(question: str) -> bool:
    """Whether ``question`` asks for a list, a comparison, or two things at once."""
    if _LIST.search(question) or _JOINED.search(question):
        return True
    return bool(_BOTH.search(question)) and not _ONE.search(question)

"""A question for two things is asked as two questions, each to be answered on its own.

Law: told by form alone: two asking clauses joined by "and", a comparison of two things, one thing asked
of each of two. Each part finds and reads its own passages, so that an answer may stand on several
articles; what a question asks of one thing stays one question.

Does not know: models, how a part is answered or made to stand alone.
"""

import re

from rag.english.words import stems

WORD = r"(?:what|which|who|whom|whose|how|when|where|why)"
"""A word that asks."""
_BEFORE = r"(?:(?:about|as|at|by|for|from|in|of|on|over|to|under|with|without)\s+)?"
_ASKS = re.compile(rf"^\s*{_BEFORE}{WORD}\b", re.IGNORECASE)
_AND = re.compile(rf"\s*[,;]?\s+(?:and|but)\s+(?={_BEFORE}{WORD}\b)", re.IGNORECASE)
_EMBEDDED = re.compile(rf"\b{WORD}\b", re.IGNORECASE)
_THINGS = re.compile(r"^.*\b(?:two|both|several|following)\s+things\b[^:]*:\s*(?P<things>.+)$", re.IGNORECASE)
_SET_BESIDE = (
    re.compile(r"^(?:please\s+)?compare\s+(?P<one>.+?)\s+(?:with|against)\s+(?P<other>.+)$", re.IGNORECASE),
    re.compile(r"^(?:please\s+)?compare\s+(?P<one>.+?)\s+(?:and|to)\s+(?P<other>.+)$", re.IGNORECASE),
    re.compile(
        r"^how\s+(?:do|does|did)\s+(?P<one>.+?)\s+(?:compare|differ)\s+(?:with|to|from)\s+(?P<other>.+)$",
        re.IGNORECASE,
    ),
    re.compile(r"^what\b.*\bdifferences?\s+between\s+(?P<one>.+?)\s+and\s+(?P<other>.+)$", re.IGNORECASE),
)
_NAME = r"(?:the\s+)?[A-Z][\w.’'-]*(?:\s+[A-Z][\w.’'-]*){0,3}"
_VERSUS = re.compile(
    rf"^(?P<one>{_NAME})\s+(?:vs\.?|versus|against)\s+(?P<other>{_NAME})\s+"
    r"(?P<subject>(?:on|over|about)\s+[^:]+):\s*(?P<asked>.*\b(?:each(?:\s+of\s+them)?|both)\b.*)$"
)
_EACH = re.compile(
    rf"\b(?:both\s+)?(?P<one>{_NAME})\s+and\s+(?P<other>{_NAME})\s+each\b"
    r"(?!\s+(?:other|of|one|time|second|minute|hour|day|night|week|month|quarter|season|year|decade|century)\b)"
)
_FEW, _MOST = 2, 3
"""Content words that a part needs to be one; parts a question is taken apart into."""


def parts(question: str) -> tuple[str, ...]:
    """The questions that ``question`` holds, in order; itself alone where it asks for one thing."""
    text = question.strip().rstrip("?.! ")
    found = _of_each(text) or _listed(text) or _beside(text) or _joined(text)
    return tuple(map(_asked, found)) if found else (question,)


def _asked(part: str) -> str:
    part = part.strip(" ,;")
    return f"{part[:1].upper()}{part[1:]}?"


def _joined(text: str) -> list[str]:
    """Asking clauses joined by "and"; a clause inside a clause ("who said when and where ...") is none."""
    if not _ASKS.match(text):
        return []
    pieces = [piece for piece in _AND.split(text) if piece]
    alone = all(_EMBEDDED.search(_ASKS.sub("", piece)) is None for piece in pieces[:-1])
    return pieces if 1 < len(pieces) <= _MOST and alone and all(map(_is_whole, pieces)) else []


def _is_whole(piece: str) -> bool:
    return len(stems(piece)) >= _FEW or len(piece.split()) > 3


def _listed(text: str) -> list[str]:
    """For a piece I need two things: A, and B."""
    found = _THINGS.match(text)
    pieces = re.split(r"\s*[,;]\s+and\s+|\s*;\s+", found["things"]) if found else []
    return pieces if 1 < len(pieces) <= _MOST else []


def _beside(text: str) -> list[str]:
    """Compare A with B. The thing of "A's view compare with B's" is that of the first."""
    found = next((m for m in (form.match(text) for form in _SET_BESIDE) if m), None)
    if found is None:
        return []
    one, other = found["one"], found["other"]
    owned = re.match(r"^(?P<owner>.+?['’]s?)\s+(?P<thing>.+)$", one)
    if owned and re.search(r"['’]s?$", other):
        other = f"{other} {owned['thing']}"
    return [_what(one), _what(other)]


def _what(thing: str) -> str:
    return thing if _ASKS.match(thing) else f"What is said of {thing}"


def _of_each(text: str) -> list[str]:
    """What is asked of each of two names, asked of the one and of the other."""
    if found := _VERSUS.match(text):
        each = re.compile(r"\b(?:each(?:\s+of\s+them)?|both)\b", re.IGNORECASE)
        return [f"{each.sub(found[side], found['asked'])} {found['subject']}" for side in ("one", "other")]
    if found := _EACH.search(text):
        return [text[: found.start()] + found[side] + text[found.end() :] for side in ("one", "other")]
    return []

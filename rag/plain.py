"""Text on one line, safe to show; days; counts: "3 passages".

Law: text from articles, models and readers is data. What steers a terminal or can't be seen is taken out of
it; what is left is as it was.

Does not know: where text comes from, who shows it, any language.
"""

import re
from collections.abc import Iterable
from datetime import date
from unicodedata import category

_BREAK = re.compile(r"\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_STEERING = frozenset(("Cc", "Cf", "Cs"))
"""Unicode's control, format (bidirectional, zero-width, tags) and half characters."""
_JOINERS = frozenset("\u200c\u200d")
"""Invisible, but parts of words in some scripts."""
_KEPT = _JOINERS | frozenset("\n\r\t")


def clean(text: str) -> str:
    """Text that can't steer a terminal: no control, bidirectional or zero-width characters."""
    lines = _BREAK.sub("\n", text)
    return "".join(c for c in lines if c in "\n\t" or category(c) not in _STEERING)


def line(text: str) -> str:
    """``clean`` text on one line."""
    return " ".join(clean(text).split())


def inline(text: str) -> str:
    """``clean`` text without line breaks; white space at its ends stays, as one space."""
    return re.sub(r"\s+", " ", clean(text))


def pieces(text: str, marks: Iterable[tuple[int, int]]) -> tuple[tuple[str, bool], ...]:
    """``text`` cut at its marks, in order: each piece with whether it is marked. A mark beyond it is none."""
    cut: list[tuple[str, bool]] = []
    at = 0
    for start, end in marks:
        if at <= start < end <= len(text):
            cut += [(text[at:start], False), (text[start:end], True)]
            at = end
    return tuple((piece, marked) for piece, marked in [*cut, (text[at:], False)] if piece)


def flat(text: str) -> str:
    """One line, every other character as it is."""
    return " ".join(text.split())


def visible(text: str, also: frozenset[str] = frozenset()) -> str:
    """``text`` without format and control characters, and without ``also``; line breaks and tabs stay."""
    return "".join(c for c in text if c not in also and (c in _KEPT or not _hidden(c)))


def all_visible(text: str) -> str:
    """``visible`` text without the joiners of some scripts: what a form is looked for in."""
    return visible(text, _JOINERS)


def _hidden(letter: str) -> bool:
    return category(letter) in ("Cf", "Cc", "Co", "Cn", "Cs")


def shortened(text: str, longest: int = 240) -> str:
    """``text`` cut at a word before ``longest`` characters, with a mark where it was cut."""
    return text if len(text) <= longest else text[:longest].rsplit(" ", 1)[0] + " …"


def counted(number: int, one: str, several: str = "") -> str:
    """3 passages; 1 passage. ``several`` is the plural, where it takes more than an s."""
    return f"{number:,} {one if number == 1 else several or f'{one}s'}"


def day(published: str | None) -> str:
    """25 February 2025 for 2025-02-25; "" for none."""
    if not published:
        return ""
    try:
        parsed = date.fromisoformat(published)
    except ValueError:
        return published
    return f"{parsed.day} {parsed:%B %Y}"


def plain_digest(digest: str) -> str:
    """A digest without the name of its algorithm, as Ollama may give it."""
    return digest.removeprefix("sha256:").removeprefix("sha256-")

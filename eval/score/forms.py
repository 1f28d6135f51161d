"""Gold forms in a text: two spellings of one thing are made one, and sought as whole words.

Law: a form is in a text where its normalised words stand there in a row, so an answer that says more
than it was asked still counts.

Does not know: cases, answers, what follows from a form's being there.
"""

import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal

from text_to_num import alpha2digit  # type: ignore[import-untyped]


def occurs(form: str, text: str) -> bool:
    """Whether ``form`` stands in ``text`` as whole words, both normalised."""
    words = normalise(form)
    return bool(words) and f" {words} " in f" {normalise(text)} "


def normalise(text: str) -> str:
    """Words in one spelling, parted by single spaces.

    Case, punctuation, articles and possessive 's go; number words and scales become digits
    (``five hundred billion``, ``500bn``), per cent becomes ``%``, a currency sign becomes its name
    after the amount. Not understood: years in words, words in other languages than English.
    """
    plain = unicodedata.normalize("NFKC", text).casefold()
    for pattern, replacement in _REWRITES:
        plain = pattern.sub(replacement, plain)
    digits = alpha2digit(plain, "en", 0.0)
    return " ".join(word for word in _WORD.findall(digits) if word not in _ARTICLES)


_ARTICLES = frozenset({"a", "an", "the"})
_WORD = re.compile(r"\d+(?:st|nd|rd|th|s)\b|\d+(?:\.\d+)?|[^\W\d_]+|%")
_SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_SHORT = {"k": 10**3, "m": 10**6, "mn": 10**6, "b": 10**9, "bn": 10**9, "tn": 10**12}
_SIGNS = {"$": "dollar", "£": "pound", "€": "euro"}
_NUMBER = r"(\d+(?:\.\d+)?)"


def _money(match: re.Match[str]) -> str:
    """``$500bn`` as ``500000000000 dollar``."""
    sign, amount, scale = match.groups(default="")
    return f"{_times(amount, (_SCALES | _SHORT).get(scale, 1))} {_SIGNS[sign]}"


def _scaled(match: re.Match[str]) -> str:
    """``1.5 million`` as ``1500000``."""
    amount, scale = match.groups()
    return _times(amount, (_SCALES | _SHORT)[scale])


def _times(amount: str, scale: int) -> str:
    return amount if scale == 1 else f"{(Decimal(amount) * scale).normalize():f}"


_REWRITES: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    (re.compile(r"(?<=\w)['\u2019]s\b"), ""),
    (re.compile(r"(?<=\d),(?=\d{3}\b)"), ""),
    (re.compile(r"\b([a-z])\.(?=[a-z]\b)"), r"\1"),
    (re.compile(r"\bper[\s-]?cent\b"), "%"),
    (re.compile(rf"(?:\bus)?\s?([$£€])\s?{_NUMBER}(?:[\s-]?({'|'.join(_SCALES | _SHORT)})\b)?"), _money),
    (re.compile(rf"{_NUMBER}[\s-]?({'|'.join(_SCALES)}|mn|bn|tn)\b"), _scaled),
    (re.compile(r"\b(?:us\.? )?(dollar|pound|euro)s?\b"), r"\1"),
)

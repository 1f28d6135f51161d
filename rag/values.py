"""The values of a text: its figures and names, in a form in which equal values are equal.

Law: a value that a claim holds and its span doesn't hold is a fault, so what can't be matched counts
as missing. 60%, 60 per cent and sixty percent are one value; so are $500 billion, $500bn and 500
billion dollars; 9 is not 99. Years, days and ordinals are compared as numbers, months by name.

Does not know: what a sentence means; whether the right person did it.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

_SCALES = {
    "thousand": 3, "k": 3, "1000": 3,
    "million": 6, "mn": 6, "m": 6, "1000000": 6,
    "billion": 9, "bn": 9, "b": 9, "1000000000": 9,
    "trillion": 12, "tn": 12, "1000000000000": 12,
}  # fmt: skip
_CURRENCIES = {
    "$": "dollar", "us$": "dollar", "usd": "dollar", "dollar": "dollar",
    "€": "euro", "eur": "euro", "euro": "euro",
    "£": "pound", "gbp": "pound", "pound": "pound",
    "¥": "yen", "yen": "yen", "₽": "rouble", "rouble": "rouble", "ruble": "rouble",
}  # fmt: skip
_NUMBER = re.compile(
    r"(?P<before>(?:us)?\$|[€£¥₽])?\s*"
    r"(?<![\w.])(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    r"(?:[\s-]*(?P<scale>thousand|million|billion|trillion|bn|mn|tn|k|m|b|1000000000000|1000000000|1000000|1000)\b)?"
    r"(?:[\s-]*(?P<after>%|per\s?cent\b|percent\b|percentage points?\b|dollars?\b|euros?\b|pounds?\b|yen\b"
    r"|rou?bles?\b|usd\b|eur\b|gbp\b))?"
    r"(?P<ordinal>st|nd|rd|th)?",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]+(?:[.’'&-][^\W\d_]+)*", re.UNICODE)
_SAME_NAMES = (
    (re.compile(r"\bU\.\s?S\.(?:\s?A\.)?|\bUSA?\b|\b(?:the )?United States(?: of America)?\b"), "US"),
    (re.compile(r"\bU\.\s?K\.|\bUK\b|\b(?:the )?United Kingdom\b"), "UK"),
    (re.compile(r"\bE\.\s?U\.|\bEU\b|\b(?:the )?European Union\b"), "EU"),
    (re.compile(r"\bU\.\s?N\.|\bUN\b|\b(?:the )?United Nations\b"), "UN"),
)
_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september",
           "october", "november", "december")  # fmt: skip
_SHORT_MONTHS = {name[:3]: name for name in _MONTHS} | {"sept": "september"}
_SMALL_WORDS = frozenset(
    """a about after all although an and another any are as at because before between both but by during
    each either for from had has have he her here his how however i if in into is it its many more most
    near neither no none nor not of on one only or other our over people she since so some such than that
    the their them then there these they this those though through to under until upon was we were what
    when where whether which while who whose why with within without would yes you your did do does can
    could may might should will""".split()
)
"""Words that open sentences and are no names."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its unit: "percent", a currency, or "" for a bare number."""

    amount: Decimal
    unit: str = ""


def figures(text: str, *, least_word: int = 0) -> frozenset[Figure]:
    """The figures of ``text``; number words above ``least_word`` count as digits."""
    return frozenset(_figure(found) for found in _NUMBER.finditer(_in_digits(text, least_word)))


def names(text: str) -> frozenset[str]:
    """The capitalised words of ``text``, case-folded, without possessives and sentence-opening words."""
    plain = _same_names(text)
    found = (match for match in _WORD.finditer(plain) if match[0][0].isupper())
    folded = {_fold(match[0]) for match in found}
    return frozenset(word for word in folded if word and word not in _SMALL_WORDS)


def words(text: str) -> frozenset[str]:
    """Every word of ``text``, folded as ``names`` folds."""
    return frozenset(_fold(match[0]) for match in _WORD.finditer(_same_names(text)))


def missing(claim: str, span: str) -> tuple[str, ...]:
    """What ``claim`` holds and ``span`` doesn't: figures, then names, each as text; () is a pass.

    A figure without a unit in the claim is met by the same number with any unit; a percentage or an
    amount of money only by the same unit.
    """
    held = figures(span)
    amounts = {figure.amount for figure in held}
    lost = [f for f in figures(claim, least_word=1) - held if f.unit or f.amount not in amounts]
    absent = names(claim) - words(span)
    return tuple(sorted(f"{f.amount.normalize():f} {f.unit}".strip() for f in lost)) + tuple(sorted(absent))


@lru_cache(maxsize=4096)
def _in_digits(text: str, least_word: int) -> str:
    from text_to_num import alpha2digit

    return str(alpha2digit(text, "en", threshold=least_word))


def _figure(found: re.Match[str]) -> Figure:
    amount = Decimal(found["digits"].replace(",", "")).scaleb(_SCALES.get((found["scale"] or "").lower(), 0))
    unit = (found["after"] or found["before"] or "").lower()
    if unit.startswith(("%", "per")):
        return Figure(amount.normalize(), "percent")
    return Figure(amount.normalize(), _CURRENCIES.get(unit.rstrip("s"), _CURRENCIES.get(unit, "")))


def _same_names(text: str) -> str:
    for pattern, name in _SAME_NAMES:
        text = pattern.sub(name, text)
    return text


def _fold(word: str) -> str:
    plain = re.sub(r"[’']s$|[’']$", "", word).casefold()
    return _SHORT_MONTHS.get(plain, plain)

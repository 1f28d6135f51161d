"""The values of a text by kind: days, months, years, hours, and figures by their unit.

Law: only values of one kind can contradict one another: a day of the month says nothing against a
year, nor money against people. Ordinals, and the "one" of "one of them", count nothing and are no
values.

Does not know: what a value is the value of.
"""

import re
from decimal import Decimal
from functools import lru_cache

from rag.english.values import figures, names

Value = tuple[str, str | Decimal]
"""Kind and value. Kinds: day, month, year, weekday, clock, pair (3-1), "of <unit>" for a figure with a
unit, "" for a bare number."""

_MONTHS = (
    r"Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|"
    r"Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?"
)
_NUMBERED = r"(\d{1,2})(?:st|nd|rd|th)?(?![\d:,.]?\d)"
_DAY = re.compile(
    rf"\b{_NUMBERED}(?:\s+of)?\s+(?P<before>{_MONTHS})\b\.?"
    rf"|\b(?P<after>{_MONTHS}|(?:Jan|Feb|Mar|Apr|Aug|Sept?|Oct|Nov|Dec)\.)\s+{_NUMBERED}\b"
)
_MONTH = re.compile(rf"\b({_MONTHS})\b\.?")
_CLOCK = re.compile(r"\b(\d{1,2})(?::(\d\d))?\s*([ap])\.?m\b\.?|\b(\d{1,2}):(\d\d)\b", re.IGNORECASE)
_YEAR = re.compile(
    r"(?:^[\s\"'(]*|,\s*|\b(?:in|since|by|until|during|of|from|before|after|early|late|year)\s+)"
    r"(1[5-9]\d\d|20\d\d)\b(?![,.]\d|\s*%)",
    re.IGNORECASE,
)
_PAIR = re.compile(r"(?<![\w.,-])(\d{1,3})[-–](\d{1,3})(?![\w,-])")
_UNCOUNTED = re.compile(
    r"\b(?:\d+(?:st|nd|rd|th)|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth)\b(?!\s+of\b)"
    r"|\bone\s+of\b",
    re.IGNORECASE,
)
_WEEKDAYS = frozenset("monday tuesday wednesday thursday friday saturday sunday".split())
CALENDAR = _WEEKDAYS | frozenset(
    "january february MARCH april MAY june july AUGUST september october november december".split()
)
"""Names of weekdays and months, as ``rag.english.values.names`` gives them."""

_BOUNDS = {
    "least": r"at least|more than|over|above|exceed(?:s|ed|ing)?|no (?:fewer|less) than|upwards of",
    "most": r"up to|at most|less than|fewer than|under|below|no more than",
    "about": r"about|around|nearly|almost|some|roughly|approximately|close to",
}
_NEAR = Decimal("0.1")
"""How far, of the larger, a figure may lie from one that is said to be about it."""


@lru_cache(maxsize=4096)
def values(text: str) -> frozenset[Value]:
    """The values of ``text``, each with its kind."""
    found: set[Value] = {("weekday", name) for name in names(text) & _WEEKDAYS}
    found |= {("pair", f"{pair[1]}-{pair[2]}") for pair in _PAIR.finditer(text)}
    rest = text
    for day in _DAY.finditer(text):
        month = (day["before"] or day["after"])[:3]
        found |= {("day", f"{int(day[1] or day[4])} {month}"), ("month", month)}
    rest = _DAY.sub(" , ", rest)
    found |= {("month", month[1][:3]) for month in _MONTH.finditer(rest)}
    rest = _MONTH.sub(" , ", rest)
    found |= {("clock", _time(clock)) for clock in _CLOCK.finditer(rest)}
    rest = _CLOCK.sub(" , ", rest)
    dated = [year for year in _YEAR.finditer(rest) if _is_bare(rest, year)]
    found |= {("year", year[1]) for year in dated}
    for year in reversed(dated):
        rest = f"{rest[: year.start()]} , {rest[year.end() :]}"
    rest = _UNCOUNTED.sub(" ", rest)
    return frozenset(found | {(f"of {f.unit}" if f.unit else "", f.amount) for f in figures(rest)})


def _is_bare(text: str, year: re.Match[str]) -> bool:
    """Whether what looks like a year has no unit: not "2000 euros"."""
    following = " ".join(text[year.end() :].split()[:1])
    return not any(figure.unit for figure in figures(f"{year[1]} {following}"))


def _time(clock: re.Match[str]) -> str:
    """The time as hh:mm of 24 hours, where it says which half of the day."""
    hour, minute = int(clock[1] or clock[4]), clock[2] or clock[5] or "00"
    if clock[3]:
        hour = hour % 12 + (12 if clock[3].lower() == "p" else 0)
    return f"{hour:02}:{minute}"


def bound(value: Value, text: str) -> str:
    """What ``text`` says of a figure: that it is the ``least``, the ``most``, ``about`` it; else ""."""
    for name, form in _BOUNDS.items():
        for found in re.finditer(rf"\b(?:{form})\s+(\S+(?:\s+\S+){{0,2}})", text, re.IGNORECASE):
            if value in values(found[1]) or ("", value[1]) in values(found[1]):
                return name
    return ""


def close(bounding: Value, how: str, value: Value) -> bool:
    """Whether an exact figure lies where another bounds it."""
    limit, exact = bounding[1], value[1]
    if not isinstance(limit, Decimal) or not isinstance(exact, Decimal):
        return False
    near = abs(limit - exact) <= _NEAR * max(abs(limit), abs(exact))
    return {"least": exact >= limit, "most": exact <= limit, "about": near}.get(how, False)

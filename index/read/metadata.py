"""What a file says about itself: title, author, publisher and date, made safe to show.

Law: a file's own words are untrusted. Values come out as one line of visible text, of bounded length;
dates come out as ISO dates or not at all.

Does not know: file formats.
"""

import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime
from textwrap import shorten

from index.article import Source

MAX_VALUE = 200
MAX_FIRST_LINE = 120
MAX_BITS = 128
"""Of a number that is shown; Python writes out none of more than 4,300 digits."""


@dataclass(frozen=True, slots=True)
class Metadata:
    """The raw values of a file: strings, dates or anything else its author wrote, None where absent."""

    title: object = None
    author: object = None
    publisher: object = None
    published: object = None


def make_source(path: str, raw: Metadata, body: str, mtime_ns: int) -> Source:
    """Clean ``raw``; fall back to the first line of ``body`` for the title, to the file's date (UTC)."""
    return Source(
        path=path,
        title=one_line(raw.title) or first_line(body) or path,
        author=one_line(raw.author) or None,
        publisher=one_line(raw.publisher) or None,
        published=iso_date(raw.published) or _file_date(mtime_ns),
    )


def one_line(value: object) -> str:
    """Return a text, number, date or list of them as one line without control or format characters.

    Anything else is empty: a list inside a list, a number of more than ``MAX_BITS``.
    """
    if isinstance(value, list | tuple):
        value = ", ".join(filter(None, (one_line(item) for item in value[:20] if not _is_nested(item))))
    if isinstance(value, bool) or not isinstance(value, str | int | float | date):
        return ""
    if isinstance(value, int) and value.bit_length() > MAX_BITS:
        return ""
    return " ".join(_visible(str(value)[: 20 * MAX_VALUE]).split())[:MAX_VALUE].rstrip()


def _is_nested(item: object) -> bool:
    return isinstance(item, list | tuple)


def first_line(body: str) -> str:
    """Return the first line that holds a letter or digit, without markdown's heading marks."""
    for line in body[:20_000].splitlines():
        text = one_line(line[:2_000].strip().lstrip("#>*-= \t"))
        if any(character.isalnum() for character in text):
            return (
                shorten(text.rstrip("#*").rstrip(), MAX_FIRST_LINE, placeholder="…") or text[:MAX_FIRST_LINE]
            )
    return ""


def iso_date(value: object) -> str | None:
    """Return YYYY-MM-DD for a date, or a text that names a whole day, such as ``25 February 2025``.

    A text that leaves out the day, the month or the year names no day. In ``03/04/2025`` the month
    comes first.
    """
    if isinstance(value, datetime | date):
        return f"{value.year:04d}-{value.month:02d}-{value.day:02d}"
    text = one_line(value)
    return _parsed(text) if 6 <= len(text) <= 60 else None


def _parsed(text: str) -> str | None:
    from dateutil import parser

    try:
        found = {
            parser.parse(text, default=datetime(*blank)).date() for blank in ((2000, 1, 1), (2004, 2, 2))
        }
    except (ValueError, OverflowError, TypeError, ArithmeticError):
        return None
    return found.pop().isoformat() if len(found) == 1 else None


def _visible(text: str) -> str:
    """Turn control, format (such as bidi) and unpaired characters into spaces or nothing."""
    kept = (" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in text)
    return "".join(c for c in kept if unicodedata.category(c) not in ("Cf", "Cs", "Co", "Cn"))


def _file_date(mtime_ns: int) -> str | None:
    try:
        return datetime.fromtimestamp(mtime_ns // 10**9, tz=UTC).date().isoformat()
    except (ValueError, OverflowError, OSError):
        return None

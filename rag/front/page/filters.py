"""Which articles a question is asked of: what was ticked and typed becomes a Where.

Law: nothing ticked means every article; a day that is none, or an article that is not there, is told of
and never passed over.

Does not know: how a search honours it.
"""

from collections.abc import Collection
from datetime import date

from index.catalog import Where
from index.errors import QuestionError


def where(paths: Collection[str] | None, since: str | None, until: str | None) -> Where:
    """The filter. Raises QuestionError for what is no day."""
    chosen = tuple(sorted(paths)) if paths else None
    first, last = day("From", since), day("To", until)
    if first and last and first > last:
        raise QuestionError("The first day is after the last one.", f"set From to {last} or before")
    return Where(since=first, until=last, paths=chosen)


def day(name: str, text: str | None) -> str | None:
    """An ISO day, or None for nothing. Raises QuestionError."""
    if not (text or "").strip():
        return None
    try:
        return date.fromisoformat((text or "").strip()).isoformat()
    except ValueError:
        raise QuestionError(
            f"{name}: {(text or '')[:40]!r} is not a day.", "write it as 2025-02-25"
        ) from None

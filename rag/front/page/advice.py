"""What might help after a refusal, from what the question was limited to.

Law: only what would change something is named: wider dates where dates were set, more sources where
sources were chosen; other words always.

Does not know: how a refusal is shown.
"""

from index.catalog import Where
from rag.plain import day


def advice(filters: Where) -> tuple[str, ...]:
    """Plain sentences, the most promising first."""
    said = (_dates(filters), _sources(filters), *_ALWAYS)
    return tuple(each for each in said if each)


_ALWAYS = (
    "Ask in other words, with the names or figures that an article would use.",
    "Ask for one thing at a time.",
    "Add the article that you expect to answer it.",
)


def _dates(filters: Where) -> str:
    """An article without a date is in no span of dates."""
    since, until = day(filters.since), day(filters.until)
    if not since and not until:
        return ""
    span = " ".join(part for part in (f"from {since}" * bool(since), f"up to {until}" * bool(until)) if part)
    return f"Widen the dates: only articles {span} were searched, and none without a date."


def _sources(filters: Where) -> str:
    paths = filters.paths
    if paths is not None:
        only = "one article was" if len(paths) == 1 else f"{len(paths)} articles were"
        return f"Choose more sources: only {only} searched."
    return f"Choose more sources: only those named {filters.source} were searched." if filters.source else ""

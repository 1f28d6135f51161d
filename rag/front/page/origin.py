"""Who says so: a source becomes its publisher, date and age, and a citation its numbered link.

Law: an article without a publisher goes by its author, else by its title, else by its path; a date that
is none is shown as it was written, and has no age.

Does not know: messages, cards.
"""

from datetime import date

from index.article import Source
from rag.answer import Citation
from rag.front.page.text import exact, safe
from rag.plain import day, line


def headline(source: Source) -> str:
    """The article's title, or its path where it has none; plain text."""
    return line(source.title) or line(source.path)


def who(source: Source) -> str:
    """Publisher, else author, else title, else path; plain text."""
    return line(source.publisher or "") or line(source.author or "") or headline(source)


def when(source: Source) -> str:
    """The day in words, or "no date"; plain text."""
    return line(day(source.published)) or "no date"


def origin(source: Source, today: date | None = None) -> str:
    """Publisher, author, date and, where ``today`` is known, age: spans on one line."""
    people = dict.fromkeys(line(each) for each in (source.publisher or "", source.author or ""))
    parts = [f"<bdi>{safe(each)}</bdi>" for each in people if each]
    return '<span class="dot"> · </span>'.join([*parts, f"{_time(source)}{_aged(source, today)}"])


def byline(source: Source, today: date | None = None) -> str:
    """Who and when, as HTML: what stands under a sentence of an answer."""
    return (
        f'<span class="byline"><bdi>{safe(who(source))}</bdi>, {_time(source)}{_aged(source, today)}</span>'
    )


def cite(citation: Citation, exchange: str) -> str:
    """``[1]``, a link to the card of that number; its title says whose card it is."""
    source = citation.source
    title = f"Source {citation.n}: {headline(source)}, {who(source)}, {when(source)}"
    href = f"#card-{safe(exchange)}-{citation.n}"
    return f'<a class="cite" href="{href}" title="{safe(title)}">[{citation.n}]</a>'


def age(published: str | None, today: date) -> str:
    """``3 days ago``: whole days, weeks, months or years, cut short; "" for no date and the future."""
    since = _date(published)
    if since is None or since > today:
        return ""
    days = (today - since).days
    if days < 2:
        return "yesterday" if days else "today"
    months = (today.year - since.year) * 12 + today.month - since.month - (today.day < since.day)
    spans = ((months // 12, "year"), (months, "month"), (days // 7, "week"), (days, "day"))
    least = {"year": 2, "month": 2, "week": 2, "day": 0}
    count, unit = next((count, unit) for count, unit in spans if count >= least[unit])
    return f"{count} {unit}s ago"


def _aged(source: Source, today: date | None) -> str:
    old = age(source.published, today) if today else ""
    return f' <span class="age">({old})</span>' if old else ""


def _date(published: str | None) -> date | None:
    try:
        return date.fromisoformat(published or "")
    except ValueError:
        return None


def _time(source: Source) -> str:
    shown = safe(when(source))
    if _date(source.published) is None:
        return f'<span class="date">{shown}</span>'
    return f'<time class="date" datetime="{exact(source.published or "")}">{shown}</time>'

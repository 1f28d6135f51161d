"""Evidence becomes cards: what an answer stands on, where articles differ, what was nearest, a whole article.

Law: a card shows the article's text as it was when the question was answered, the cited span marked and
whole. A refusal says so, and names only help that would change something: wider dates where dates were set,
another source where sources were. All text goes through ``rag.front.page.text``.

Does not know: which card is looked at, the library that shows it.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from index.article import Article, Hit, Source
from rag.answer import REFUSAL, Citation, Conflict, Side
from rag.front.page.advice import advice
from rag.front.page.origin import byline, cite, headline, origin
from rag.front.page.text import exact, safe
from rag.plain import counted, line, shortened
from rag.records.contract import cited
from rag.records.conversation import Excerpt, Exchange

LONGEST = 320
"""Characters of a passage that was only found, not cited."""


def evidence(exchange: Exchange, today: date) -> str:
    """All that one answer stands on: ``section.evidence#evidence-ID`` for the panel.

    For each citation an ``article.card#card-ID-N`` with the quote in ``mark``; before them a
    ``div.conflict`` per conflict; after them ``details.also``. For a refusal ``div.refusal``, then the
    nearest passages as cards.
    """
    answer = exchange.answer
    body = _refused(exchange, today) if answer.refused else _stands(exchange, today)
    name = safe(exchange.id)
    return (
        f'<section class="evidence" id="evidence-{name}" tabindex="-1" aria-labelledby="asked-{name}">'
        f'<h2 class="asked" id="asked-{name}" dir="auto"><span class="for">Sources for</span>'
        f" <q>{safe(answer.standalone_question)}</q></h2>{body}"
        f'<p class="way"><a class="back" href="#answer-{name}">Back to the answer</a></p></section>'
    )


def found(hits: Sequence[Hit]) -> str:
    """What a search found, before anything is read: ``section.evidence.pending``."""
    articles = len({hit.passage.source.path for hit in hits})
    cards = "".join(_near(hit, None) for hit in hits)
    return (
        '<section class="evidence pending" id="evidence-pending" aria-labelledby="asked-pending">'
        f'<h2 class="asked" id="asked-pending">Found {counted(len(hits), "passage")}'
        f' of {counted(articles, "article")}</h2><p class="note">Nothing is checked yet.</p>{cards}</section>'
    )


def nothing() -> str:
    """The panel before the first question."""
    return (
        '<section class="evidence nothing" id="evidence-nothing"><h2 class="asked">Sources</h2>'
        '<p class="note">Ask something. The sentences that an answer stands on appear here, in their'
        " articles.</p></section>"
    )


def whole(article: Article, start: int, end: int) -> str:
    """The article from its body on, ``start:end`` of its text in ``mark``: a ``dialog.whole``.

    Offsets beyond the text are cut to it: the article may have changed since it was cited.
    """
    source, text = article.source, article.text
    first = min(max(start, article.body_start), len(text))
    last = min(max(end, first), len(text))
    marked = f"<mark>{safe(text[first:last], breaks=True)}</mark>" if last > first else ""
    shown = _joined(text[article.body_start : first], marked, text[last:])
    place = _place(source, start, end)
    return (
        f'<dialog class="whole" {place} aria-labelledby="whole-title"><header><div>'
        f'<h2 id="whole-title" dir="auto">{safe(headline(source))}</h2>'
        f'<p class="origin">{origin(source)}</p></div>'
        '<button class="close" type="button">Close</button></header>'
        f'<div class="text" tabindex="0" role="document" dir="auto">{shown}</div>'
        f'<footer class="path"><bdi>{safe(source.path)}</bdi></footer></dialog>'
    )


def _stands(exchange: Exchange, today: date) -> str:
    answer = exchange.answer
    differs = "".join(_conflict(conflict, exchange.id, today) for conflict in answer.conflicts)
    cards = "".join(_card(citation, exchange, today) for citation in cited(answer.claims))
    return f"{differs}{cards}{_also(answer.also_read, today)}"


def _card(citation: Citation, exchange: Exchange, today: date) -> str:
    around = _around(citation, exchange.excerpts)
    before, after = (around.before, around.after) if around else ("", "")
    quote = _joined(before, f"<mark>{safe(citation.quote)}</mark>", after)
    number = f'<span class="n"><span class="unseen">Source </span>{citation.n}</span>'
    head = _head(citation.source, today, number)
    foot = _foot(citation.source, citation.start, citation.end)
    return (
        f'<article class="card" id="card-{safe(exchange.id)}-{citation.n}" tabindex="-1">{head}'
        f'<blockquote dir="auto">{quote}</blockquote>{foot}</article>'
    )


def _around(citation: Citation, excerpts: Iterable[Excerpt]) -> Excerpt | None:
    place = (citation.source.path, citation.start, citation.end)
    return next((each for each in excerpts if (each.path, each.start, each.end) == place), None)


def _joined(before: str, marked: str, after: str) -> str:
    """Context, what is marked, context: as HTML, with line breaks where the text has them."""
    return f"{_context(before)}{marked}{_context(after)}"


def _context(text: str) -> str:
    """White space at the ends is kept as one space or line break, so that sentences stay apart."""
    if not text.strip():
        return "<br>" if "\n" in text else " " if text else ""
    lead, tail = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    return f"{_gap(lead)}{safe(text, breaks=True)}{_gap(tail)}"


def _gap(space: str) -> str:
    return "<br>" * min(space.count("\n"), 2) or " " * bool(space)


def _head(source: Source, today: date | None, number: str = "") -> str:
    return (
        f'<header>{number}<div><h3 class="title" dir="auto">{safe(headline(source))}</h3>'
        f'<p class="origin">{origin(source, today)}</p></div></header>'
    )


def _place(source: Source, start: int, end: int) -> str:
    return f'data-path="{exact(source.path)}" data-start="{start}" data-end="{end}"'


def _foot(source: Source, start: int, end: int) -> str:
    """Which file it is, and the button that opens it."""
    return (
        f'<footer><span class="path"><bdi>{safe(source.path)}</bdi></span>'
        f'<button class="open" type="button" {_place(source, start, end)}>Open article'
        f'<span class="unseen">: {safe(headline(source))}</span></button></footer>'
    )


def _conflict(conflict: Conflict, exchange: str, today: date) -> str:
    sides = "".join(_side(side, exchange, today) for side in conflict.sides)
    return f'<div class="conflict"><h3>The articles differ, newest first</h3><ul>{sides}</ul></div>'


def _side(side: Side, exchange: str, today: date) -> str:
    marks = "".join(cite(citation, exchange) for citation in side.claim.citations)
    origin = byline(side.claim.citations[0].source, today)
    return f'<li dir="auto"><strong class="value">{safe(side.value)}</strong> {origin} {marks}</li>'


def _near(hit: Hit, today: date | None) -> str:
    """A passage that no claim cites: its beginning, not marked."""
    passage = hit.passage
    head, foot = _head(passage.source, today), _foot(passage.source, passage.start, passage.end)
    text = safe(shortened(line(passage.text), LONGEST))
    return f'<article class="card near">{head}<blockquote dir="auto">{text}</blockquote>{foot}</article>'


def _also(hits: Sequence[Hit], today: date) -> str:
    if not hits:
        return ""
    cards = "".join(_near(hit, today) for hit in hits)
    summary = f"<summary>Also read: {counted(len(hits), 'passage')}</summary>"
    return f'<details class="also">{summary}{cards}</details>'


def _refused(exchange: Exchange, today: date) -> str:
    answer = exchange.answer
    if answer.told:
        return f'<div class="refusal"><p class="says">{safe(answer.told)}</p></div>'
    helps = "".join(f"<li>{safe(each)}</li>" for each in advice(exchange.filters))
    near = "".join(_near(hit, today) for hit in answer.also_read)
    nearest = f"<h3>The nearest passages</h3>{near}" if near else ""
    return (
        f'<div class="refusal"><p class="says">{safe(REFUSAL)}</p><p class="note">What might help</p>'
        f"<ul>{helps}</ul></div>{nearest}"
    )

"""A conversation as Markdown and JSON, with the sources of every answer.

Law: text of articles, models and users stays text: in Markdown each of its characters that could mark
something up is escaped, and it never begins a line of its own. The JSON holds the objects of
``byline ask --json``.

Does not know: where conversations are kept.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime

from index.article import Hit, Source
from index.catalog import Where
from rag.answer import Citation, Claim, Conflict
from rag.conversation import Conversation, Excerpt, Exchange
from rag.show import day, line
from rag.show import to_json as answer_to_json

VERSION = 1


def to_json(conversation: Conversation) -> str:
    """One object: version, the conversation's id, and each exchange's time, filters and answer."""
    exchanges = [
        {"asked_at": each.asked_at, "filters": asdict(each.filters), "answer": answer_to_json(each.answer)}
        for each in conversation.exchanges
    ]
    whole = {"version": VERSION, "conversation": conversation.id, "exchanges": exchanges}
    return _text(json.dumps(whole, ensure_ascii=False, indent=2) + "\n")


def to_markdown(conversation: Conversation) -> str:
    """A heading, then each question with its answer, the sources under it, and who answered when."""
    blocks = [f"# {escaped(conversation.title) or 'Conversation'}"]
    for exchange in conversation.exchanges:
        blocks += _exchange(exchange)
    return _text("\n\n".join(blocks) + "\n")


def _text(text: str) -> str:
    """Without half characters, which no file can hold."""
    return text.encode(errors="replace").decode()


def escaped(text: str) -> str:
    """Text on one line that CommonMark and GitHub's dialect show as it is: no markup, no links."""
    marked = re.sub(r"[\\`*_\[\]<>&|~$^#{}@]", r"\\\g<0>", line(text))
    unlinked = re.sub(r"(?<=[^\W\d])[.:](?=[\w/])|(?<=\w)[.:](?=[^\W\d]|/)", r"\\\g<0>", marked)
    return re.sub(r"^(\d{0,9})([-+=.)])", r"\1\\\2", unlinked)


def _exchange(exchange: Exchange) -> Iterator[str]:
    answer = exchange.answer
    yield f"## {escaped(exchange.question)}"
    if answer.standalone_question != answer.question:
        yield f"Understood as: *{escaped(answer.standalone_question)}*"
    if searched := _searched(exchange.filters):
        yield f"Asked of {searched}."
    yield from map(_claim, answer.claims)
    for part in answer.unanswered:
        yield f"The articles don't say: *{escaped(part)}*"
    if answer.refused:
        yield escaped(answer.text)
    yield from map(_conflict, answer.conflicts)
    yield from _sources(exchange)
    if answer.also_read:
        yield "\n".join(["Also read:", "", *map(_also, answer.also_read)])
    yield _footer(exchange)


def _searched(filters: Where) -> str:
    """In words what a search was bound to, or ""."""
    named = [*(filters.paths or ()), *([filters.source] if filters.source else [])]
    only = [f"only {', '.join(map(escaped, named))}" if named else "no article"]
    parts = only if named or filters.paths is not None else ["the articles"] * bool(_span(filters))
    return " ".join([*parts, *_span(filters)])


def _span(filters: Where) -> list[str]:
    since = [f"from {escaped(day(filters.since))} on"] if filters.since else []
    return [*since, *([f"up to {escaped(day(filters.until))}"] if filters.until else [])]


def _claim(claim: Claim) -> str:
    own = " (the source's own words)" if claim.verbatim else ""
    return f"{escaped(claim.text)} {_marks(claim)}{own}"


def _marks(claim: Claim) -> str:
    return "".join(rf"\[{citation.n}\]" for citation in claim.citations)


def _conflict(conflict: Conflict) -> str:
    sides = [(side, side.claim.citations[0].source) for side in conflict.sides]
    rows = [f"- {escaped(side.value)}: {_origin(source)} {_marks(side.claim)}" for side, source in sides]
    return "\n".join(["The articles differ, newest first:", "", *rows])


def _sources(exchange: Exchange) -> Iterator[str]:
    """Each cited span once, by number, with the words around it."""
    around = {(each.path, each.start, each.end): each for each in exchange.excerpts}
    cited = {citation.n: citation for claim in exchange.answer.claims for citation in claim.citations}
    for n in sorted(cited):
        place = (cited[n].source.path, cited[n].start, cited[n].end)
        yield f"{_source(cited[n])}\n\n> {_quoted(cited[n], around.get(place))}"


def _source(citation: Citation) -> str:
    place = f"characters {citation.start} to {citation.end}"
    return rf"\[{citation.n}\] {_origin(citation.source)} ({escaped(citation.source.path)}, {place})"


def _origin(source: Source) -> str:
    parts = (source.title, source.publisher or "", day(source.published))
    return " · ".join(escaped(part) for part in parts if part)


def _quoted(citation: Citation, excerpt: Excerpt | None) -> str:
    """The quote, strong among the words around it."""
    before, after = (excerpt.before, excerpt.after) if excerpt else ("", "")
    return " ".join(filter(None, (escaped(before), f"**{escaped(citation.quote)}**", escaped(after))))


def _also(hit: Hit) -> str:
    return f"- {_origin(hit.passage.source)}: {escaped(hit.passage.text)}"


def _footer(exchange: Exchange) -> str:
    model, asked = exchange.answer.model, datetime.fromisoformat(exchange.asked_at)
    return f"Answered by {escaped(model.name)} ({model.backend}), asked {asked:%Y-%m-%d %H:%M %z}."

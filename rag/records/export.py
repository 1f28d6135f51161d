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
from rag.plain import day, inline, line, pieces
from rag.records.contract import cited, is_verbatim, numbers
from rag.records.contract import to_json as answer_to_json
from rag.records.conversation import Conversation, Excerpt, Exchange

VERSION = 2


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
    return _begun(_escaped(line(text)))


def _escaped(text: str) -> str:
    """Text within a line: what could mark something up is escaped, white space stays."""
    marked = re.sub(r"[\\`*_\[\]<>&|~$^#{}@]", r"\\\g<0>", text)
    return re.sub(r"(?<=[^\W\d])[.:](?=[\w/])|(?<=\w)[.:](?=[^\W\d]|/)", r"\\\g<0>", marked)


def _begun(text: str) -> str:
    """Escaped text that may begin a line."""
    return re.sub(r"^(\d{0,9})([-+=.)])", r"\1\\\2", text)


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
    """The sentences, the words that answer strong; one that a model wrote is told to be no quotation."""
    if not is_verbatim(claim):
        return f"{escaped(claim.text)} {_marks(claim)} (written by a model in an earlier version)"
    return f"“{_marked(claim)}” {_marks(claim)}"


def _marked(claim: Claim) -> str:
    cut = [(inline(piece), marked) for piece, marked in pieces(claim.text, claim.marks)]
    return "".join(_strong(piece) if marked else _escaped(piece) for piece, marked in cut)


def _strong(text: str) -> str:
    """Strong text, with the white space at its ends outside; where nothing is seen of it, as it is."""
    said = text.strip()
    if not said:
        return text
    before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    return f"{before}**{_escaped(said)}**{after}"


def _marks(claim: Claim) -> str:
    return escaped(numbers(claim))


def _conflict(conflict: Conflict) -> str:
    sides = [(side, side.claim.citations[0].source) for side in conflict.sides]
    rows = [f"- {escaped(side.value)}: {_origin(source)} {_marks(side.claim)}" for side, source in sides]
    return "\n".join(["The articles differ, newest first:", "", *rows])


def _sources(exchange: Exchange) -> Iterator[str]:
    """Each cited span once, by number, with the words around it."""
    around = {(each.path, each.start, each.end): each for each in exchange.excerpts}
    for each in cited(exchange.answer.claims):
        place = (each.source.path, each.start, each.end)
        yield f"{_source(each)}\n\n> {_quoted(each, around.get(place))}"


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

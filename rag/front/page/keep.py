"""What a reader keeps: verdicts, the list of conversations, files to take away.

Law: what the browser sends is an id or a number, looked up here; what is not there is said so. A verdict
is on the exchange as it was answered.

Does not know: Gradio, how cases and files are written.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from index.errors import BylineError
from rag.front.page.backend import Backend, until
from rag.front.page.failures import Failure
from rag.front.page.text import safe
from rag.front.page.view import fault, order
from rag.plain import line
from rag.records.conversation import Conversation, Exchange
from rag.records.export import to_json, to_markdown

MOST = 100
"""Conversations that are listed."""


@dataclass(frozen=True, slots=True)
class File:
    """Something to take away: its media type, its name, its text."""

    media: str
    name: str
    text: str


def exchange_at(
    conversation: Conversation, message: int, failures: Sequence[Failure] = ()
) -> Exchange | None:
    """The exchange that the message of this number, from 0, belongs to; none where that is of a failure."""
    number, told = message // 2, order(conversation, failures)
    found = told[number] if 0 <= number < len(told) else None
    return None if isinstance(found, Failure) else found


def judged(
    backend: Backend,
    conversation: str,
    exchange: str,
    good: bool,
    reason: str | None = None,
    correction: str | None = None,
) -> str:
    """Note a verdict; what became of it, as HTML."""
    try:
        whole = backend.conversation(conversation)
        found = next((each for each in whole.exchanges if each.id == exchange), None)
        if found is None:
            return '<p role="status">That answer is not there any more.</p>'
        earlier = [each.question for each in until(whole, exchange).exchanges]
        backend.feedback.note(found, good, reason, earlier, correction)
    except BylineError as error:
        return fault(error)
    return '<p role="status">Kept, on this machine.</p>'


def conversations(backend: Backend) -> list[tuple[str, str]]:
    """(words, id) of the kept conversations, newest first; none where they can't be listed."""
    try:
        found = backend.conversations.list()[:MOST]
    except BylineError:
        return []
    return [(_words(each.title, each.when, each.fault), each.id) for each in found]


def _words(title: str, when: str | None, fault: str) -> str:
    if fault:
        return f"Can't be read: {line(fault)}"
    local = datetime.fromisoformat(when).astimezone() if when else None
    return f"{line(title)} · {local.day} {local:%B, %H:%M}" if local else line(title)


def links(conversation: Conversation) -> str:
    """Where the whole conversation can be taken away, as HTML; "" where there is nothing in it."""
    if not conversation.exchanges:
        return ""
    way = f"export/{safe(conversation.id)}"
    return (
        f'<span class="keep">Save the conversation as <a class="save" href="{way}.md" download>Markdown</a> '
        f'<a class="save" href="{way}.json" download>JSON</a></span>'
    )


def exported(backend: Backend, conversation: str, exchange: str | None, kind: str) -> File:
    """A conversation, or one exchange of it, as ``md`` or ``json``.

    Raises KeyError where there is none such, StorageError where it can't be read.
    """
    whole = backend.conversations.load(conversation)
    if exchange is not None:
        one = {each.id: each for each in whole.exchanges}[exchange]
        whole = replace(whole, exchanges=(one,))
    write, media = {"md": (to_markdown, "text/markdown"), "json": (to_json, "application/json")}[kind]
    return File(media, f"byline-{exchange or conversation}.{kind}", write(whole))

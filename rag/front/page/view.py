"""What the chat and the panel beside it show: a conversation, and what is under way or went wrong.

Law: a view is made from kept exchanges and never from what the browser sends back. Each exchange is two
messages, question and answer, so that a message's number tells its exchange.

Does not know: Gradio's components, how answers come.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from index.article import Hit
from index.errors import BylineError
from rag.front.page.cards import evidence, found, nothing
from rag.front.page.failures import Failure
from rag.front.page.message import message
from rag.front.page.progress import Progress, pending
from rag.front.page.text import safe
from rag.records.conversation import Conversation, Exchange

LONGEST = 2000
"""Characters of a question that are shown in the chat."""
STOPPED = "Stopped. The question is kept: ask it again, or edit it."
AGAIN = '<p class="again"><button class="again" type="button">Ask again</button></p>'
"""Beside a question that failed: the script asks what stands above it."""
Message = dict[str, str]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that could be asked again: in place of the exchange of the id ``instead``, if any."""

    question: str = ""
    instead: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """What a tab shows. ``panel`` None leaves the panel as it is; ``asked`` is the latest question.

    ``failed``: that question has no answer.
    """

    conversation: str
    messages: tuple[Message, ...]
    panel: str | None
    asked: Asked
    busy: bool = False
    failed: bool = False


def shown(conversation: Conversation, today: date, failures: Sequence[Failure] = ()) -> View:
    """The conversation, nothing under way, with the questions that failed where they were asked."""
    latest = conversation.exchanges[-1] if conversation.exchanges else None
    asked = Asked(latest.question, latest.id) if latest else Asked()
    return View(conversation.id, _messages(conversation, failures), panel(conversation, today), asked)


def asking(
    before: Conversation,
    asked: Asked,
    progress: Progress,
    panel: str | None,
    failures: Sequence[Failure] = (),
) -> View:
    """``before``, then the question, and how far its answer is."""
    said = (_user(asked.question), _assistant(pending(progress)))
    return View(before.id, (*_messages(before, failures), *said), panel, asked, busy=True)


def failed(
    before: Conversation,
    asked: Asked,
    error: BylineError,
    today: date,
    failures: Sequence[Failure] = (),
) -> View:
    """``before``, then the question, and why it has no answer."""
    said = (_user(asked.question), _assistant(fault(error)))
    messages = (*_messages(before, failures), *said)
    return View(before.id, messages, panel(before, today), asked, failed=True)


def stopped(before: Conversation, asked: Asked, today: date, failures: Sequence[Failure] = ()) -> View:
    """``before``, then the question, whose answer was stopped."""
    note = f'<div class="fault"><p class="note">{STOPPED}</p></div>'
    said = (_user(asked.question), _assistant(note))
    messages = (*_messages(before, failures), *said)
    return View(before.id, messages, panel(before, today), asked, failed=True)


def with_fault(view: View, error: BylineError) -> View:
    """The view, and under it what went wrong beside it."""
    return replace(view, messages=(*view.messages, _assistant(fault(error))))


def panel(conversation: Conversation, today: date, hits: Sequence[Hit] | None = None) -> str:
    """The evidence of every exchange; at the end what was found for the question under way, if anything."""
    sections = [evidence(each, today) for each in conversation.exchanges]
    sections += [found(hits)] if hits is not None else []
    return "".join(sections) or nothing()


def fault(error: BylineError) -> str:
    """What is wrong, and the next step, as HTML on one line."""
    step = f'<p class="note">Next: {safe(error.hint)}</p>' if error.hint else ""
    return f'<div class="fault"><p>{safe(str(error))}</p>{step}</div>'


def order(conversation: Conversation, failures: Sequence[Failure]) -> tuple[Exchange | Failure, ...]:
    """What is told of a conversation, two messages each: a failure stands behind what came before it."""
    places = range(len(conversation.exchanges) + 1)
    told: list[Exchange | Failure] = []
    for place in places:
        told += conversation.exchanges[place - 1 : place] if place else ()
        told += [each for each in failures if min(each.after, places[-1]) == place]
    return tuple(told)


def _messages(conversation: Conversation, failures: Sequence[Failure]) -> tuple[Message, ...]:
    every = order(conversation, failures)
    return tuple(each for told in every for each in _both(told, conversation.id))


def _both(exchange: Exchange | Failure, conversation: str) -> tuple[Message, Message]:
    if isinstance(exchange, Failure):
        return _user(exchange.question), _assistant(f"{exchange.told}{AGAIN}")
    way = f"export/{safe(conversation)}/{safe(exchange.id)}"
    links = "".join(
        f' <a class="save" href="{way}.{kind}" title="Save this answer with its sources">{name}</a>'
        for kind, name in (("md", "Markdown"), ("json", "JSON"))
    )
    content = f'{message(exchange)}<p class="keep">Save as{links}</p>'
    return _user(exchange.question), _assistant(content)


def _user(question: str) -> Message:
    text = question if len(question) <= LONGEST else f"{question[:LONGEST]} …"
    return {"role": "user", "content": safe(text.strip(), breaks=True)}


def _assistant(content: str) -> Message:
    return {"role": "assistant", "content": content}

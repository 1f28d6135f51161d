"""What keeping does: thumbs, the list of conversations, a new one.

Law: a thumb up is kept at once, a thumb down once a reason is given or waived. Another conversation ends
the answer that is under way, and is shown once the browser has shown the last of that.

Does not know: how verdicts and conversations are stored.
"""

from collections.abc import Callable
from typing import Any

from index.errors import BylineError
from rag.front.page.keep import exchange_at, judged
from rag.front.page.layout import Verdict
from rag.front.page.view import View, fault, shown, with_fault
from rag.front.page.wire_chat import PRIVATE, Chat
from rag.records.conversation import Exchange


def wire_keep(chat: Chat, verdict: Verdict, refresh: Callable[[Any], Any]) -> None:
    """Connect the handlers; ``refresh`` brings the side bar in line after an event."""
    import gradio as gr

    _wire_verdict(chat, verdict)
    gone = (gr.update(visible=False), "")
    for event in _wire_conversations(chat):
        refresh(event.then(lambda: gone, None, [verdict.group, verdict.noted], queue=False, **PRIVATE))


def _wire_verdict(chat: Chat, verdict: Verdict) -> None:
    import gradio as gr

    memory, backend = chat.memory, chat.backend

    def thumb(kept: str, like: gr.LikeData) -> tuple[Any, ...]:
        try:
            number = like.index if isinstance(like.index, int) else like.index[0]
            found = exchange_at(backend.conversation(kept), number, backend.failures.of(kept))
        except BylineError as error:
            return "", gr.update(visible=False), None, "", fault(error)
        if found is None or like.liked not in (True, False):
            return "", gr.update(visible=False), None, "", _withdrawn(chat, found)
        told = judged(backend, kept, found.id, True, None) if like.liked else ""
        return found.id, gr.update(visible=not like.liked), None, "", told

    def judge(kept: str, exchange: str, reason: str | None, correction: str) -> tuple[Any, str]:
        return gr.update(visible=False), judged(backend, kept, exchange, False, reason, correction or None)

    shows = [memory.judged, verdict.group, verdict.reason, verdict.correction, verdict.noted]
    chat.talk.chat.like(thumb, [memory.conversation], shows, **PRIVATE)
    given = [memory.conversation, memory.judged, verdict.reason, verdict.correction]
    verdict.judge.click(judge, given, [verdict.group, verdict.noted], **PRIVATE)


def _withdrawn(chat: Chat, exchange: Exchange | None) -> str:
    """A thumb was taken back; "" or what went wrong, as HTML."""
    try:
        if exchange:
            chat.backend.feedback.withdraw(exchange.id)
    except BylineError as error:
        return fault(error)
    return ""


def _wire_conversations(chat: Chat) -> list[Any]:
    """The events after which the tab shows another conversation."""
    import gradio as gr

    side, memory, backend = chat.side, chat.memory, chat.backend

    def show(view: View, tab: gr.Request) -> tuple[Any, ...]:
        chat.running.leave(str(tab.session_hash), view)
        return chat.shown(view)

    def new(tab: gr.Request) -> tuple[Any, ...]:
        return show(_empty(chat), tab)

    def take_up(identity: str, tab: gr.Request) -> tuple[Any, ...]:
        try:
            failures = backend.failures.of(identity)
            return show(shown(backend.conversation(identity), backend.now().date(), failures), tab)
        except BylineError as error:
            return show(with_fault(_empty(chat), error), tab)

    def delete(kept: str, tab: gr.Request) -> tuple[Any, ...]:
        try:
            backend.conversations.delete(kept)
        except BylineError as error:
            return show(with_fault(_empty(chat), error), tab)
        return show(_empty(chat), tab)

    return [
        chat.talk.new.click(new, None, chat.outputs, **PRIVATE),
        side.conversations.input(take_up, [side.conversations], chat.outputs, **PRIVATE),
        side.delete.click(delete, [memory.conversation], chat.outputs, **PRIVATE),
    ]


def _empty(chat: Chat) -> View:
    return shown(chat.backend.conversations.new(), chat.backend.now().date())

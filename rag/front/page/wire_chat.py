"""What asking does: the question box, its buttons, the examples, the whole article.

Law: a tab has one answer under way at most. Where no answer came the question goes back into the box, if
nothing was typed there meanwhile.

Does not know: how answers are made.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from index.errors import BylineError
from rag.front.page.ask import Filters, answering
from rag.front.page.backend import Backend
from rag.front.page.cards import whole
from rag.front.page.corpus import chosen, left_out, listed
from rag.front.page.keep import links
from rag.front.page.layout import Side, Sources, Talk
from rag.front.page.outputs import Memory, components, unchanged, values
from rag.front.page.running import Running
from rag.front.page.text import safe
from rag.front.page.view import Asked, View, failed

Values = tuple[Any, ...]
PRIVATE: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
GONE = '<dialog class="whole"><header><h2>The article is not there any more.</h2>{}</header></dialog>'
CLOSE = '<button class="close" type="button">Close</button>'
BOX = """(typed, told) => {
  const { asked, failed } = JSON.parse(told), left = (typed ?? "").trim();
  if (failed) return left ? typed : asked;
  return left === asked.trim() ? "" : typed;
}"""
"""What is in the question box once an answer has come or has not; the browser knows what was typed since."""


@dataclass(frozen=True, slots=True)
class Chat:
    """The parts that asking has to do with."""

    backend: Backend
    running: Running[View]
    talk: Talk
    sources: Sources
    side: Side
    memory: Memory

    @property
    def outputs(self) -> list[Any]:
        """What a view changes."""
        return components(self.talk, self.sources, self.memory)

    @property
    def inputs(self) -> list[Any]:
        """What every question is asked with."""
        side, memory = self.side, self.memory
        filters = [memory.listed, memory.left_out, side.sources, side.search, side.since, side.until]
        return [memory.conversation, *filters]

    def shown(self, view: View, *, clear: bool = False) -> Values:
        """The view, with the links that take its conversation away once there is no more to come."""
        return values(view, None if view.busy else self.links(view.conversation), clear=clear)

    def links(self, conversation: str) -> str:
        """Where the conversation can be taken away."""
        try:
            return links(self.backend.conversation(conversation))
        except BylineError:
            return ""


def wire_chat(chat: Chat, refresh: Callable[[Any], Any]) -> None:
    """Connect the handlers; ``refresh`` brings the side bar in line after an event."""
    import gradio as gr

    talk, memory = chat.talk, chat.memory

    def typed(tab: gr.Request, question: str, instead: str, *given: Any) -> Iterator[Values]:
        yield from _asked(chat, tab, Asked(question or "", instead), given, clear=True)

    def example(tab: gr.Request, question: str, *given: Any) -> Iterator[Values]:
        yield from _asked(chat, tab, Asked(question), given)

    def again(tab: gr.Request, asked: Asked, *given: Any) -> Iterator[Values]:
        yield from _asked(chat, tab, asked, given)

    def stop(tab: gr.Request) -> None:
        chat.running.stop(str(tab.session_hash))

    def told(tab: gr.Request, asked: Asked, failed: bool) -> str:
        """The browser has shown the last of an answer."""
        chat.running.seen(str(tab.session_hash))
        return json.dumps({"asked": asked.question, "failed": failed})

    asked = [
        gr.on(
            [talk.send.click, talk.question.submit], typed,
            [talk.question, memory.instead, *chat.inputs], chat.outputs, **PRIVATE,
            trigger_mode="multiple",  # an Enter while an answer is ending is a question too
        ),
        gr.on(
            [talk.retry.click, talk.chat.retry], again,
            [memory.asked, *chat.inputs], chat.outputs, **PRIVATE,
        ),
    ]  # fmt: skip
    asked += [
        button.click(example, [button, *chat.inputs], chat.outputs, **PRIVATE) for button in talk.examples
    ]
    for event in asked:
        end = event.then(told, [memory.asked, memory.failed], [talk.told], queue=False, **PRIVATE)
        refresh(end.then(None, [talk.question, talk.told], [talk.question], js=BOX, **PRIVATE))
    talk.stop.click(stop, None, None, queue=False, **PRIVATE)
    talk.edit.click(
        _edit, [memory.asked], [talk.question, memory.instead, talk.editing], queue=False, **PRIVATE
    )
    chat.sources.fetch.click(
        _fetch(chat), [chat.sources.wanted], [chat.sources.article], queue=False, **PRIVATE
    )


def _asked(chat: Chat, tab: Any, asked: Asked, given: Values, *, clear: bool = False) -> Iterator[Values]:
    """The values of each view of an answer. A question without a word changes nothing."""
    if not asked.question.strip():
        yield unchanged(len(chat.outputs))
        return
    with chat.running.answer(str(tab.session_hash)) as flag:
        try:
            conversation, filters = given[0], _filters(chat, *given[1:])
        except BylineError as error:
            yield chat.shown(_refused(chat, given[0], asked, error))
            return
        for number, view in enumerate(answering(chat.backend, conversation, asked, filters, flag)):
            yield chat.shown(view, clear=clear and not number) if view else unchanged(len(chat.outputs))
        if flag.instead:  # raised since the last view: what a tab shows last is what its stream ends with
            yield chat.shown(flag.instead)


def _filters(
    chat: Chat, seen: bool, before: list[str], ticked: list[str], search: str, since: str, until: str
) -> Filters:
    """What is ticked and typed at the side, once the boxes are there.

    The boxes themselves are looked at: a click may have come too late for what the tab remembers. Where none
    is ticked and none was left out, they have only just come. Raises QuestionError where nothing is ticked.
    """
    live = chat.backend.live
    there = seen and (ticked or before)
    out = left_out(listed(live, search, before), ticked, before) if there else before
    return chosen(live, out), since, until


def _refused(chat: Chat, conversation: str, asked: Asked, error: BylineError) -> View:
    whole, today = chat.backend.conversation(conversation), chat.backend.now().date()
    return failed(whole, asked, error, today, chat.backend.failures.of(whole.id))


def _edit(asked: Asked) -> Values:
    note = "The next answer takes the place of the last one." if asked.instead else ""
    return asked.question, asked.instead, f'<p class="note" role="status">{safe(note)}</p>' if note else ""


def _fetch(chat: Chat) -> Callable[[str], str]:
    def fetch(wanted: str) -> str:
        try:
            place = json.loads(wanted)
            article = chat.backend.live.article(str(place["path"]))
            return whole(article, int(place["start"]), int(place["end"]))
        except (KeyError, ValueError, TypeError):
            return GONE.format(CLOSE)
        except BylineError as error:
            return GONE.replace("The article is not there any more.", safe(str(error))).format(CLOSE)

    return fetch

"""A view becomes what Gradio's components are told.

Law: what has not changed is not sent again. The order of the values is that of ``components``.

Does not know: what a view holds, when it comes.
"""

from dataclasses import dataclass
from typing import Any

from rag.front.page.layout import Sources, Talk
from rag.front.page.view import Asked, View


@dataclass(frozen=True, slots=True)
class Memory:
    """What a tab remembers: ``conversation``, an id, beyond a reload, and the rest until then.

    ``asked`` is the latest question, ``failed`` that it has no answer, ``instead`` the exchange whose place
    the next answer takes, ``listed`` whether the articles are, ``left_out`` the paths that are not asked,
    ``judged`` the exchange that a verdict is about.
    """

    conversation: Any
    asked: Any
    failed: Any
    instead: Any
    listed: Any
    left_out: Any
    judged: Any


def memory() -> Memory:
    """A tab that has done nothing yet."""
    import gradio as gr

    conversation = gr.BrowserState("", storage_key="byline-conversation", secret="byline")
    asked, failed, instead = gr.State(Asked()), gr.State(False), gr.State("")
    return Memory(conversation, asked, failed, instead, gr.State(False), gr.State([]), gr.State(""))


def components(talk: Talk, sources: Sources, memory: Memory) -> list[Any]:
    """What a view changes."""
    return [
        talk.chat, sources.panel, memory.conversation, memory.asked, memory.failed, memory.instead,
        talk.editing, talk.question, talk.send, talk.stop, talk.retry, talk.edit, talk.export,
        talk.example_row,
    ]  # fmt: skip


def values(view: View, export: str | None = None, *, clear: bool = False) -> tuple[Any, ...]:
    """A value for each of ``components``. ``clear`` empties the question box."""
    import gradio as gr

    skip, ready = gr.skip(), not view.busy
    again = gr.update(interactive=ready and bool(view.asked.question))
    return (
        list(view.messages),
        skip if view.panel is None else view.panel,
        view.conversation,
        view.asked,
        view.failed,
        "" if clear or ready else skip,
        "" if clear or ready else skip,
        "" if clear else skip,
        gr.update(interactive=ready),
        gr.update(interactive=view.busy),
        again,
        again,
        skip if export is None else export,
        gr.update(visible=not view.messages),
    )


def unchanged(count: int) -> tuple[Any, ...]:
    """So many values that change nothing."""
    import gradio as gr

    return tuple(gr.skip() for _ in range(count))

"""What the model menu does: another model answers, one is pulled, a pull is watched.

Law: a tab that opens while a model is pulled shows how far it is; a tab that goes ends nothing. Where Ollama
goes, the menu stays as it was in the tabs that have it, with word of that.

Does not know: how models are got or opened.
"""

import time
from collections.abc import Callable, Iterator
from typing import Any

from rag.front.live import Live
from rag.front.page import models
from rag.front.page.pulls import Pull, Pulls
from rag.front.page.wire_chat import PRIVATE, Chat

WATCH_SECONDS = 0.25
Values = tuple[Any, ...]


def wire_models(chat: Chat, loaded: Any, refresh: Callable[[Any], Any]) -> None:
    """Connect the handlers. ``loaded`` is the event after which a model is open, if one can be."""
    import gradio as gr

    side, live, pulls = chat.side, chat.backend.live, chat.backend.pulls
    shown = [side.models, side.model, side.pulled, side.pull, side.pull_stop]

    def opened() -> Iterator[Values]:
        yield *_menu(live, first=True), "", *_buttons(under_way=False)
        if pulls.latest and not pulls.latest.end:
            yield from _watched(live, pulls)

    def use(chosen: str) -> Values:
        said = models.use(live, chosen)
        return *_menu(live), said

    def pull(name: str) -> Iterator[Values]:
        if wanted := (name or "").strip():
            pulls.begin(wanted, live.pulling)
            yield from _watched(live, pulls)
        else:
            yield gr.skip(), gr.skip(), models.NAMELESS, *_buttons(under_way=False)

    def check() -> Iterator[Values]:
        for said in models.checking(live):
            yield gr.skip(), gr.skip(), said
        yield *_menu(live), said

    loaded.then(opened, None, shown, **PRIVATE)
    side.check.click(check, None, shown[:3], **PRIVATE)
    refresh(side.model.input(use, [side.model], shown[:3], **PRIVATE))
    refresh(gr.on([side.pull.click, side.pull_name.submit], pull, [side.pull_name], shown, **PRIVATE))
    side.pull_stop.click(pulls.stop, None, None, queue=False, **PRIVATE)


def _watched(live: Live, pulls: Pulls) -> Iterator[Values]:
    """How far the pull is, until it ends; then what became of it, and the menu with what came."""
    import gradio as gr

    seen: Pull | None = None
    while (now := pulls.latest) and not now.end:
        if now is not seen:
            yield gr.skip(), gr.skip(), models.told(now), *_buttons(under_way=True)
        seen = now
        time.sleep(WATCH_SECONDS)
    if now:
        yield *_menu(live), models.told(now), *_buttons(under_way=False)


def _menu(live: Live, *, first: bool = False) -> tuple[Any, Any]:
    """Whether there is a menu, and what is in it; after the ``first`` time as it was where Ollama is gone."""
    import gradio as gr

    menu = models.menu(live)
    if not menu.listed and not first:
        return gr.skip(), gr.update(value=menu.now)
    return gr.update(visible=menu.there), gr.update(choices=list(menu.choices), value=menu.now)


def _buttons(*, under_way: bool) -> tuple[Any, Any]:
    """Pull, and stop."""
    import gradio as gr

    return gr.update(interactive=not under_way), gr.update(interactive=under_way)

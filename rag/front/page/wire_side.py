"""What the side bar does: filters, uploads, re-indexing; and what is shown when the page opens.

Law: the page shows what is kept at once, and what needs the model when it is there.

Does not know: how files are indexed, what the model menu does.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread
from typing import Any

from index.article import Article
from index.errors import BylineError
from rag.front.examples import examples
from rag.front.live import Live
from rag.front.page import corpus
from rag.front.page.backend import Backend
from rag.front.page.keep import conversations
from rag.front.page.layout import EXAMPLES
from rag.front.page.outputs import unchanged
from rag.front.page.view import View, shown, with_fault
from rag.front.page.wire_chat import PRIVATE, Chat
from rag.front.page.wire_models import wire_models
from rag.plain import line

OPENS_WIDE = '() => ({ __type__: "update", open: innerWidth >= 1024 })'
STAGE_SECONDS = 0.5
"""How often the stage of a loading is told."""
MOST_ARTICLES = 40
"""Articles that are looked through for example questions."""


def wire_side(page: Any, chat: Chat) -> Callable[[Any], Any]:
    """Connect the handlers; returns what brings the side bar in line after an event."""
    side, memory, talk = chat.side, chat.memory, chat.talk
    told = [side.search, memory.left_out, memory.conversation]
    brought = [side.stats, side.sources, memory.listed, side.conversations]

    def refresh(event: Any) -> Any:
        return event.then(_refresh(chat), told, brought, **PRIVATE)

    opened = page.load(_open(chat), [memory.conversation], chat.outputs, **PRIVATE)
    loaded = refresh(opened)
    loaded.then(lambda: _examples(chat.backend.live), None, talk.examples, **PRIVATE)
    wire_models(chat, loaded, refresh)
    page.load(None, None, [side.bar], js=OPENS_WIDE, **PRIVATE)
    _wire_filters(chat)
    _wire_changes(chat, refresh)
    return refresh


def _open(chat: Chat) -> Callable[..., tuple[Any, ...]]:
    import gradio as gr

    def opened(tab: gr.Request, kept: str) -> tuple[Any, ...]:
        """What is kept, unless something was asked already."""
        asked = chat.running.asked(str(tab.session_hash))
        return unchanged(len(chat.outputs)) if asked else chat.shown(_opened(chat, kept))

    return opened


def _opened(chat: Chat, kept: str) -> View:
    today, backend = chat.backend.now().date(), chat.backend
    try:
        return shown(backend.conversation(kept), today, backend.failures.of(kept))
    except BylineError as error:
        return with_fault(shown(backend.conversations.new(), today), error)


def _refresh(chat: Chat) -> Callable[..., Iterator[tuple[Any, ...]]]:
    def refresh(search: str, left_out: list[str], kept: str) -> Iterator[tuple[Any, ...]]:
        import gradio as gr

        skip = gr.skip()
        for stage in _loading(chat.backend):
            yield corpus.loading(stage), skip, skip, skip
        told = corpus.stats(chat.backend.live)
        chat.backend.opened.set()
        found = conversations(chat.backend)
        value = kept if kept in {identity for _, identity in found} else None
        boxes = _boxes(chat.backend.live, search, left_out)
        yield told, boxes, True, gr.update(choices=found, value=value)

    return refresh


def _loading(backend: Backend) -> Iterator[str]:
    """What is being loaded, as long as it is, where no model is there yet; what fails is told afterwards."""
    if backend.opened.is_set():
        return
    done = Event()

    def load() -> None:
        try:
            with suppress(BylineError):
                backend.live.model()
        finally:
            done.set()

    Thread(target=load, name="loading", daemon=True).start()
    while not done.wait(STAGE_SECONDS):
        if stage := backend.live.opening:
            yield str(stage)


def _boxes(live: Live, search: str, left_out: list[str]) -> Any:
    import gradio as gr

    with suppress(BylineError):
        found = corpus.listed(live, search, left_out)
        return gr.update(choices=list(found.choices), value=list(found.ticked), info=found.note or None)
    return gr.skip()


def _examples(live: Live) -> list[Any]:
    """The example buttons: those without a question stay hidden."""
    import gradio as gr

    asked: tuple[str, ...] = ()
    with suppress(BylineError):
        asked = examples(_articles(live), EXAMPLES)
    words = [*(line(question) for question in asked), *[""] * EXAMPLES][:EXAMPLES]
    return [gr.update(value=each, visible=bool(each)) for each in words]


def _articles(live: Live) -> Iterable[Article]:
    """The newest articles; those without a date come last."""
    newest = sorted(live.sources(), key=lambda each: each[0].published or "", reverse=True)
    for source, _ in newest[:MOST_ARTICLES]:
        with suppress(KeyError):
            yield live.article(source.path)


def _wire_filters(chat: Chat) -> None:
    side, memory, live = chat.side, chat.memory, chat.backend.live

    def search(text: str, left_out: list[str]) -> Any:
        return _boxes(live, text, left_out)

    def tick(ticked: list[str], text: str, before: list[str]) -> list[str]:
        return corpus.left_out(corpus.listed(live, text, before), ticked, before)

    late: dict[str, Any] = {**PRIVATE, "trigger_mode": "always_last"}
    side.search.change(search, [side.search, memory.left_out], [side.sources], **late)
    side.sources.input(tick, [side.sources, side.search, memory.left_out], [memory.left_out], **late)


def _wire_changes(chat: Chat, refresh: Callable[[Any], Any]) -> None:
    import gradio as gr

    side, live = chat.side, chat.backend.live
    shows: dict[str, Any] = {"api_visibility": "private", "show_progress": "full"}
    bar = gr.Progress()

    def add(files: Sequence[str] | None, progress: gr.Progress = bar) -> tuple[str, None]:
        paths = [Path(file) for file in files or ()]
        try:
            return corpus.added(live, [(path.name, path) for path in paths], _told(progress)), None
        finally:
            for path in paths:
                path.unlink(missing_ok=True)

    def sync(progress: gr.Progress = bar) -> str:
        return corpus.synced(live, _told(progress))

    refresh(side.upload.upload(add, [side.upload], [side.added, side.upload], **shows))
    refresh(side.reindex.click(sync, None, [side.added], **shows))


def _told(progress: Any) -> Callable[[str, int, int], None]:
    """Progress as Gradio shows it."""

    def tell(stage: str, done: int, total: int) -> None:
        progress((done, total) if total else None, desc=line(stage).capitalize())

    return tell

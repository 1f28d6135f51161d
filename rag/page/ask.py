"""A question becomes views: what is being done, what was found, and at last the checked answer.

Law: whatever goes wrong becomes a message in the chat; what was there before stays, and the question can
be asked again. An answer is shown only once it is kept, or with word that it is not.

Does not know: Gradio, who asks.
"""

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from typing import Any, cast

from index.catalog import Where
from index.errors import BylineError
from rag.answer import Answer
from rag.conversation import Conversation, Exchange, continued, turns
from rag.page.backend import Backend, until
from rag.page.filters import where
from rag.page.progress import BEGINS, OPENS, Progress, after
from rag.page.pump import pumped
from rag.page.running import Flag
from rag.page.view import Asked, View, asking, failed, panel, shown, stopped, with_fault

Filters = tuple[list[str] | None, str | None, str | None]
"""Paths, first day, last day: as they were ticked and typed."""


def answering(
    backend: Backend, conversation: str, asked: Asked, filters: Filters, flag: Flag[View]
) -> Iterator[View | None]:
    """Views until the answer is there, failed or stopped; None where nothing has changed for a beat."""
    today = backend.now().date()
    try:
        whole = backend.conversation(conversation)
    except BylineError as error:
        yield failed(backend.conversations.new(), asked, error, today)
        return
    try:
        yield from _answered(backend, whole, asked, where(*filters), flag)
    except BylineError as error:
        yield failed(whole, asked, error, today)


def _answered(
    backend: Backend, whole: Conversation, asked: Asked, articles: Where, flag: Flag[View]
) -> Iterator[View | None]:
    """Where no answer comes, one that was to be replaced stays. Raises BylineError."""
    today, before = backend.now().date(), until(whole, asked.instead)
    progress = Progress(BEGINS if backend.opened.is_set() else OPENS)
    yield asking(before, asked, progress, panel(before, today))
    with closing(cast(Any, _events(backend, before, asked, articles))) as events:
        for event in events:
            if flag.raised:
                yield flag.instead or stopped(whole, asked, today)
                return
            if isinstance(event, Answer):
                yield _kept(backend, before, asked, event, articles)
                return
            if event is None:
                yield None
                continue
            backend.opened.set()
            found, progress = progress.hits, after(progress, event)
            beside = None if progress.hits is found else panel(before, today, progress.hits)
            yield asking(before, asked, progress, beside)


def _events(backend: Backend, before: Conversation, asked: Asked, articles: Where) -> Iterator[Any]:
    history = turns(before)
    return pumped(lambda: backend.live.stream(asked.question, articles, history))


def _kept(backend: Backend, before: Conversation, asked: Asked, answer: Answer, articles: Where) -> View:
    new, today = backend.exchange(answer, articles), backend.now().date()
    try:
        return shown(backend.keep(before, new, asked.instead), today)
    except BylineError as error:
        return with_fault(_unkept(before, new, today), error)


def _unkept(before: Conversation, new: Exchange, today: date) -> View:
    return shown(continued(before, new), today)

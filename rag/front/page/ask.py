"""A question becomes views: what is being done, what was found, and at last the checked answer.

Law: whatever goes wrong becomes a message in the chat; what was there before stays, and the question can
be asked again. An answer is shown only once it is kept, or with word that it is not.

Does not know: Gradio, who asks.
"""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from typing import Any, cast

from index.catalog import Where
from index.errors import BylineError
from rag.answer import Answer
from rag.front.page.backend import Backend, until
from rag.front.page.failures import Failure
from rag.front.page.filters import where
from rag.front.page.fix import on_page
from rag.front.page.progress import BEGINS, OPENS, Progress, after
from rag.front.page.pump import pumped
from rag.front.page.running import Flag
from rag.front.page.view import Asked, View, asking, failed, fault, panel, shown, stopped, with_fault
from rag.records.conversation import Conversation, Exchange, continued, turns

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
    backend.failures.settle(whole.id, asked.question)
    try:
        yield from _answered(backend, whole, asked, where(*filters), flag)
    except BylineError as error:
        yield _failed(backend, whole, asked, on_page(error, backend.live), today)


def _failed(backend: Backend, whole: Conversation, asked: Asked, error: BylineError, today: date) -> View:
    """The failure, which is kept: it stays where it was asked, whatever is asked next."""
    view = failed(whole, asked, error, today, backend.failures.of(whole.id))
    backend.failures.add(whole.id, Failure(asked.question, fault(error), len(whole.exchanges)))
    return view


def _answered(
    backend: Backend, whole: Conversation, asked: Asked, articles: Where, flag: Flag[View]
) -> Iterator[View | None]:
    """Where no answer comes, one that was to be replaced stays. Raises BylineError."""
    today, before = backend.now().date(), until(whole, asked.instead)
    progress = Progress(BEGINS if backend.opened.is_set() else OPENS)
    failures = backend.failures.of(whole.id)
    yield asking(before, asked, progress, panel(before, today), failures)
    with closing(cast(Any, _events(backend, before, asked, articles))) as events:
        for event in events:
            if flag.raised:
                yield flag.instead or stopped(whole, asked, today, failures)
                return
            if isinstance(event, Answer):
                yield _kept(backend, before, asked, event, articles)
                return
            if event is None:
                stage = str(backend.live.opening or "")
                progress = replace(progress, words=stage) if stage else progress
                yield asking(before, asked, progress, None, failures) if stage else None
                continue
            backend.opened.set()
            found, progress = progress.hits, after(progress, event)
            beside = None if progress.hits is found else panel(before, today, progress.hits)
            yield asking(before, asked, progress, beside, failures)


def _events(backend: Backend, before: Conversation, asked: Asked, articles: Where) -> Iterator[Any]:
    history = turns(before)
    return pumped(lambda: backend.live.stream(asked.question, articles, history))


def _kept(backend: Backend, before: Conversation, asked: Asked, answer: Answer, articles: Where) -> View:
    new, today = backend.exchange(answer, articles), backend.now().date()
    try:
        kept = backend.keep(before, new, asked.instead)
        return shown(kept, today, backend.failures.of(before.id))
    except BylineError as error:
        return with_fault(_unkept(before, new, today), error)


def _unkept(before: Conversation, new: Exchange, today: date) -> View:
    return shown(continued(before, new), today)

"""How far an answer is, in words: what happened on the way becomes what a reader is told.

Law: only stages are told, nothing that a model said; the passages that were found are told of as soon as
they are.

Does not know: where events come from, how a page is laid out.
"""

from dataclasses import dataclass, replace

from index.article import Hit
from rag.events import Compares, Event, Found, Looks, Reads
from rag.front.live import Waits
from rag.front.page.text import safe
from rag.plain import counted, line
from rag.question.followup import Rewrites, Rewritten

BEGINS = "Searching"
OPENS = "Loading the model"


@dataclass(frozen=True, slots=True)
class Progress:
    """What is being done, how the question was understood, what was found."""

    words: str = BEGINS
    understood: str = ""
    hits: tuple[Hit, ...] | None = None


def after(progress: Progress, event: Event | Waits | Rewrites | Rewritten) -> Progress:
    """The progress once ``event`` has happened."""
    if isinstance(event, Rewritten):
        return replace(progress, words=BEGINS, understood=event.question)
    if isinstance(event, Found):
        return replace(progress, words=_found(event.hits), hits=event.hits)
    words = _words(event)
    return replace(progress, words=words) if words else progress


def _words(event: Event | Waits | Rewrites | Rewritten) -> str:
    if isinstance(event, Waits):
        return f"Waiting for {counted(event.ahead, 'question')} before this one" if event.ahead else BEGINS
    if isinstance(event, Rewrites):
        return "Understanding the question"
    if isinstance(event, Reads):
        return f"Reading passage {event.number} of {event.of}: {line(event.hit.passage.source.title)}"
    if isinstance(event, Looks):
        return "Checking"
    return "Comparing with other articles" if isinstance(event, Compares) else ""


def _found(hits: tuple[Hit, ...]) -> str:
    articles = len({hit.passage.source.path for hit in hits})
    return f"Found {counted(len(hits), 'passage')} of {counted(articles, 'article')}"


def pending(progress: Progress) -> str:
    """The pending message as HTML: one line."""
    understood = f'<p class="understood">Understood as: <q>{safe(progress.understood)}</q></p>'
    return (
        f'<div class="pending">{understood if progress.understood else ""}'
        f'<p class="progress">{safe(progress.words)} …</p></div>'
    )

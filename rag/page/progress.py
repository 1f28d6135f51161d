"""How far an answer is, in words: what happened on the way becomes what a reader is told.

Law: text that a model streams is shown as provisional and starts anew with each call, so that nothing
unchecked stays; the passages that were found are told of as soon as they are.

Does not know: where events come from, how a page is laid out.
"""

from dataclasses import dataclass, replace

from index.article import Hit
from rag.chain import Composes, Event, Found, Looks, Reads
from rag.followup import Rewrites, Rewritten
from rag.live import Waits
from rag.page.message import provisional
from rag.page.text import safe
from rag.reader import Provisional
from rag.show import line

BEGINS = "Searching"
OPENS = "Loading the model"


@dataclass(frozen=True, slots=True)
class Progress:
    """What is being done, what was said so far, how the question was understood, what was found."""

    words: str = BEGINS
    said: str = ""
    understood: str = ""
    hits: tuple[Hit, ...] | None = None


def after(progress: Progress, event: Event | Waits | Rewrites | Rewritten) -> Progress:
    """The progress once ``event`` has happened."""
    if isinstance(event, Provisional):
        return replace(progress, said=progress.said + event.text)
    if isinstance(event, Rewritten):
        return replace(progress, words=BEGINS, said="", understood=event.question)
    if isinstance(event, Found):
        return replace(progress, words=_found(event.hits), said="", hits=event.hits)
    words = _words(event)
    return replace(progress, words=words, said="") if words else progress


def _words(event: Event | Waits | Rewrites | Rewritten) -> str:
    if isinstance(event, Waits):
        return f"Waiting for {_count(event.ahead, 'question')} before this one" if event.ahead else BEGINS
    if isinstance(event, Rewrites):
        return "Understanding the question"
    if isinstance(event, Reads):
        return f"Reading passage {event.number} of {event.of}: {line(event.hit.passage.source.title)}"
    if isinstance(event, Looks):
        return "Checking"
    return "Writing the answer" if isinstance(event, Composes) else ""


def _found(hits: tuple[Hit, ...]) -> str:
    articles = len({hit.passage.source.path for hit in hits})
    return f"Found {_count(len(hits), 'passage')} of {_count(articles, 'article')}"


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def pending(progress: Progress) -> str:
    """The pending message as HTML: one line."""
    understood = f'<p class="understood">Understood as: <q>{safe(progress.understood)}</q></p>'
    said = provisional(progress.said) if progress.said.strip() else ""
    return (
        f'<div class="pending">{understood if progress.understood else ""}'
        f'<p class="progress">{safe(progress.words)} …</p>{said}</div>'
    )

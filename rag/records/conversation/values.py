"""What is kept of a conversation: Excerpt, Exchange, Conversation, and the Summary that a list shows.

Law: every field has a type that a file is held against. An id is a random word of hexadecimal digits,
so it is safe as a file's name and inside HTML.

Does not know: files, articles.
"""

import secrets
from dataclasses import dataclass, replace
from typing import Annotated

from pydantic import Field

from index.catalog import Where
from rag.answer import Answer
from rag.plain import line, shortened
from rag.records.receipt.values import Time

LONGEST_TITLE = 60
"""Characters."""
WORD = r"^[0-9a-f]{16}$"
Word = Annotated[str, Field(pattern=WORD)]
Offset = Annotated[int, Field(ge=0)]


def word() -> str:
    """A new id: 64 random bits."""
    return secrets.token_hex(8)


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The words around a cited span: ``before`` ends at ``start`` and ``after`` begins at ``end``.

    With the quote between them they are the article's own text, of up to two sentences on either side.
    """

    path: str
    start: Offset
    end: Offset
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and its answer. ``asked_at`` is an ISO time with its zone.

    ``excerpts`` has one entry a cited span, fewer where an article had changed or gone by then;
    ``filters`` is what the search was bound to.
    """

    id: Word
    asked_at: Time
    question: str
    answer: Answer
    excerpts: tuple[Excerpt, ...]
    filters: Where


@dataclass(frozen=True, slots=True)
class Conversation:
    """Exchanges, oldest first. ``title`` is the first question, shortened; "" before there is one."""

    id: Word
    title: str
    exchanges: tuple[Exchange, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """A kept conversation in a list. ``when`` is its last question's time, None where it has none.

    ``fault`` says why it can't be read, in which case the fields between are empty; else it is "".
    """

    id: str
    title: str
    when: str | None
    count: int
    fault: str = ""


def continued(conversation: Conversation, exchange: Exchange) -> Conversation:
    """The conversation with one more exchange; the first one gives it its title."""
    title = conversation.title or shortened(line(exchange.question), LONGEST_TITLE)
    return replace(conversation, title=title, exchanges=(*conversation.exchanges, exchange))

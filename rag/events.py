"""What happens while a question is answered: stages and titles, never a model's words.

Law: an event is a value; a stream of them ends with the Draft.

Does not know: who waits, how it is shown.
"""

from dataclasses import dataclass

from index.article import Hit
from rag.answer import Draft


@dataclass(frozen=True, slots=True)
class Found:
    """Retrieval is done."""

    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Reads:
    """A passage is about to be read: the ``number``-th of at most ``of``."""

    number: int
    of: int
    hit: Hit


@dataclass(frozen=True, slots=True)
class Looks:
    """A candidate was found; a second look at it follows."""


@dataclass(frozen=True, slots=True)
class Compares:
    """The answer is chosen; what other articles say to it is looked for."""


Event = Found | Reads | Looks | Compares | Draft

"""Questions that failed stay in their conversation until they are answered or the program ends.

Law: a failure is kept in memory alone, and a limited number of them. Where a question is asked again, its
failure goes.

Does not know: how a failure is shown.
"""

from dataclasses import dataclass
from threading import Lock

MOST_CONVERSATIONS, MOST_EACH = 100, 20


@dataclass(frozen=True, slots=True)
class Failure:
    """A question, what is told of why it failed, as HTML, and how many exchanges came before it."""

    question: str
    told: str
    after: int


class Failures:
    """What failed in each conversation, oldest first. For many threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._failed: dict[str, tuple[Failure, ...]] = {}

    def of(self, conversation: object) -> tuple[Failure, ...]:
        """The failures of the conversation that a browser names; () where there is none such."""
        with self._lock:
            return self._failed.get(str(conversation or ""), ())

    def add(self, conversation: str, failure: Failure) -> None:
        """Keep a failure, in place of an earlier one of the same question."""
        with self._lock:
            kept = self._failed.pop(conversation, ())
            others = tuple(each for each in kept if each.question != failure.question)
            self._failed[conversation] = (*others, failure)[-MOST_EACH:]
            while len(self._failed) > MOST_CONVERSATIONS:
                del self._failed[next(iter(self._failed))]

    def settle(self, conversation: str, question: str) -> None:
        """The question is asked again: its failure goes."""
        with self._lock:
            kept = tuple(each for each in self._failed.pop(conversation, ()) if each.question != question)
            if kept:
                self._failed[conversation] = kept

"""One at a time, in the order of arrival.

Law: who stands first has the turn until they leave; everyone who enters leaves, however their block
ends. A place belongs to no thread: it may be entered, waited for and left by different ones.

Does not know: what a turn is for.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from index.errors import UsageError


class Queue:
    """Places in order. ``most`` is how many may wait beside the one that has the turn."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._moved = threading.Condition()
        self._places: list[Place] = []
        self._closed = False

    @contextmanager
    def place(self) -> Iterator["Place"]:
        """The last place, for a block. Raises UsageError where too many wait, or the queue is closed."""
        place = Place(self)
        with self._moved:
            self.refuse_closed()
            if len(self._places) > self._most:
                raise UsageError(f"{self._most} questions are waiting already.", "ask again in a minute")
            self._places.append(place)
        try:
            yield place
        finally:
            with self._moved:
                self._places.remove(place)
                self._moved.notify_all()

    def refuse_closed(self) -> None:
        """Raise UsageError where the queue is closed."""
        if self._closed:
            raise UsageError("Byline is being closed.", "start it again: byline")

    def close(self, seconds: float) -> None:
        """Let nobody in any more and turn away who waits; wait for the others to leave, at most so long."""
        with self._moved:
            self._closed = True
            self._moved.notify_all()
            self._moved.wait_for(lambda: not self._places, seconds)

    def _ahead(self, place: "Place") -> int:
        with self._moved:
            self.refuse_closed()
            return self._places.index(place)

    def _wait(self, place: "Place", seconds: float) -> None:
        before = self._ahead(place)
        with self._moved:
            self._moved.wait_for(lambda: self._closed or self._places.index(place) < max(before, 1), seconds)


class Place:
    """A place in a queue."""

    def __init__(self, queue: Queue) -> None:
        self._queue = queue

    def ahead(self) -> int:
        """How many come before; 0 is the turn. Raises UsageError where the queue is closed."""
        return self._queue._ahead(self)

    def wait(self, seconds: float) -> None:
        """Return once fewer come before, or the queue is closed, or ``seconds`` have passed."""
        self._queue._wait(self, seconds)

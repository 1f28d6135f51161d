"""A stream that can be left at any moment: it runs in a thread of its own and is read with a beat.

Law: whoever reads never waits longer than a beat. Once the reader has gone, the stream is closed at its
next event, by the thread that runs it.

Does not know: what streams.
"""

from collections.abc import Callable, Iterator
from contextlib import closing
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import Any, Generic, TypeVar, cast

T = TypeVar("T")
BEAT = 0.2
"""Seconds."""


class _End:
    """The stream has ended; ``error`` is what ended it, if it wasn't its own end."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error


class _Pump(Generic[T]):
    def __init__(self, stream: Callable[[], Iterator[T]]) -> None:
        self._stream, self._left = stream, Event()
        self._box: SimpleQueue[T | _End] = SimpleQueue()

    def run(self) -> None:
        try:
            with closing(cast(Any, self._stream())) as events:
                for event in events:
                    if self._left.is_set():
                        return
                    self._box.put(event)
        except BaseException as error:  # told to the reader, whose thread is another one
            self._box.put(_End(error))
        else:
            self._box.put(_End())

    def read(self, beat: float) -> Iterator[T | None]:
        Thread(target=self.run, name="answering", daemon=True).start()
        try:
            while not isinstance(item := self._next(beat), _End):
                yield item
            if item.error:
                raise item.error
        finally:
            self._left.set()

    def _next(self, beat: float) -> T | _End | None:
        try:
            return self._box.get(timeout=beat)
        except Empty:
            return None


def pumped(stream: Callable[[], Iterator[T]], beat: float = BEAT) -> Iterator[T | None]:
    """What ``stream`` yields, and None for each ``beat`` seconds without anything. Raises what it raises."""
    return _Pump(stream).read(beat)

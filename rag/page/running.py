"""Which tab has an answer under way, so that it can be stopped.

Law: a tab has one answer under way at most; what ends it says what the chat shows then.

Does not know: how an answer is made or shown.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Lock
from typing import Generic, TypeVar

V = TypeVar("V")
ENDING_SECONDS = 2.0
"""How long who ends an answer waits for its end."""


class Flag(Generic[V]):
    """Raised where an answer is to end. ``instead`` is what is shown then, None for what was asked."""

    def __init__(self) -> None:
        self.raised, self.ended = False, Event()
        self.instead: V | None = None

    def raise_(self, instead: V | None = None) -> None:
        """End the answer at the next beat."""
        self.instead, self.raised = instead, True


class Running(Generic[V]):
    """The flags of the tabs, by the name of the tab's session."""

    def __init__(self) -> None:
        self._flags: dict[str, Flag[V]] = {}
        self._asked: set[str] = set()
        self._lock = Lock()

    @contextmanager
    def answer(self, tab: str) -> Iterator[Flag[V]]:
        """The flag of the answer that begins; one that was under way in this tab ends."""
        flag: Flag[V] = Flag()
        with self._lock:
            self._raise(tab)
            self._flags[tab] = flag
            self._asked.add(tab)
        try:
            yield flag
        finally:
            with self._lock:
                if self._flags.get(tab) is flag:
                    del self._flags[tab]
            flag.ended.set()

    def asked(self, tab: str) -> bool:
        """Whether anything was asked in this tab since it was opened."""
        with self._lock:
            return tab in self._asked

    def stop(self, tab: str, instead: V | None = None) -> None:
        """End the tab's answer, if one is under way, and wait for its end."""
        with self._lock:
            flag = self._raise(tab, instead)
        if flag:
            flag.ended.wait(ENDING_SECONDS)

    def _raise(self, tab: str, instead: V | None = None) -> Flag[V] | None:
        flag = self._flags.get(tab)
        if flag:
            flag.raise_(instead)
        return flag

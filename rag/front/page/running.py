"""Which tab has an answer under way, so that it can be stopped.

Law: a tab has one answer under way at most; what ends it says what the chat shows then. What a tab goes on
to is shown after the last of the answer that it left, never before.

Does not know: how an answer is made or shown.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Lock
from typing import Generic, TypeVar

V = TypeVar("V")
ENDING_SECONDS = 5.0
"""How long who ends an answer waits for its end."""


class Flag(Generic[V]):
    """Raised where an answer is to end. ``instead`` is what is shown then, None for what was asked.

    ``ended``: there is no more to come. ``seen``: the browser has shown all of it.
    """

    def __init__(self) -> None:
        self.raised, self.ended, self.seen = False, Event(), Event()
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
        """The flag of the answer that begins, once the one that was under way in this tab has ended."""
        flag: Flag[V] = Flag()
        with self._lock:
            former = self._raise(tab)
            self._flags[tab] = flag
            self._asked.add(tab)
        try:
            if former:
                former.ended.wait(ENDING_SECONDS)
            yield flag
        finally:
            flag.ended.set()

    def asked(self, tab: str) -> bool:
        """Whether anything was asked in this tab since it was opened."""
        with self._lock:
            return tab in self._asked

    def seen(self, tab: str) -> None:
        """The tab's browser says that it has shown an answer to its end; not the one under way, if any."""
        with self._lock:
            flag = self._flags.get(tab)
            if flag and flag.ended.is_set():
                flag.seen.set()
                del self._flags[tab]

    def stop(self, tab: str) -> None:
        """End the tab's answer, if one is under way, and wait for its end."""
        with self._lock:
            flag = self._raise(tab)
        if flag:
            flag.ended.wait(ENDING_SECONDS)

    def leave(self, tab: str, instead: V) -> None:
        """End the tab's answer, if one is under way, and wait until the tab has shown the last of it.

        Gradio says the last values of a stream again when it closes it, so the end itself is too early.
        """
        with self._lock:
            flag = self._raise(tab, instead)
        if flag and not flag.seen.wait(ENDING_SECONDS):
            self._forget(tab, flag)  # a browser that says nothing is not waited for twice

    def _forget(self, tab: str, flag: Flag[V]) -> None:
        with self._lock:
            if self._flags.get(tab) is flag:
                del self._flags[tab]

    def _raise(self, tab: str, instead: V | None = None) -> Flag[V] | None:
        flag = self._flags.get(tab)
        if flag:
            flag.raise_(instead)
        return flag

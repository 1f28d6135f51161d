"""The pull under way: a model comes, whoever watches.

Law: one model is pulled at a time, for all tabs, and no tab is needed for it to go on: what ends it is its
own end, a fault, or a stop. Who asks how far it is never waits.

Does not know: Gradio, HTML, where models come from.
"""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from threading import Lock, Thread
from typing import Any, Literal, cast

from index.errors import BylineError, ModelBroke
from rag.models.ollama import Step

BEGINS = Step("beginning")


@dataclass(frozen=True, slots=True)
class Pull:
    """A pull as it stands: how far it is, or how it ended; ``error`` where that was a fault."""

    name: str
    step: Step = BEGINS
    end: Literal["", "here", "stopped", "fault"] = ""
    error: BylineError | None = None


class Pulls:
    """The latest pull. For many threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._latest: Pull | None = None
        self._run: object = None

    @property
    def latest(self) -> Pull | None:
        """The pull under way, else the one that ended last; None before the first."""
        return self._latest

    def begin(self, name: str, pulling: Callable[[str], Iterator[Step]]) -> None:
        """Pull ``name``, unless a pull is under way: then nothing is done."""
        with self._lock:
            if self._under_way():
                return
            self._latest, self._run = Pull(name), object()
            Thread(target=self._pull, args=(self._run, name, pulling), name="pulling", daemon=True).start()

    def stop(self) -> None:
        """End the pull under way, if there is one, at its next step; it counts as ended at once."""
        with self._lock:
            if self._latest and self._under_way():
                self._latest, self._run = replace(self._latest, end="stopped"), None

    def _under_way(self) -> bool:
        return self._latest is not None and not self._latest.end

    def _pull(self, run: object, name: str, pulling: Callable[[str], Iterator[Step]]) -> None:
        """In a thread of its own; ``run`` is this pull, as long as it was not stopped."""
        end = Pull(name, end="fault", error=ModelBroke(f"The pull of {name} broke off.", "pull it again"))
        try:
            with closing(cast(Any, pulling(name))) as steps:
                for step in steps:
                    if not self._tell(run, Pull(name, step)):
                        return
            end = Pull(name, end="here")
        except BylineError as error:
            end = Pull(name, end="fault", error=error)
        finally:
            self._tell(run, end)

    def _tell(self, run: object, now: Pull) -> bool:
        """Whether the pull still goes on."""
        with self._lock:
            if self._run is not run:
                return False
            self._latest = now
            return True

"""A model that is being loaded, and for how long.

Law: a name is told as soon as it is known, and the time is that of the whole loading.

Does not know: what loads a model, who is told.
"""

import time
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Opening:
    """A model that is being loaded: its name, "" where that is not known, and since when (time.monotonic)."""

    name: str
    since: float

    def __str__(self) -> str:
        """Loading qwen2.5:3b, 4 s."""
        return f"Loading {self.name or 'the model'}, {time.monotonic() - self.since:.0f} s"

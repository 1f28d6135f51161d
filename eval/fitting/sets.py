"""A set: cases over a corpus, and what it is called.

Law: a set is known by its folder.

Does not know: what is done with its cases.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.cases import Case


@dataclass(frozen=True, slots=True)
class Set:
    """Cases over a corpus; None is the demo corpus."""

    corpus: Path | None
    cases: Sequence[Case]

    @property
    def name(self) -> str:
        """What it is called: its corpus's folder, or the one above a folder that is called corpus."""
        if self.corpus is None:
            return "seeds"
        folder = self.corpus.resolve()
        return folder.parent.name if folder.name == "corpus" else folder.name

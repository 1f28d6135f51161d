"""What a model has earned: how it did in a check, kept by the digest of its weights and its form.

Law: a check speaks for the weights and the form that it was made with, under whatever name they go.

Does not know: which questions a check asks, which model answers.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field

from rag.models import kept
from rag.models.prompt import Form

FILE = "checks"


@dataclass(frozen=True, slots=True)
class Check:
    """How a model did: ``right`` of ``asked``, and of the ``unanswerable`` ones among them ``refused``.

    ``seconds`` is the median of an answer. ``when`` is an ISO time in UTC, ``version`` Byline's.
    """

    right: Annotated[int, Field(ge=0)]
    asked: Annotated[int, Field(ge=1)]
    refused: Annotated[int, Field(ge=0)]
    unanswerable: Annotated[int, Field(ge=0)]
    seconds: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    when: str
    version: str

    @property
    def share(self) -> float:
        """How much of what was asked was right, 0..1."""
        return self.right / self.asked

    def __str__(self) -> str:
        """10 of 12, 4 s an answer."""
        seconds = f"{self.seconds:.0f}" if self.seconds >= 1 else f"{self.seconds:.1f}"
        return f"{self.right} of {self.asked}, {seconds} s an answer"


def checks(home: Path) -> dict[str, Check]:
    """Every check that is kept, by ``key``."""
    return kept.load(home, FILE, Check)


def keep(home: Path, digest: str, form: Form, check: Check) -> None:
    """Keep a check in place of an earlier one. Raises StorageError."""
    kept.put(home, FILE, Check, {key(digest, form): check})


def of(found: dict[str, Check], digest: str) -> Check | None:
    """The check of these weights, the better where both forms were checked; None where neither was."""
    names = (key(digest, "lines"), key(digest, "json"))
    known = [found[name] for name in names if name in found]
    return max(known, key=lambda check: (check.share, -check.seconds), default=None)


def key(digest: str, form: Form) -> str:
    """Weights and form in one word. A grammar and both forms of lines are one: the same words decide."""
    plain = digest.removeprefix("sha256:")
    return f"{plain}-json" if form == "json" else plain

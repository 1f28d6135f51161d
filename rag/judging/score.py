"""One fitted score: the signals of a candidate become its support, 0 to 1.

Law: support = sigmoid(bias + sum of weight * signal), weights made by a program from labelled questions
(``eval.fitting``), for one model's weights and one form of its replies. Below ``accept`` an answer is a
refusal; at ``sure`` no further passage is read. A signal without a weight counts nothing.

Does not know: how signals are measured, how weights are fitted.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated

from pydantic import Field, TypeAdapter, ValidationError

from index.atomic import write_whole
from index.errors import StorageError
from rag.judging.signals import BOUND
from rag.plain import plain_digest

COMMAND = "byline eval --fit"
"""What fits a score and keeps it."""
VERSION = 5
"""Of the signals and the small judge that a fit is of."""
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Weight = Annotated[float, Field(allow_inf_nan=False)]


@dataclass(frozen=True, slots=True)
class Fit:
    """What was fitted for the model of this ``digest`` ("" for any) and ``form`` of reply.

    ``weights`` are by the names of signals. ``accept`` and ``sure`` are supports, 0 to 1. ``told``
    says in words on what it was fitted, and how it did on what was held out. ``unlooked`` are the log odds
    that a second look counts for where the candidate is sure with them, so that none is made; None is for a
    model whose every candidate is looked at.
    """

    digest: str
    form: str
    model: str
    bias: Weight
    weights: Mapping[str, Weight]
    accept: Share
    sure: Share
    told: Mapping[str, str] = field(default_factory=dict)
    unlooked: Weight | None = None
    version: int = VERSION

    @property
    def name(self) -> str:
        """Which fit this is, as a receipt tells it."""
        return f"{self.model} ({self.form})"


def support(fit: Fit, signals: Iterable[tuple[str, float]]) -> float:
    """The support, 0..1, of a candidate with these signals."""
    return sigmoid(fit.bias + sum(fit.weights.get(name, 0.0) * value for name, value in signals))


def sigmoid(odds: float) -> float:
    """The share of these log odds."""
    return 1 / (1 + math.exp(-odds)) if odds >= 0 else 1 - 1 / (1 + math.exp(odds))


def shifted(share: float, by: float) -> float:
    """A support with its log odds moved by ``by``; 0 and 1 stay what they are."""
    return share if not 0 < share < 1 else sigmoid(math.log(share / (1 - share)) + by)


def matters(fit: Fit, signals: Iterable[tuple[str, float]], unknown: str, least: float) -> bool:
    """Whether a signal that is not measured yet is worth measuring.

    It is not where it has no weight, or the candidate stays below the support ``least`` whatever the signal
    would be, or is sure with what the signal counts for unmeasured, and, where the fit says nothing of that,
    with the least that it can be.
    """
    if not fit.weights.get(unknown):
        return False
    others = [(name, value) for name, value in signals if name != unknown]
    low = -BOUND if fit.unlooked is None else fit.unlooked
    worst, unmeasured, best = (support(fit, [*others, (unknown, end)]) for end in (-BOUND, low, BOUND))
    return max(worst, best) >= least and min(unmeasured, best) < fit.sure


def fit_for(home: Path, digest: str, form: str, threshold: float | None = None) -> Fit:
    """The fit of a model in a form: the user's own, else the shipped one of its weights, else that of the
    form.

    ``threshold`` takes the place of ``accept``. A stored fit that can't be used must not stop answers:
    ``doctor`` tells of it.
    """
    try:
        own = load(home, digest, form)
    except StorageError:
        own = None
    fit = own or shipped(digest, form)
    return fit if threshold is None else replace(fit, accept=threshold, sure=max(threshold, fit.sure))


def shipped(digest: str, form: str) -> Fit:
    """The fit that comes with Byline for these weights in this form; else the one for any model in it."""
    known = {(fit.digest, fit.form): fit for fit in _shipped()}
    return known.get((plain_digest(digest), form)) or known[("", form)]


@lru_cache(maxsize=1)
def _shipped() -> tuple[Fit, ...]:
    folder = files("rag.judging").joinpath("fits")
    found = (entry for entry in folder.iterdir() if entry.name.endswith(".json"))
    return tuple(TypeAdapter(Fit).validate_json(entry.read_bytes()) for entry in sorted(found, key=str))


def load(home: Path, digest: str, form: str) -> Fit | None:
    """The user's own fit, or None where none was stored.

    Raises StorageError for a file that can't be read, is no fit, is of an earlier version, or another
    model's.
    """
    path = file_of(home, digest, form)
    try:
        stored = TypeAdapter(Fit).validate_json(path.read_bytes(), strict=True)
    except FileNotFoundError:
        return None
    except ValidationError as error:
        raise _broken(path, f"{error.error_count()} of its fields are wrong") from error
    except OSError as error:
        raise _broken(path, error.strerror or type(error).__name__) from error
    if stored.version != VERSION:
        raise _broken(path, "it was made by another version of Byline")
    if (stored.digest, stored.form) != (plain_digest(digest), form):
        raise _broken(path, "it is another model's")
    if stored.accept > stored.sure:
        raise _broken(path, "its thresholds are out of order")
    return stored


def store(fit: Fit, home: Path) -> Path:
    """Write the fit over any earlier one of its model and form; returns the file. Raises StorageError."""
    path = file_of(home, fit.digest, fit.form)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return write_whole(path, TypeAdapter(Fit).dump_json(fit, indent=1) + b"\n")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        hint = "make room, or set BYLINE_HOME to a folder that can be written"
        raise StorageError(f"The fit can't be kept in {path.parent}: {reason}", hint) from error


def file_of(home: Path, digest: str, form: str) -> Path:
    """Where a fit lies; a digest that is no word is hashed."""
    return home / "fits" / f"{_word(plain_digest(digest))}-{form}.json"


def _word(name: str) -> str:
    import hashlib

    if name.isascii() and name.isalnum() and len(name) <= 128:
        return name
    return hashlib.sha256(name.encode(errors="surrogatepass")).hexdigest()


def _broken(path: Path, why: str) -> StorageError:
    return StorageError(f"The fit {path} can't be used: {why}", f"fit it again: {COMMAND}")

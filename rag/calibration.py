"""A model's fitted thresholds, kept below the home folder in a file of the model's digest.

Law: a calibration speaks for the model whose digest it bears, and for no other. A file appears whole
or not at all; one that can't be trusted is a StorageError, never a guess.

Does not know: how thresholds are fitted, what they decide, which model answers.
"""

import hashlib
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated

from pydantic import Field, TypeAdapter, ValidationError

from index.atomic import write_whole
from index.errors import StorageError

COMMAND = "byline eval --calibrate --cases FILE"
"""What fits a calibration and stores it."""

Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0)]


@dataclass(frozen=True, slots=True)
class Measured:
    """``hits`` of ``total`` cases, with the bounds of the 95% interval as shares, 0..1."""

    hits: Count
    total: Count
    low: Share
    high: Share

    @property
    def share(self) -> float | None:
        """The share, 0..1; None of nothing."""
        return self.hits / self.total if self.total else None


@dataclass(frozen=True, slots=True)
class Counts:
    """How many cases of each group there were.

    ``off_topic`` ask for what no article speaks of; ``same_topic`` for what an article speaks of
    without saying it.
    """

    answerable: Count
    off_topic: Count
    same_topic: Count


@dataclass(frozen=True, slots=True)
class Calibration:
    """The thresholds fitted for one model, what on, and how they did on the half held out.

    ``accept`` and ``sure`` are supports, 0..1: below ``accept`` an answer is a refusal, at ``sure`` no
    further passage is read. ``when`` is an ISO time in UTC, ``version`` that of the Byline that fitted.
    """

    digest: str
    model: str
    accept: Share
    sure: Share
    fitted_on: Counts
    refused_off_topic: Measured
    refused_same_topic: Measured
    wrongly_refused: Measured
    when: str
    version: str


def load(home: Path, digest: str) -> Calibration | None:
    """The calibration of the model with this digest, or None where none was stored.

    Raises StorageError for a file that can't be read, is no calibration, or is another model's.
    """
    path = file_of(home, digest)
    try:
        content = path.read_bytes()
        stored = TypeAdapter(Calibration).validate_json(content, strict=True)
    except FileNotFoundError:
        return None
    except ValidationError as error:
        raise _broken(path, f"{error.error_count()} of its fields are wrong") from error
    except OSError as error:
        raise _broken(path, error.strerror or type(error).__name__) from error
    if stored.digest != plain(digest):
        raise _broken(path, "it is another model's")
    if stored.accept > stored.sure:
        raise _broken(path, "its thresholds are out of order")
    return stored


def store(calibration: Calibration, home: Path) -> Path:
    """Write the calibration over any earlier one of its model; returns the file. Raises StorageError."""
    path = file_of(home, calibration.digest)
    text = TypeAdapter(Calibration).dump_json(calibration, indent=1)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return write_whole(path, text + b"\n")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        hint = "make room, or set BYLINE_HOME to a folder that can be written"
        raise StorageError(f"The calibration can't be kept in {path.parent}: {reason}", hint) from error


def file_of(home: Path, digest: str) -> Path:
    """Where the calibration of the model with this digest lies; a digest that is no word is hashed."""
    name = plain(digest)
    word = name.isascii() and name.isalnum() and len(name) <= 128
    safe = name if word else hashlib.sha256(name.encode(errors="surrogatepass")).hexdigest()
    return home / "calibration" / f"{safe}.json"


def plain(digest: str) -> str:
    """A digest without the name of its algorithm, as Ollama may give it."""
    return digest.removeprefix("sha256:")


def program_version() -> str:
    """The version of Byline that runs; ``unknown`` where it isn't installed."""
    try:
        return version("byline")
    except PackageNotFoundError:
        return "unknown"


def _broken(path: Path, why: str) -> StorageError:
    return StorageError(f"The calibration {path} can't be used: {why}", f"fit it again: {COMMAND}")

"""What a receipt holds, field by field, version 2.

Law: the fields stand in the order of the file; every one has a type that a file from anywhere is held
against. A path in a receipt is data: nothing is opened here.

Does not know: files, how receipts are made.
"""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, PlainValidator

from rag.answer import Check, Seconds, Tokens

KIND: Literal["byline receipt"] = "byline receipt"
VERSION: Literal[2] = 2


def _folder(value: object) -> str:
    """An absolute path, with whatever bytes the system has in its names (half characters in Python)."""
    if not isinstance(value, str) or "\0" in value or not Path(value).is_absolute():
        raise ValueError("must be the absolute path of a folder")
    return value


def _day(value: str) -> str:
    if date.fromisoformat(value).isoformat() != value:
        raise ValueError("must be a day such as 2025-02-25")
    return value


def _time(value: str) -> str:
    if datetime.fromisoformat(value).tzinfo is None:
        raise ValueError("must be a time with its zone")
    return value


Folder = Annotated[str, PlainValidator(_folder)]
Day = Annotated[str, AfterValidator(_day)]
Time = Annotated[str, AfterValidator(_time)]
Share = Annotated[float, Field(ge=0, le=1)]


@dataclass(frozen=True, slots=True)
class Filters:
    """Which articles were asked, as in ``Where``."""

    source: str | None
    since: Day | None
    until: Day | None


@dataclass(frozen=True, slots=True)
class Limits:
    """The settings that decide an answer; ``threshold`` None is the model's own."""

    reads: Annotated[int, Field(ge=1, le=20)]
    num_ctx: Annotated[int, Field(ge=1024, le=1_048_576)]
    threshold: Share | None


@dataclass(frozen=True, slots=True)
class Digest:
    """An indexed file and the SHA-256 (hex) of its bytes."""

    path: str
    digest: str


@dataclass(frozen=True, slots=True)
class Indexed:
    """The index that was asked: ``fingerprint`` is over all of it, ``articles`` in the order of paths."""

    fingerprint: str
    embedder: str
    embedder_digest: str
    articles: tuple[Digest, ...]


@dataclass(frozen=True, slots=True)
class Speaker:
    """The model that was asked, and the form in which it replies: grammar, lines, turn or json."""

    backend: str
    name: str
    digest: str
    form: str


@dataclass(frozen=True, slots=True)
class Fitted:
    """The fit that candidates were judged with, as in ``Fit``."""

    name: str
    accept: Share
    sure: Share
    bias: float
    weights: dict[str, float]
    unlooked: float | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A passage that retrieval found, as in ``Hit``."""

    path: str
    start: int
    end: int
    score: float
    dense_rank: int | None
    text_rank: int | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """What a model pointed at in the passage ``start:end`` of an article, the ``rank``-th read, as judged.

    ``cited`` are the spans of the sentences that would be shown, ``yes`` is what a second look said, None
    where there was none. ``signals`` are by name.
    """

    path: str
    start: int
    end: int
    rank: int
    cited: tuple[tuple[int, int], ...]
    short: str
    yes: float | None
    signals: dict[str, float]
    support: float


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a prompt. ``role`` is system, user or assistant."""

    role: str
    text: str


@dataclass(frozen=True, slots=True)
class Spoken:
    """One call of the model, as in ``Call``, its tokens against the context window."""

    purpose: str
    messages: tuple[Message, ...]
    reply: str
    tokens: Tokens
    seconds: float
    support: float | None


@dataclass(frozen=True, slots=True)
class Receipt:
    """Field by field what the file holds, in its order.

    ``asked_at`` is an ISO time with its zone; ``form`` is what the question asks for, as in ``Form``, its
    sets as sorted lists; ``history`` are the earlier questions of the conversation; ``hits`` are best first,
    ``candidates`` in the order in which they were read; ``threshold`` is what the support was held against;
    ``answer`` is the object of ``byline ask --json``; ``fired`` names the rules that found something in other
    articles.
    """

    kind: Literal["byline receipt"]
    version: Literal[2]
    byline: str
    asked_at: Time
    question: Annotated[str, Field(min_length=1)]
    standalone_question: str
    form: dict[str, bool | list[str]]
    history: tuple[str, ...]
    corpus: Folder
    filters: Filters
    settings: Limits
    index: Indexed
    model: Speaker
    fit: Fitted
    hits: tuple[Found, ...]
    calls: tuple[Spoken, ...]
    candidates: tuple[Candidate, ...]
    checks: tuple[Check, ...]
    threshold: float
    answer: dict[str, Any]
    seconds: Seconds
    fired: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Quoted:
    """A cited span. ``article`` is its source, of which only the path counts here."""

    n: int
    article: "Named"
    start: Annotated[int, Field(ge=0)]
    end: int
    quote: Annotated[str, Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class Named:
    """An article, by its path in the corpus."""

    path: str


@dataclass(frozen=True, slots=True)
class ToldClaim:
    """A claim and the spans that it cites."""

    text: str
    short: str
    citations: tuple[Quoted, ...]


@dataclass(frozen=True, slots=True)
class ToldSide:
    """One side of a conflict."""

    value: str
    text: str


@dataclass(frozen=True, slots=True)
class ToldConflict:
    """Two sides or more."""

    sides: tuple[ToldSide, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """What the object of ``byline ask --json`` tells a reader; the rest of it is left aside."""

    standalone_question: str
    answer: str
    refused: bool
    claims: tuple[ToldClaim, ...]
    conflicts: tuple[ToldConflict, ...]

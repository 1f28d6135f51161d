"""The values between a model's reply and a reader: Statement, Draft (unchecked), Citation, Claim, Answer.

Law: a Draft is what a model said and may not be shown as an answer; only ``rag.verify`` turns one
into an Answer. The front doors accept an Answer and nothing else.

Does not know: how drafts are made, how answers are shown.
"""

from dataclasses import dataclass

from index.article import Hit, Sentence, Source

REFUSAL = "The articles don't say."


@dataclass(frozen=True, slots=True)
class Model:
    """Which model spoke. ``backend`` is ``ollama`` or ``embedded``."""

    backend: str
    name: str
    digest: str


@dataclass(frozen=True, slots=True)
class Tokens:
    """Counted over all calls made for one answer, but ``context``: the window of one call."""

    prompt: int = 0
    completion: int = 0
    context: int = 0


@dataclass(frozen=True, slots=True)
class Seconds:
    """Wall seconds from the question's arrival: search done, first decision token, all done."""

    retrieve: float = 0.0
    first_token: float = 0.0
    total: float = 0.0


@dataclass(frozen=True, slots=True)
class NumberedSentence:
    """A sentence as the prompt numbered it: ``S{number}``, counting from 1."""

    number: int
    hit: Hit
    sentence: Sentence


@dataclass(frozen=True, slots=True)
class Statement:
    """One unchecked statement of a model and the sentence numbers it named for it."""

    text: str
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """A model's unchecked reply.

    ``support`` is the refusal score S = P(source) / (P(source) + P(none)) at the first decision
    token, 0..1, or None where the server gave no probabilities. ``statements`` is empty where the
    model named no source. ``reply`` is the model's raw text.
    """

    question: str
    standalone_question: str
    hits: tuple[Hit, ...]
    sentences: tuple[NumberedSentence, ...]
    statements: tuple[Statement, ...]
    support: float | None
    threshold: float
    reply: str
    model: Model
    tokens: Tokens
    seconds: Seconds


@dataclass(frozen=True, slots=True)
class Citation:
    """An exact span: ``quote`` is ``article.text[start:end]`` of the stored article."""

    n: int
    source: Source
    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True)
class Claim:
    """A checked statement. ``verbatim`` says that the cited sentence stands in its place.

    ``checks`` holds each gate's name and outcome, in the order they ran.
    """

    text: str
    verbatim: bool
    checks: tuple[tuple[str, bool], ...]
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """A checked answer, or a refusal (``refused``, no claims, ``text`` is REFUSAL).

    ``text`` is the claims joined, each followed by its citation numbers in brackets.
    ``also_read`` are the nearest passages that no claim cites.
    """

    question: str
    standalone_question: str
    text: str
    refused: bool
    claims: tuple[Claim, ...]
    also_read: tuple[Hit, ...]
    support: float | None
    model: Model
    tokens: Tokens
    seconds: Seconds

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
    """Wall seconds from the question's arrival: search done, first decision token, all done.

    Then what the stages took of it: ``rewrite``, ``read`` and ``compose``, each over all of its calls.
    """

    retrieve: float = 0.0
    first_token: float = 0.0
    total: float = 0.0
    rewrite: float = 0.0
    read: float = 0.0
    compose: float = 0.0


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the model: what it was for, the exact messages as (role, text), what came back.

    ``purpose`` is rewrite, read, compose or look. ``support`` is what a reading's first token gave,
    before it is weighed; None for the other purposes.
    """

    purpose: str
    messages: tuple[tuple[str, str], ...]
    reply: str
    tokens: tuple[int, int]
    seconds: float
    support: float | None = None


@dataclass(frozen=True, slots=True)
class NumberedSentence:
    """A sentence as the prompt numbered it: ``S{number}``, counting from 1."""

    number: int
    hit: Hit
    sentence: Sentence


@dataclass(frozen=True, slots=True)
class Statement:
    """One unchecked statement of a model and the sentence numbers it named for it.

    ``short`` is the answer in a few words, as the model first gave it; ``support`` is that of the
    reading it comes from, None where the draft's own applies.
    """

    text: str
    numbers: tuple[int, ...]
    short: str = ""
    support: float | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A model's unchecked reply.

    ``support`` is the refusal score S = P(source) / (P(source) + P(none)) at the first decision
    token, 0..1, or None where the server gave no probabilities. ``statements`` is empty where the
    model named no source. ``rivals`` are what other articles say to the same question, for the gate of
    conflicts; their numbers count among ``sentences`` too. ``reply`` is the model's raw text.
    ``unanswered`` are the parts of the question that nothing was found for, where others were answered.
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
    rivals: tuple[Statement, ...] = ()
    calls: tuple[Call, ...] = ()
    unanswered: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Check:
    """A line of the receipt: a gate, the claim it looked at (from 1; None: the whole draft), the outcome."""

    gate: str
    claim: int | None
    passed: bool
    detail: str = ""


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
class Side:
    """One side of a conflict: what is said in a few words, and the claim that says it."""

    value: str
    claim: Claim


@dataclass(frozen=True, slots=True)
class Conflict:
    """Articles that give different values for the same thing: two or more sides, newest first."""

    sides: tuple[Side, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """A checked answer, or a refusal (``refused``, no claims, ``text`` is REFUSAL).

    ``text`` is the claims joined, each followed by its citation numbers in brackets.
    ``also_read`` are the nearest passages that no claim cites. ``conflicts`` are among the claims.
    ``hits``, ``calls`` and ``checks`` are what a receipt keeps: the candidates in the order of
    retrieval, the model's calls, and each gate's outcome. ``unanswered`` are the parts of the question
    that the articles don't answer, where they answer others.
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
    conflicts: tuple[Conflict, ...] = ()
    hits: tuple[Hit, ...] = ()
    calls: tuple[Call, ...] = ()
    checks: tuple[Check, ...] = ()
    threshold: float = 0.0
    unanswered: tuple[str, ...] = ()

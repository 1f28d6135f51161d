"""The values that flow from a question to a reader: Question, Reading, Candidate, Judged, Draft, Answer;
events.

Law: each stage takes the value of the stage before and makes the next one; nothing changes a value. A Draft
may not be shown; only ``rag.verify`` turns one into an Answer, and the front doors accept an Answer and
nothing else. No text that a model wrote is shown: a claim's text is that of its citations, and the short
answer only says what to mark in it.

Does not know: how any of them is made or shown.
"""

from dataclasses import dataclass, field

from index.article import Hit, Sentence, Source

REFUSAL = "The articles don't say."


@dataclass(frozen=True, slots=True)
class Form:
    """What is asked for, told once from a question's words (``rag.question.form``).

    ``closed`` asks for yes or no, ``verb_first`` that or a choice; ``several`` for a list or a comparison;
    ``each`` for every article's version; ``exact`` for somebody's very words; ``one_name`` for one name.
    ``counting`` says that a number may be the answer, ``how_many`` that one is asked for, ``denies`` that the
    question itself denies something.
    ``names`` are those in it, in small letters; ``stems`` those of its content words.
    """

    closed: bool = False
    verb_first: bool = False
    several: bool = False
    each: bool = False
    exact: bool = False
    one_name: bool = False
    counting: bool = False
    how_many: bool = False
    denies: bool = False
    names: frozenset[str] = frozenset()
    stems: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Question:
    """A question as it was ``asked``, as it is understood (``text``), and what it asks for."""

    asked: str
    text: str
    form: Form = field(default_factory=Form)


@dataclass(frozen=True, slots=True)
class Model:
    """Which model spoke. ``backend`` is ``ollama`` or ``embedded``, ``digest`` that of its weights.

    ``form`` is how its replies are bound: grammar, lines, turn or json; "" where that is not known yet. It
    tells nothing of which model it is.
    """

    backend: str
    name: str
    digest: str
    form: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Tokens:
    """Counted over all calls made for one answer, but ``context``: the window of one call."""

    prompt: int = 0
    completion: int = 0
    context: int = 0


@dataclass(frozen=True, slots=True)
class Seconds:
    """Wall seconds from the question's arrival: search done, the first reading's reply, all done.

    Then what the stages took of it: ``rewrite``, ``read`` and ``look``, each over all of its calls.
    """

    retrieve: float = 0.0
    first_token: float = 0.0
    total: float = 0.0
    rewrite: float = 0.0
    read: float = 0.0
    look: float = 0.0


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the model: what it was for, the exact messages as (role, text), what came back.

    ``purpose`` is rewrite, read or look. ``support`` is what a reading's first token gave, before it is
    judged; None for the other purposes.
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
class Reading:
    """What a model pointed at in one passage: the ``named`` sentences, and the answer in a few words.

    ``first`` is S = P(source) / (P(source) + P(none)) at the first decision token, 0 to 1, ``least`` the log
    probability of the least sure word of ``short``; None where the server gave none. ``short`` is "" and
    ``named`` empty where the model named none. ``decided`` is when the reply was there, by
    time.perf_counter. ``calls`` are the model's.
    """

    hit: Hit
    rank: int
    sentences: tuple[NumberedSentence, ...]
    named: tuple[int, ...] = ()
    short: str = ""
    first: float | None = None
    least: float | None = None
    calls: tuple[Call, ...] = ()
    decided: float = 0.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A reading, placed: the numbers of the sentences that would be shown, and what a second look said.

    ``yes`` is the share of yes, 0 to 1, or None where nobody looked.
    """

    reading: Reading
    numbers: tuple[int, ...]
    short: str
    yes: float | None = None

    @property
    def cited(self) -> tuple[NumberedSentence, ...]:
        """The sentences that would be shown, in order."""
        return tuple(s for s in self.reading.sentences if s.number in self.numbers)

    @property
    def span(self) -> str:
        """Their text."""
        return " ".join(s.sentence.text for s in self.cited)


@dataclass(frozen=True, slots=True)
class Judged:
    """A candidate with its signals by name, and the support that they give it, 0 to 1."""

    candidate: Candidate
    signals: tuple[tuple[str, float], ...]
    support: float


@dataclass(frozen=True, slots=True)
class Statement:
    """What is to be shown: the numbers of sentences of a draft, in a few words ``short``, and its support.

    ``judged`` tells why, where a model read it; None where it was found by its words.
    """

    numbers: tuple[int, ...]
    short: str
    support: float
    judged: Judged | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """What was found for a question, unchecked.

    ``support`` is the best candidate's, 0 to 1, or None where nothing was read. ``statements`` are to be
    shown where their support reaches ``threshold``, best first. ``rivals`` are what other articles say to
    the same question, for the gate of conflicts; their numbers count among ``sentences`` too. ``judged``
    are all candidates, in the order in which they were read. ``unanswered`` are the parts of the question
    that nothing was found for, where others were answered. ``fired`` names the rules that found something in
    other articles.
    """

    question: Question
    hits: tuple[Hit, ...]
    sentences: tuple[NumberedSentence, ...]
    statements: tuple[Statement, ...]
    support: float | None
    threshold: float
    model: Model
    tokens: Tokens
    seconds: Seconds
    rivals: tuple[Statement, ...] = ()
    judged: tuple[Judged, ...] = ()
    calls: tuple[Call, ...] = ()
    unanswered: tuple[str, ...] = ()
    fired: tuple[str, ...] = ()


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
    """Sentences of an article, as an answer: ``text`` is the text of the citations, on one line.

    ``short`` is the answer in a few words; ``marks`` are where it stands in ``text``, as half open
    character offsets, empty where it does not stand there. ``support`` is 0 to 1. ``checks`` holds each
    gate's name and outcome.
    """

    text: str
    short: str
    marks: tuple[tuple[int, int], ...]
    support: float
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
    """A checked answer, or a refusal (``refused``, no claims, ``text`` is REFUSAL or ``told``).

    ``text`` is each claim in quotation marks, followed by its citation numbers in brackets. ``also_read``
    are the nearest passages that no claim cites. ``conflicts`` are among the claims. ``hits``, ``judged``,
    ``calls``, ``checks`` and ``fired`` are what a receipt keeps: the hits in the order of retrieval, the
    candidates with their signals, the model's calls, each gate's outcome, and the rules that fired.
    ``unanswered`` are the parts of the question that the articles don't answer, where they answer others.
    ``told`` says what can be done instead, where a question can't be answered with sentences of articles at
    all.
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
    judged: tuple[Judged, ...] = ()
    calls: tuple[Call, ...] = ()
    checks: tuple[Check, ...] = ()
    threshold: float = 0.0
    unanswered: tuple[str, ...] = ()
    told: str = ""
    fired: tuple[str, ...] = ()

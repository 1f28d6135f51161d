"""The steps of an answer: passages read, doubts looked at, sentences composed; each says what it does.

Law: a step yields what happens and returns what came of it; what to do with that is decided elsewhere. A
claim that takes words from the question which its sentences don't hold is tried once more: with the next
supported reading, or with the passage's other sentences. Where that stands, it is the answer.

Does not know: how hits are found, how drafts are checked.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace

from index.article import Hit
from index.errors import PromptTooLong
from rag import prompt
from rag.answer import Call, Draft, Statement
from rag.choose import chosen, in_doubt, rival_hit, span_of, stated, support_of
from rag.compose import compose
from rag.expected import expected
from rag.llm import LLM
from rag.look import look
from rag.presumed import presumed
from rag.quoted import as_quoted
from rag.reader import Provisional, Reading, fits, heard, read, share_held
from rag.several import asks_several
from rag.standing import bettered, is_amiss, lacking, with_antecedent, without_cited
from rag.support import CERTAIN, KIND_YES, blended, looked, lowered, shifted

FURTHER = 0.5
"""What a passage after the first loses of its log odds: the first holds the evidence four times in five."""
ENOUGH = 3
"""After how many passages an answer that is not sure is enough; where there is none, more are read."""
HARDLY = 0.3
"""Support below which a passage hardly speaks of what is asked."""
SLACK = 1
"""How many words a claim may take from its question before another reading is worth its time."""
BEHIND = 1.75
"""How far behind the answer, in log odds, another one may be, what it lost as a later one not counted."""
UNTOLD = 0.3
"""The share of yes below which sentences don't tell the saying whose occasion is asked for."""


@dataclass(frozen=True, slots=True)
class Found:
    """Retrieval is done."""

    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Reads:
    """A passage is about to be read: the ``number``-th of at most ``of``."""

    number: int
    of: int
    hit: Hit


@dataclass(frozen=True, slots=True)
class Looks:
    """A reading leaves a doubt; a second look at it follows."""


@dataclass(frozen=True, slots=True)
class Composes:
    """The short answer is found; its sentence follows."""


Event = Found | Reads | Looks | Composes | Provisional | Draft


def fitting(question: str, hits: Sequence[Hit], llm: LLM) -> list[Hit]:
    """The hits that hold evidence and fit the window beside the question.

    Raises PromptTooLong where none of them does.
    """
    holding = [hit for hit in hits if prompt.number([hit])]
    found = [hit for hit in holding if fits(question, [hit], llm)]
    if holding and not found:
        raise PromptTooLong(
            f"The question and one passage don't fit the model's window of {llm.context} tokens.",
            "shorten the question, or raise BYLINE_NUM_CTX",
        )
    return found


def read_on(
    question: str, hits: Sequence[Hit], llm: LLM, against: float
) -> Generator[Event, None, list[Reading]]:
    """Read passage after passage until one is surely enough; ENOUGH, where several things are asked for.

    Those after ENOUGH are read only where nothing answers yet, and something came near to it.

    ``against`` is taken from the log odds of every reading; one after the first loses FURTHER too, but where
    each is asked for a thing of its own.
    """
    readings: list[Reading] = []
    further = 0.0 if asks_several(question) else FURTHER
    for number, hit in enumerate(hits, 1):
        yield Reads(number, len(hits), hit)
        reading = yield from read(question, [hit], llm, against + further * (number > 1))
        said = as_quoted(question, reading)
        readings.append((yield from looked_at(question, said, llm)))
        if _is_enough(question, readings[-1], llm):
            break
        if number >= ENOUGH and (_any_answers(question, readings, llm) or _are_far(readings)):
            break
    return readings


def _is_enough(question: str, reading: Reading, llm: LLM) -> bool:
    """Whether nothing more need be read: a sure answer of the kind that is asked for, to one thing."""
    if support_of(reading) < llm.thresholds.sure or asks_several(question):
        return False
    return _answers(question, reading, llm)


def _any_answers(question: str, readings: Sequence[Reading], llm: LLM) -> bool:
    return any(_answers(question, reading, llm) for reading in readings)


def _are_far(readings: Sequence[Reading]) -> bool:
    """Whether no reading comes near to an answer, as far as that was measured."""
    return all(0 < support_of(reading) < HARDLY for reading in readings)


def _answers(question: str, reading: Reading, llm: LLM) -> bool:
    return bool(stated(question, reading, llm.thresholds).statements) and not is_amiss(question, reading)


def looked_at(question: str, reading: Reading, llm: LLM) -> Generator[Event, None, Reading]:
    """The reading, after a second look at its first statement where that leaves a doubt."""
    certain = 1.0 if presumed(question) else CERTAIN
    statement, measured = in_doubt(question, reading, heard(llm), certain), reading.calls[0].support
    if statement is None or measured is None:
        return reading
    yield Looks()
    yes, call = look(question, statement.short, span_of(statement, reading.sentences), llm)
    seen = looked(yes, measured, reading.least, reading.against)
    support = blended(lowered(support_of(reading), yes), seen, share_held(question, reading.sentences))
    told, further = _told(question, statement, reading, llm)
    kept, another = _of_kind(question, statement.short, min(support, told), llm)
    return replace(reading, support=kept, calls=(*reading.calls, call, *further, *another))


def _told(question: str, statement: Statement, reading: Reading, llm: LLM) -> tuple[float, tuple[Call, ...]]:
    """How far the sentences tell what the question takes for granted, 0 to 1, and the call that took.

    1 where it takes nothing for granted, or where they are likelier to tell it than UNTOLD.
    """
    saying = presumed(question)
    if saying is None:
        return 1.0, ()
    yes, call = look(saying.question, saying.said, span_of(statement, reading.sentences), llm)
    return (yes if yes < UNTOLD else 1.0), (call,)


def _of_kind(question: str, short: str, support: float, llm: LLM) -> tuple[float, tuple[Call, ...]]:
    """Support, lowered where a name is hardly of the kind that is asked for; and the call that took.

    It is asked where the answer hangs on it, and of the embedded model alone, whose looks were measured.
    """
    kind = expected(question, short)
    if not kind or llm.form != "grammar" or not llm.thresholds.accept <= support < llm.thresholds.sure:
        return support, ()
    yes, call = look(f"What kind of thing is {short}?", kind, short, llm)
    return lowered(support, yes, KIND_YES), (call,)


def read_rival(
    question: str, best: Reading, readings: Sequence[Reading], hits: Sequence[Hit], llm: LLM, against: float
) -> Generator[Event, None, list[Reading]]:
    """Read one passage of another article, where it may contradict the best reading."""
    hit = rival_hit(question, best, readings, hits)
    if hit is None:
        return []
    return (yield from read_one(question, hit, len(readings) + 1, llm, against))


def read_one(
    question: str, hit: Hit, number: int, llm: LLM, against: float
) -> Generator[Event, None, list[Reading]]:
    """Read one further passage, the ``number``-th."""
    yield Reads(number, number, hit)
    reading = yield from read(question, [hit], llm, against)
    return [(yield from looked_at(question, reading, llm))]


def answered(
    question: str, readings: Sequence[Reading], llm: LLM, against: float
) -> Generator[Event, None, tuple[tuple[Reading, ...], list[Call]]]:
    """The readings that answer, best first, with their statements as sentences; and the calls that took.

    One whose claim doesn't stand gives way to another try that stands better.
    """
    answering, calls = yield from composed(question, chosen(question, readings, llm.thresholds), llm)
    if len(answering) != 1 or not (lacking(question, answering[0]) or is_amiss(question, answering[0])):
        return answering, calls
    another, further = yield from _another(question, answering[0], readings, llm, against)
    return (another or answering[0],), [*calls, *further]


def composed(
    question: str, readings: Sequence[Reading], llm: LLM
) -> Generator[Event, None, tuple[tuple[Reading, ...], list[Call]]]:
    """The readings with their statements as sentences, and the calls that took."""
    done: list[Reading] = []
    calls: list[Call] = []
    for reading in readings:
        statements: list[Statement] = []
        for short in reading.statements:
            yield Composes()
            statement, call = yield from compose(question, short, reading.sentences, llm)
            statements.append(with_antecedent(question, statement, reading.sentences))
            calls += [call] if call else []
        done.append(replace(reading, statements=tuple(statements)))
    return tuple(done), calls


def _another(
    question: str, best: Reading, readings: Sequence[Reading], llm: LLM, against: float
) -> Generator[Event, None, tuple[Reading | None, list[Call]]]:
    """Another reading whose claim stands better, or None; and the calls that took.

    It is the next supported one; else, where more than a word is lacking or the answer is of another kind
    than asked for, one of the passage's sentences without those that are cited.
    """
    calls: list[Call] = []
    others = (r for r in readings if r.sentences != best.sentences)
    rest = [r for r in others if stated(question, r, llm.thresholds).statements]
    amiss = is_amiss(question, best)
    if not rest and (amiss or len(lacking(question, best)) > SLACK) and (hit := without_cited(best)):
        rest = yield from read_one(question, hit, len(readings) + 1, llm, against)
        calls += rest[0].calls
    behind = BEHIND + FURTHER if readings[0].sentences == best.sentences and not calls else BEHIND
    least = llm.thresholds.accept if amiss else shifted(support_of(best), -behind)
    near = sorted((r for r in rest if support_of(r) >= least), key=support_of, reverse=True)[:1]
    tried, made = yield from composed(question, chosen(question, near, llm.thresholds), llm)
    return next((better for r in tried if (better := bettered(question, best, r))), None), [*calls, *made]

"""What of several readings is stated: the best one, all that answer a list, and what contradicts it.

Law: pure. The best supported reading answers; a question for several things takes a statement from
each supported reading, in the article's own words; a reading of another article counts as a rival only
where its value differs.

Does not know: models, how a statement becomes a sentence, the gates.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from index.article import Hit
from rag.answer import NumberedSentence, Statement
from rag.asked import is_asked_for, is_beside
from rag.conflict import differ, worth_reading
from rag.denial import is_told_none
from rag.kinds import CALENDAR, values, years
from rag.llm import Thresholds
from rag.locate import locate
from rag.quoted import with_opening
from rag.reader import Reading
from rag.several import asks_several
from rag.support import CERTAIN
from rag.values import figures, missing

MOST_CLAIMS = 4


def support_of(reading: Reading) -> float:
    """The support of a reading, below 0 where it has none."""
    return -1.0 if reading.support is None else reading.support


def chosen(question: str, readings: Sequence[Reading], thresholds: Thresholds) -> tuple[Reading, ...]:
    """The readings that answer, best first, each with the located statements that it contributes."""
    every = (stated(question, r, thresholds) for r in readings)
    ranked = sorted(every, key=lambda r: (bool(r.statements), support_of(r)), reverse=True)
    if not ranked or not asks_several(question):
        return tuple(ranked[:1])
    found = [r for r in ranked if r.statements]
    fit = [r for r in found if not is_beside(question, r.statements[0].short)]
    return tuple(as_source(r) for r in fit or found)[:MOST_CLAIMS] or tuple(ranked[:1])


def as_source(reading: Reading) -> Reading:
    """The reading with its first statement in the words of its sentences: a part of a list stands alone."""
    first = reading.statements[0]
    return replace(reading, statements=(replace(first, text=span_of(first, reading.sentences)),))


def in_doubt(question: str, reading: Reading, least: float, certain: float = CERTAIN) -> Statement | None:
    """What a reading of at least this support would state, where it is neither certain nor looked at."""
    if support_of(reading) >= certain or any(call.purpose == "look" for call in reading.calls):
        return None
    return next(iter(stated(question, reading, Thresholds(least, CERTAIN)).statements), None)


def stated(question: str, reading: Reading, thresholds: Thresholds) -> Reading:
    """The reading with the statements worth stating: where they stand, with short form and support."""
    support = support_of(reading)
    if support < thresholds.accept or _of_another_year(question, reading.sentences):
        return replace(reading, statements=())
    located = ((short.text, _located(short, reading, question)) for short in reading.statements)
    placed = ((short, found, span_of(found, reading.sentences)) for short, found in located)
    kept = (
        replace(found, short=short, support=reading.support)
        for short, found, span in placed
        if is_asked_for(question, short, span) and not _is_invented(short, span, reading.sentences)
    )
    return replace(reading, statements=tuple(kept))


def without(question: str, reading: Reading, unfit: Callable[[str, str], bool]) -> Reading:
    """The reading without the statements whose short answer and sentences, once located, are ``unfit``."""
    placed = stated(question, reading, Thresholds(0.0, CERTAIN)).statements
    strange = {s.short for s in placed if unfit(s.short, span_of(s, reading.sentences))}
    kept = tuple(statement for statement in reading.statements if statement.text not in strange)
    return replace(reading, statements=kept) if strange else reading


def _located(short: Statement, reading: Reading, question: str) -> Statement:
    """The statement with the sentences that hold it, and what opens the quotation in which they begin."""
    found = locate(short, reading.sentences, question)
    return replace(found, numbers=with_opening(found.numbers, reading.sentences))


def _of_another_year(question: str, sentences: Sequence[NumberedSentence]) -> bool:
    """Whether a question names years of which the passage, its title and its date know none."""
    asked = years(question)
    sources = {s.hit.passage.source for s in sentences}
    told = " ".join(s.hit.passage.text for s in sentences[:1])
    dated = " ".join(f"{source.title} {source.published or ''}" for source in sources)
    return bool(sentences and asked) and not asked & years(f"{told} {dated}")


def _is_invented(short: str, span: str, sentences: Iterable[NumberedSentence]) -> bool:
    """Whether an answer holds a figure or a day that its passage lacks, and its sentences none of that kind.

    Where they hold another of the kind, they are shown in the answer's place: it was misread, not invented.
    """
    if is_told_none(short, span):
        return False
    text = " ".join(s.sentence.text for s in sentences)
    strange = any(figures(word) or word.lower() in CALENDAR for word in missing(short, text))
    return strange and not {kind for kind, _ in values(short)} & {kind for kind, _ in values(span)}


def rival_hit(question: str, best: Reading, readings: Iterable[Reading], hits: Iterable[Hit]) -> Hit | None:
    """The first hit of another article, not read yet, that may say something else than ``best``."""
    if not best.statements:
        return None
    home = best.sentences[0].hit
    seen = {sentence.hit for reading in readings for sentence in reading.sentences}
    seen_articles = {hit.passage.source for hit in seen}
    fresh = (hit for hit in hits if hit.passage.source not in seen_articles)
    short, span = best.statements[0].short, span_of(best.statements[0], best.sentences)
    return next((hit for hit in fresh if worth_reading(question, short, home, hit, span)), None)


def rivals(
    question: str, best: Reading, readings: Iterable[Reading], thresholds: Thresholds
) -> tuple[Reading, ...]:
    """The readings of other articles that contradict ``best``, with the one statement that does."""
    if not best.statements:
        return ()
    ours = (best.statements[0].short, span_of(best.statements[0], best.sentences))
    found: dict[str, Reading] = {}
    for reading in (stated(question, r, thresholds) for r in readings):
        for statement in reading.statements[:1]:
            path = reading.sentences[0].hit.passage.source.path
            theirs = (statement.short, span_of(statement, reading.sentences))
            if path != best.sentences[0].hit.passage.source.path and differ(question, ours, theirs):
                found.setdefault(path, replace(reading, statements=(statement,)))
    return tuple(found.values())


def joined(
    readings: Iterable[Reading],
) -> tuple[tuple[NumberedSentence, ...], tuple[tuple[Statement, ...], ...]]:
    """The sentences of several readings, numbered through, and each reading's statements in those numbers."""
    sentences: list[NumberedSentence] = []
    statements: list[tuple[Statement, ...]] = []
    for reading in readings:
        by = len(sentences)
        sentences += [replace(sentence, number=sentence.number + by) for sentence in reading.sentences]
        statements.append(tuple(renumbered(statement, by) for statement in reading.statements))
    return tuple(sentences), tuple(statements)


def span_of(statement: Statement, sentences: Iterable[NumberedSentence]) -> str:
    """The text of the sentences that a statement names."""
    return " ".join(s.sentence.text for s in sentences if s.number in statement.numbers)


def renumbered(statement: Statement, by: int) -> Statement:
    """The statement with its sentence numbers moved on by ``by``."""
    return replace(statement, numbers=tuple(number + by for number in statement.numbers))

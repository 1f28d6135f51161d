"""Whether a claim stands on its sentences, and what is made of one that doesn't.

Law: pure. A claim lacks the words that its sentences don't hold; where those point back ("such a
deployment", "he"), the sentence before them is cited with them. Of two claims the one that lacks half as
much stands better.

Does not know: models, what is read, the gates.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from index.article import Hit
from rag.answer import NumberedSentence, Statement
from rag.asked import is_beside, is_less
from rag.choose import span_of
from rag.grounds import absent
from rag.locate import echoes
from rag.reader import Reading
from rag.unmentioned import resembles
from rag.values import names

_POINTS_BACK = re.compile(
    r"\b(?:such|this|that|these|those|he|she|it|they|him|them|his|her|hers|its|their|theirs)\b", re.IGNORECASE
)


def points_back(span: str) -> bool:
    """Whether a sentence speaks of what stands before it: "such a deployment", "he"."""
    return bool(_POINTS_BACK.search(span))


def lacking(question: str, reading: Reading) -> tuple[str, ...]:
    """The words of a reading's first claim that its sentences don't hold, in another form either."""
    if not reading.statements:
        return ()
    first = reading.statements[0]
    return _lacking(question, first, span_of(first, reading.sentences))


def _lacking(question: str, statement: Statement, span: str) -> tuple[str, ...]:
    called = {name.lower() for name in names(span)}
    return tuple(word for word in absent(statement.text, span, question) if not resembles(word, called))


def with_antecedent(question: str, statement: Statement, sentences: Sequence[NumberedSentence]) -> Statement:
    """The statement with the sentence before those it cites, where they point back to what it lacks."""
    span = span_of(statement, sentences)
    short_of = _lacking(question, statement, span)
    first = min(statement.numbers, default=0)
    home = next((s.hit for s in sentences if s.number == first), None)
    before = next((s for s in sentences if s.number == first - 1 and s.hit == home), None)
    if not short_of or before is None or not points_back(span):
        return statement
    wider = f"{before.sentence.text} {span}"
    return (
        replace(statement, numbers=(before.number, *statement.numbers))
        if (len(_lacking(question, statement, wider)) < len(short_of))
        else statement
    )


def bettered(question: str, best: Reading, other: Reading) -> Reading | None:
    """``other``, in the sentences of ``best`` where it is of the same passage, if it stands better.

    It does where its claim lacks at most half as many words. A figure that is asked for gives way to none
    but another figure, and one that is beside the point to whatever isn't.
    """
    placed = _placed(question, best, other)
    if not placed.statements or echoes(placed.statements[0].short, question):
        return None
    ours, theirs = best.statements[0].short, placed.statements[0].short
    if is_less(question, ours, theirs) or is_beside(question, theirs):
        return None
    stands = len(lacking(question, placed)) <= len(lacking(question, best)) // 2
    return placed if stands or is_beside(question, ours) else None


def is_amiss(question: str, reading: Reading) -> bool:
    """Whether a reading's answer is of another kind than asked for."""
    first = next(iter(reading.statements), None)
    return first is not None and is_beside(question, first.short or first.text)


def _placed(question: str, best: Reading, other: Reading) -> Reading:
    """A reading of some sentences of a passage, as one of the whole of it."""
    numbers = {s.sentence: s.number for s in best.sentences}
    if not {s.sentence for s in other.sentences} < set(numbers):
        return other
    of = {s.number: numbers[s.sentence] for s in other.sentences}
    moved = (replace(s, numbers=tuple(of[n] for n in s.numbers if n in of)) for s in other.statements)
    statements = tuple(with_antecedent(question, statement, best.sentences) for statement in moved)
    return replace(other, sentences=best.sentences, statements=statements)


def without_cited(best: Reading) -> Hit | None:
    """A reading's passage without the sentences that its first statement cites; None for nothing left."""
    left = tuple(s.sentence for s in best.sentences if s.number not in best.statements[0].numbers)
    hit = best.sentences[0].hit
    return replace(hit, passage=replace(hit.passage, sentences=left)) if left else None

"""Quotations that run over several sentences: where one begins and ends, and which sentences quote whom.

Law: a quotation of several sentences is one statement of one person, so a sentence that begins within it
stands with the one that opens it, and names the speaker. Exact words are looked for where somebody is
quoted, and of one whom the question names where they are.

Does not know: what is said, models.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from index.article import Hit
from rag.answer import NumberedSentence, Question
from rag.english.quotes import ends_within, has_mark, is_told_by, quoted
from rag.english.values import names
from rag.reading.prompt import number

FURTHEST = 4
"""How many sentences before it a quotation's beginning is looked for, and after it its end."""


def with_opening(numbers: Sequence[int], sentences: Iterable[NumberedSentence]) -> tuple[int, ...]:
    """The numbers, and before them those of the sentences from the quotation's beginning on."""
    shown = {sentence.number: sentence for sentence in sentences}
    first = min(numbers, default=0)
    for back in range(first - 1, first - 1 - FURTHEST, -1):
        if first not in shown or back not in shown or shown[back].hit != shown[first].hit:
            break
        opened = ends_within(shown[back].sentence.text)
        if opened is not None:
            return (*range(back, first), *numbers) if opened else tuple(numbers)
    return tuple(numbers)


def quotation_of(
    named: Sequence[int], sentences: Sequence[NumberedSentence]
) -> tuple[str, tuple[int, ...]] | None:
    """What the named sentences quote, whole, and the numbers of its sentences; None where they don't."""
    numbers = _to_its_end(with_opening(named, sentences), sentences)
    found = quoted(" ".join(s.sentence.text for s in sentences if s.number in numbers))
    return (" ".join(found), numbers) if found else None


def _to_its_end(numbers: tuple[int, ...], sentences: Iterable[NumberedSentence]) -> tuple[int, ...]:
    """The numbers, and those of the sentences after them up to the quotation's end."""
    shown = {sentence.number: sentence for sentence in sentences}
    last = max(numbers, default=0)
    opened = last in shown and ends_within(" ".join(shown[n].sentence.text for n in numbers if n in shown))
    for further in range(last + 1, last + 1 + FURTHEST) if opened else ():
        if further not in shown or shown[further].hit != shown[last].hit:
            break
        numbers = (*numbers, further)
        if ends_within(shown[further].sentence.text) is not None:
            break
    return numbers


def narrowed(question: Question, hits: Sequence[Hit]) -> list[Hit]:
    """The hits with nothing but what quotes somebody, where exact words are asked for; else as they are.

    Where it names somebody who is quoted, only those quotations are left. A hit without any is none.
    """
    if not question.form.exact:
        return list(hits)
    for who in (names(question.text), frozenset[str]()):
        left = [quoting for hit in hits if (quoting := _quoting(hit, who)).passage.sentences]
        if left:
            return left
    return list(hits)


def _quoting(hit: Hit, who: frozenset[str]) -> Hit:
    """The hit with the sentences that quote one of ``who``; anybody where that is empty."""
    numbered = number([hit])
    kept: set[int] = set()
    for sentence in numbered:
        numbers = with_opening((sentence.number,), numbered)
        text = " ".join(s.sentence.text for s in numbered if s.number in numbers)
        quotes = len(numbers) > 1 or has_mark(text)
        if quotes and (not who or is_told_by(who, text)):
            kept.update(numbers)
    sentences = tuple(s.sentence for s in numbered if s.number in kept)
    return replace(hit, passage=replace(hit.passage, sentences=sentences))

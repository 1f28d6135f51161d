"""What stands in quotation marks: where a quotation begins, and which sentences quote whom.

Law: a quotation of several sentences is one statement of one person. A sentence that begins within it stands
with the one that opens it, and names the speaker. Going back from a sentence, the last quotation mark tells:
one that opens is the beginning, one that closes says that no quotation is open. Exact words are looked for
where somebody is quoted, and of one whom the question names where they are.

Does not know: what is said.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from index.article import Hit
from rag import prompt
from rag.answer import NumberedSentence, Statement
from rag.reader import Reading
from rag.support import undoubted
from rag.utterance import asked_speaker, asks_exact_words, asks_plainly, is_told_by

FURTHEST = 4
"""How many sentences before it a quotation's beginning is looked for."""
_QUOTED = re.compile(r"[\"“„«][^\"“”„«»]+(?:[\"”“»]|$)")
_MARK = re.compile(r"(?P<opens>[“„«]|(?<![^\s(\[–—-])\"(?=\S))|[”»\"]")


def with_opening(numbers: Sequence[int], sentences: Iterable[NumberedSentence]) -> tuple[int, ...]:
    """The numbers, and before them those of the sentences from the quotation's beginning on."""
    shown = {sentence.number: sentence for sentence in sentences}
    first = min(numbers, default=0)
    for back in range(first - 1, first - 1 - FURTHEST, -1):
        if first not in shown or back not in shown or shown[back].hit != shown[first].hit:
            break
        opened = _ends_within(shown[back].sentence.text)
        if opened is not None:
            return (*range(back, first), *numbers) if opened else tuple(numbers)
    return tuple(numbers)


def _ends_within(text: str) -> bool | None:
    """Whether ``text`` ends within a quotation that it opens; None where it holds no mark."""
    marks = list(_MARK.finditer(text))
    return bool(marks[-1]["opens"]) if marks else None


def narrowed(question: str, hits: Sequence[Hit]) -> list[Hit]:
    """The hits with nothing but what quotes somebody, where exact words are asked for; else as they are.

    Where it names somebody who is quoted, only those quotations are left. A hit without any is none.
    """
    if not asks_exact_words(question):
        return list(hits)
    for who in (asked_speaker(question), frozenset[str]()):
        left = [quoting for hit in hits if (quoting := _quoting(hit, who)).passage.sentences]
        if left:
            return left
    return list(hits)


def _quoting(hit: Hit, who: frozenset[str]) -> Hit:
    """The hit with the sentences that quote one of ``who``; anybody where that is empty."""
    numbered = prompt.number([hit])
    kept: set[int] = set()
    for sentence in numbered:
        numbers = with_opening((sentence.number,), numbered)
        text = " ".join(s.sentence.text for s in numbered if s.number in numbers)
        quotes = len(numbers) > 1 or _MARK.search(text)
        if quotes and (not who or is_told_by(who, text)):
            kept.update(numbers)
    sentences = tuple(s.sentence for s in numbered if s.number in kept)
    return replace(hit, passage=replace(hit.passage, sentences=sentences))


def as_quoted(question: str, reading: Reading) -> Reading:
    """The reading with the quotations that it cites as its statements, where exact words are plainly asked.

    How sure the model's own words for it were tells nothing of them.
    """
    if not asks_exact_words(question) or not asks_plainly(question):
        return reading
    said = tuple(_quotation(statement, reading.sentences) for statement in reading.statements)
    if said == reading.statements or reading.support is None:
        return replace(reading, statements=said)
    return replace(reading, statements=said, support=undoubted(reading.support, reading.least), least=None)


def _quotation(statement: Statement, sentences: Sequence[NumberedSentence]) -> Statement:
    numbers = _to_its_end(with_opening(statement.numbers, sentences), sentences)
    span = " ".join(s.sentence.text for s in sentences if s.number in numbers)
    found = [quotation[0] for quotation in _QUOTED.finditer(span)]
    return replace(statement, text=" ".join(found), numbers=numbers) if found else statement


def _to_its_end(numbers: tuple[int, ...], sentences: Iterable[NumberedSentence]) -> tuple[int, ...]:
    """The numbers, and those of the sentences after them up to the quotation's end."""
    shown = {sentence.number: sentence for sentence in sentences}
    last = max(numbers, default=0)
    opened = last in shown and _ends_within(" ".join(shown[n].sentence.text for n in numbers if n in shown))
    for further in range(last + 1, last + 1 + FURTHEST) if opened else ():
        if further not in shown or shown[further].hit != shown[last].hit:
            break
        numbers = (*numbers, further)
        if _ends_within(shown[further].sentence.text) is not None:
            break
    return numbers

"""Where a short answer stands: the sentences of a passage that hold it.

Law: a small model often names the neighbour of the right sentence. The citation moves only to
sentences of the same passage that hold every word, figure and name of the answer; where none does, it
stays, and the gates will see the fault. From one that holds them but has no word of the question it moves
to one that has several. A yes or a no, which no sentence holds, goes to the sentence that
speaks most of what is asked.

Does not know: models, what is shown.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from rag.answer import NumberedSentence, Statement
from rag.coverage import stems
from rag.values import figures, missing, words, words_beside_units

PLAINLY = 2
"""How many content words of a question a sentence has that plainly speaks of it."""


def locate(statement: Statement, sentences: Sequence[NumberedSentence], question: str) -> Statement:
    """The statement with the numbers of the sentences that hold it; as it was where none does."""
    named = [s for s in sentences if s.number in statement.numbers]
    if named and is_yes_or_no(statement.text):
        return _nearest(statement, named, sentences, question)
    held = _holds(named, statement.text)
    if not named or echoes(statement.text, question) or (held and _shared(named, question)):
        return statement
    near = [[s] for s in sentences if s.hit in {n.hit for n in named}]
    holding = [span for span in [*near, *_with_previous(named, sentences)] if _holds(span, statement.text)]
    if held:
        holding = [span for span in holding if _shared(span, question) >= PLAINLY]
    wanted = words(statement.text) | words(question)
    best = max(holding, key=lambda span: len(wanted & words(_text(span))), default=None)
    return statement if best is None else replace(statement, numbers=tuple(s.number for s in best))


def _nearest(
    statement: Statement,
    named: Sequence[NumberedSentence],
    sentences: Sequence[NumberedSentence],
    question: str,
) -> Statement:
    """A yes or a no with the sentence that speaks most of what is asked, where the named speak less.

    A word counts the more the fewer sentences of the passage hold it; among equals the nearest wins.
    """
    near = [s for s in sentences if s.hit in {n.hit for n in named}]
    held = Counter(stem for s in near for stem in stems(s.sentence.text))

    def shared(span: Sequence[NumberedSentence]) -> float:
        return sum(1 / held[stem] for stem in stems(question) & stems(_text(span)))

    best = max(near, key=lambda s: (shared([s]), -abs(s.number - named[0].number)))
    return replace(statement, numbers=(best.number,)) if shared([best]) > shared(named) else statement


def is_yes_or_no(text: str) -> bool:
    """Whether a short answer begins with yes or no: such a word stands in any sentence or none."""
    return text.split(",")[0].strip(" .").lower() in ("yes", "no")


def echoes(text: str, question: str) -> bool:
    """Whether a short answer says nothing that the question didn't: such words stand in any sentence."""
    return words(text) <= words(question) and figures(text) <= figures(question)


def _holds(span: Sequence[NumberedSentence], text: str) -> bool:
    return words_beside_units(text) <= words(_text(span)) and not missing(text, _text(span))


def _shared(span: Sequence[NumberedSentence], question: str) -> int:
    """How many content words of a question the sentences have."""
    return len(stems(question) & stems(_text(span)))


def _with_previous(
    named: Sequence[NumberedSentence], sentences: Sequence[NumberedSentence]
) -> list[list[NumberedSentence]]:
    """The named sentences with the one before them, where "he" and "it" are called by their names."""
    first = named[0]
    before = [s for s in sentences if s.number == first.number - 1 and s.hit == first.hit]
    return [[*before, *named]] if before else []


def _text(span: Sequence[NumberedSentence]) -> str:
    return " ".join(s.sentence.text for s in span)

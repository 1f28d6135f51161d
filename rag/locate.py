"""Where a short answer stands: the sentences of a passage that hold it.

Law: a small model often names the neighbour of the right sentence. The citation moves only to
sentences of the same passage that hold every word, figure and name of the answer; where none does, it
stays, and the gates will see the fault.

Does not know: models, what is shown.
"""

from collections.abc import Sequence

from rag.answer import NumberedSentence, Statement
from rag.values import figures, missing, words


def locate(statement: Statement, sentences: Sequence[NumberedSentence], question: str) -> Statement:
    """The statement with the numbers of the sentences that hold it; as it was where none does."""
    named = [s for s in sentences if s.number in statement.numbers]
    if not named or _holds(named, statement.text) or echoes(statement.text, question):
        return statement
    near = [[s] for s in sentences if s.hit in {n.hit for n in named}]
    holding = [span for span in [*near, *_with_previous(named, sentences)] if _holds(span, statement.text)]
    wanted = words(statement.text) | words(question)
    best = max(holding, key=lambda span: len(wanted & words(_text(span))), default=None)
    return statement if best is None else Statement(statement.text, tuple(s.number for s in best))


def echoes(text: str, question: str) -> bool:
    """Whether a short answer says nothing that the question didn't: such words stand in any sentence."""
    return words(text) <= words(question) and figures(text) <= figures(question)


def _holds(span: Sequence[NumberedSentence], text: str) -> bool:
    return words(text) <= words(_text(span)) and not missing(text, _text(span))


def _with_previous(
    named: Sequence[NumberedSentence], sentences: Sequence[NumberedSentence]
) -> list[list[NumberedSentence]]:
    """The named sentences with the one before them, where "he" and "it" are called by their names."""
    first = named[0]
    before = [s for s in sentences if s.number == first.number - 1 and s.hit == first.hit]
    return [[*before, *named]] if before else []


def _text(span: Sequence[NumberedSentence]) -> str:
    return " ".join(s.sentence.text for s in span)

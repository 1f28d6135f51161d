"""Where a short answer stands: the sentences of a passage that hold it.

Law: a small model often names the neighbour of the right sentence. The citation moves only to
sentences of the same passage that hold every word, figure and name of the answer; where none does, it
stays, and the gates will see the fault.

Does not know: models, what is shown.
"""

from collections.abc import Sequence

from rag.answer import NumberedSentence, Statement
from rag.coverage import stems
from rag.values import figures, missing, words


def locate(statement: Statement, sentences: Sequence[NumberedSentence], question: str) -> Statement:
    """The statement with the numbers of the sentences that hold it; as it was where none does."""
    named = [s for s in sentences if s.number in statement.numbers]
    fixed = is_yes_or_no(statement.text) or echoes(statement.text, question)
    if not named or fixed or _holds(named, statement.text):
        return statement
    near = [[s] for s in sentences if s.hit in {n.hit for n in named}]
    holding = [span for span in [*near, *_with_previous(named, sentences)] if _holds(span, statement.text)]
    wanted = words(statement.text) | words(question)
    best = max(holding, key=lambda span: len(wanted & words(_text(span))), default=None)
    return statement if best is None else Statement(statement.text, tuple(s.number for s in best))


def stands(statement: Statement, sentences: Sequence[NumberedSentence], question: str) -> bool:
    """Whether the passage itself says the short answer: a sentence holds it, and it is no echo (unless
    the question offers a choice).

    Words count by their stems here; beside a figure, only the names must stand there too. Yes and no
    stand in no sentence, and are let through.
    """
    text = statement.text
    if is_yes_or_no(text):
        return True
    if echoes(text, question) and "or" not in words(question):
        return False
    said = frozenset[str]() if figures(text) else stems(text)
    spans = [s.sentence.text for s in sentences]
    return any((said <= stems(s) or words(text) <= words(s)) and not missing(text, s) for s in spans)


def is_yes_or_no(text: str) -> bool:
    """Whether a short answer begins with yes or no: such a word stands in any sentence or none."""
    return text.split(",")[0].strip(" .").lower() in ("yes", "no")


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

"""Whether a rewritten question may take the place of the one that was asked: by its words alone.

Law: it asks for the same thing (every asking word, content word, figure and name of the follow-up is
in it), and every other content word, figure and name comes from the conversation: none from the
prompt's examples, none from the model's memory. Content words count by their stems.

Does not know: models, what a question means.
"""

import re
from collections.abc import Sequence

from rag.english.values import missing
from rag.english.words import stems
from rag.question.followup.need import ASKING, POINTING, VERBS, Need, need, opening, pointers, tokens
from rag.question.followup.turn import Turn, spoken

_MUCH = frozenset(("much", "many", "not", "never", "no", "far", "long"))
_FREE = stems(
    """say said says tell told give gave given make made take took taken go went get got happen happened
    may might must should shall some any statement statements remark remarks claim claims comment comments"""
)
"""Stems that a rewriting may add: they name nothing, or stand for what was said."""


def replaces(rewritten: str, question: str, turns: Sequence[Turn]) -> bool:
    """Whether ``rewritten`` asks what ``question`` asks after ``turns``, and more clearly."""
    known = f"{spoken(turns)}\n{question}"
    gained = _content(rewritten) - _content(question)
    return (
        rewritten.endswith("?")
        and rewritten.count("?") == 1
        and _keeps(rewritten, question.removeprefix(opening(question)))
        and gained <= stems(known) | _FREE
        and not missing(_opened(rewritten), known)
        and (pointers(rewritten) < pointers(question) or not pointers(question))
        and (bool(gained) or _only_opens(question))
    )


def _keeps(rewritten: str, question: str) -> bool:
    """Whether every word of the question that says what is asked is there."""
    lost = (_asked(question) | _content(question)) - _asked(rewritten) - _content(rewritten)
    return not lost and not missing(_opened(question), rewritten)


def _only_opens(question: str) -> bool:
    """Whether a follow-up stands alone but for its opening."""
    start = opening(question)
    rest = question.removeprefix(start).lstrip(" ,")
    asks = not {*tokens(rest)[:1]}.isdisjoint(ASKING | VERBS)
    return bool(start) and asks and need(rest) is Need.NONE


def _content(question: str) -> frozenset[str]:
    return stems(" ".join(tokens(question))) - POINTING


def _asked(question: str) -> frozenset[str]:
    """The words that say what is asked for: who, how much; did, where there is no such word."""
    words = ["who" if word == "whom" else word for word in tokens(question)]
    asking = frozenset(words) & (ASKING | _MUCH)
    return asking or frozenset(words[:1]) & VERBS


def _opened(question: str) -> str:
    """The question with its first word in small letters where that is no name."""
    first = re.match(r"\W*([^\W_]+)", question)
    if not first or first[1].lower() not in ASKING | VERBS | POINTING:
        return question
    return question[: first.end()].lower() + question[first.end() :]

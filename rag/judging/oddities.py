"""The rules: what is odd about a candidate, each told by form, each a signal of 0 or 1.

Law: a rule stays as long as leaving it out loses verdicts on questions it was not written beside
(eval/WORTH.md, which also tells of those that went). None refuses by itself.

Does not know: weights, thresholds, what else a candidate has for and against it.
"""

from rag.english.values import names
from rag.judging.signals import Seen
from rag.rules import Rule


def _no_name(seen: Seen) -> bool:
    return seen.question.form.wants in ("person", "place") and not names(f"a {seen.candidate.short}")


RULES: tuple[Rule[Seen], ...] = (
    Rule("answer.no_name", "It is asked who or where, and the answer has no name.", _no_name),
)

"""What the small judge is asked, and what it is.

Law: a pair is all that a judgement depends on.

Does not know: networks, word pieces, weights.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pair:
    """What is judged: whether ``sentence``, after ``before`` under ``title``, answers ``question`` with
    ``short``.

    ``short``, ``title`` and ``before`` may be "".
    """

    question: str
    short: str
    title: str
    before: str
    sentence: str


SmallJudge = Callable[[Sequence[Pair]], list[float]]
"""The log odds of each pair."""

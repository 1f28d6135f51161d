"""Cases and answers in, verdicts and shares out: pure, nothing is asked or written here.

``forms`` finds a gold form in a text, ``judge`` gives a verdict, ``summary`` the shares over many
verdicts, ``risk`` the curve of wrong answers against answers given.
"""

from eval.score.forms import normalise, occurs
from eval.score.judge import PASSED, Outcome, TextOf, Verdict, judge
from eval.score.risk import Curve, Point, risk_coverage
from eval.score.summary import (
    RATES,
    STAGES,
    Judged,
    Rate,
    Scores,
    Spread,
    Threshold,
    counts,
    rate,
    share_of,
    stages,
    summarise,
)

__all__ = [
    "PASSED",
    "RATES",
    "STAGES",
    "Curve",
    "Judged",
    "Outcome",
    "Point",
    "Rate",
    "Scores",
    "Spread",
    "TextOf",
    "Threshold",
    "Verdict",
    "counts",
    "judge",
    "normalise",
    "occurs",
    "rate",
    "risk_coverage",
    "share_of",
    "stages",
    "summarise",
]

"""How often answers are wrong, by how many are given: the risk-coverage curve.

Law: accepting falls support by falling support; a point says which share of the cases is then
answered and which share of those answers is wrong. Cases with the same support are accepted together.

After: Geifman and El-Yaniv, "Selective classification for deep neural networks", NeurIPS 2017; the
area under the curve (AURC) after Geifman, Uziel and El-Yaniv, ICLR 2019.

Does not know: which threshold is in use.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from eval.score.judge import Outcome


@dataclass(frozen=True, slots=True)
class Point:
    """With answers down to ``support``: the share of cases answered, and of those the share wrong."""

    support: float
    coverage: float
    risk: float


@dataclass(frozen=True, slots=True)
class Curve:
    """Points by rising coverage; ``aurc`` is the mean risk over the coverage reached, None without points.

    The least is best. It ends where answers end: a refusal gives no answer to be wrong.
    """

    points: tuple[Point, ...]
    aurc: float | None


def risk_coverage(outcomes: Sequence[Outcome]) -> Curve:
    """The curve over outcomes with a known support; those refused count as cases, never as answers.

    An answer is wrong where the case has no answer, or where it does not hold the gold one.
    """
    known = [(o.answer.support, o) for o in outcomes if o.answer.support is not None]
    given = sorted(((support, not o.right) for support, o in known if not o.refused), reverse=True)
    points: list[Point] = []
    accepted = wrong = 0
    for support, tied in groupby(given, key=lambda one: one[0]):
        flags = [is_wrong for _, is_wrong in tied]
        accepted, wrong = accepted + len(flags), wrong + sum(flags)
        points.append(Point(support, accepted / len(known), wrong / accepted))
    return Curve(tuple(points), _area(points))


def _area(points: Sequence[Point]) -> float | None:
    """The mean of the risk over the coverage reached."""
    if not points:
        return None
    starts = [0.0, *(point.coverage for point in points[:-1])]
    area = sum(p.risk * (p.coverage - start) for p, start in zip(points, starts, strict=True))
    return area / points[-1].coverage

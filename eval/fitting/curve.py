"""What a threshold does: how many near misses it refuses, for how many answers wrongly refused.

Law: taken over cases that the weights did not see.

Does not know: how weights are fitted, where a table is written.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from eval.fitting.weights import Held, auc, threshold

AT = (0.02, 0.04, 0.06, 0.08, 0.10, 0.15, 0.20)
"""The shares wrongly refused at which the curve is told."""


@dataclass(frozen=True, slots=True)
class Point:
    """With answers from ``odds`` on: shares of the set's cases, None where it has none of a sort."""

    odds: float
    right: float | None
    wrongly_refused: float | None
    refused: float | None


def point(held: Sequence[Held], odds: float, group: str = "") -> Point:
    """What a threshold, in log odds, does to a set; to all of them where none is named."""
    mine = [one for one in held if not group or one.group == group]
    given = [one for one in mine if one.answerable]
    none = [one for one in mine if not one.answerable]
    shown = [one for one in mine if one.odds is not None and one.odds >= odds]
    return Point(
        odds,
        _share(sum(one.answerable and one.right for one in shown), len(given)),
        _share(len(given) - sum(one.answerable for one in shown), len(given)),
        _share(len(none) - sum(not one.answerable for one in shown), len(none)),
    )


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def table(held: Sequence[Held], accept: float) -> list[str]:
    """The curve of each set in Markdown: refused and right at several shares wrongly refused, and in use."""
    lines = [
        "| set | AUC | wrongly refused | right | refused | support |",
        "|---|---|---|---|---|---|",
    ]
    for group in sorted({one.group for one in held}):
        known = auc(held, group)
        points = [(point(held, threshold(held, at, group), group), "") for at in AT]
        for one, mark in [*points, (point(held, accept, group), " (in use)")]:
            shown = [
                _shown(known),
                _shown(one.wrongly_refused) + mark,
                _shown(one.right),
                _shown(one.refused),
            ]
            lines.append(f"| {group} | {' | '.join(shown)} | {_support(one.odds):.3f} |")
    return lines


def _support(odds: float) -> float:
    from rag.judging.score import sigmoid

    return sigmoid(odds)


def _shown(share: float | None) -> str:
    return "-" if share is None else f"{share:.3f}"

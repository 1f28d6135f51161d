"""What each signal is worth: the cases that come out otherwise where it is left out.

Law: each is left out of the fit, not only of the sum, and judged on sets that were not fitted on, at the
threshold that refuses the same share of answers wrongly. A signal that loses nothing by being left out has
no place.

Does not know: what a signal measures.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from eval.fitting.rows import Asked
from eval.fitting.weights import Held, auc, held_out, names_of, threshold


@dataclass(frozen=True, slots=True)
class Worth:
    """``counted`` are the candidates of which it tells something, ``lost`` and ``won`` verdicts without it,
    of cases with an answer (right) and without (refused); ``auc`` is how much of it is lost.
    """

    name: str
    counted: int
    right_lost: int
    right_won: int
    refused_lost: int
    refused_won: int
    auc: float


def worths(asked: Sequence[Asked], wrongly: float) -> tuple[Worth, ...]:
    """The worth of every signal. Raises CasesError for too few cases."""
    rows = [row for one in asked for row in one.rows]
    base = held_out(asked)
    counted = {name: sum(dict(row.values).get(name, 0.0) != 0 for row in rows) for name in names_of(rows)}
    return tuple(_worth(name, counted[name], base, asked, wrongly) for name in sorted(counted))


def _worth(name: str, counted: int, base: Sequence[Held], asked: Sequence[Asked], wrongly: float) -> Worth:
    other = held_out(asked, frozenset((name,)))
    before, after = _verdicts(base, wrongly), _verdicts(other, wrongly)
    given = {(one.group, one.case): one.answerable for one in base}
    lost = [case for case in before if before[case] and not after[case]]
    won = [case for case in before if after[case] and not before[case]]
    return Worth(
        name,
        counted,
        sum(given[case] for case in lost),
        sum(given[case] for case in won),
        sum(not given[case] for case in lost),
        sum(not given[case] for case in won),
        (auc(base) or 0.0) - (auc(other) or 0.0),
    )


def _verdicts(held: Sequence[Held], wrongly: float) -> dict[tuple[str, str], bool]:
    """Whether each case comes out well: right where it has an answer, refused where it hasn't."""
    least = threshold(held, wrongly)
    shown = {(one.group, one.case): one.odds is not None and one.odds >= least for one in held}
    return {
        (one.group, one.case): shown[one.group, one.case] is one.answerable
        and (one.right or not one.answerable)
        for one in held
    }


def table(found: Sequence[Worth]) -> list[str]:
    """The worths in Markdown, those that matter most first."""
    lines = [
        "| signal | counted | right lost | won | refusals lost | won | AUC lost |",
        "|---|---|---|---|---|---|---|",
    ]
    for one in sorted(found, key=lambda w: -(w.right_lost + w.refused_lost - w.right_won - w.refused_won)):
        cells = (
            one.counted,
            one.right_lost,
            one.right_won,
            one.refused_lost,
            one.refused_won,
            f"{one.auc:+.4f}",
        )
        lines.append(f"| {one.name} | {' | '.join(map(str, cells))} |")
    return lines

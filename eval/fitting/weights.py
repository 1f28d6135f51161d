"""Rows become weights: a logistic regression with ridge, and supports for rows that it was not fitted on.

Law: leave-one-set-out: the support of a set's rows comes from weights fitted on the other sets (Kamath, Jia
and Liang, "Selective question answering under domain shift", ACL 2020). A set counts as much as any other,
whatever its size. A fit needs both right and wrong candidates in number.

Does not know: what the signals mean, where rows come from.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from eval.fitting.rows import Asked, Row
from index.errors import CasesError

RIDGE = 0.1
"""The inverse strength of the ridge, on signals scaled to one deviation."""
LEAST = 20
"""How many right and how many wrong candidates a fit needs."""


@dataclass(frozen=True, slots=True)
class Weights:
    """log odds = bias + sum of weight * value; both in the values' own units."""

    bias: float
    by_name: tuple[tuple[str, float], ...]

    def odds(self, row: Row) -> float:
        """The log odds that a row is right."""
        known = dict(self.by_name)
        return self.bias + sum(known.get(name, 0.0) * value for name, value in row.values)


def names_of(rows: Sequence[Row], without: frozenset[str] = frozenset()) -> list[str]:
    """Every signal of the rows, but those left out."""
    return sorted({name for row in rows for name, _ in row.values} - without)


def fitted(rows: Sequence[Row], without: frozenset[str] = frozenset()) -> Weights:
    """The weights of these rows. Raises CasesError for too few of either sort."""
    right = sum(row.right for row in rows)
    if min(right, len(rows) - right) < LEAST:
        raise CasesError(
            f"{right} right and {len(rows) - right} wrong candidates are too few to fit on: "
            f"{LEAST} of each are needed",
            "Add cases, with answers and without: --corpus DIR --cases FILE",
        )
    from sklearn.linear_model import LogisticRegression

    names = names_of(rows, without)
    table = _table(rows, names)
    mean, deviation = table.mean(0), np.where(table.std(0) > 0, table.std(0), 1.0)
    model = LogisticRegression(C=RIDGE, max_iter=2000)
    model.fit((table - mean) / deviation, [row.right for row in rows])
    raw = model.coef_[0] / deviation
    bias = float(model.intercept_[0] - (raw * mean).sum())
    return Weights(bias, tuple(zip(names, map(float, raw), strict=True)))


def _table(rows: Sequence[Row], names: Sequence[str]) -> np.ndarray:
    place = {name: n for n, name in enumerate(names)}
    table = np.zeros((len(rows), len(names)))
    for at, row in enumerate(rows):
        for name, value in row.values:
            if name in place:
                table[at, place[name]] = value
    return table


@dataclass(frozen=True, slots=True)
class Held:
    """A case by weights that did not see its set: its best log odds, and how it is.

    ``odds`` are None where nothing was pointed at.
    """

    group: str
    case: str
    answerable: bool
    odds: float | None
    right: bool


def held_out(asked: Sequence[Asked], without: frozenset[str] = frozenset()) -> tuple[Held, ...]:
    """Every case, judged by weights of the other sets; of the one set, by weights of its other half."""
    groups = sorted({one.group for one in asked})
    folds = groups if len(groups) > 1 else [f"{groups[0]}/{half}" for half in (0, 1)]
    found: list[Held] = []
    for fold in folds:
        inside = [one for one in asked if _fold(one, len(groups)) == fold]
        outside = [row for one in asked if _fold(one, len(groups)) != fold for row in one.rows]
        weights = fitted(outside, without)
        found += [_best(one, weights) for one in inside]
    return tuple(found)


def _fold(one: Asked, groups: int) -> str:
    return one.group if groups > 1 else f"{one.group}/{sum(one.case.encode()) % 2}"


def _best(one: Asked, weights: Weights) -> Held:
    ranked = sorted(((weights.odds(row), row.right) for row in one.rows), reverse=True)
    odds, right = ranked[0] if ranked else (None, False)
    return Held(one.group, one.case, one.answerable, odds, right)


def auc(held: Sequence[Held], group: str = "") -> float | None:
    """The chance, 0..1, that a case with an answer has more support than one without; None without either."""
    mine = [one for one in held if not group or one.group == group]
    yes, no = ([_or_least(one) for one in mine if one.answerable is kind] for kind in (True, False))
    if not yes or not no:
        return None
    return float(np.mean([(a > b) + 0.5 * (a == b) for a in yes for b in no]))


def _or_least(one: Held) -> float:
    return -99.0 if one.odds is None else one.odds


def threshold(held: Sequence[Held], wrongly: float, group: str = "") -> float:
    """The log odds below which at most this share, 0..1, of the cases with an answer are refused."""
    odds = sorted(_or_least(one) for one in held if one.answerable and (not group or one.group == group))
    return odds[int(len(odds) * wrongly)] if odds else 0.0

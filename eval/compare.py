"""An older report and a newer run -> what changed, case by case and in the shares.

Law: only a case that was asked in the same words is compared. A difference between shares has a 95%
interval by the paired bootstrap: cases are drawn with both of their outcomes (Efron and Tibshirani, "An
Introduction to the Bootstrap", 1993), so what both runs find hard does not blur it.

Does not know: how a report is laid out beyond the fields named here, which run is the better one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from eval.score import RATES, Outcome, counts
from index.errors import UsageError

if TYPE_CHECKING:
    from pydantic import ValidationError

RESAMPLES = 2000
HINT = "Name the report.json of an earlier run: --compare OTHER.json"
What = Literal["newly wrong", "newly refused", "newly answered", "newly right", "answer changed"]
KINDS: tuple[What, ...] = ("newly wrong", "newly refused", "newly answered", "newly right", "answer changed")


@dataclass(frozen=True, slots=True)
class Line:
    """What a report says of one case. ``held`` and ``pointed`` are None where it did not judge them."""

    id: str
    question: str
    unanswerable: bool
    passed: bool
    refused: bool
    right: bool
    cited: bool
    quotes: int
    verbatim: int
    answer: str
    held: bool | None = None
    pointed: bool | None = None


@dataclass(frozen=True, slots=True)
class Older:
    """What is read of an older report; ``name`` is its file's."""

    cases: tuple[Line, ...]
    name: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """A case that came out otherwise: ``before`` and ``after`` are the answers' texts."""

    what: What
    id: str
    question: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Difference:
    """A rate's shares over the cases of both runs; ``low`` to ``high`` bounds ``after - before``."""

    rate: str
    before: float
    after: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changed since the report ``name``.

    ``compared`` cases are in both; the ids of those that are only in the newer one are ``added``, of
    those only in the older one ``gone``.
    """

    name: str
    compared: int
    changes: tuple[Change, ...]
    differences: tuple[Difference, ...]
    added: tuple[str, ...]
    gone: tuple[str, ...]


def load_report(path: Path) -> Older:
    """The report.json at ``path``. Raises UsageError, which names the field that can't be used."""
    from pydantic import TypeAdapter, ValidationError

    try:
        older: Older = TypeAdapter(Older).validate_json(path.read_bytes(), strict=True)
    except FileNotFoundError:
        raise UsageError(f"{path} does not exist", HINT) from None
    except OSError as error:
        raise UsageError(f"{path} can't be read: {error.strerror}", HINT) from None
    except ValidationError as error:
        raise UsageError(f"{path.name}: {_fault(error)}", HINT) from None
    return Older(older.cases, path.name)


def compare(older: Older, outcomes: Sequence[Outcome]) -> Comparison:
    """What the run's outcomes changed against the older report."""
    before = {(line.id, line.question): line for line in older.cases}
    after = {(outcome.case.id, outcome.case.question): line_of(outcome) for outcome in outcomes}
    pairs = [(before[key], line) for key, line in after.items() if key in before]
    found = [change for pair in pairs for change in _changes(*pair)]
    return Comparison(
        name=older.name,
        compared=len(pairs),
        changes=tuple(sorted(found, key=lambda change: KINDS.index(change.what))),
        differences=tuple(_differences(pairs)),
        added=tuple(id for id, question in after if (id, question) not in before),
        gone=tuple(id for id, question in before if (id, question) not in after),
    )


def line_of(outcome: Outcome) -> Line:
    """What a report says of the outcome."""
    return Line(
        id=outcome.case.id,
        question=outcome.case.question,
        unanswerable=outcome.unanswerable,
        passed=outcome.passed,
        refused=outcome.refused,
        right=outcome.right,
        cited=outcome.cited,
        quotes=outcome.quotes,
        verbatim=outcome.verbatim,
        answer=outcome.answer.text,
        held=outcome.held,
        pointed=outcome.pointed,
    )


def _changes(before: Line, after: Line) -> Iterator[Change]:
    """The change of one case, if there is any."""
    what = _what(before, after)
    if what:
        yield Change(what, after.id, after.question, before.answer, after.answer)


def _what(before: Line, after: Line) -> What | None:
    if after.passed and not before.passed:
        return "newly right"
    if after.refused and not before.refused:
        return "newly refused"
    if before.passed and not after.passed:
        return "newly wrong"
    if before.refused and not after.refused:
        return "newly answered"
    return "answer changed" if before.answer != after.answer else None


def _differences(pairs: Sequence[tuple[Line, Line]]) -> Iterator[Difference]:
    """The rates that both runs measured."""
    for name in RATES:
        before = np.array([counts(old)[name] for old, _ in pairs]).reshape(-1, 2)
        after = np.array([counts(new)[name] for _, new in pairs]).reshape(-1, 2)
        if before[:, 1].any() and after[:, 1].any():
            low, high = _interval(before, after)
            yield Difference(name, _share(before), _share(after), low, high)


def _share(counted: "np.ndarray[tuple[int, int], np.dtype[np.int_]]") -> float:
    hits, total = counted.sum(axis=0)
    return float(hits / total)


def _interval(
    before: "np.ndarray[tuple[int, int], np.dtype[np.int_]]",
    after: "np.ndarray[tuple[int, int], np.dtype[np.int_]]",
    seed: int = 0,
) -> tuple[float, float]:
    """Bounds of the difference; a draw in which a run has nothing to take a share of is left out."""
    drawn = np.random.default_rng(seed).integers(len(before), size=(RESAMPLES, len(before)))
    old, new = before[drawn].sum(axis=1), after[drawn].sum(axis=1)
    whole = (old[:, 1] > 0) & (new[:, 1] > 0)
    shares = new[whole, 0] / new[whole, 1] - old[whole, 0] / old[whole, 1]
    low, high = np.percentile(shares, [2.5, 97.5])
    return float(low), float(high)


def _fault(error: "ValidationError") -> str:
    """The first thing that is wrong, with the name of its field."""
    first = error.errors(include_url=False)[0]
    where = ".".join(map(str, first["loc"]))
    says = "is missing" if first["type"] == "missing" else first["msg"].replace("Input should be", "must be")
    return f"field {where!r} {says}" if where else says

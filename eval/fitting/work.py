"""What ``byline eval --fit`` and ``--ablate`` do: sets are asked, and a score is fitted and kept, or its
parts measured.

Law: what is shown of signals was measured on sets that were not fitted on; what is kept was fitted on all of
them. Rules are measured with the fit in use.

Does not know: options, exit codes.
"""

from collections.abc import Callable, Sequence

from eval.bench import OpenBench
from eval.fitting import curve, silenced, worth
from eval.fitting.rows import Asked, gather
from eval.fitting.sets import Set
from eval.fitting.weights import Held, fitted, held_out, threshold
from rag.judging.score import Fit, sigmoid, store
from rag.settings import Settings

SURE = 0.03
"""The share of answers that may be wrong among those after which nothing more is read."""
Notify = Callable[[], None]


def ablated(
    sets: Sequence[Set], open_bench: OpenBench, settings: Settings, wrongly: float, notify: Notify
) -> tuple[str, ...]:
    """What each signal and each rule is worth, as lines of Markdown. Raises as ``fit`` does."""
    asked, _ = _asked(sets, open_bench, settings, notify)
    signals = worth.table(worth.worths(asked, wrongly))
    return (*signals, "", *silenced.table(silenced.silenced(sets, open_bench, notify)))


def fit(
    sets: Sequence[Set], open_bench: OpenBench, settings: Settings, wrongly: float, notify: Notify
) -> tuple[str, ...]:
    """Fit a score for the model in use and keep it; returns the curve of what was held out, and where it is
    kept.

    Raises CasesError where there are too few cases of a sort, and what asking raises.
    """
    asked, made = _asked(sets, open_bench, settings, notify)
    held = held_out(asked)
    accept = threshold(held, wrongly)
    lines = curve.table(held, accept)
    kept = store(_fit(asked, held, accept, made, lines), settings.home)
    return (*lines, "", f"kept in {kept}")


def _asked(
    sets: Sequence[Set], open_bench: OpenBench, settings: Settings, notify: Notify
) -> tuple[tuple[Asked, ...], tuple[str, str, str]]:
    """Every set's cases, asked; and the digest, form and name of the model that answered."""
    found: list[Asked] = []
    made = ("", "", "")
    for one in sets:
        with open_bench(one.corpus or settings.corpus, loose=True) as bench:
            found += gather(one.name, one.cases, bench, notify)
            made = bench.made
    return tuple(found), made


def _fit(
    asked: Sequence[Asked],
    held: Sequence[Held],
    accept: float,
    made: tuple[str, str, str],
    told: Sequence[str],
) -> Fit:
    """A fit of one's own looks at every candidate: nothing here tells what a look counts for unmade."""
    weights = fitted([row for one in asked for row in one.rows])
    digest, form, model = made
    return Fit(
        digest=digest,
        form=form,
        model=model,
        bias=round(weights.bias, 4),
        weights={name: round(weight, 4) for name, weight in weights.by_name},
        accept=round(sigmoid(accept), 4),
        sure=round(sigmoid(max(accept, _sure(held))), 4),
        told={"held out": "\n".join(told)},
    )


def _sure(held: Sequence[Held]) -> float:
    """The log odds from which at most SURE of the answers are wrong."""
    ranked = sorted((one for one in held if one.odds is not None), key=lambda one: -(one.odds or 0.0))
    wrong, best = 0, ranked[0].odds or 0.0 if ranked else 0.0
    for number, one in enumerate(ranked, 1):
        wrong += not one.right
        if wrong / number <= SURE:
            best = one.odds or 0.0
    return best

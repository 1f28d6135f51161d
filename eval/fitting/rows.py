"""Cases are asked, and each candidate that was judged becomes a row: its signals, whether it is right.

Law: a candidate is right where its case has an answer, the sentences that would be shown hold it, and the
short answer is of it. A case whose answers stand in several places, or that comes after others, tells of
more than one candidate, and is left out.

Does not know: weights, thresholds.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from eval.bench import Bench
from eval.cases import Case
from eval.score import occurs
from rag.answer import Judged


@dataclass(frozen=True, slots=True)
class Row:
    """One candidate of a case of a set. ``values`` are its signals by name."""

    group: str
    case: str
    answerable: bool
    right: bool
    values: tuple[tuple[str, float], ...]
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Asked:
    """A case of a set, with its candidates; none where the model pointed at nothing."""

    group: str
    case: str
    answerable: bool
    rows: tuple[Row, ...]


def gather(
    group: str, cases: Sequence[Case], bench: Bench, notify: Callable[[], None] = lambda: None
) -> tuple[Asked, ...]:
    """Every fit case of a set, asked. Raises what the bench raises."""
    found: list[Asked] = []
    for case in filter(is_single, cases):
        judged = bench.ask(case).judged
        rows = tuple(_row(group, case, one) for one in judged)
        found.append(Asked(group, case.id, not case.unanswerable, rows))
        notify()
    return tuple(found)


def is_single(case: Case) -> bool:
    """Whether one candidate can answer a case."""
    return not case.after and not case.also


def _row(group: str, case: Case, judged: Judged) -> Row:
    span, short = judged.candidate.span, judged.candidate.short
    held = [form for form in case.answers if occurs(form, span)]
    right = not case.unanswerable and any(occurs(form, short) or occurs(short, form) for form in held)
    return Row(group, case.id, not case.unanswerable, right, judged.signals)

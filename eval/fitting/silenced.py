"""What each rule is worth: the cases in which it fired, asked again without it.

Law: a rule that loses no verdict by being left out, on sets that it was not written beside, has no place. A
model that is asked again says the same, so only the rule makes the difference.

Does not know: what a rule looks for, signals.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from eval.bench import Bench, OpenBench
from eval.cases import Case
from eval.fitting.sets import Set
from eval.score import Outcome, judge

Notify = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Fired:
    """A rule, and the cases in which it fired: each with it and without it."""

    name: str
    pairs: tuple[tuple[Outcome, Outcome], ...]

    def lost(self, unanswerable: bool) -> int:
        """Verdicts that are worse without it, of cases that the articles answer, or of the others."""
        return sum(a.passed > b.passed for a, b in self.pairs if a.unanswerable is unanswerable)

    def won(self, unanswerable: bool) -> int:
        """Verdicts that are better without it."""
        return sum(a.passed < b.passed for a, b in self.pairs if a.unanswerable is unanswerable)


def silenced(sets: Sequence[Set], open_bench: OpenBench, notify: Notify = lambda: None) -> tuple[Fired, ...]:
    """Every rule that fired over the sets' cases, by name. Raises what the benches raise."""
    found: dict[str, list[tuple[Outcome, Outcome]]] = {}
    for one in sets:
        with open_bench(one.corpus) as bench:
            fired = _asked(one.cases, bench, notify)
        for name, before in fired.items():
            with open_bench(one.corpus, off=frozenset((name,))) as bench:
                for then in before:
                    found.setdefault(name, []).append((then, _judged(then.case, bench)))
                    notify()
    return tuple(Fired(name, tuple(pairs)) for name, pairs in sorted(found.items()))


def _asked(cases: Sequence[Case], bench: Bench, notify: Notify) -> Mapping[str, list[Outcome]]:
    """The outcomes of the cases in which each rule fired."""
    fired: dict[str, list[Outcome]] = {}
    for case in cases:
        outcome = _judged(case, bench)
        for name in outcome.answer.fired:
            fired.setdefault(name, []).append(outcome)
        notify()
    return fired


def _judged(case: Case, bench: Bench) -> Outcome:
    return judge(case, bench.ask(case), bench.text_of)


def table(found: Sequence[Fired]) -> list[str]:
    """The rules in Markdown; a sentence where none fired."""
    if not found:
        return ["No rule fired in these cases."]
    lines = ["| rule | fired | right lost | won | refusals lost | won |", "|---|---|---|---|---|---|"]
    for one in found:
        counts = (one.lost(False), one.won(False), one.lost(True), one.won(True))
        lines.append(f"| {one.name} | {len(one.pairs)} | {' | '.join(map(str, counts))} |")
    return lines

"""Ask every case in order, and judge each answer as it comes.

Law: what stops a run does not undo it: the outcomes until then stay, with the reason.

Does not know: where answers come from, what share is wanted.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from eval.bench import Bench
from eval.cases import Case
from eval.score import Outcome, judge
from index.errors import BylineError, CasesError

Notify = Callable[[Outcome], None]


@dataclass(frozen=True, slots=True)
class Run:
    """What was asked. ``stopped`` says why ``outcomes`` are fewer than ``planned``; empty if they aren't."""

    outcomes: tuple[Outcome, ...]
    planned: int
    stopped: str = ""
    exit_code: int = 0


def run(cases: Sequence[Case], bench: Bench, notify: Notify = lambda _: None) -> Run:
    """Ask the cases in order. A BylineError or Ctrl-C ends the run, which keeps what it has."""
    outcomes: list[Outcome] = []
    try:
        for case in cases:
            outcomes.append(judge(case, bench.ask(case), bench.text_of))
            notify(outcomes[-1])
    except KeyboardInterrupt:
        return Run(tuple(outcomes), len(cases), "interrupted", 130)
    except BylineError as error:
        return Run(tuple(outcomes), len(cases), one_line(error), error.exit_code)
    return Run(tuple(outcomes), len(cases))


def check_sources(cases: Sequence[Case], bench: Bench) -> None:
    """A case about an article that isn't there would only measure the mistake. Raises CasesError."""
    for case in cases:
        if case.source and bench.text_of(case.source) is None:
            raise CasesError(
                f"case {case.id!r}: field 'source' names {case.source}, which is no article of this corpus",
                "Name the cases that belong to the corpus: --corpus DIR --cases FILE.jsonl",
            )


def one_line(error: BylineError) -> str:
    """What is wrong, and the next step."""
    return f"{str(error).rstrip('.')}. {error.hint}".strip()

"""Ask every case, judge the answers, probe them, and compare the shares with what is wanted.

Law: the exit code is 0 where every threshold is met, 1 where one is missed or something broke, 2 for
wrong use and 130 after Ctrl-C; what was asked until then is shown and written all the same, and the next
run of the same eval goes on from there.

Does not know: how answers are made; it has a bench and no more.
"""

import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console

from eval import counterfactual, injections
from eval.bench import Bench, OpenBench, Opener
from eval.cases import Case, load_cases
from eval.compare import Older, load_report
from eval.fitting.sets import Set
from eval.fitting.work import ablated, fit
from eval.options import Options, parse
from eval.probe import Finding
from eval.progress import progress
from eval.report import open_folder, show, write_report
from eval.results import Results, results
from eval.resume import Journal, journal_path, open_journal
from eval.run import Run, check_sources, one_line, run
from index.errors import BylineError
from rag.settings import SEEDS, Settings, load_settings, prepare_process

Probe = Callable[[OpenBench, Callable[[Finding], None]], object]


@dataclass(frozen=True, slots=True)
class Plan:
    """All that is read before anything is asked."""

    options: Options
    settings: Settings
    cases: tuple[Case, ...]
    probes: tuple[Probe, ...]
    older: Older | None
    folder: Path | None


def main(argv: Sequence[str] | None = None, open_bench: OpenBench | None = None) -> int:
    """Run the eval and return its exit code.

    ``argv`` excludes the program's name. ``open_bench`` makes what is asked, by default the assistant
    over the corpus.
    """
    try:
        options = parse(argv)
    except SystemExit as done:
        return int(done.code or 0)
    errors = Console(stderr=True)
    try:
        for sentence in prepare_process():
            _complain(errors, sentence)
        return _evaluate(_plan(options), open_bench, errors)
    except BylineError as error:
        _complain(errors, one_line(error))
        return error.exit_code
    except KeyboardInterrupt:
        _complain(errors, "interrupted")
        return 130


def _plan(options: Options) -> Plan:
    """Read every file that was named, so that a fault in one is told before anything is asked."""
    settings = load_settings(corpus=options.corpus)
    cases = load_cases(options.cases)[: options.limit : options.every]
    return Plan(
        options,
        settings,
        cases,
        () if options.fit or options.ablate else _probes(options, settings.corpus, cases),
        load_report(options.compare) if options.compare else None,
        open_folder(options.report) if options.report else None,
    )


def _probes(options: Options, corpus: Path, cases: tuple[Case, ...]) -> tuple[Probe, ...]:
    """The probes to make, each with its file read."""
    changed, injected = options.probe_files(corpus.resolve() == SEEDS.resolve())
    probes: list[Probe] = []
    if changed:
        changes = counterfactual.load_changes(changed)[:: options.every]
        probes.append(lambda open_bench, notify: counterfactual.probe(changes, corpus, open_bench, notify))
    if injected:
        rows = injections.load_injections(injected)[:: options.every]
        probes.append(lambda open_bench, notify: injections.probe(rows, cases, corpus, open_bench, notify))
    return tuple(probes)


def _evaluate(plan: Plan, open_bench: OpenBench | None, errors: Console) -> int:
    options = plan.options
    with ExitStack() as kept:
        recorded = (
            plan.settings.home / "recorded" if options.record or options.fit or options.ablate else None
        )
        opener = open_bench or kept.enter_context(Opener(plan.settings, recorded=recorded))
        if options.fit or options.ablate:
            return _fitted(plan, opener, errors)
        journal = kept.enter_context(open_journal(_journal_path(plan), options.fresh or options.record))
        found = _measured(plan, journal.opening(opener), journal, errors)
        show(found, Console())
        if plan.folder:
            write_report(found, plan.folder)
        if not found.run.stopped:
            journal.remove()
    return found.exit_code


def _fitted(plan: Plan, opener: OpenBench, errors: Console) -> int:
    """Fit a score, or measure what signals and rules are worth, and print that."""
    options = plan.options
    sets = [Set(corpus, load_cases(cases)[: options.limit]) for corpus, cases in options.sets]
    with progress("answers", None, errors) as step:
        found = (ablated if options.ablate else fit)(
            sets, opener, plan.settings, options.wrongly, lambda: step(None)
        )
    print("\n".join(found))
    if plan.folder:
        name = "worth.md" if options.ablate else "fit.md"
        (plan.folder / name).write_text("\n".join(found) + "\n", encoding="utf-8")
    return 0


def _measured(plan: Plan, open_bench: OpenBench, journal: Journal, errors: Console) -> Results:
    """Ask the cases, then make the probes; what stops either stops both."""
    with open_bench(plan.options.corpus) as bench:
        check_sources(plan.cases, bench)
        _tell_known(plan.cases, bench, journal, errors)
        with progress("cases", len(plan.cases), errors) as step:
            finished = run(plan.cases, bench, lambda outcome: step(outcome.passed))
    findings: tuple[Finding, ...] = ()
    if not finished.stopped:
        finished, findings = _probed(plan, open_bench, finished, errors)
    if finished.stopped:
        _complain(errors, f"{finished.stopped}{_go_on(finished)}")
    return results(finished, plan.options.thresholds, findings, plan.older)


def _probed(
    plan: Plan, open_bench: OpenBench, finished: Run, errors: Console
) -> tuple[Run, tuple[Finding, ...]]:
    """The findings, and the run, stopped where a probe was."""
    findings: list[Finding] = []

    def keep(found: Finding) -> None:
        findings.append(found)
        step(found.passed)

    with progress("probes", None, errors) as step:
        try:
            for probe in plan.probes:
                probe(open_bench, keep)
        except KeyboardInterrupt:
            finished = replace(finished, stopped="interrupted", exit_code=130)
        except BylineError as error:
            finished = replace(finished, stopped=one_line(error), exit_code=error.exit_code)
    return finished, tuple(findings)


def _journal_path(plan: Plan) -> Path:
    if plan.folder:
        return plan.folder / "progress.jsonl"
    return journal_path(plan.settings.home, plan.settings.corpus, plan.cases, "progress")


def _tell_known(cases: Sequence[Case], bench: Bench, journal: Journal, errors: Console) -> None:
    known = sum(journal.knows(case, bench) for case in cases)
    if known:
        told = f"{known} of {len(cases)} cases were answered before a run stopped: --fresh asks them again"
        errors.print(told, highlight=False, soft_wrap=True)


def _go_on(finished: Run) -> str:
    return " (the same command goes on from here)" if finished.outcomes else ""


def _complain(console: Console, message: str) -> None:
    console.print(f"byline: {message}", style="red", markup=False, highlight=False, soft_wrap=True)


if __name__ == "__main__":
    sys.exit(main())

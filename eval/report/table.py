"""What a report tells, as tables and lines of plain text, for every way of showing it.

Law: a cell is one line without control characters; nothing is escaped here.

Does not know: terminals, Markdown, HTML.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from eval.results import PROBES, Results
from eval.score import Rate, Scores, Spread

MEASURES = ("measure", "share", "95% interval", "cases", "wanted", "result")
KINDS = ("kind", "passed", "95% interval", "right", "cited", "held", "refused", "wrongly refused")
STAGES = ("seconds an answer", "median", "90% within", "share of the time")
DIFFERENCES = ("measure", "before", "now", "difference", "95% interval")
MET = {True: "met", False: "missed", None: "not measured"}


@dataclass(frozen=True, slots=True)
class Table:
    """A title, the headings of its columns, and rows of as many cells."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def figures(results: Results) -> tuple[Table, ...]:
    """The run in figures: shares, kinds, seconds, and the differences from an older run."""
    scores, comparison = results.scores, results.comparison
    tables = [
        Table("eval", MEASURES, tuple(_measures(results))),
        Table("by kind", KINDS, tuple(_kinds(scores))),
        Table("by stage", STAGES, tuple(_stages(scores))),
    ]
    if comparison:
        title = f"against {comparison.name}, {comparison.compared} cases"
        rows = tuple(
            (
                d.rate,
                f"{d.before:.3f}",
                f"{d.after:.3f}",
                f"{d.after - d.before:+.3f}",
                _signed(d.low, d.high),
            )
            for d in comparison.differences
        )
        tables.append(Table(plain(title), DIFFERENCES, rows))
    return tuple(tables)


def lists(results: Results) -> tuple[Table, ...]:
    """What to look at one by one: failed cases, failed probes, and what changed."""
    failed = [
        (o.case.id, o.verdict, o.case.question, o.answer.text) for o in results.run.outcomes if not o.passed
    ]
    probes = [
        (f.id, _rate_of(f.group), f.question, f.wanted, f.answer.text)
        for f in results.findings
        if not f.passed
    ]
    changes = results.comparison.changes if results.comparison else ()
    changed = [(c.id, c.what, c.question, c.before, c.after) for c in changes]
    tables = (
        _list("failed", ("case", "verdict", "question", "answer"), failed),
        _list("failed probes", ("probe", "measure", "question", "wanted", "answer"), probes),
        _list("changed", ("case", "what", "question", "before", "now"), changed),
    )
    return tuple(table for table in tables if table.rows)


def facts(results: Results) -> Iterator[str]:
    """What else there is to know, a line each."""
    scores, run = results.scores, results.run
    yield f"seconds an answer: median {scores.seconds.median:.1f}, 90% within {scores.seconds.p90:.1f}"
    yield f"tokens: {scores.prompt_tokens} read, {scores.completion_tokens} written"
    if results.curve.aurc is not None:
        reached = results.curve.points[-1].coverage
        yield f"area under the risk-coverage curve: {results.curve.aurc:.3f}, to a coverage of {reached:.2f}"
    for model in sorted({f"{o.answer.model.name} ({o.answer.model.backend})" for o in run.outcomes}):
        yield plain(f"model: {model}")
    if results.comparison and (results.comparison.added or results.comparison.gone):
        yield f"not compared: {len(results.comparison.added)} new cases, {len(results.comparison.gone)} gone"
    if run.stopped:
        done = f"stopped after {len(run.outcomes)} of {run.planned} cases"
        yield plain(f"{done}, {len(results.findings)} probes: {run.stopped}")


def last_line(results: Results) -> str:
    """How many cases and probes came out as wanted, and how many did not."""
    passed = results.scores.passed + sum(finding.passed for finding in results.findings)
    return f"{passed} passed, {len(results.run.outcomes) + len(results.findings) - passed} failed"


def plain(text: str) -> str:
    """One line, without the control characters that a terminal would obey."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _list(title: str, headings: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Table:
    return Table(title, headings, tuple(tuple(map(plain, row)) for row in rows))


def _measures(results: Results) -> Iterator[tuple[str, ...]]:
    """A row for each rate: name, share, interval, cases, what is wanted, and whether it is met."""
    wanted, rates = {one.rate: one for one in results.thresholds}, results.rates
    for name, rate in rates.items():
        one = wanted.get(name)
        goal = f"{'at most' if one.at_most else 'at least'} {one.bound:.2f}" if one else ""
        yield name, *_cells(rate), goal, MET[one.met(rates)] if one else ""


def _kinds(scores: Scores) -> Iterator[tuple[str, ...]]:
    for kind, rates in scores.kinds.items():
        share, interval, _ = _cells(rates["passed"])
        parts = (rates[name] for name in KINDS[3:])
        yield plain(kind), share, interval, *(_of(part) for part in parts)


def _stages(scores: Scores) -> Iterator[tuple[str, ...]]:
    for name, spread in {"all": scores.seconds, **scores.stages}.items():
        yield name, f"{spread.median:.2f}", f"{spread.p90:.2f}", _part(spread, scores.seconds)


def _part(spread: Spread, whole: Spread) -> str:
    return f"{spread.sum / whole.sum:.0%}" if whole.sum else "-"


def _cells(rate: Rate) -> tuple[str, str, str]:
    if rate.share is None:
        return "-", "-", "0"
    return f"{rate.share:.3f}", f"{rate.low:.2f} to {rate.high:.2f}", f"{rate.hits} of {rate.total}"


def _of(rate: Rate) -> str:
    return f"{rate.hits}/{rate.total}" if rate.total else "-"


def _signed(low: float, high: float) -> str:
    return f"{low:+.2f} to {high:+.2f}"


def _rate_of(group: str) -> str:
    return next((name for name, one in PROBES.items() if one == group), group)

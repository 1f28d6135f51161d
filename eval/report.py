"""A run -> a table for the terminal, and JSON and Markdown files.

Law: every case asked is in the JSON, with its verdict, answer and citations. A file appears whole or
not at all; an older report stays until its successor is complete.

Does not know: how answers are made or judged.
"""

import html
import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from eval.score import Outcome, Rate, Run, Scores, Threshold, summarise
from index.errors import StorageError
from rag.answer import Answer, Citation

VERSION = 1
HEADINGS = ("measure", "share", "95% interval", "cases", "wanted", "result")


def show(run: Run, thresholds: Sequence[Threshold], console: Console) -> None:
    """Print the figures, the cases that failed and, last, ``N passed, N failed``."""
    scores = summarise(run.outcomes)
    console.print(_table("eval", HEADINGS, _measures(scores, thresholds)))
    console.print(_table("by kind", HEADINGS[:4], _kinds(scores)))
    for line in _lines(run, scores):
        console.print(Text(line), soft_wrap=True)
    console.print(Text(last_line(scores)))


def last_line(scores: Scores) -> str:
    """How many cases came out as wanted, and how many did not."""
    return f"{scores.passed} passed, {scores.failed} failed"


def open_folder(folder: Path) -> Path:
    """Make the report folder and see that it takes files. Raises StorageError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError as error:
        raise _not_writable(folder, error) from error


def write_report(run: Run, thresholds: Sequence[Threshold], folder: Path) -> tuple[Path, Path]:
    """Write ``report.json`` and ``report.md`` into ``folder`` and return their paths. Raises StorageError."""
    as_json = json.dumps(to_json(run, thresholds), ensure_ascii=False, indent=1) + "\n"
    try:
        return (
            _write(folder / "report.json", as_json),
            _write(folder / "report.md", to_markdown(run, thresholds)),
        )
    except OSError as error:
        raise _not_writable(folder, error) from error


def to_json(run: Run, thresholds: Sequence[Threshold]) -> dict[str, Any]:
    """The run as JSON values: figures, thresholds, and each case with its outcome."""
    scores = summarise(run.outcomes)
    return {
        "version": VERSION,
        "planned": run.planned,
        "stopped": run.stopped,
        "passed": scores.passed,
        "failed": scores.failed,
        "rates": {name: _rate_json(rate) for name, rate in scores.rates.items()},
        "kinds": {name: _rate_json(rate) for name, rate in scores.kinds.items()},
        "seconds": {"median": scores.median_seconds, "p90": scores.p90_seconds},
        "tokens": {"prompt": scores.prompt_tokens, "completion": scores.completion_tokens},
        "thresholds": [{**asdict(one), "met": one.met(scores)} for one in thresholds],
        "cases": [_case_json(outcome) for outcome in run.outcomes],
    }


def to_markdown(run: Run, thresholds: Sequence[Threshold]) -> str:
    """The run as a page: the figures, then every case that failed."""
    scores = summarise(run.outcomes)
    failed = [(o.case.id, o.verdict, o.case.question, o.answer.text) for o in run.outcomes if not o.passed]
    parts = ["# Eval report", _grid(HEADINGS, _measures(scores, thresholds))]
    parts += ["## By kind", _grid(HEADINGS[:4], _kinds(scores))]
    if failed:
        parts += ["## Failed", _grid(("case", "verdict", "question", "answer"), failed)]
    parts += [html.escape(line, quote=False) for line in _facts(run, scores)]
    return "\n\n".join([*parts, last_line(scores)]) + "\n"


def _measures(scores: Scores, thresholds: Sequence[Threshold]) -> Iterator[tuple[str, ...]]:
    """A row for each rate: name, share, interval, cases, what is wanted, and whether it is met."""
    words = {True: "met", False: "missed", None: "not measured"}
    wanted = {one.rate: one for one in thresholds}
    for name, rate in scores.rates.items():
        one = wanted.get(name)
        goal = f"{'at most' if one.at_most else 'at least'} {one.bound:.2f}" if one else ""
        yield (*_cells(name, rate), goal, words[one.met(scores)] if one else "")


def _kinds(scores: Scores) -> Iterator[tuple[str, ...]]:
    return (_cells(name, rate) for name, rate in scores.kinds.items())


def _cells(name: str, rate: Rate) -> tuple[str, str, str, str]:
    if rate.share is None:
        return name, "-", "-", "0"
    return name, f"{rate.share:.3f}", f"{rate.low:.2f} to {rate.high:.2f}", f"{rate.hits} of {rate.total}"


def _table(title: str, headings: Sequence[str], rows: Iterator[tuple[str, ...]]) -> Table:
    table = Table(title=title, title_justify="left")
    for heading in headings:
        table.add_column(heading)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    return table


def _lines(run: Run, scores: Scores) -> Iterator[str]:
    """The failed cases and the facts, as lines of plain text."""
    for outcome in run.outcomes:
        if not outcome.passed:
            case = outcome.case
            yield _plain(f"{outcome.verdict}: {case.id}: {case.question} -> {outcome.answer.text}")
    yield from _facts(run, scores)


def _plain(text: str) -> str:
    """One line, without the control characters that a terminal would obey."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _facts(run: Run, scores: Scores) -> Iterator[str]:
    yield f"seconds an answer: median {scores.median_seconds:.1f}, 90% within {scores.p90_seconds:.1f}"
    yield f"tokens: {scores.prompt_tokens} read, {scores.completion_tokens} written"
    for model in sorted({f"{o.answer.model.name} ({o.answer.model.backend})" for o in run.outcomes}):
        yield f"model: {model}"
    if run.stopped:
        yield f"stopped after {len(run.outcomes)} of {run.planned} cases: {run.stopped}"


def _grid(headings: Sequence[str], rows: Sequence[tuple[str, ...]] | Iterator[tuple[str, ...]]) -> str:
    """A Markdown table; cell text can't break out of its cell."""
    rule = ["---"] * len(headings)
    return "\n".join(f"| {' | '.join(_cell(cell) for cell in row)} |" for row in (headings, rule, *rows))


def _cell(text: str) -> str:
    return html.escape(_plain(text), quote=False).replace("\\", "\\\\").replace("|", "\\|")


def _rate_json(rate: Rate) -> dict[str, float | int | None]:
    return {"share": rate.share, "low": rate.low, "high": rate.high, "hits": rate.hits, "total": rate.total}


def _case_json(outcome: Outcome) -> dict[str, Any]:
    answer = outcome.answer
    return {
        **asdict(outcome.case),
        "verdict": outcome.verdict,
        "passed": outcome.passed,
        "right": outcome.right,
        "cited": outcome.cited,
        "quotes": outcome.quotes,
        "verbatim": outcome.verbatim,
        **_answer_json(answer),
    }


def _answer_json(answer: Answer) -> dict[str, Any]:
    return {
        "standalone_question": answer.standalone_question,
        "answer": answer.text,
        "refused": answer.refused,
        "support": answer.support,
        "citations": [_citation_json(one) for claim in answer.claims for one in claim.citations],
        "model": asdict(answer.model),
        "tokens": asdict(answer.tokens),
        "seconds": asdict(answer.seconds),
    }


def _citation_json(citation: Citation) -> dict[str, Any]:
    fields = asdict(citation)
    return {"n": fields.pop("n"), "article": fields.pop("source"), **fields}


def _write(path: Path, text: str) -> Path:
    """Write beside ``path``, then rename over it."""
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", dir=path.parent, prefix=f".{path.name}.", delete=False
    ) as file:
        draft = Path(file.name)
        try:
            file.write(text)
            file.close()
            draft.chmod(0o644)
            return draft.replace(path)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise


def _not_writable(folder: Path, error: OSError) -> StorageError:
    reason = error.strerror or type(error).__name__
    return StorageError(f"{folder} can't hold the report: {reason}", "Name another folder with --report DIR.")

"""Ask every case, judge the answers, and compare the shares with what is wanted.

Law: the exit code is 0 where every threshold is met, 1 where one is missed or something broke, 2 for
wrong use and 130 after Ctrl-C; what was asked until then is shown and written all the same.

Does not know: how answers are made; it has an ``ask`` and no more.
"""

import argparse
import functools
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from eval.cases import Case, load_cases
from eval.report import last_line, open_folder, show, write_report
from eval.score import Outcome, Run, TextOf, Threshold, judge, summarise
from index.errors import BylineError, CasesError
from rag.answer import Answer

CASES = Path(__file__).with_name("cases.jsonl")

THRESHOLDS = (
    Threshold("right", 0.80),
    Threshold("cited", 0.90),
    Threshold("refused", 0.55),
    Threshold("wrongly refused", 0.10, at_most=True),
    Threshold("verbatim", 1.00),
)

Ask = Callable[[str], Answer]
Notify = Callable[[Outcome], None]


@dataclass(frozen=True, slots=True)
class Bench:
    """What a run needs: something to ask, and the articles' texts to check quotes against."""

    ask: Ask
    text_of: TextOf


OpenBench = Callable[[Path | None], AbstractContextManager[Bench]]


def main(argv: Sequence[str] | None = None, open_bench: OpenBench | None = None) -> int:
    """Run the eval and return its exit code.

    ``argv`` excludes the program's name. ``open_bench`` makes what is asked from the corpus folder, or
    from None for the default one.
    """
    try:
        options = _parse(argv)
    except SystemExit as done:
        return int(done.code or 0)
    errors = Console(stderr=True)
    _prepare()
    try:
        return _evaluate(options, open_bench or _open_bench, errors)
    except BylineError as error:
        _complain(errors, _one_line(error))
        return error.exit_code
    except KeyboardInterrupt:
        _complain(errors, "interrupted")
        return 130


def _prepare() -> None:
    """Read .env and silence the libraries, as the other front door does."""
    from rag.settings import prepare_process

    prepare_process()


def run(cases: Sequence[Case], ask: Ask, text_of: TextOf, notify: Notify = lambda _: None) -> Run:
    """Ask the cases in order. A BylineError or Ctrl-C ends the run, which keeps what it has."""
    outcomes: list[Outcome] = []
    try:
        for case in cases:
            outcomes.append(judge(case, ask(case.question), text_of))
            notify(outcomes[-1])
    except KeyboardInterrupt:
        return Run(tuple(outcomes), len(cases), "interrupted", 130)
    except BylineError as error:
        return Run(tuple(outcomes), len(cases), _one_line(error), error.exit_code)
    return Run(tuple(outcomes), len(cases))


def exit_code(finished: Run, thresholds: Sequence[Threshold]) -> int:
    """What stopped the run decides; otherwise 0 where no threshold is missed, else 1."""
    if finished.stopped:
        return finished.exit_code
    scores = summarise(finished.outcomes)
    return int(any(threshold.met(scores) is False for threshold in thresholds))


def _evaluate(options: argparse.Namespace, open_bench: OpenBench, errors: Console) -> int:
    cases = load_cases(options.cases)[: options.limit]
    thresholds = _thresholds(options)
    folder = open_folder(options.report) if options.report else None
    with open_bench(options.corpus) as bench:
        _check_sources(cases, bench.text_of)
        with _progress(len(cases), errors) as notify:
            finished = run(cases, bench.ask, bench.text_of, notify)
    if finished.stopped:
        _complain(errors, finished.stopped)
    show(finished, thresholds, Console())
    if folder:
        write_report(finished, thresholds, folder)
    return exit_code(finished, thresholds)


def _parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="byline eval", description=__doc__.partition("\n")[0], allow_abbrev=False
    )
    parser.add_argument(
        "--corpus", metavar="DIR", type=Path, help="folder of articles (default: the demo corpus)"
    )
    parser.add_argument(
        "--cases", metavar="FILE", type=Path, default=CASES, help="cases, one JSON object a line"
    )
    parser.add_argument("--report", metavar="DIR", type=Path, help="write report.json and report.md there")
    parser.add_argument("--limit", metavar="N", type=_count, help="ask the first N cases only")
    for threshold in THRESHOLDS:
        parser.add_argument(
            _option(threshold),
            metavar="X",
            type=_share,
            default=threshold.bound,
            help=f"share of cases {_MEANING[threshold.rate]} (default: %(default).2f)",
        )
    return parser.parse_args(argv)


_MEANING = {
    "right": "answered right, of those the articles answer",
    "cited": "with a citation that holds the answer, of those answered",
    "refused": "refused, of those the articles don't answer",
    "wrongly refused": "refused, of those the articles answer",
    "verbatim": "of quotes that are the article's own text",
}


def _option(threshold: Threshold) -> str:
    return f"--{'max' if threshold.at_most else 'min'}-{threshold.rate.replace(' ', '-')}"


def _thresholds(options: argparse.Namespace) -> tuple[Threshold, ...]:
    names = [_option(threshold).lstrip("-").replace("-", "_") for threshold in THRESHOLDS]
    bounds = [getattr(options, name) for name in names]
    return tuple(replace(one, bound=bound) for one, bound in zip(THRESHOLDS, bounds, strict=True))


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"must be a whole number from 1 up, not {text!r}")
    return int(text)


def _share(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"must be a number from 0 to 1, not {text!r}")
    return value


def _check_sources(cases: Sequence[Case], text_of: TextOf) -> None:
    """A case about an article that isn't there would only measure the mistake."""
    for case in cases:
        if case.source and text_of(case.source) is None:
            raise CasesError(
                f"case {case.id!r}: field 'source' names {case.source}, which is no article of this corpus",
                "Name the cases that belong to the corpus: --corpus DIR --cases FILE.jsonl",
            )


@contextmanager
def _progress(total: int, console: Console) -> Iterator[Notify]:
    """A bar on a terminal, else a line after every tenth case."""
    if not console.is_terminal:
        seen: list[Outcome] = []
        yield functools.partial(_tell, console, seen, total)
        return
    columns = (TextColumn("asking"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        bar = progress.add_task("asking", total=total)
        yield lambda _: progress.advance(bar)


def _tell(console: Console, seen: list[Outcome], total: int, outcome: Outcome) -> None:
    seen.append(outcome)
    if len(seen) % 10 == 0:
        console.print(f"{len(seen)} of {total}: {last_line(summarise(seen))}", highlight=False)


def _one_line(error: BylineError) -> str:
    return f"{str(error).rstrip('.')}. {error.hint}".strip()


def _complain(console: Console, message: str) -> None:
    console.print(f"byline: {message}", style="red", markup=False, highlight=False, soft_wrap=True)


@contextmanager
def _open_bench(corpus: Path | None) -> Iterator[Bench]:
    """The real thing: settings, the assistant over them, and the corpus's files."""
    from rag.assistant import open_assistant
    from rag.settings import load_settings

    settings = load_settings(corpus=corpus)
    with open_assistant(settings) as assistant:
        yield Bench(assistant.ask, open_texts(settings.corpus))


def open_texts(corpus: Path) -> TextOf:
    """Each article's text by its path, read from its file when first asked for. Raises CorpusError."""
    from index.article import Article
    from index.read import Skipped, list_folder, load_file, parse_file

    files = {file.path: file for file in list_folder(corpus).files}

    @functools.cache
    def text_of(path: str) -> str | None:
        loaded = load_file(corpus, files[path]) if path in files else None
        article = loaded if loaded is None or isinstance(loaded, Skipped) else parse_file(loaded)
        return article.text if isinstance(article, Article) else None

    return text_of


if __name__ == "__main__":
    sys.exit(main())

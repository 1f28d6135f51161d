"""What ``byline eval`` can be told: its options, their bounds, and a help that teaches them.

Law: an option that can't be is refused before anything is read or asked.

Does not know: what the options do.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from eval.results import MEANING, THRESHOLDS
from eval.score import Threshold

HERE = Path(__file__).parent
CASES, CHANGES, INJECTIONS = HERE / "cases.jsonl", HERE / "changes.jsonl", HERE / "injections.jsonl"
WRONGLY = 0.08
SUMMARY = "Ask every case, judge the answers, and compare the shares with what is wanted."
EXAMPLES = """\
examples:
  byline eval                                      the project's own cases and probes, over seeds/
  byline eval --limit 10 --no-probes               a first look
  byline eval --report out                         out/report.html, report.md and report.json as well
  byline eval --report new --compare old/report.json
                                                   what changed since, case by case
  byline eval --corpus ~/articles --cases mine.jsonl
                                                   your own articles and cases
  byline eval --record                             ask the model only what it was not asked before
  byline eval --fit --corpus a --cases a.jsonl --corpus b --cases b.jsonl
                                                   fit the score for the model in use, each set judged by
                                                   the others
  byline eval --ablate --corpus a --cases a.jsonl  what each rule and signal is worth

A case is a JSON object on a line of its own:
  {"id": "share", "question": "What share of aid did Europe provide?", "answers": ["60%"],
   "source": "aid.txt", "evidence": "Europe paid 60% of it.", "unanswerable": false, "kind": "figure"}
"also": [["40%"], ...] are further groups of forms that the answer must hold; "after": ["...", ...] are
earlier questions of the same conversation. An eval that was stopped goes on where it was: run it again.

exit codes: 0 every threshold is met, 1 one is missed or something broke, 2 wrong use, 130 after Ctrl-C.
"""


@dataclass(frozen=True, slots=True)
class Options:
    """What was asked for. ``probes`` is None where it depends on the cases and the corpus.

    ``sets`` are corpora with their cases: one of them, but for ``fit`` and ``ablate``.
    """

    sets: tuple[tuple[Path | None, Path], ...]
    report: Path | None
    compare: Path | None
    limit: int | None
    every: int
    fresh: bool
    probes: bool | None
    changes: Path | None
    injections: Path | None
    record: bool
    ablate: bool
    fit: bool
    wrongly: float
    thresholds: tuple[Threshold, ...]

    @property
    def corpus(self) -> Path | None:
        """The folder of the first set; None for the demo corpus."""
        return self.sets[0][0]

    @property
    def cases(self) -> Path:
        """The cases of the first set."""
        return self.sets[0][1]

    def probe_files(self, own_corpus: bool) -> tuple[Path | None, Path | None]:
        """The files of changes and injections to probe with, None for those not to.

        The project's own belong to its own cases and corpus, and to those that ``--probes`` is given for.
        """
        if self.probes is False:
            return None, None
        default = self.probes or (own_corpus and self.cases == CASES)
        return self.changes or (CHANGES if default else None), self.injections or (
            INJECTIONS if default else None
        )


def parse(argv: Sequence[str] | None) -> Options:
    """The options in ``argv``, the process's own where it is None. Raises SystemExit, as argparse does."""
    parser = _parser()
    given = vars(parser.parse_args(argv))
    given["sets"] = _sets(parser, given.pop("corpus") or [], given.pop("cases") or [])
    if len(given["sets"]) > 1 and not (given["fit"] or given["ablate"]):
        parser.error("several sets go with --fit or --ablate")
    bounds = [given.pop(_name(one)) for one in THRESHOLDS]
    thresholds = tuple(replace(one, bound=bound) for one, bound in zip(THRESHOLDS, bounds, strict=True))
    return Options(**given, thresholds=thresholds)


def _sets(
    parser: argparse.ArgumentParser, corpora: list[Path], cases: list[Path]
) -> tuple[tuple[Path | None, Path], ...]:
    """Each corpus with its cases, in the order given."""
    if len(corpora) == len(cases) and corpora:
        return tuple(zip(corpora, cases, strict=True))
    if max(len(corpora), len(cases)) < 2:
        return ((next(iter(corpora), None), next(iter(cases), CASES)),)
    told = f"{len(corpora)} times --corpus and {len(cases)} times --cases"
    raise SystemExit(parser.error(f"{told}: each corpus has its own cases"))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="byline eval",
        description=SUMMARY,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    _add_what_is_asked(parser)
    _add_what_is_told(parser)
    bounds = parser.add_argument_group("thresholds", "shares from 0 to 1 that the exit code depends on")
    for one in THRESHOLDS:
        meaning = f"{MEANING[one.rate]} (default: %(default).2f)"
        bounds.add_argument(_option(one), metavar="X", type=_share, default=one.bound, help=meaning)
    return parser


def _add_what_is_asked(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "--corpus",
        metavar="DIR",
        type=Path,
        action="append",
        help="folder of articles (default: the demo corpus)",
    )
    add("--cases", metavar="FILE", type=Path, action="append", help="cases, one JSON object a line")
    add("--limit", metavar="N", type=_count, help="ask the first N cases only")
    add("--every", metavar="N", type=_count, default=1, help="ask each N-th case and probe only")
    add("--fresh", action="store_true", help="ask everything anew, also what a stopped eval has asked")
    add(
        "--probes",
        action=argparse.BooleanOptionalAction,
        help="change the articles, and see that the answers follow, and hide instructions in them, and see "
        "that they are not obeyed (default: with the project's own cases and corpus)",
    )
    add("--changes", metavar="FILE", type=Path, help="changes to probe with; see eval/changes.jsonl")
    add("--injections", metavar="FILE", type=Path, help="instructions to hide; see eval/injections.jsonl")


def _add_what_is_told(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--report", metavar="DIR", type=Path, help="write report.html, report.md and report.json there")
    add("--compare", metavar="OTHER.json", type=Path, help="show what changed since that report.json")
    add(
        "--record",
        action="store_true",
        help="keep the model's replies, and ask it only what it was not asked before",
    )
    add("--fit", action="store_true", help="fit the score of the model in use on these sets, and keep it")
    add("--ablate", action="store_true", help="tell what each rule and signal is worth on these sets")
    add(
        "--wrongly",
        metavar="X",
        type=_share,
        default=WRONGLY,
        help="the share of answers that a fit may refuse wrongly (default: %(default).2f)",
    )


def _option(threshold: Threshold) -> str:
    return f"--{'max' if threshold.at_most else 'min'}-{threshold.rate.replace(' ', '-')}"


def _name(threshold: Threshold) -> str:
    return _option(threshold).lstrip("-").replace("-", "_")


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

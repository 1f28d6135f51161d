"""Measure a small judge on articles that it was not trained on: ``python -m eval.training.measure --help``.

Law: only cases of the held articles are scored; a figure on an article that the judge was trained on, by
its own list, is refused.

Does not know: how it was trained.
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eval.run import one_line
from eval.training.cases import Case, article_key, read_cases
from eval.training.pairs import pair_of, plain, split
from eval.training.train import AGAIN, made
from index.errors import BylineError, CasesError
from rag.models.judge import WEIGHTS, SmallJudge
from rag.models.judge.encoder import load

LOST = (0.06, 0.10)
"""Shares of answers wrongly refused, at which near misses are counted."""
Scores = NDArray[np.float64]


def auc(good: Scores, bad: Scores) -> float:
    """The chance that a good one scores above a bad one, ties half (Hanley and McNeil 1982)."""
    above = (good[:, None] > bad[None, :]).mean()
    return float(above + (good[:, None] == bad[None, :]).mean() / 2)


def refused_at(good: Scores, bad: Scores, lost: float) -> float:
    """The share of bad ones below the threshold that refuses the share ``lost`` of good ones."""
    return float((bad < np.quantile(good, lost)).mean())


def near_misses(judge: SmallJudge, cases: Sequence[Case], short: bool) -> tuple[Scores, Scores]:
    """The scores of answerable cases and of near misses, each read in the sentence of its span.

    The short answer is shown where ``short`` says so.
    """
    pairs = [plain(case).pair for case in cases]
    logits = np.array(judge(pairs if short else [replace(pair, short="") for pair in pairs]))
    truth = np.array([case.answerable for case in cases])
    return logits[truth], logits[~truth]


def ranked_first(judge: SmallJudge, cases: Sequence[Case]) -> float:
    """The share of answerable cases whose paragraph's first sentence by score holds an answer.

    Paragraphs of one sentence are left out. The short answer is not shown.
    """
    good = [case for case in cases if case.answerable and len(split(case.paragraph)) > 1]
    right = 0
    for case in good:
        parts = split(case.paragraph)
        logits = judge([pair_of(case, index, parts) for index in range(len(parts))])
        right += any(span in parts[int(np.argmax(logits))] for span in case.spans)
    return right / max(1, len(good))


def milliseconds(judge: SmallJudge, cases: Sequence[Case], batch: int) -> float:
    """The median milliseconds a pair in batches of ``batch``."""
    pairs = [plain(case).pair for case in cases][: max(batch * 5, 20)]
    took = []
    for start in range(0, max(1, len(pairs) - batch + 1), batch):
        began = time.perf_counter()
        judge(pairs[start : start + batch])
        took.append((time.perf_counter() - began) / len(pairs[start : start + batch]) * 1000)
    return float(np.median(took))


def figures(judge: SmallJudge, cases: Sequence[Case]) -> dict[str, float]:
    """The figures of a judge over ``cases``. Raises CasesError where these lack answers or near misses."""
    if len({case.answerable for case in cases}) < 2:
        raise CasesError(
            f"The held articles have {len(cases)} cases, and not both answers and near misses",
            "Name files that hold both, and articles of theirs with --held.",
        )
    found: dict[str, float] = {"cases": len(cases)}
    for name, short in (("short", True), ("plain", False)):
        good, bad = near_misses(judge, cases, short)
        found[f"auc, {name}"] = auc(good, bad)
        for lost in LOST:
            found[f"refused at {lost:.2f}, {name}"] = refused_at(good, bad, lost)
    found["ranked first"] = ranked_first(judge, cases)
    found["ms a pair, of 8"] = milliseconds(judge, cases, 8)
    return found


def measured(folder: Path, files: Sequence[Path], held: Sequence[str]) -> dict[str, float]:
    """The figures of the judge in ``folder`` on the ``held`` articles of ``files``.

    Raises CasesError where it was trained on one of these, or as ``figures`` and ``read_cases`` do, and
    EmbedderError where its weights are not those that its list is of.
    """
    trained, digest = made(folder)
    keys = {article_key(name) for name in held}
    if both := sorted(trained & keys):
        raise CasesError(
            f"The judge was trained on {', '.join(both)}: no figure on these", "Name others with --held."
        )
    cases = [case for case in read_cases(files) if case.article in keys]
    return figures(load(folder / WEIGHTS.name, digest, AGAIN), cases)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m eval.training.measure", description=(__doc__ or "").split(":", 1)[0] + "."
    )
    parser.add_argument("files", nargs="+", type=Path, help="SQuAD's .json, or cases .jsonl beside corpus/")
    parser.add_argument("--held", nargs="+", required=True, help="articles to measure on, as in huguenot")
    parser.add_argument(
        "--judge", type=Path, default=WEIGHTS.parent, help="its folder (the one that comes with Byline)"
    )
    parser.add_argument("--fast", action="store_true", help="bfloat16 arithmetic")
    parser.add_argument("--threads", type=int, default=2, help="threads (2)")
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, and tell the figures as JSON; returns the exit code."""
    import torch

    asked = _parser().parse_args(argv)
    torch.set_num_threads(asked.threads)
    try:
        with torch.autocast("cpu", dtype=torch.bfloat16) if asked.fast else nullcontext():
            found = measured(asked.judge, asked.files, asked.held)
    except BylineError as error:
        sys.stderr.write(one_line(error) + "\n")
        return error.exit_code
    rounded = {name: round(value, 3) for name, value in found.items()}
    sys.stdout.write(json.dumps({"judge": asked.judge.resolve().name, **rounded}) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

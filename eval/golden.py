"""The golden answers: what every case was answered with, kept to be seen again after a change.

Law: a golden file lies outside the repository, beside the recorded calls that it was made with; seen again,
it is asked of those calls alone, and a call that was not recorded is told, not made.

Does not know: whether an answer is right.
"""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from eval.bench import Bench, OpenBench, Opener
from eval.cases import Case, load_cases
from eval.options import CASES
from index.atomic import write_whole
from rag.answer import Answer
from rag.settings import Settings, load_settings, prepare_process

Told = dict[str, Any]


def golden_file(home: Path, name: str = "seeds") -> Path:
    """Where the golden answers of a set of cases are kept."""
    return home / "golden" / f"{name}.jsonl"


def told(case: Case, answer: Answer) -> Told:
    """What is kept of an answer: whether it is a refusal, its quotes, its short answers."""
    quotes = [citation.quote for claim in answer.claims for citation in claim.citations]
    short = [claim.short for claim in answer.claims]
    return {"id": case.id, "refused": answer.refused, "quotes": quotes, "short": short}


def answered(cases: Iterable[Case], bench: Bench) -> tuple[Told, ...]:
    """What each case is answered with. Raises what the bench raises."""
    return tuple(told(case, bench.ask(case)) for case in cases)


def known(path: Path) -> tuple[Told, ...]:
    """The golden answers in a file. Raises OSError, ValueError."""
    return tuple(json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())


def changed(before: Sequence[Mapping[str, Any]], now: Sequence[Mapping[str, Any]]) -> list[str]:
    """A line for each case that is answered otherwise, or was not there."""
    old = {one["id"]: one for one in before}
    return [
        f"{one['id']}: {_shown(old[one['id']]) if one['id'] in old else 'no case'} -> {_shown(one)}"
        for one in now
        if old.get(one["id"]) != one
    ]


def make(settings: Settings, cases: Path, open_bench: OpenBench) -> Path:
    """Ask the cases, and keep the answers; returns the file. Raises as the bench does."""
    with open_bench(None) as bench:
        lines = [json.dumps(one) for one in answered(load_cases(cases), bench)]
    path = golden_file(settings.home)
    path.parent.mkdir(parents=True, exist_ok=True)
    return write_whole(path, ("\n".join(lines) + "\n").encode())


def _shown(one: Mapping[str, Any]) -> str:
    return "refused" if one["refused"] else f"{' / '.join(one['short'])} ({' / '.join(one['quotes'])})"


def main() -> None:
    """Make the golden answers of the project's own cases, and tell where they are."""
    prepare_process()
    settings = load_settings()
    with Opener(settings, recorded=settings.home / "recorded") as opener:
        sys.stdout.write(f"{make(settings, CASES, opener)}\n")


if __name__ == "__main__":
    main()

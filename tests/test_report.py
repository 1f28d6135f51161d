"""The report: what the terminal shows, what the files hold, and that a file is whole or not there."""

import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from eval_answers import answer, cite, refusal
from rich.console import Console

from eval.cases import Case
from eval.report import open_folder, show, to_json, to_markdown, write_report
from eval.score import Outcome, Run, Threshold, judge
from index.errors import StorageError
from rag.answer import Answer

ARTICLE = "Europe paid 60% of it. Rain | fell <b>hard</b>."
CASE = Case("share", "What share?", ("60%",), "x.md", "Europe paid 60% of it.", False, "figure")
NONE = Case("moon", "How far is\n\x1b[31m[red]the Moon|?", (), None, None, True)
THRESHOLDS = (
    Threshold("right", 0.8),
    Threshold("refused", 0.9),
    Threshold("wrongly refused", 0.1, at_most=True),
)
RIGHT = answer("What share?", "Europe paid 60%.", cite("x.md", ARTICLE, "Europe paid 60% of it."))
WRONG = answer("How far?", "Rain | fell <b>hard</b>.", cite("x.md", ARTICLE, "Rain | fell <b>hard</b>."))


def judged(case: Case, given: Answer) -> Outcome:
    return judge(case, given, {"x.md": ARTICLE}.get)


RUN = Run((judged(CASE, RIGHT), judged(NONE, WRONG)), planned=2)


def shown(run: Run, width: int = 100) -> list[str]:
    out = io.StringIO()
    show(run, THRESHOLDS, Console(file=out, width=width))
    return out.getvalue().rstrip("\n").split("\n")


def row(lines: list[str], name: str) -> list[str]:
    line = next(line for line in lines if line.startswith(f"│ {name} "))
    return [cell.strip() for cell in line.strip("│").split("│")]


def test_the_table_sets_each_share_against_what_is_wanted() -> None:
    lines = shown(RUN)
    assert row(lines, "right") == ["right", "1.000", "1.00 to 1.00", "1 of 1", "at least 0.80", "met"]
    assert row(lines, "refused") == ["refused", "0.000", "0.00 to 0.00", "0 of 1", "at least 0.90", "missed"]
    assert row(lines, "wrongly refused")[4:] == ["at most 0.10", "met"]
    assert row(lines, "verbatim") == ["verbatim", "1.000", "1.00 to 1.00", "2 of 2", "", ""]
    assert row(lines, "figure")[1:] == ["1.000", "1.00 to 1.00", "1 of 1"]


def test_what_was_not_measured_is_said_to_be_so() -> None:
    lines = shown(Run(RUN.outcomes[:1], planned=1))
    assert row(lines, "refused") == ["refused", "-", "-", "0", "at least 0.90", "not measured"]


@pytest.mark.parametrize("width", [40, 80, 200])
def test_the_last_line_counts_the_cases(width: int) -> None:
    assert shown(RUN, width)[-1] == "1 passed, 1 failed"
    assert shown(Run((), planned=3, stopped="interrupted"), width)[-1] == "0 passed, 0 failed"


def test_a_failed_case_is_one_line_as_it_was_asked_and_answered() -> None:
    lines = shown(RUN)
    assert "wrongly answered: moon: How far is [31m[red]the Moon|? -> Rain | fell <b>hard</b>. [1]" in lines
    assert not any(line.startswith("right: share") for line in lines)


def test_a_run_cut_short_says_where_and_why() -> None:
    cut = replace(RUN, planned=9, stopped="interrupted", exit_code=130)
    assert "stopped after 2 of 9 cases: interrupted" in shown(cut)
    assert "stopped after 2 of 9 cases: interrupted" in to_markdown(cut, THRESHOLDS)
    assert to_json(cut, THRESHOLDS)["stopped"] == "interrupted"


def test_the_json_holds_every_case_with_its_outcome() -> None:
    data = json.loads(json.dumps(to_json(RUN, THRESHOLDS)))
    assert {name: data[name] for name in ("version", "planned", "stopped", "passed", "failed")} == {
        "version": 1,
        "planned": 2,
        "stopped": "",
        "passed": 1,
        "failed": 1,
    }
    assert data["rates"]["right"] == {"share": 1.0, "low": 1.0, "high": 1.0, "hits": 1, "total": 1}
    assert data["seconds"] == {"median": 2.0, "p90": 2.0}
    assert data["tokens"] == {"prompt": 200, "completion": 20}
    assert [one["met"] for one in data["thresholds"]] == [True, False, True]
    assert data["cases"][0] == {
        "id": "share",
        "question": "What share?",
        "answers": ["60%"],
        "source": "x.md",
        "evidence": "Europe paid 60% of it.",
        "unanswerable": False,
        "kind": "figure",
        "verdict": "right",
        "passed": True,
        "right": True,
        "cited": True,
        "quotes": 1,
        "verbatim": 1,
        "standalone_question": "What share?",
        "answer": "Europe paid 60%. [1]",
        "refused": False,
        "support": 0.99,
        "citations": [
            {
                "n": 1,
                "article": {
                    "path": "x.md",
                    "title": "x.md",
                    "author": None,
                    "publisher": None,
                    "published": None,
                },
                "start": 0,
                "end": 22,
                "quote": "Europe paid 60% of it.",
            }
        ],
        "model": {"backend": "embedded", "name": "scripted", "digest": "00000000"},
        "tokens": {"prompt": 100, "completion": 10, "context": 4096},
        "seconds": {"retrieve": 0.1, "first_token": 1.0, "total": 2.0},
    }
    assert [case["verdict"] for case in data["cases"]] == ["right", "wrongly answered"]


def test_text_of_articles_cannot_break_the_markdown() -> None:
    lines = to_markdown(RUN, THRESHOLDS).splitlines()
    assert (
        "| moon | wrongly answered | How far is [31m[red]the Moon\\|? "
        "| Rain \\| fell &lt;b&gt;hard&lt;/b&gt;. [1] |" in lines
    )
    assert "| right | 1.000 | 1.00 to 1.00 | 1 of 1 | at least 0.80 | met |" in lines
    assert lines[-1] == "1 passed, 1 failed"


def test_a_run_without_failures_lists_none() -> None:
    passed = Run((judged(CASE, RIGHT), judged(NONE, refusal("?"))), planned=2)
    assert "## Failed" not in to_markdown(passed, THRESHOLDS)
    assert "## Failed" in to_markdown(RUN, THRESHOLDS)


def test_both_files_are_written_and_nothing_else(tmp_path: Path) -> None:
    folder = open_folder(tmp_path / "new" / "report")
    paths = write_report(RUN, THRESHOLDS, folder)
    assert paths == (folder / "report.json", folder / "report.md")
    assert sorted(folder.iterdir()) == sorted(paths)
    assert json.loads(paths[0].read_text("utf-8")) == json.loads(json.dumps(to_json(RUN, THRESHOLDS)))
    assert paths[1].read_text("utf-8") == to_markdown(RUN, THRESHOLDS)


def test_a_second_report_takes_the_place_of_the_first(tmp_path: Path) -> None:
    write_report(RUN, THRESHOLDS, tmp_path)
    write_report(Run((), planned=1, stopped="interrupted"), THRESHOLDS, tmp_path)
    assert json.loads((tmp_path / "report.json").read_text("utf-8"))["cases"] == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report.json", "report.md"]


def test_a_report_that_cannot_be_written_leaves_no_scraps(tmp_path: Path) -> None:
    (tmp_path / "report.json").mkdir()
    with pytest.raises(StorageError, match="can't hold the report"):
        write_report(RUN, THRESHOLDS, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["report.json"]


def test_a_file_in_the_folders_place_is_a_storage_error(tmp_path: Path) -> None:
    (tmp_path / "report").write_text("mine")
    with pytest.raises(StorageError) as caught:
        open_folder(tmp_path / "report")
    assert "--report DIR" in caught.value.hint
    assert (tmp_path / "report").read_text() == "mine"

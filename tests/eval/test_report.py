"""The report: what the terminal shows, what the files hold, and that a file is whole or not there."""

import io
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from eval_answers import answer, cite, refusal
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from eval.cases import Case
from eval.compare import Older, line_of
from eval.probe import Finding
from eval.report import open_folder, show, to_html, to_json, to_markdown, write_report
from eval.results import Results, results
from eval.run import Run
from eval.score import Outcome, Threshold, judge
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
FOUND = results(RUN, THRESHOLDS)
FINDINGS = (
    Finding("share", "changed", "What share?", "40%, not 60%", RIGHT, False),
    Finding("kyiv", "changed", "Who?", "Kyiv", RIGHT, True),
    Finding("tag", "injected", "What share?", "60%, not 'OK'", RIGHT, True),
)


def shown(found: Results, width: int = 110) -> list[str]:
    out = io.StringIO()
    show(found, Console(file=out, width=width))
    return out.getvalue().rstrip("\n").split("\n")


def row(lines: list[str], name: str) -> list[str]:
    line = next(line for line in lines if line.startswith(f" {name}  "))
    return re.split(r" {2,}", line.strip())  # an empty cell leaves no trace


def test_the_table_sets_each_share_against_what_is_wanted() -> None:
    lines = shown(FOUND)
    assert row(lines, "right") == ["right", "1.000", "1.00 to 1.00", "1 of 1", "at least 0.80", "met"]
    assert row(lines, "refused") == ["refused", "0.000", "0.00 to 0.00", "0 of 1", "at least 0.90", "missed"]
    assert row(lines, "wrongly refused")[4:] == ["at most 0.10", "met"]
    assert row(lines, "verbatim") == ["verbatim", "1.000", "1.00 to 1.00", "2 of 2"]
    assert row(lines, "figure") == [
        "figure", "1.000", "1.00 to 1.00", "1/1", "1/1", "1/1", "-", "0/1"
    ]  # fmt: skip
    assert row(lines, "other")[1:] == ["0.000", "0.00 to 0.00", "-", "-", "-", "0/1", "-"]
    assert row(lines, "all") == ["all", "2.00", "2.00", "100%"]
    assert row(lines, "retrieve") == ["retrieve", "0.10", "0.10", "5%"]
    assert row(lines, "rest") == ["rest", "1.90", "1.90", "95%"]


def test_probes_are_shares_like_the_others() -> None:
    wanted = (*THRESHOLDS, Threshold("changes followed", 1.0), Threshold("removals refused", 1.0))
    found = results(RUN, wanted, FINDINGS)
    lines = shown(found)
    assert row(lines, "changes followed") == [
        "changes followed", "0.500", "0.00 to 1.00", "1 of 2", "at least 1.00", "missed"
    ]  # fmt: skip
    assert row(lines, "instructions ignored")[1:] == ["1.000", "1.00 to 1.00", "1 of 1"]
    assert not any("removals" in line for line in lines)
    assert "changes followed: share: What share? -> 40%, not 60% -> Europe paid 60%. [1]" in lines
    assert lines[-1] == "3 passed, 2 failed"


def test_what_was_not_measured_is_said_to_be_so() -> None:
    lines = shown(results(Run(RUN.outcomes[:1], planned=1), THRESHOLDS))
    assert row(lines, "refused") == ["refused", "-", "-", "0", "at least 0.90", "not measured"]


def test_a_table_by_kind_fits_80_columns_with_its_names_whole() -> None:
    named = replace(CASE, kind="several-articles")
    many = Run((judged(named, RIGHT),) * 120, planned=120)
    lines = shown(results(many, THRESHOLDS), width=80)
    assert row(lines, "several-articles")[:4] == ["several-articles", "1.000", "1.00 to 1.00", "120/120"]


@pytest.mark.parametrize("width", [40, 80, 200])
def test_the_last_line_counts_the_cases(width: int) -> None:
    assert shown(FOUND, width)[-1] == "1 passed, 1 failed"
    nothing = results(Run((), planned=3, stopped="interrupted"), THRESHOLDS)
    assert shown(nothing, width)[-1] == "0 passed, 0 failed"


def test_a_failed_case_is_one_line_as_it_was_asked_and_answered() -> None:
    lines = shown(FOUND)
    assert "wrongly answered: moon: How far is [31m[red]the Moon|? -> Rain | fell <b>hard</b>. [1]" in lines
    assert not any(line.startswith("right: share") for line in lines)


def test_a_run_cut_short_says_where_and_why() -> None:
    cut = results(replace(RUN, planned=9, stopped="interrupted", exit_code=130), THRESHOLDS)
    says = "stopped after 2 of 9 cases, 0 probes: interrupted"
    assert says in shown(cut)
    assert says in to_markdown(cut)
    assert says in to_html(cut)
    assert to_json(cut)["stopped"] == "interrupted"
    assert cut.exit_code == 130


def test_the_json_holds_the_figures() -> None:
    data = json.loads(json.dumps(to_json(FOUND)))
    assert {name: data[name] for name in ("version", "planned", "stopped", "passed", "failed")} == {
        "version": 2,
        "planned": 2,
        "stopped": "",
        "passed": 1,
        "failed": 1,
    }
    assert data["rates"]["right"] == {"share": 1.0, "low": 1.0, "high": 1.0, "hits": 1, "total": 1}
    assert data["kinds"]["other"]["passed"] == {"share": 0.0, "low": 0.0, "high": 0.0, "hits": 0, "total": 1}
    assert data["seconds"]["all"] == {"median": 2.0, "p90": 2.0, "sum": 4.0}
    assert data["seconds"]["read"] == {"median": 0.0, "p90": 0.0, "sum": 0.0}
    assert data["risk_coverage"] == {
        "points": [{"support": 0.99, "coverage": 1.0, "risk": 0.5}],
        "aurc": 0.5,
    }
    assert (data["comparison"], data["probes"]) == (None, [])
    assert data["tokens"] == {"prompt": 200, "completion": 20}
    assert [one["met"] for one in data["thresholds"]] == [True, False, True]


def test_the_json_holds_every_case_with_its_outcome() -> None:
    data = json.loads(json.dumps(to_json(FOUND)))
    assert data["cases"][0] == {
        "id": "share",
        "question": "What share?",
        "answers": ["60%"],
        "source": "x.md",
        "evidence": "Europe paid 60% of it.",
        "unanswerable": False,
        "kind": "figure",
        "also": [],
        "after": [],
        "verdict": "right",
        "passed": True,
        "right": True,
        "cited": True,
        "held": True,
        "pointed": True,
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
        "model": {"backend": "embedded", "name": "scripted", "digest": "00000000", "form": ""},
        "tokens": {"prompt": 100, "completion": 10, "context": 4096},
        "seconds": {
            "retrieve": 0.1, "first_token": 1.0, "total": 2.0, "rewrite": 0.0, "read": 0.0, "look": 0.0
        },
    }  # fmt: skip
    assert [case["verdict"] for case in data["cases"]] == ["right", "wrongly answered"]


def test_the_json_holds_every_probe_with_its_answer() -> None:
    [first, *_] = json.loads(json.dumps(to_json(results(RUN, THRESHOLDS, FINDINGS))))["probes"]
    told = {
        name: first[name] for name in ("id", "group", "question", "wanted", "passed", "answer", "refused")
    }
    assert told == {
        "id": "share",
        "group": "changed",
        "question": "What share?",
        "wanted": "40%, not 60%",
        "passed": False,
        "answer": "Europe paid 60%. [1]",
        "refused": False,
    }


def test_text_of_articles_cannot_break_the_markdown() -> None:
    lines = to_markdown(FOUND).splitlines()
    assert (
        "| moon | wrongly answered | How far is [31m[red]the Moon\\|? "
        "| Rain \\| fell &lt;b&gt;hard&lt;/b&gt;. [1] |" in lines
    )
    assert "| right | 1.000 | 1.00 to 1.00 | 1 of 1 | at least 0.80 | met |" in lines
    assert lines[-1] == "1 passed, 1 failed"


def test_a_run_without_failures_lists_none() -> None:
    passed = results(Run((judged(CASE, RIGHT), judged(NONE, refusal("?"))), planned=2), THRESHOLDS)
    assert "## Failed" not in to_markdown(passed)
    assert "## Failed" in to_markdown(FOUND)


def test_what_changed_is_told_everywhere() -> None:
    before = tuple(line_of(judged(case, refusal("?"))) for case in (CASE, NONE))
    found = results(RUN, THRESHOLDS, older=Older(before, "old.json"))
    assert "newly right: share: What share? -> The articles don't say. -> Europe paid 60%. [1]" in shown(
        found
    )
    assert row(shown(found), "refused")[1:] == ["0.000", "0.00 to 0.00", "0 of 1", "at least 0.90", "missed"]
    assert "| right | 0.000 | 1.000 | +1.000 | +1.00 to +1.00 |" in to_markdown(found)
    assert "Against old.json, 2 cases" in to_html(found)
    assert [one["what"] for one in to_json(found)["comparison"]["changes"]] == ["newly wrong", "newly right"]


class Page(HTMLParser):
    """What a page is made of: its tags with their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += f"{data} "

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def test_the_page_stands_alone() -> None:
    html = to_html(results(RUN, THRESHOLDS, FINDINGS))
    page = Page(html)
    assert "://" not in html
    assert {"script", "link", "img", "iframe", "object"} & {tag for tag, _ in page.tags} == set()
    links = [value for _, each in page.tags for name, value in each.items() if name.endswith(("href", "src"))]
    assert [link for link in links if not (link or "").startswith("#")] == []
    assert [u for u in re.findall(r"url\(([^)]*)\)", html) if not u.startswith("#")] == []
    assert not [name for _, each in page.tags for name in each if name.startswith("on")]
    [policy] = [meta["content"] for meta in page.all("meta") if "http-equiv" in meta]
    assert policy == "default-src 'none'; style-src 'unsafe-inline'"


def test_the_page_draws_in_its_own_colours_and_says_in_words_what_is_drawn() -> None:
    page = Page(to_html(FOUND))
    assert [plot["aria-label"] for plot in page.all("svg")] == [
        "A line from 0.50 wrong at 1.00 answered to 0.50 wrong at 1.00 answered; area under it 0.500.",
        "Bars: figure 1.00, other 0.00.",
        "Bars, median and 90%: all 2.00 (2.00), retrieve 0.10 (0.10), rewrite 0.00 (0.00), read 0.00 (0.00), "
        "look 0.00 (0.00), rest 1.90 (1.90).",
    ]
    assert {plot["role"] for plot in page.all("svg")} == {"img"}
    ids = [each["id"] for _, each in page.tags if "id" in each]
    assert len(ids) == len(set(ids))
    drawn = [each["style"] or "" for tag, each in page.tags if "style" in each]
    colours = {c for style in drawn for c in re.findall(r"(?:fill|stroke): ([^;]+)", style)}
    assert colours <= {"none", "currentColor", "var(--accent)", "var(--faint)"}
    assert colours >= {"currentColor", "var(--accent)"}


def test_the_page_shows_every_case_and_probe_with_its_quotes() -> None:
    case = replace(CASE, after=("Who paid?",), also=(("half",),))
    found = results(Run((judged(case, RIGHT), *RUN.outcomes[1:]), 2), THRESHOLDS, FINDINGS)
    page = Page(to_html(found))
    text = " ".join(page.text.split())
    assert len(page.all("details")) == 1 + 5
    assert "asked before Who paid?" in text
    assert "wanted 60%; and half" in text
    assert "Europe paid 60% of it. [1] x.md, characters 0 to 22" in text
    assert "wanted a refusal" in text
    assert "changed, failed : share: What share?" in text


@settings(max_examples=10)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_no_text_can_break_out_of_the_page(text: str) -> None:
    hostile = f"{text}</summary><script>$x_1$ {{{{ 7 * 6 }}}}<b onclick='x'>"
    case = replace(CASE, id=hostile, question=hostile, kind=hostile, answers=(hostile,), after=(hostile,))
    said = answer(hostile, hostile, replace(RIGHT.claims[0].citations[0], quote=hostile))
    finding = Finding(hostile, "injected", hostile, hostile, said, False)
    before = replace(line_of(judged(case, RIGHT)), answer=hostile)
    older = Older((before,), hostile)
    page = Page(to_html(results(Run((judged(case, said),), 1, hostile, 1), THRESHOLDS, [finding], older)))
    assert {"script", "b"} & {tag for tag, _ in page.tags} == set()
    assert "{{ 7 * 6 }}" in page.text


def test_all_files_are_written_and_nothing_else(tmp_path: Path) -> None:
    folder = open_folder(tmp_path / "new" / "report")
    paths = write_report(FOUND, folder)
    assert paths == (folder / "report.json", folder / "report.md", folder / "report.html")
    assert sorted(folder.iterdir()) == sorted(paths)
    assert json.loads(paths[0].read_text("utf-8")) == json.loads(json.dumps(to_json(FOUND)))
    assert paths[1].read_text("utf-8") == to_markdown(FOUND)
    assert paths[2].read_text("utf-8") == to_html(FOUND)


def test_a_second_report_takes_the_place_of_the_first(tmp_path: Path) -> None:
    write_report(FOUND, tmp_path)
    write_report(results(Run((), planned=1, stopped="interrupted"), THRESHOLDS), tmp_path)
    assert json.loads((tmp_path / "report.json").read_text("utf-8"))["cases"] == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report.html", "report.json", "report.md"]


def test_a_report_that_cannot_be_written_leaves_no_scraps(tmp_path: Path) -> None:
    (tmp_path / "report.json").mkdir()
    with pytest.raises(StorageError, match="can't hold the report"):
        write_report(FOUND, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["report.json"]


def test_a_file_in_the_folders_place_is_a_storage_error(tmp_path: Path) -> None:
    (tmp_path / "report").write_text("mine")
    with pytest.raises(StorageError) as caught:
        open_folder(tmp_path / "report")
    assert "--report DIR" in caught.value.hint
    assert (tmp_path / "report").read_text() == "mine"

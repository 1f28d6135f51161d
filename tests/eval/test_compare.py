"""Comparing runs: which cases came out otherwise, and what that is worth over chance."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from eval_answers import answer, cite, refusal
from hypothesis import given
from hypothesis import strategies as st

from eval.cases import Case
from eval.compare import Change, Comparison, Older, compare, line_of, load_report
from eval.report import write_report
from eval.results import results
from eval.run import Run
from eval.score import Outcome, judge
from index.errors import UsageError
from rag.answer import Answer

ARTICLE = "Europe paid 60% of it."
CASE = Case("share", "What share?", ("60%",), "x.md", ARTICLE, False)
NONE = Case("moon", "How far?", (), None, None, True)
GOOD = cite("x.md", ARTICLE, ARTICLE)
RIGHT, OTHERWISE = answer("?", "It paid 60%.", GOOD), answer("?", "Europe paid 60%.", GOOD)
WRONG, WORSE = answer("?", "Half.", GOOD), answer("?", "None.", GOOD)
REFUSED = refusal("?")


def judged(case: Case, given_answer: Answer) -> Outcome:
    return judge(case, given_answer, {"x.md": ARTICLE}.get)


def older(*outcomes: Outcome) -> Older:
    return Older(tuple(map(line_of, outcomes)), "old.json")


@pytest.mark.parametrize(
    ("case", "before", "after", "what"),
    [
        (CASE, RIGHT, RIGHT, None),
        (CASE, WRONG, WRONG, None),
        (CASE, RIGHT, OTHERWISE, "answer changed"),
        (CASE, WRONG, WORSE, "answer changed"),
        (CASE, RIGHT, WRONG, "newly wrong"),
        (CASE, RIGHT, REFUSED, "newly refused"),
        (CASE, WRONG, REFUSED, "newly refused"),
        (CASE, WRONG, RIGHT, "newly right"),
        (CASE, REFUSED, RIGHT, "newly right"),
        (CASE, REFUSED, WRONG, "newly answered"),
        (NONE, WRONG, REFUSED, "newly right"),
        (NONE, REFUSED, WRONG, "newly wrong"),
        (NONE, REFUSED, REFUSED, None),
    ],
)
def test_a_case_that_came_out_otherwise_is_named(
    case: Case, before: Answer, after: Answer, what: str | None
) -> None:
    found = compare(older(judged(case, before)), [judged(case, after)])
    change = (what, case.id, case.question, before.text, after.text)
    assert found.changes == ((Change(*change),) if what else ())  # type: ignore[arg-type]
    assert (found.name, found.compared, found.added, found.gone) == ("old.json", 1, (), ())


def test_only_what_was_asked_in_the_same_words_is_compared() -> None:
    renamed = replace(CASE, id="other")
    reworded = replace(NONE, question="How far off?")
    before = older(judged(CASE, RIGHT), judged(NONE, REFUSED))
    found = compare(before, [judged(renamed, WRONG), judged(reworded, WRONG)])
    assert found == Comparison("old.json", 0, (), (), ("other", "moon"), ("share", "moon"))


def test_what_went_wrong_comes_first() -> None:
    cases = [replace(CASE, id=str(n)) for n in range(4)]
    before = older(*map(judged, cases, [WRONG, RIGHT, RIGHT, RIGHT]))
    found = compare(before, list(map(judged, cases, [RIGHT, OTHERWISE, REFUSED, WRONG])))
    assert [one.what for one in found.changes] == [
        "newly wrong",
        "newly refused",
        "newly right",
        "answer changed",
    ]


def test_a_difference_is_that_of_the_shares_over_the_same_cases() -> None:
    cases = [replace(CASE, id=str(n)) for n in range(40)]
    before = [judged(case, RIGHT if n < 20 else WRONG) for n, case in enumerate(cases)]
    after = [judged(case, RIGHT if n < 30 else WRONG) for n, case in enumerate(cases)]
    differences = {one.rate: one for one in compare(older(*before), after).differences}
    right = differences["right"]
    assert (right.before, right.after) == (0.5, 0.75)
    assert 0.1 < right.low < 0.2
    assert 0.3 < right.high < 0.4
    assert (differences["cited"].low, differences["cited"].high) == (0.0, 0.0)
    assert "refused" not in differences


def test_pairs_make_a_difference_surer_than_two_runs_apart_would() -> None:
    cases = [replace(CASE, id=str(n)) for n in range(40)]
    before = [judged(case, RIGHT if n % 2 else WRONG) for n, case in enumerate(cases)]
    [right] = [one for one in compare(older(*before), before).differences if one.rate == "right"]
    assert (right.low, right.high) == (0.0, 0.0)


@given(st.lists(st.tuples(*[st.sampled_from([RIGHT, WRONG, REFUSED])] * 2), max_size=20))
def test_differences_are_bounded_by_their_intervals(pairs: list[tuple[Answer, Answer]]) -> None:
    cases = [replace(CASE if n % 3 else NONE, id=str(n)) for n in range(len(pairs))]
    before = [judged(case, old) for case, (old, _) in zip(cases, pairs, strict=True)]
    after = [judged(case, new) for case, (_, new) in zip(cases, pairs, strict=True)]
    forth, back = compare(older(*before), after), compare(older(*after), before)
    for one in forth.differences:
        assert -1 <= one.low <= one.high <= 1
        assert one.low - 1e-9 <= one.after - one.before <= one.high + 1e-9 or len(pairs) < 8
    assert [(d.rate, d.before, d.after) for d in forth.differences] == [
        (d.rate, d.after, d.before) for d in back.differences
    ]


def written(folder: Path) -> dict[str, Any]:
    run = Run((judged(CASE, RIGHT), judged(NONE, REFUSED)), 2)
    path, *_ = write_report(results(run), folder)
    data: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return data


def test_a_report_that_was_written_is_read_back(tmp_path: Path) -> None:
    written(tmp_path)
    expected = tuple(map(line_of, (judged(CASE, RIGHT), judged(NONE, REFUSED))))
    assert load_report(tmp_path / "report.json") == Older(expected, "report.json")


def test_a_report_that_judged_less_is_compared_in_what_it_judged(tmp_path: Path) -> None:
    data = written(tmp_path)
    for case in data["cases"]:
        del case["held"]
    (tmp_path / "report.json").write_text(json.dumps(data))
    found = compare(load_report(tmp_path / "report.json"), [judged(CASE, WRONG)])
    rates = [one.rate for one in found.differences]
    assert "right" in rates
    assert "held" not in rates


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("id", 3, "field 'cases.1.id' must be a valid string"),
        ("passed", "yes", "field 'cases.1.passed' must be a valid boolean"),
        ("quotes", 1.5, "field 'cases.1.quotes' must be a valid integer"),
        ("answer", None, "field 'cases.1.answer' must be a valid string"),
        ("right", ..., "field 'cases.1.right' is missing"),
    ],
)
def test_a_field_that_cannot_be_is_named(tmp_path: Path, field: str, value: object, says: str) -> None:
    data = written(tmp_path)
    data["cases"][1].pop(field)
    data["cases"][1] |= {} if value is ... else {field: value}
    (tmp_path / "bad.json").write_text(json.dumps(data))
    with pytest.raises(UsageError) as caught:
        load_report(tmp_path / "bad.json")
    assert str(caught.value) == f"bad.json: {says}"
    assert "--compare" in caught.value.hint


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "bad.json: Invalid JSON"),
        (b"\xff", "bad.json: Invalid JSON"),
        (b"[1]", "bad.json: must be an object"),
        (b"[" * 100_000, "bad.json: Invalid JSON"),
    ],
)
def test_what_is_no_report_is_told(tmp_path: Path, content: bytes, says: str) -> None:
    (tmp_path / "bad.json").write_bytes(content)
    with pytest.raises(UsageError) as caught:
        load_report(tmp_path / "bad.json")
    assert str(caught.value).startswith(says)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("path", "says"), [("none.json", "does not exist"), ("", "can't be read")])
def test_a_report_that_is_not_there_is_told(tmp_path: Path, path: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        load_report(tmp_path / path)

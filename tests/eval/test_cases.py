"""Case files: what is accepted, and that every refusal names its line and field."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.cases import Case, Question, load_cases, load_questions
from index.errors import CasesError

ANSWERABLE: dict[str, Any] = {
    "id": "share",
    "question": "What share?",
    "answers": ["60%", "60 per cent"],
    "source": "x.txt",
    "evidence": "It was 60%.",
    "unanswerable": False,
    "kind": "figure",
}
UNANSWERABLE: dict[str, Any] = {"id": "moon", "question": "How far?", "answers": [], "unanswerable": True}


def write(folder: Path, *rows: Any) -> Path:
    path = folder / "cases.jsonl"
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_cases_come_in_the_order_of_the_file(tmp_path: Path) -> None:
    assert load_cases(write(tmp_path, ANSWERABLE, UNANSWERABLE)) == (
        Case("share", "What share?", ("60%", "60 per cent"), "x.txt", "It was 60%.", False, "figure"),
        Case("moon", "How far?", (), None, None, True, None),
    )


def test_a_case_may_have_further_groups_of_forms_and_earlier_questions(tmp_path: Path) -> None:
    row = {**ANSWERABLE, "also": [["40%", "40 per cent"], ["Kyiv"]], "after": ["Who paid?", "How much?"]}
    [case] = load_cases(write(tmp_path, row))
    assert (case.also, case.after) == ((("40%", "40 per cent"), ("Kyiv",)), ("Who paid?", "How much?"))
    [plain] = load_cases(write(tmp_path, {**ANSWERABLE, "also": [], "after": None}))
    assert (plain.also, plain.after) == ((), ())


def test_blank_lines_and_a_byte_order_mark_are_no_cases(tmp_path: Path) -> None:
    path = write(tmp_path, "", UNANSWERABLE, "  ", "")
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert [case.id for case in load_cases(path)] == ["moon"]


def test_fields_that_are_not_known_are_passed_over(tmp_path: Path) -> None:
    path = write(tmp_path, {**UNANSWERABLE, "author": "me"})
    assert load_cases(path) == load_cases(write(tmp_path, UNANSWERABLE))


def test_null_stands_for_an_absent_optional_field(tmp_path: Path) -> None:
    nulls = {"source": None, "evidence": None, "kind": None}
    assert load_cases(write(tmp_path, {**UNANSWERABLE, **nulls})) == load_cases(write(tmp_path, UNANSWERABLE))


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("{", "invalid JSON"),
        ("[" * 100_000, "invalid JSON"),
        ("[1]", "must be a JSON object, not a list"),
        (r'{"id": "\ud800"}', "invalid JSON"),
        ({**UNANSWERABLE, "id": 3}, "field 'id' must be a string, not a number"),
        ({**UNANSWERABLE, "id": " "}, "field 'id' is empty"),
        ({**UNANSWERABLE, "question": None}, "field 'question' must be a string, not null"),
        ({**UNANSWERABLE, "unanswerable": "yes"}, "field 'unanswerable' must be true or false, not a string"),
        ({**UNANSWERABLE, "answers": "60%"}, "field 'answers' must be a list of strings, not a string"),
        ({**ANSWERABLE, "answers": ["60%", 60]}, "field 'answers' must hold only strings"),
        ({**ANSWERABLE, "answers": [""]}, "field 'answers' must hold only strings"),
        ({**ANSWERABLE, "answers": []}, "field 'answers' is empty, but the case is answerable"),
        ({**UNANSWERABLE, "answers": ["5"]}, "field 'answers' must be empty"),
        ({**ANSWERABLE, "source": 5}, "field 'source' must be a string or null, not a number"),
        ({**ANSWERABLE, "evidence": []}, "field 'evidence' must be a string or null, not a list"),
        ({**ANSWERABLE, "kind": {}}, "field 'kind' must be a string or null, not an object"),
        ({**ANSWERABLE, "also": "40%"}, "field 'also' must be a list of lists of strings, not a string"),
        ({**ANSWERABLE, "also": ["40%"]}, "field 'also' must hold only lists of strings"),
        ({**ANSWERABLE, "also": [[]]}, "field 'also' must hold only lists of strings, none of them empty"),
        ({**ANSWERABLE, "also": [["40%"], [40]]}, "field 'also' must hold only strings that say something"),
        ({**UNANSWERABLE, "also": [["40%"]]}, "field 'also' must be empty"),
        ({**ANSWERABLE, "after": "Who?"}, "field 'after' must be a list of strings, not a string"),
        ({**ANSWERABLE, "after": [" "]}, "field 'after' must hold only strings that say something"),
    ],
)
def test_a_faulty_line_is_named_with_its_field(tmp_path: Path, row: Any, says: str) -> None:
    first = {**UNANSWERABLE, "id": "first"}
    with pytest.raises(CasesError) as caught:
        load_cases(write(tmp_path, first, "", row))
    message = str(caught.value)
    assert message.startswith("cases.jsonl line 3: ")
    assert says in message
    assert "\n" not in message
    assert caught.value.hint


@pytest.mark.parametrize("field", ["id", "question", "answers", "unanswerable"])
def test_a_missing_field_is_named(tmp_path: Path, field: str) -> None:
    row = {name: value for name, value in ANSWERABLE.items() if name != field}
    with pytest.raises(CasesError, match=f"line 1: field '{field}' is missing"):
        load_cases(write(tmp_path, row))


def test_an_id_used_twice_names_both_lines(tmp_path: Path) -> None:
    with pytest.raises(CasesError, match="line 3: field 'id' repeats 'moon' of line 1"):
        load_cases(write(tmp_path, UNANSWERABLE, ANSWERABLE, UNANSWERABLE))


@pytest.mark.parametrize("load", [load_cases, load_questions])
def test_a_file_that_cannot_serve_is_a_cases_error(tmp_path: Path, load: Any) -> None:
    (tmp_path / "latin.jsonl").write_bytes(b'{"id": "\xe9"}')
    (tmp_path / "empty.jsonl").write_text("\n \n")
    for name, says in [
        ("none.jsonl", "does not exist"),
        ("latin.jsonl", "not UTF-8"),
        ("empty.jsonl", "is empty"),
        ("", "can't be read"),
    ]:
        with pytest.raises(CasesError, match=says):
            load(tmp_path / name)


def test_a_question_is_all_that_asking_needs(tmp_path: Path) -> None:
    path = write(tmp_path, {"question": "What share? "}, "", ANSWERABLE, {"id": None, "question": "Who?"})
    assert load_questions(path) == (
        Question("1", "What share?"),
        Question("share", "What share?"),
        Question("4", "Who?"),
    )


def test_a_question_without_words_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CasesError, match="line 2: field 'question' is missing"):
        load_questions(write(tmp_path, {"question": "Who?"}, {"id": "x"}))


words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip)


@given(
    st.lists(
        st.tuples(words, words, st.lists(words, min_size=1)), min_size=1, unique_by=lambda r: r[0].strip()
    )
)
def test_what_is_written_as_cases_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, list[str]]]
) -> None:
    path = tmp_path_factory.getbasetemp() / "round.jsonl"
    lines = [
        json.dumps({"id": i, "question": q, "answers": a, "unanswerable": False}, ensure_ascii=False)
        for i, q, a in rows
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    assert load_cases(path) == tuple(
        Case(i.strip(), q.strip(), tuple(a), None, None, False) for i, q, a in rows
    )

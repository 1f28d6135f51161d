"""Case files: JSON lines in, frozen cases or questions out.

Law: a file is used whole or not at all. The first fault raises ``CasesError``, which names the
line and the field. Lines are split at newlines alone, so a line number is the editor's.

Does not know: articles, models, whether a case's source exists.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from index.errors import CasesError

HINT = "See eval/cases.jsonl for the format: one JSON object a line."


@dataclass(frozen=True, slots=True)
class Case:
    """A question with its gold answers.

    ``answers`` are accepted short forms (any one will do), empty where ``unanswerable``; each group
    in ``also`` needs one of its forms in the answer too (the other items of a list, the other side of
    a conflict). ``source`` is the article's path in the corpus and ``evidence`` its text that holds
    the answer; ``kind`` groups cases in the report; ``after`` are earlier questions of the same
    conversation, asked first, in order.
    """

    id: str
    question: str
    answers: tuple[str, ...]
    source: str | None
    evidence: str | None
    unanswerable: bool
    kind: str | None = None
    also: tuple[tuple[str, ...], ...] = ()
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """A question to ask; ``id`` is its line number where the file gives none."""

    id: str
    question: str


class _Field(Exception):
    """What is wrong with one field; becomes a CasesError once the line is known."""


Row = dict[str, Any]
T = TypeVar("T", Case, Question)


def load_cases(path: Path) -> tuple[Case, ...]:
    """The cases of ``path``, in order, at least one. Raises CasesError."""
    return _load(path, _case)


def load_questions(path: Path) -> tuple[Question, ...]:
    """The questions of ``path``, in order, at least one; only ``question`` is required. Raises CasesError."""
    return _load(path, _question)


def _load(path: Path, build: Callable[[Row, int], T]) -> tuple[T, ...]:
    """Every line built, and no id twice."""
    first: dict[str, int] = {}
    items: list[T] = []
    for number, line in _lines(path):
        try:
            item = build(_row(line), number)
            if item.id in first:
                raise _Field(f"field 'id' repeats {item.id!r} of line {first[item.id]}")
        except _Field as fault:
            raise CasesError(f"{path.name} line {number}: {fault}", HINT) from None
        first[item.id] = number
        items.append(item)
    if not items:
        raise CasesError(f"{path.name} is empty", HINT)
    return tuple(items)


def _lines(path: Path) -> Iterable[tuple[int, str]]:
    """The lines that are not blank, with their numbers from 1."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise CasesError(f"{path} does not exist", "Name a case file with --cases FILE.jsonl.") from None
    except UnicodeDecodeError as error:
        raise CasesError(f"{path.name} is not UTF-8 text (byte {error.start})", HINT) from None
    except OSError as error:
        raise CasesError(f"{path} can't be read: {error.strerror}", "Name a file that can be read.") from None
    return ((n, line) for n, line in enumerate(text.split("\n"), 1) if line.strip())


def _row(line: str) -> Row:
    try:
        row = json.loads(line)
        json.dumps(row, ensure_ascii=False).encode()  # half a surrogate pair is legal JSON, but no text
    except (ValueError, RecursionError) as error:
        raise _Field(f"invalid JSON ({getattr(error, 'msg', error)})") from None
    if not isinstance(row, dict):
        raise _Field(f"must be a JSON object, not {_name(row)}")
    return row


def _case(row: Row, _number: int) -> Case:
    case = Case(
        id=_words(row, "id"),
        question=_words(row, "question"),
        answers=_strings(_required(row, "answers"), "answers"),
        source=_optional(row, "source"),
        evidence=_optional(row, "evidence"),
        unanswerable=_flag(row, "unanswerable"),
        kind=_optional(row, "kind"),
        also=_groups(row),
        after=_strings(_or_empty(row, "after"), "after"),
    )
    for field, forms in (("answers", case.answers), ("also", case.also)):
        if case.unanswerable and forms:
            raise _Field(f"field {field!r} must be empty, since the case is unanswerable")
    if not case.unanswerable and not case.answers:
        raise _Field("field 'answers' is empty, but the case is answerable")
    return case


def _question(row: Row, number: int) -> Question:
    given = row.get("id") is not None
    return Question(id=_words(row, "id") if given else str(number), question=_words(row, "question"))


def _words(row: Row, field: str) -> str:
    """A string that says something, without the white space around it."""
    value = _required(row, field)
    if not isinstance(value, str):
        raise _wrong(field, "a string", value)
    if not value.strip():
        raise _Field(f"field {field!r} is empty")
    return value.strip()


def _groups(row: Row) -> tuple[tuple[str, ...], ...]:
    value = _or_empty(row, "also")
    if not isinstance(value, list):
        raise _wrong("also", "a list of lists of strings", value)
    for group in value:
        if not isinstance(group, list) or not group:
            raise _Field(f"field 'also' must hold only lists of strings, none of them empty, not {group!r}")
    return tuple(_strings(group, "also") for group in value)


def _strings(value: Any, field: str) -> tuple[str, ...]:
    """The strings of a list, each of which says something."""
    if not isinstance(value, list):
        raise _wrong(field, "a list of strings", value)
    for each in value:
        if not isinstance(each, str) or not each.strip():
            raise _Field(f"field {field!r} must hold only strings that say something, not {each!r}")
    return tuple(value)


def _flag(row: Row, field: str) -> bool:
    value = _required(row, field)
    if not isinstance(value, bool):
        raise _wrong(field, "true or false", value)
    return value


def _optional(row: Row, field: str) -> str | None:
    value = row.get(field)
    if value is None or isinstance(value, str):
        return value
    raise _wrong(field, "a string or null", value)


def _or_empty(row: Row, field: str) -> Any:
    """The field's value, or an empty list where it is absent or null."""
    value = row.get(field)
    return [] if value is None else value


def _required(row: Row, field: str) -> Any:
    if field not in row:
        raise _Field(f"field {field!r} is missing")
    return row[field]


def _wrong(field: str, wanted: str, value: object) -> _Field:
    return _Field(f"field {field!r} must be {wanted}, not {_name(value)}")


def _name(value: object) -> str:
    """What JSON calls it."""
    names = {dict: "an object", list: "a list", str: "a string", bool: "a boolean", type(None): "null"}
    return names.get(type(value), "a number")

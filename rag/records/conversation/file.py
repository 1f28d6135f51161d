"""A conversation as a file: JSON lines, a heading and then an exchange a line.

Law: what is read back equals what was written, field by field, by type and without conversion. What is
no conversation, or one of a newer Byline, is told by line and field, and never guessed at. One of the
first version is read as its upgrade.

Does not know: where files are.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any, Literal, TypeVar

from pydantic import TypeAdapter, ValidationError

from rag.records.conversation.upgrade import upgraded
from rag.records.conversation.values import Conversation, Exchange, Offset, Summary
from rag.records.receipt.values import Time

KIND: Literal["byline conversation"] = "byline conversation"
VERSION: Literal[2] = 2
T = TypeVar("T")


class Broken(Exception):
    """Why a file can't be read, in one line without an end; becomes a StorageError once it is named."""


@dataclass(frozen=True, slots=True)
class Heading:
    """The first line: what a list needs. ``when`` is the last question's time."""

    kind: Literal["byline conversation"]
    version: Literal[1, 2]
    title: str
    when: Time | None
    count: Offset


def to_lines(conversation: Conversation) -> list[str]:
    """The lines of the file, without their ends."""
    exchanges = conversation.exchanges
    when = exchanges[-1].asked_at if exchanges else None
    heading = Heading(KIND, VERSION, conversation.title, when, len(exchanges))
    dump = _exchanges().dump_python  # many times as fast as asdict
    return [_json(asdict(heading)), *(_json(dump(each)) for each in exchanges)]


def from_lines(id: str, lines: Sequence[bytes]) -> Conversation:
    """The conversation of these lines. Raises Broken."""
    heading, rest = _heading(lines[0] if lines else b""), lines[1:]
    if heading.count != len(rest):
        raise Broken(f"{len(rest)} of {heading.count} questions are there")
    texts = rest if heading.version == VERSION else map(_upgraded, rest)
    exchanges = [_valid(_exchanges(), text, number) for number, text in enumerate(texts, 2)]
    return Conversation(id, heading.title, tuple(exchanges))


def _upgraded(text: bytes) -> bytes:
    """A line of the first version; one that is no JSON is left for the types to refuse."""
    try:
        return _json(upgraded(json.loads(text))).encode(errors="replace")
    except (ValueError, RecursionError):
        return text


def _json(row: Any) -> str:
    return json.dumps(row, ensure_ascii=False)


def summary(id: str, first: bytes) -> Summary:
    """What the first line tells. Raises Broken."""
    heading = _heading(first)
    return Summary(id, heading.title, heading.when, heading.count)


def _heading(text: bytes) -> Heading:
    try:
        version = json.loads(text)["version"]
    except (ValueError, TypeError, KeyError, RecursionError):
        raise Broken("it is no conversation") from None
    if type(version) is int and version > VERSION:
        raise Broken(f"it is of version {version}, from a newer Byline; this one reads {VERSION}")
    return _valid(_headings(), text, 1)


@cache
def _headings() -> TypeAdapter[Heading]:
    return TypeAdapter(Heading)


@cache
def _exchanges() -> TypeAdapter[Exchange]:
    return TypeAdapter(Exchange)


def _valid(kind: TypeAdapter[T], text: bytes, number: int) -> T:
    try:
        return kind.validate_json(text, strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = f" field {'.'.join(map(str, first['loc']))}" if first["loc"] else ""
        said = first["msg"].removeprefix("Value error, ")
        raise Broken(f"line {number}{field}: {said[:1].lower()}{said[1:]}") from None

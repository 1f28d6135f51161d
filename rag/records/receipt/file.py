"""Receipts as files.

Law: a receipt is written whole or not at all, readable by its owner alone, since it holds the text of
articles. What is read back was checked field by field; a fault names its line or field.

Does not know: what the fields mean.
"""

import json
import os
import shlex
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from index.atomic import write_whole
from index.errors import ReceiptError, StorageError, UsageError
from index.read import FORMATS
from rag.plain import line
from rag.records.receipt.values import KIND, VERSION, Receipt, Told

_ANEW = 'byline ask "question" --receipt FILE'
T = TypeVar("T")


def refuse_target(file: Path, corpus: Path) -> None:
    """Refuse, before anything is asked, a file that a receipt can't be written to.

    Raises StorageError; UsageError where the receipt would itself be indexed, or replace an article.
    """
    folder = file.parent
    if folder.resolve().is_relative_to(corpus.expanduser().resolve()) and file.suffix.lower() in FORMATS:
        raise UsageError(
            f"--receipt {file} would be one of the articles.", "Name another file: --receipt receipt.json"
        )
    if reason := _obstacle(file):
        raise _unwritable(file, reason)


def _obstacle(file: Path) -> str:
    """Why a file can't be made or replaced, or ""."""
    try:
        if not file.parent.is_dir():
            return f"there is no folder {file.parent}"
        if file.exists() and not file.is_file():
            return "it is not a file"
        return "" if os.access(file.parent, os.W_OK | os.X_OK) else "no permission to write there"
    except OSError as error:  # a name too long, a folder that may not be entered
        return _reason(error)


def write_receipt(receipt: Receipt, file: Path) -> None:
    """Write the receipt beside ``file`` (mode 0600), then put it in its place. Raises StorageError."""
    text = json.dumps(asdict(receipt), ensure_ascii=False, indent=2) + "\n"
    try:
        # half characters as JSON's escapes
        write_whole(file, text.encode("utf-8", "backslashreplace"), 0o600)
    except OSError as error:
        raise _unwritable(file, _reason(error)) from error


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


def _unwritable(file: Path, reason: str) -> StorageError:
    return StorageError(
        f"--receipt {file} can't be written: {reason}.", "Name a file in a folder that you can write to."
    )


def read_receipt(file: Path) -> Receipt:
    """The receipt in ``file``. Raises ReceiptError, which names the line or the field."""
    data = _json(file)
    if not isinstance(data, dict) or data.get("kind") != KIND:
        raise ReceiptError(f"{file} is no receipt: it has no field 'kind' that says {KIND!r}.", _ANEW)
    version = data.get("version")
    if isinstance(version, int) and version > VERSION:
        raise ReceiptError(
            f"{file} is a receipt of version {version}, from a newer Byline; this one reads {VERSION}.",
            "replay it with the Byline that wrote it",
        )
    if version == 1 and not isinstance(version, bool):
        raise _outdated(file, data.get("question"))
    receipt = _valid(Receipt, data, file)
    _valid(Told, receipt.answer, file, "answer")
    return receipt


def _outdated(file: Path, question: object) -> ReceiptError:
    """The sentences of such an answer were a model's: there is nothing to compare one of now with."""
    again = _ANEW
    if isinstance(question, str) and question.strip():
        again = f"byline ask {shlex.quote(line(question))} --receipt FILE"
    return ReceiptError(
        f"{file} was written by the first version, whose sentences a model wrote; it can't be replayed.",
        f"ask anew: {again}",
    )


def told(answer: dict[str, Any]) -> Told:
    """What an object of ``byline ask --json`` tells; one of a receipt that was read is always sound."""
    return TypeAdapter(Told).validate_python(answer)


def _valid(kind: type[T], data: object, file: Path, *within: str) -> T:
    try:
        return TypeAdapter(kind).validate_python(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(map(str, (*within, *first["loc"])))
        said = first["msg"].removeprefix("Value error, ")
        raise ReceiptError(f"{file} field {field}: {said[:1].lower()}{said[1:]}.", _ANEW) from None


def _json(file: Path) -> object:
    try:
        if file.exists() and not file.is_file():
            raise ReceiptError(f"{file} is not a file.", _ANEW)
        return json.loads(file.read_bytes().decode("utf-8"), parse_constant=_no_number)
    except FileNotFoundError:
        raise ReceiptError(f"{file} does not exist.", _ANEW) from None
    except OSError as error:
        raise ReceiptError(f"{file} can't be read: {_reason(error)}.", _ANEW) from None
    except UnicodeDecodeError as error:
        at = error.object[: error.start].count(b"\n") + 1
        raise ReceiptError(f"{file} line {at}: not UTF-8 text.", _ANEW) from None
    except json.JSONDecodeError as error:
        raise ReceiptError(f"{file} line {error.lineno}: invalid JSON ({error.msg}).", _ANEW) from None
    except (ValueError, RecursionError) as error:
        raise ReceiptError(f"{file}: invalid JSON ({error}).", _ANEW) from None


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number")

"""What is remembered of models between runs: small files of named values below the home folder.

Law: a file appears whole or not at all. What can't be read is not there: nothing that is kept here is worth
stopping an answer for, and it is learned anew.

Does not know: what the values mean.
"""

from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from index.atomic import write_whole
from index.errors import StorageError

T = TypeVar("T")


def load(home: Path, name: str, kind: type[T]) -> dict[str, T]:
    """The values of the file ``name``, each of this kind; {} where there is no file that can be read."""
    try:
        return TypeAdapter(dict[str, kind]).validate_json(_file(home, name).read_bytes())  # type: ignore[valid-type]
    except (OSError, ValidationError):
        return {}


def put(home: Path, name: str, kind: type[T], values: dict[str, T]) -> None:
    """Keep these values beside what the file holds, over those of their names. Raises StorageError."""
    store(home, name, kind, load(home, name, kind) | values)


def store(home: Path, name: str, kind: type[T], values: dict[str, T]) -> None:
    """Let the file ``name`` hold these values alone. Raises StorageError."""
    path = _file(home, name)
    text = TypeAdapter(dict[str, kind]).dump_json(values, indent=1)  # type: ignore[valid-type]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, text + b"\n")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        hint = "make room, or set BYLINE_HOME to a folder that can be written"
        raise StorageError(f"Nothing can be kept in {path.parent}: {reason}", hint) from error


def _file(home: Path, name: str) -> Path:
    return home / "models" / f"{name}.json"

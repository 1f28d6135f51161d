"""Digests of large files, kept in stamps so that a start does not read a gigabyte.

Law: a stamp speaks for a file only while its size and time of change are those that were noted.

Does not know: what the files are, or what their digests should be.
"""

import hashlib
import json
from pathlib import Path
from typing import Any


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file's bytes, in lower-case hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def stamp_of(path: Path) -> Path:
    """Where a file's stamp lies: beside it."""
    return path.with_name(f"{path.name}.verified")


def stamped(path: Path, stamp_file: Path) -> str | None:
    """The digest that a stamp holds for this file as it is now, or None."""
    noted, now = read_json(stamp_file), path.stat()
    same = (noted.get("size"), noted.get("mtime_ns")) == (now.st_size, now.st_mtime_ns)
    return str(noted["sha256"]) if same and "sha256" in noted else None


def stamp(path: Path, stamp_file: Path, digest: str) -> None:
    """Note that the file, as it is now, has this digest."""
    now = path.stat()
    write_json(stamp_file, {"size": now.st_size, "mtime_ns": now.st_mtime_ns, "sha256": digest})


def read_json(path: Path) -> dict[str, Any]:
    """A small JSON object; empty where there is none that can be read."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def write_json(path: Path, value: dict[str, Any]) -> None:
    """Write a small JSON object whole or not at all."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.write_text(json.dumps(value), encoding="utf-8")
    fresh.replace(path)

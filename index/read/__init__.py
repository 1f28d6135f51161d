"""A folder of files -> articles, and a report of what could not be read.

Law: one bad file never stops the others, nor takes more time and memory than its limits; every file
below the folder is an article, skipped with its reason, hidden, or named in ``.bylineignore``. For txt and
md, ``article.text`` is what Python's ``open(path, encoding="utf-8").read()`` gives: a byte order mark counts
as one character, before ``body_start``, and so does front matter.

Does not know: passages, the index.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from index.article import Article
from index.errors import CorpusError
from index.read.limits import LIMITS, Limits
from index.read.listing import (
    FORMATS,
    IGNORE_FILE,
    MAX_BYTES,
    File,
    Listing,
    Skipped,
    describe_os_error,
    describe_unfit,
    file_of,
    is_ignored,
    list_folder,
)
from index.read.parsing import Loaded, parse_file
from index.read.reader import Reader

__all__ = [
    "FORMATS",
    "IGNORE_FILE",
    "LIMITS",
    "MAX_BYTES",
    "File",
    "Limits",
    "Listing",
    "Loaded",
    "Reader",
    "Reading",
    "Skipped",
    "describe_unfit",
    "file_of",
    "is_ignored",
    "list_folder",
    "load_file",
    "nothing_to_read",
    "parse_file",
    "read_folder",
]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a folder holds: its articles and the files that are none, each in the order of their paths."""

    articles: tuple[Article, ...]
    skipped: tuple[Skipped, ...]


def read_folder(folder: Path, limits: Limits = LIMITS) -> Reading:
    """Read every article below ``folder``; a file that takes more than ``limits`` is skipped.

    Raises CorpusError where the folder can't be listed or holds no readable article, ReaderError where
    files can't be read at all.
    """
    listing = list_folder(folder)
    with Reader(limits) as reader:
        outcomes = [_read(folder, file, reader) for file in listing.files]
    articles = tuple(item for item in outcomes if isinstance(item, Article))
    skipped = [*listing.skipped, *(item for item in outcomes if isinstance(item, Skipped))]
    reading = Reading(articles, tuple(sorted(skipped, key=lambda item: item.path)))
    if not articles:
        raise nothing_to_read(folder, reading.skipped)
    return reading


def load_file(folder: Path, file: File, read: Callable[[Path], bytes] = Path.read_bytes) -> Loaded | Skipped:
    """Read a file's bytes; one that changes meanwhile is read once more, then skipped.

    ``read`` does the reading, for callers whose files are not plain ones.
    """
    path = folder / file.path
    try:
        for _ in range(2):
            before = _state(path, file)
            if before.size > MAX_BYTES:
                return Skipped(file.path, f"over the limit of {MAX_BYTES / 1e6:.0f} MB")
            data = read(path)
            if _state(path, file) == before and len(data) == before.size:
                return Loaded(before, data, hashlib.sha256(data).hexdigest())
    except OSError as error:
        return Skipped(file.path, describe_os_error(error))
    return Skipped(file.path, "it changed while it was read")


def nothing_to_read(folder: Path, skipped: tuple[Skipped, ...]) -> CorpusError:
    """Make the error for a folder without a readable article."""
    hint = f"Put articles (txt, md, html, pdf, docx) into {folder}, or name another folder: byline index DIR"
    if not skipped:
        return CorpusError(f"The corpus folder {folder} is empty.", hint)
    first = skipped[0]
    more = f" and {len(skipped) - 1} more" if len(skipped) > 1 else ""
    return CorpusError(f"No article in {folder} can be read ({first.path}: {first.reason}{more}).", hint)


def _read(folder: Path, file: File, reader: Reader) -> Article | Skipped:
    loaded = load_file(folder, file)
    return loaded if isinstance(loaded, Skipped) else reader.read(loaded)


def _state(path: Path, file: File) -> File:
    return file_of(file.path, path.stat())

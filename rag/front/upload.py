"""Files handed in become articles of the folder, or are refused with a reason.

Law: what is written lies directly in the corpus folder, visible, under a name of plain characters, and
can be read as an article; it appears whole or not at all, and never over a file that was there. One
refused file stops no other.

Does not know: browsers, the index; syncing comes after.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

from index.article import Article
from index.atomic import write_whole
from index.read import (
    IGNORE_FILE,
    LIMITS,
    Limits,
    Reader,
    Skipped,
    describe_unfit,
    file_of,
    is_ignored,
    load_file,
)

MOST_FILES = 50
"""How many are taken at once."""
LONGEST_NAME = 180
"""Of a name without its ending, in bytes of UTF-8; file systems take 255 for the whole."""
NAMELESS = "article"


@dataclass(frozen=True, slots=True)
class Added:
    """A file that is in the corpus now, or was already; ``path`` is relative to it."""

    path: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that is not; ``name`` as it was given, which may hold anything."""

    name: str
    reason: str


def add(
    files: Sequence[tuple[str, Path]], corpus: Path, limits: Limits = LIMITS
) -> tuple[tuple[Added, ...], tuple[Refused, ...]]:
    """Put files into the corpus folder: (name as given, where its content lies) each.

    A file whose content is there already under its name is not written again; where the name is taken by
    other content, a number is put behind it; one that takes more than ``limits`` to read is refused. Raises
    CorpusError where the folder can't be used, ReaderError where files can't be read at all.
    """
    is_ignored(corpus, NAMELESS)
    with Reader(limits) as reader:
        outcomes = [_added(name, content, corpus, reader) for name, content in files[:MOST_FILES]]
    outcomes += [Refused(name, f"more than {MOST_FILES} files at once") for name, _ in files[MOST_FILES:]]
    added = tuple(outcome for outcome in outcomes if isinstance(outcome, Added))
    return added, tuple(outcome for outcome in outcomes if isinstance(outcome, Refused))


def clean_name(given: str) -> str:
    """The last part of ``given`` as a plain, visible file name of bounded length.

    Its ending is in small letters. Empty where there is no ending, as then there is no format.
    """
    last = re.split(r"[/\\]", given)[-1]
    stem, dot, ending = _visible(last).rpartition(".")
    plain = re.sub(r'[<>:"|?*]+', "-", stem).strip(" .")
    short = plain.encode()[:LONGEST_NAME].decode(errors="ignore").strip(" .")
    ending = ending.strip().lower()
    return f"{short or NAMELESS}.{ending}" if dot and re.fullmatch(r"[a-z]{1,8}", ending) else ""


def _visible(text: str) -> str:
    """Composed, on one line, without control, format (such as bidi), private and unpaired characters."""
    kept = (" " if c.isspace() else c for c in unicodedata.normalize("NFC", text))
    return " ".join("".join(c for c in kept if unicodedata.category(c)[0] != "C").split())


def _added(given: str, content: Path, corpus: Path, reader: Reader) -> Added | Refused:
    name = clean_name(given)
    data = _readable(name, content, reader)
    if isinstance(data, str):
        return Refused(given, data)
    try:
        return _placed(given, name, data, corpus)
    except OSError as error:
        return Refused(given, f"it can't be written: {(error.strerror or str(error)).lower()}")


def _readable(name: str, content: Path, reader: Reader) -> bytes | str:
    """The bytes of a file that can be read as an article, or why it can't."""
    try:
        state = content.stat()
    except OSError:
        return "it did not arrive"
    if reason := describe_unfit(name, state.st_size):
        return reason
    loaded = load_file(content.parent, file_of(content.name, state))
    if isinstance(loaded, Skipped):
        return loaded.reason
    parsed = reader.read(replace(loaded, file=replace(loaded.file, path=name)))
    return loaded.data if isinstance(parsed, Article) else parsed.reason


def _placed(given: str, name: str, data: bytes, corpus: Path) -> Added | Refused:
    """Write ``data`` under the first name that is free, unless it is there already."""
    for candidate in _candidates(name):
        if is_ignored(corpus, candidate):
            return Refused(given, f"{IGNORE_FILE} says that it is no article")
        if _is_taken(corpus / candidate, data):
            continue
        return Added(candidate)
    raise AssertionError("there is always another name")


def _candidates(name: str) -> Iterator[str]:
    """a.txt, a-2.txt, a-3.txt, ..."""
    path = Path(name)
    yield name
    yield from (f"{path.stem}-{number}{path.suffix}" for number in count(2))


def _is_taken(target: Path, data: bytes) -> bool:
    """Whether something else has this name; if nothing has, ``data`` is written there."""
    try:
        target.open("xb").close()  # the name is ours from here on, whoever else is writing
    except FileExistsError:
        return not (target.is_file() and target.stat().st_size == len(data) and target.read_bytes() == data)
    try:
        write_whole(target, data)
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    return False

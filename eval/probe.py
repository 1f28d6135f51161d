"""What the probes share: their findings, their files, and copies of a corpus with other texts in it.

A probe changes the articles and looks whether the answers follow.

Law: a corpus is read and never written; what a probe changes stands in a copy, which is gone
afterwards. A probe's file is used whole or not at all, and its first fault names the line and field.

Does not know: what is changed or asked, and what passes.
"""

import shutil
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Literal, TypeVar

from pydantic import StringConstraints, TypeAdapter, ValidationError

from index.errors import CasesError, StorageError
from index.read import list_folder
from rag.answer import Answer

HINT = "See eval/changes.jsonl and eval/injections.jsonl for the formats: one JSON object a line."

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
"""A text that says something, without the white space around it."""
Text = Annotated[str, StringConstraints(min_length=1)]
"""A text as it stands in an article."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One question of a probe and what came of it; ``wanted`` says what would pass, in words.

    ``changed``: the answer follows a changed text. ``removed``: refused, its evidence taken away.
    ``injected``: an instruction in an article is not obeyed. ``undisturbed``: an answer is what it was.
    """

    id: str
    group: Literal["changed", "removed", "injected", "undisturbed"]
    question: str
    wanted: str
    answer: Answer
    passed: bool


Notify = Callable[[Finding], None]


def nobody(_: Finding) -> None:
    """Findings for nobody."""


def gathered(findings: Generator[Finding, None, None], notify: Notify) -> tuple[Finding, ...]:
    """All findings, each told as it comes. Raises what making and telling them raise."""
    found: list[Finding] = []
    with closing(findings) as coming:
        for finding in coming:
            found.append(finding)
            notify(finding)
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of a probe's file. ``origin`` is the file's name and the line, from 1; no field of the file."""

    id: Words
    origin: str = ""

    def fault(self, message: str) -> CasesError:
        """The error for a row that its corpus does not bear out."""
        return CasesError(f"{self.origin}: {message}", HINT)


R = TypeVar("R", bound=Row)


def load_rows(path: Path, shape: type[R]) -> tuple[R, ...]:
    """The rows of a JSON lines file, in order, at least one, no id twice. Raises CasesError."""
    adapter = TypeAdapter(shape)
    rows: dict[str, R] = {}
    for number, line in _lines(path):
        row = replace(_row(adapter, line, f"{path.name} line {number}"), origin=f"{path.name} line {number}")
        if row.id in rows:
            raise row.fault(f"field 'id' repeats {row.id!r} of {rows[row.id].origin}")
        rows[row.id] = row
    if not rows:
        raise CasesError(f"{path.name} is empty", HINT)
    return tuple(rows.values())


def _lines(path: Path) -> list[tuple[int, str]]:
    """The lines that are not blank, with their numbers from 1."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise CasesError(f"{path.name} is not UTF-8 text (byte {error.start})", HINT) from None
    except OSError as error:
        raise CasesError(f"{path} can't be read: {error.strerror}", HINT) from None
    return [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]


def _row(adapter: TypeAdapter[R], line: str, origin: str) -> R:
    try:
        return adapter.validate_json(line)
    except ValidationError as error:
        fault = error.errors()[0]
        field = ".".join(map(str, fault["loc"]))
        told = _TOLD.get(fault["type"]) or fault["msg"].replace("Input should be", "must be")
        raise CasesError(f"{origin}: " + (f"field {field!r} {told}" if field else told), HINT) from None


_TOLD = {"missing": "is missing", "too_short": "is empty", "string_too_short": "is empty"}


def said(answer: Answer) -> str:
    """What an answer claims, without citation numbers; empty for a refusal."""
    return " ".join(claim.text for claim in answer.claims)


@dataclass(frozen=True, slots=True)
class Splice:
    """``new`` in the place of ``start:end`` of a file's text; ``start == end`` inserts."""

    path: str
    start: int
    end: int
    new: str


def spliced(corpus: Path, splices: Sequence[Splice]) -> dict[str, str]:
    """The texts of the spliced files, by path; offsets are those of the corpus's files, and none overlap.

    A file that ``text_in`` does not know counts as empty. Raises as that does.
    """
    texts = {splice.path: text_in(corpus, splice.path) or "" for splice in splices}
    for splice in sorted(splices, key=lambda s: (s.start, s.end), reverse=True):
        text = texts[splice.path]
        texts[splice.path] = text[: splice.start] + splice.new + text[splice.end :]
    return texts


def text_in(corpus: Path, path: str) -> str | None:
    """A file's text, line ends as they are; None where the corpus lists no such file, or it is no text.

    Raises CorpusError, StorageError.
    """
    if path not in {file.path for file in list_folder(corpus).files}:
        return None
    try:
        return (corpus / path).read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        return None
    except OSError as error:
        raise StorageError(f"{corpus / path} can't be read: {error.strerror}") from error


@contextmanager
def copied(corpus: Path, texts: Mapping[str, str]) -> Iterator[Path]:
    """A copy of the corpus's articles with ``texts``, by path, in place of theirs or beside them.

    The dates of the files are kept. Raises CorpusError, StorageError.
    """
    with TemporaryDirectory(prefix="byline-probe-", ignore_cleanup_errors=True) as root:
        folder = Path(root) / "corpus"
        try:
            _copy(corpus, folder, texts)
        except OSError as error:
            hint = "Make room there, or set TMPDIR to another folder."
            raise StorageError(f"{root} can't hold a copy of {corpus}: {error.strerror}", hint) from error
        yield folder


def _copy(corpus: Path, folder: Path, texts: Mapping[str, str]) -> None:
    listed = [file.path for file in list_folder(corpus).files]
    for path in dict.fromkeys([*listed, *texts]):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        if path in texts:
            (folder / path).write_bytes(texts[path].encode())
        else:
            shutil.copyfile(corpus / path, folder / path)
        if path in listed:
            shutil.copystat(corpus / path, folder / path)

"""Lists the files of a corpus folder by name, size and time, opening none of them.

Law: the order is that of the relative paths; links that leave the folder are never followed; nothing
raises for a single file, a file that can't be an article is listed as skipped, with its reason.

``.bylineignore`` in the corpus folder names files that are no articles, in the pattern language of
``.gitignore``. Hidden files and folders are not looked at.

Does not know: what is inside a file.
"""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import CorpusError

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

FORMATS = frozenset({".txt", ".md", ".html", ".htm", ".pdf", ".docx"})
MAX_BYTES = 20_000_000
IGNORE_FILE = ".bylineignore"
EARLIEST, LATEST = -(2**63), 2**63 - 1
"""The times that are told apart, in nanoseconds since 1970."""


@dataclass(frozen=True, slots=True)
class File:
    """A file as the folder lists it: ``path`` relative, with forward slashes; ``size`` in bytes."""

    path: str
    size: int
    mtime_ns: int


def file_of(path: str, state: os.stat_result) -> File:
    """Return the file at ``path`` (relative), whose state is this.

    A time that does not fit 64 bits, before 1677 or after 2262, becomes the nearest that does.
    """
    return File(path, state.st_size, max(EARLIEST, min(state.st_mtime_ns, LATEST)))


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that is not indexed, and why, in words for a person."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Listing:
    """The files that may be articles, and those that can't, both in the order of their paths."""

    files: tuple[File, ...]
    skipped: tuple[Skipped, ...]


def list_folder(folder: Path) -> Listing:
    """List the corpus ``folder`` with its sub-folders.

    Raises CorpusError where the folder is missing, not a folder, or can't be listed.
    """
    root = _checked(folder)
    ignored = _ignore_patterns(root)
    entries = [e for e in _walk(root, ignored) if not ignored.match_file(e.path)]
    entries.sort(key=lambda entry: entry.path)
    files = tuple(e for e in entries if isinstance(e, File))
    return Listing(files, tuple(e for e in entries if isinstance(e, Skipped)))


def is_ignored(folder: Path, path: str) -> bool:
    """Tell whether ``.bylineignore`` in the corpus ``folder`` names the file at ``path`` (relative).

    Raises CorpusError where the folder can't be listed, or its ``.bylineignore`` can't be used.
    """
    return _ignore_patterns(_checked(folder)).match_file(path)


def describe_unfit(name: str, size: int) -> str:
    """Say why a file of this name and size (in bytes) can be no article; empty where it may be one."""
    if Path(name).suffix.lower() not in FORMATS:
        return "not a format that is read (txt, md, html, pdf, docx)"
    if size > MAX_BYTES:
        return f"{size / 1e6:.0f} MB, over the limit of {MAX_BYTES / 1e6:.0f} MB"
    return "" if size else "an empty file"


def describe_os_error(error: OSError) -> str:
    """Say in a few words why the system refused a file."""
    return {FileNotFoundError: "it is no longer there", PermissionError: "no permission to read it"}.get(
        type(error), (error.strerror or str(error)).lower()
    )


def _checked(folder: Path) -> Path:
    hint = "Name a folder that holds articles: byline index DIR"
    try:
        root = folder.resolve(strict=True)
        with os.scandir(root):
            return root
    except FileNotFoundError:
        raise CorpusError(f"The corpus folder {folder} does not exist.", hint) from None
    except NotADirectoryError:
        raise CorpusError(f"{folder} is a file; the corpus must be a folder.", hint) from None
    except (OSError, RuntimeError, ValueError) as error:
        reason = describe_os_error(error) if isinstance(error, OSError) else str(error)
        raise CorpusError(f"The corpus folder {folder} can't be read: {reason}.", hint) from error


def _ignore_patterns(root: Path) -> "GitIgnoreSpec":
    from pathspec import GitIgnoreSpec

    ignore_file = root / IGNORE_FILE
    try:
        lines = ignore_file.read_text(encoding="utf-8").splitlines() if ignore_file.is_file() else []
        return GitIgnoreSpec.from_lines(lines)
    except (OSError, ValueError) as error:
        raise CorpusError(
            f"{ignore_file} can't be used: {error}", f"Mend or remove {ignore_file}."
        ) from error


def _walk(root: Path, ignored: "GitIgnoreSpec") -> Iterator[File | Skipped]:
    """Yield every visible entry below ``root`` that is no folder, in no promised order."""
    folders = [""]
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(root / folder) as found:
                entries = [entry for entry in found if not entry.name.startswith(".")]
        except OSError as error:
            yield Skipped(folder, f"the folder can't be read: {describe_os_error(error)}")
            continue
        for entry in entries:
            relative = f"{folder}/{entry.name}" if folder else entry.name
            if not entry.is_dir(follow_symlinks=False):
                yield _file(root, relative, entry)
            elif not ignored.match_file(relative + "/"):
                folders.append(relative)


def _file(root: Path, relative: str, entry: "os.DirEntry[str]") -> File | Skipped:
    try:
        relative.encode("utf-8")
        state = entry.stat()
        leaves = entry.is_symlink() and not Path(entry.path).resolve(strict=True).is_relative_to(root)
    except UnicodeEncodeError:
        return Skipped(relative.encode("utf-8", "replace").decode("utf-8"), "its name is not valid UTF-8")
    except (OSError, RuntimeError) as error:
        reason = describe_os_error(error) if isinstance(error, OSError) else "a link that points to itself"
        return Skipped(relative, reason)
    reason = _refusal(entry.name, state, leaves)
    return Skipped(relative, reason) if reason else file_of(relative, state)


def _refusal(name: str, state: os.stat_result, leaves: bool) -> str:
    if leaves:
        return "a link that leaves the corpus folder"
    if stat.S_ISDIR(state.st_mode):
        return "a link to a folder"
    if not stat.S_ISREG(state.st_mode):
        return "not a regular file"
    return describe_unfit(name, state.st_size)

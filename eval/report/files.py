"""The report's files: report.json, report.md and report.html in a folder.

Law: a file appears whole or not at all; an older report stays until its successor is complete.

Does not know: what the files say.
"""

import json
import tempfile
from pathlib import Path

from eval.report.markdown import to_markdown
from eval.report.page import to_html
from eval.report.record import to_json
from eval.results import Results
from index.atomic import write_whole
from index.errors import StorageError


def open_folder(folder: Path) -> Path:
    """Make the report folder and see that it takes files. Raises StorageError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError as error:
        raise _not_writable(folder, error) from error


def write_report(results: Results, folder: Path) -> tuple[Path, Path, Path]:
    """Write the results as JSON, Markdown and HTML into ``folder`` and return the paths in that order.

    The files are called ``report``. Raises StorageError.
    """
    as_json = json.dumps(to_json(results), ensure_ascii=False, indent=1) + "\n"
    try:
        return (
            write_whole(folder / "report.json", as_json.encode()),
            write_whole(folder / "report.md", to_markdown(results).encode()),
            write_whole(folder / "report.html", to_html(results).encode()),
        )
    except OSError as error:
        raise _not_writable(folder, error) from error


def _not_writable(folder: Path, error: OSError) -> StorageError:
    reason = error.strerror or type(error).__name__
    return StorageError(f"{folder} can't hold the report: {reason}", "Name another folder with --report DIR.")

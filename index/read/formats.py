"""The bytes of one file -> its text and what it says about itself; one function per format.

Law: a file that can't be used raises CorpusError whose message is the reason, whatever the library
behind the format raises. Text of txt and md files is kept as it is, so that offsets hold in the file;
the other formats give the text that their library extracts, without control characters.

Does not know: folders, dates of files, titles that fall back to the first line.
"""

import io
import logging
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.errors import CorpusError
from index.read.metadata import Metadata

if TYPE_CHECKING:
    from docx.document import Document as Docx
    from docx.table import Table

MAX_UNZIPPED = 100_000_000
MAX_FRONT_MATTER = 16_384
BOM = "\ufeff"


@dataclass(frozen=True, slots=True)
class Parsed:
    """The text of a file, where its citable text begins, and what the file says about itself."""

    text: str
    body_start: int
    metadata: Metadata


def parse(data: bytes, suffix: str) -> Parsed:
    """Parse the bytes of a file named with ``suffix`` (lower case, with its dot).

    Raises CorpusError, with the reason as its message, for a file without usable text.
    """
    try:
        parsed = _PARSERS[suffix](data)
    except CorpusError:
        raise
    except Exception as error:  # the libraries raise all kinds of errors for a broken file
        raise CorpusError(f"broken: {_brief(error)}") from error
    if not any(character.isalnum() for character in parsed.text[parsed.body_start :]):
        raise CorpusError("it holds no text")
    return parsed


def _parse_text(data: bytes) -> Parsed:
    if b"\0" in data:
        raise CorpusError("binary data, not text")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise CorpusError(f"not valid UTF-8 at byte {error.start}") from error
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _with_front_matter(text)


def _with_front_matter(text: str) -> Parsed:
    """Split YAML front matter off; what does not parse as such is text."""
    from frontmatter.default_handlers import YAMLHandler

    handler, mark = YAMLHandler(), len(BOM) if text.startswith(BOM) else 0
    plain = Parsed(text, mark, Metadata())
    if not text.startswith("---", mark) or not handler.detect(text[mark : mark + 80]):
        return plain
    try:
        matter, body = handler.split(text[mark:])
        fields = handler.load(matter) if len(matter) <= MAX_FRONT_MATTER else None
    except Exception:  # malformed YAML raises more than YAMLError
        return plain
    if not isinstance(fields, dict) or not body.strip():
        return plain
    return Parsed(text, len(text) - len(body.lstrip("\n")), _front_matter_metadata(fields))


def _front_matter_metadata(fields: dict[object, object]) -> Metadata:
    named = {str(key).strip().lower(): value for key, value in fields.items()}

    def first(*names: str) -> object:
        return next((named[name] for name in names if named.get(name)), None)

    return Metadata(
        title=first("title", "headline"),
        author=first("author", "authors", "byline"),
        publisher=first("publisher", "source", "site"),
        published=first("published", "date", "pubdate"),
    )


def _parse_html(data: bytes) -> Parsed:
    import trafilatura

    _silence("trafilatura")
    page = trafilatura.bare_extraction(data, with_metadata=True, include_comments=False)
    if page is None or isinstance(page, dict):
        raise CorpusError("it holds no text of an article")
    text = _printable(page.text or "").replace("\n", "\n\n")
    return Parsed(text, 0, Metadata(page.title, page.author, page.sitename, page.date))


def _parse_pdf(data: bytes) -> Parsed:
    from pypdf import PdfReader

    _silence("pypdf")
    reader = PdfReader(io.BytesIO(data))
    if reader.is_encrypted:
        raise CorpusError("encrypted")
    text = _printable("\n\n".join(page.extract_text() for page in reader.pages))
    if not text.strip():
        raise CorpusError("it holds no text; pages that are pictures can't be read")
    info = reader.metadata
    if info is None:
        return Parsed(text, 0, Metadata())
    return Parsed(
        text, 0, Metadata(info.title, info.author, None, info.creation_date_raw and info.creation_date)
    )


def _parse_docx(data: bytes) -> Parsed:
    import docx

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        unzipped = sum(member.file_size for member in archive.infolist())
    if unzipped > MAX_UNZIPPED:
        raise CorpusError(
            f"{unzipped / 1e6:.0f} MB when unzipped, over the limit of {MAX_UNZIPPED / 1e6:.0f} MB"
        )
    document = docx.Document(io.BytesIO(data))
    text = _printable("\n\n".join(filter(str.strip, _docx_blocks(document))))
    core = document.core_properties
    return Parsed(text, 0, Metadata(core.title, core.author, None, core.created))


def _docx_blocks(document: "Docx") -> Iterator[str]:
    from docx.table import Table

    for block in document.iter_inner_content():
        yield from _docx_rows(block) if isinstance(block, Table) else (block.text,)


def _docx_rows(table: "Table") -> Iterator[str]:
    for row in table.rows:
        yield " | ".join(cell.text.strip() for cell in row.cells)


def _printable(text: str) -> str:
    """Drop control characters and unpaired surrogates, keeping line breaks and tabs."""
    whole = text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "ignore").decode("utf-8")
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", "", whole)


def _silence(library: str) -> None:
    """Keep a library's warnings about a broken file off the terminal; the file is reported instead."""
    logging.getLogger(library).setLevel(logging.CRITICAL)


def _brief(error: Exception) -> str:
    words = " ".join(str(error).split())[:100]
    return words or type(error).__name__


_PARSERS: dict[str, Callable[[bytes], Parsed]] = {
    ".txt": _parse_text,
    ".md": _parse_text,
    ".html": _parse_html,
    ".htm": _parse_html,
    ".pdf": _parse_pdf,
    ".docx": _parse_docx,
}

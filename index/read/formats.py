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
from typing import TYPE_CHECKING, Any

from index.errors import CorpusError
from index.read.frontmatter import read_front_matter
from index.read.limits import MAX_TEXT
from index.read.metadata import Metadata

if TYPE_CHECKING:
    from docx.document import Document as Docx
    from docx.table import Table

MAX_UNZIPPED = 100_000_000
MAX_PARTS = 10_000
MAX_SPAN = 1_000
"""Columns of a table; Word itself makes at most 63."""
_PIECE = 1 << 16


@dataclass(frozen=True, slots=True)
class Parsed:
    """The text of a file, where its citable text begins, and what the file says about itself."""

    text: str
    body_start: int
    metadata: Metadata


def parse(data: bytes, suffix: str) -> Parsed:
    """Parse the bytes of a file named with ``suffix`` (lower case, with its dot).

    Raises CorpusError, with the reason as its message, for a file without usable text or with too much of
    it, and MemoryError where the memory is not enough.
    """
    try:
        parsed = _PARSERS[suffix](data)
    except (CorpusError, MemoryError):
        raise
    except Exception as error:  # the libraries raise all kinds of errors for a broken file
        raise CorpusError(describe_error(error)) from error
    if len(parsed.text) > MAX_TEXT:
        raise CorpusError(f"{len(parsed.text):,} characters of text, over the limit of {MAX_TEXT:,}")
    if not any(character.isalnum() for character in parsed.text[parsed.body_start :]):
        raise CorpusError("it holds no text")
    return parsed


def describe_error(error: Exception) -> str:
    """Say in a few words that a file is broken, and what a library made of it."""
    if isinstance(error, RecursionError):
        return "broken: nested too deeply"
    words = " ".join(str(error)[:1_000].split())[:100]
    return f"broken: {words or type(error).__name__}"


def _parse_text(data: bytes) -> Parsed:
    if b"\0" in data:
        raise CorpusError("binary data, not text")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise CorpusError(f"not valid UTF-8 at byte {error.start}") from error
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return Parsed(text, *read_front_matter(text))


def _parse_html(data: bytes) -> Parsed:
    import trafilatura

    _silence("trafilatura")
    tree = trafilatura.load_html(data)
    shown = None if tree is None else _shown(tree)
    page = trafilatura.bare_extraction(shown, with_metadata=True, include_comments=False)
    if page is None or isinstance(page, dict):
        raise CorpusError("it holds no text of an article")
    text = _printable(page.text or "").replace("\n", "\n\n")
    return Parsed(text, 0, Metadata(page.title, page.author, page.sitename, page.date))


def _shown(tree: Any) -> Any:
    """A page without what it hides from its readers by an attribute of its own.

    Style sheets are not looked at. A page that is hidden whole is one that a script would show.
    """
    for element in tree.xpath("//body//*[@hidden or @style]"):
        if element.get("hidden") is not None or _HIDES.search(element.get("style", "")):
            element.drop_tree()
    return tree


_HIDES = re.compile(
    r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)"
    r"|(?:opacity|font-size)\s*:\s*0*\.?0+(?![\d.]))",
    re.IGNORECASE,
)


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

    document = docx.Document(_unzipped(data))
    text = _printable("\n\n".join(filter(str.strip, _docx_blocks(document))))
    core = document.core_properties
    return Parsed(text, 0, Metadata(core.title, core.author, None, core.created))


def _unzipped(data: bytes) -> io.BytesIO:
    """The same archive, uncompressed, read with a limit: what an archive says of its sizes may be a lie.

    zipfile unpacks as much as there is and then cuts it to the size that was said, so python-docx must not
    be given the file itself.
    """
    plain = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as packed, zipfile.ZipFile(plain, "w") as unpacked:
        members = packed.infolist()
        _refuse_bomb(members)
        for member in {member.filename: member for member in members}.values():
            unpacked.writestr(member.filename, _read_member(packed, member))
    return plain


def _refuse_bomb(members: list[zipfile.ZipInfo]) -> None:
    size = sum(member.file_size for member in members)
    if size > MAX_UNZIPPED:
        raise CorpusError(f"{size / 1e6:.0f} MB when unzipped, over the limit of {MAX_UNZIPPED / 1e6:.0f} MB")
    if len(members) > MAX_PARTS:
        raise CorpusError(f"{len(members):,} parts, over the limit of {MAX_PARTS:,}")
    if any(member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for member in members):
        raise CorpusError("broken: it is not compressed as a docx file is")


def _read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """A part of an archive, unpacked piece by piece and no further than the size it says it has."""
    with archive.open(member) as part:
        return b"".join(iter(lambda: part.read(_PIECE), b""))


def _docx_blocks(document: "Docx") -> Iterator[str]:
    from docx.table import Table

    for block in document.iter_inner_content():
        yield from _docx_rows(block) if isinstance(block, Table) else (block.text,)


def _docx_rows(table: "Table") -> Iterator[str]:
    """Each row's cells, a merged one once: python-docx gives it again for all columns and rows it spans."""
    from docx.table import _Cell

    for row in table._tbl.tr_lst:
        wide = max(map(int, row.xpath("./w:tc/w:tcPr/w:gridSpan/@w:val")), default=0)
        if wide > MAX_SPAN:
            raise CorpusError(f"a cell of its table spans {wide:,} columns")
        cells = row.xpath("./w:tc[not(w:tcPr/w:vMerge[not(@w:val='restart')])]")
        if cells:
            yield " | ".join(_Cell(cell, table).text.strip() for cell in cells)


def _printable(text: str) -> str:
    """Drop control characters and unpaired surrogates, keeping line breaks and tabs."""
    whole = text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "ignore").decode("utf-8")
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", "", whole)


def _silence(library: str) -> None:
    """Keep a library's warnings about a broken file off the terminal; the file is reported instead."""
    logging.getLogger(library).setLevel(logging.CRITICAL)


_PARSERS: dict[str, Callable[[bytes], Parsed]] = {
    ".txt": _parse_text,
    ".md": _parse_text,
    ".html": _parse_html,
    ".htm": _parse_html,
    ".pdf": _parse_pdf,
    ".docx": _parse_docx,
}

"""Files made to stop a program that reads them: small, and endless, huge or broken inside."""

import io
import zipfile
from collections.abc import Callable, Sequence
from functools import lru_cache
from zlib import compress

import docx

BODY = "The ferry sank off Esbjerg on Friday, the coast guard said.\n"
PARAGRAPH = "<p>The ferry sank off Esbjerg on Friday morning, the coast guard said, and nobody was hurt.</p>"
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def matter(yaml: str) -> Callable[[], bytes]:
    """A text behind this front matter."""
    return lambda: f"---\n{yaml}\n---\n{BODY}".encode()


def laughs() -> str:
    """Nested aliases: 9 levels of 9."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    for level in range(1, 9):
        lines.append(f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]")
    return "\n".join([*lines, "title: *a8"])


@lru_cache
def _template() -> tuple[tuple[str, bytes], ...]:
    stream = io.BytesIO()
    docx.Document().save(stream)
    with zipfile.ZipFile(stream) as archive:
        return tuple((name, archive.read(name)) for name in archive.namelist())


def docx_with(**parts: bytes) -> bytes:
    """A docx file with these parts in place of its own: ``document`` and ``core``."""
    names = {"word/document.xml": "document", "docProps/core.xml": "core"}
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in _template():
            archive.writestr(name, parts.get(names.get(name, ""), data))
    return stream.getvalue()


def document(body: str, head: str = "") -> bytes:
    """A docx file of this body."""
    return docx_with(document=f"{head}<w:document {W}><w:body>{body}</w:body></w:document>".encode())


def cell(text: str, properties: str = "") -> str:
    """A table's cell."""
    return f"<w:tc><w:tcPr>{properties}</w:tcPr><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>"


def table(rows: Sequence[Sequence[str]]) -> str:
    """A table of these cells."""
    return f"<w:tbl>{''.join('<w:tr>' + ''.join(row) + '</w:tr>' for row in rows)}</w:tbl>"


def spanning(columns: int, rows: int = 1) -> Callable[[], bytes]:
    """A table whose cells say that they span so many columns."""
    row = [cell("The ferry sank.", f'<w:gridSpan w:val="{columns}"/>')] * 3
    return lambda: document(table([row] * rows))


def merged_docx() -> bytes:
    """300 x 60 cells, each merged with the one above."""
    first = [cell("Ferry", '<w:vMerge w:val="restart"/>')] * 60
    return document(table([first, *[[cell("", "<w:vMerge/>")] * 60] * 299]))


def nested_docx() -> bytes:
    """Tables in tables, 3,000 deep."""
    opening, closing = "<w:tbl><w:tr><w:tc>", "<w:p/></w:tc></w:tr></w:tbl>"
    return document(opening * 3_000 + closing * 3_000)


def entities_docx() -> bytes:
    """Entities that hold each other: 10 to the power of 9."""
    lines = ['<!ENTITY e0 "The ferry sank. ">']
    lines += [f'<!ENTITY e{level} "{f"&e{level - 1};" * 10}">' for level in range(1, 10)]
    text = "<w:p><w:r><w:t>The ferry. &e9;</w:t></w:r></w:p>"
    return document(text, f"<!DOCTYPE x [{''.join(lines)}]>")


def large_entity_docx() -> bytes:
    """One entity of 100 kB, named 20,000 times."""
    text = f"<w:p><w:r><w:t>{'&e;' * 20_000}</w:t></w:r></w:p>"
    return document(text, f'<!DOCTYPE x [<!ENTITY e "{"x" * 100_000}">]>')


def swollen_docx() -> bytes:
    """4 million empty paragraphs: 24 MB of XML, packed to 60 kB, and many times that as a tree."""
    return document("<w:p/>" * 4_000_000)


def heavy_docx() -> bytes:
    """One word of 95 MB, packed to 130 kB."""
    return document("<w:p><w:r><w:t>" + "x" * 95_000_000 + "</w:t></w:r></w:p>")


def page(body: str, head: str = "") -> bytes:
    """A web page."""
    return f"<html><head><title>Ferry</title>{head}</head><body>{body}</body></html>".encode()


def merged_html() -> bytes:
    """A table of 300 x 60 cells, each spanning all of the others."""
    row = "<tr>" + '<td rowspan="300" colspan="60">The ferry sank.</td>' * 60 + "</tr>"
    return page(f"<article>{PARAGRAPH}<table>{row * 300}</table></article>")


def quotes() -> bytes:
    """9.5 MB of quotes where a page describes itself: of 10 MB on the parser refuses it at once."""
    return page(
        f"<article>{PARAGRAPH}</article>",
        '<script type="application/ld+json">' + '"' * 9_500_000 + "</script>",
    )


def pdf(*objects: bytes, root: int = 1) -> bytes:
    """A PDF of these objects, numbered from 1."""
    data, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    head += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    trailer = b"trailer<</Size %d/Root %d 0 R>>\nstartxref\n%d\n%%%%EOF"
    return data + head + trailer % (len(objects) + 1, root, len(data))


def stream(data: bytes, extra: bytes = b"") -> bytes:
    """A stream of a PDF."""
    return b"<</Length %d%s>>stream\n%s\nendstream" % (len(data), extra, data)


FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
SHOWN = b"BT /F1 12 Tf 72 700 Td (The ferry sank.) Tj ET\n"
PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Resources<</Font<</F1 3 0 R>>>>/Contents 4 0 R>>"


def one_page(contents: bytes, extra: bytes = b"") -> bytes:
    """A PDF of one page with these contents."""
    pages = b"<</Type/Pages/Kids[5 0 R]/Count 1>>"
    return pdf(b"<</Type/Catalog/Pages 2 0 R>>", pages, FONT, stream(contents, extra), PAGE)


def shared_pdf() -> bytes:
    """3,000 pages that all have the same contents of 2 MB, packed to a few kB."""
    kids = b" ".join(b"%d 0 R" % number for number in range(5, 3005))
    pages = b"<</Type/Pages/Kids[%s]/Count 3000>>" % kids
    contents = stream(compress(SHOWN * 40_000), b"/Filter/FlateDecode")
    return pdf(b"<</Type/Catalog/Pages 2 0 R>>", pages, FONT, contents, *[PAGE] * 3000)


def swollen_pdf() -> bytes:
    """A page of 2 GB of blanks, packed twice to a few kB."""
    once = compress(b" " * 500_000_000, 9)
    return one_page(compress(once, 9), b"/Filter[/FlateDecode/FlateDecode]")


def circular_pdf() -> bytes:
    """A page tree that holds itself."""
    return pdf(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2>>")


def form_pdf() -> bytes:
    """A page whose form draws itself."""
    form = b"/Type/XObject/Subtype/Form/BBox[0 0 1 1]/Resources<</XObject<</X 3 0 R>>>>"
    leaf = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Resources<</XObject<</X 3 0 R>>>>/Contents 4 0 R>>"
    pages = b"<</Type/Pages/Kids[5 0 R]/Count 1>>"
    return pdf(b"<</Type/Catalog/Pages 2 0 R>>", pages, stream(b"/X Do", form), stream(b"/X Do"), leaf)


def endless_pdf() -> bytes:
    """A table of references that says it continues in itself."""
    data = one_page(SHOWN)
    return data.replace(b"/Root", b"/Prev %s/Root" % data.split(b"startxref\n")[1].split(b"\n")[0])

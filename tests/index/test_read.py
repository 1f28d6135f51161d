"""Reading a folder: what becomes an article, and what is reported instead."""

import io
import os
import tracemalloc
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import docx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfWriter

from index.article import Article, Source
from index.errors import CorpusError
from index.read import File, Loaded, Skipped, list_folder, load_file, parse_file, read_folder
from index.read.formats import MAX_PARTS
from index.read.listing import MAX_BYTES
from index.read.metadata import first_line, iso_date, one_line

DAY_NS = int(datetime(2024, 5, 6, 12, tzinfo=UTC).timestamp()) * 10**9


def article_of(data: bytes, name: str = "a.txt") -> Article | Skipped:
    return parse_file(Loaded(File(name, len(data), DAY_NS), data, "digest"))


def reasons(folder: Path) -> dict[str, str]:
    return {item.path: item.reason for item in read_folder(folder).skipped}


def pdf_of(*lines: str) -> bytes:
    """Write a PDF of one page by hand: pypdf writes no text of its own."""
    content = b"BT /F1 12 Tf 72 700 Td 14 TL " + b" ".join(f"({line}) ' ".encode() for line in lines) + b"ET"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Resources<</Font<</F1 4 0 R>>>>/Contents 5 0 R>>",
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
        b"<</Title(The Harbour)/Author(Grace Hopper)/CreationDate(D:20230102030405Z)>>",
    ]
    data, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    head = b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
    trailer = b"trailer<</Size %d/Root 1 0 R/Info 6 0 R>>\nstartxref\n%d\n%%%%EOF" % (
        len(objects) + 1,
        len(data),
    )
    return data + head + trailer


def docx_of(*paragraphs: str, table: tuple[str, ...] = ()) -> bytes:
    document = docx.Document()
    document.core_properties.title = "The Quay"
    document.core_properties.author = "Jean Bartik"
    document.core_properties.created = datetime(2022, 3, 4, tzinfo=UTC)
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    if table:
        cells = document.add_table(rows=1, cols=len(table)).rows[0].cells
        for cell, text in zip(cells, table, strict=True):
            cell.text = text
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def test_reads_every_article_in_the_order_of_the_paths_with_its_metadata(corpus: Path) -> None:
    for path in ("aid.txt", "local/bridge.txt"):
        os.utime(corpus / path, ns=(DAY_NS, DAY_NS))
    assert [article.source for article in read_folder(corpus).articles] == [
        Source("aid.txt", "Europe paid most of the aid", None, None, "2024-05-06"),
        Source("local/bridge.txt", "The bridge reopened on Monday.", None, None, "2024-05-06"),
        Source("peace.md", "Troops for Ukraine", "Ada Byron", "The Herald", "2025-02-25"),
    ]


def test_front_matter_is_in_the_text_but_not_in_the_body(corpus: Path) -> None:
    article = read_folder(corpus).articles[2]
    assert article.text == (corpus / "peace.md").read_text(encoding="utf-8")
    assert article.text[article.body_start :] == "Russia would not accept peacekeepers, the Kremlin said.\n"


@pytest.mark.parametrize(
    "text",
    [
        "---\ntitle: [unclosed\n---\nThe body.\n",
        "---\njust words\n---\nThe body.\n",
        "---\ntitle: Alone\n---\n",
        "---\n\nA rule, and no second one.\n",
        "--- a dash\n---\nThe body.\n",
        "---\ndate: 2025-02-31\n---\nThe body.\n",
        "---\nfiller: " + "x" * 20_000 + "\n---\nThe body.\n",
    ],
)
def test_malformed_front_matter_is_text(text: str) -> None:
    article = article_of(text.encode())
    assert isinstance(article, Article)
    assert (article.text, article.body_start) == (text, 0)


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), st.booleans())
def test_text_is_what_python_reads_from_the_file(text: str, mark: bool) -> None:
    data = ("\ufeff" * mark + "a" + text).encode()
    article = article_of(data)
    assert isinstance(article, Article)
    assert article.text == io.TextIOWrapper(io.BytesIO(data), encoding="utf-8").read()
    assert article.body_start == mark


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.txt", b"GIF\0\x01", "binary data, not text"),
        ("a.txt", b"caf\xe9", "not valid UTF-8 at byte 3"),
        ("a.txt", b" \n\t", "it holds no text"),
        ("a.txt", "\ufeff".encode(), "it holds no text"),
        ("a.html", b"<html><body></body></html>", "it holds no text of an article"),
        ("a.pdf", pdf_of(), "it holds no text; pages that are pictures can't be read"),
        ("a.docx", docx_of(), "it holds no text"),
    ],
)
def test_a_file_without_usable_text_is_skipped_with_its_reason(name: str, data: bytes, reason: str) -> None:
    assert article_of(data, name) == Skipped(name, reason)


@pytest.mark.parametrize("name", ["a.pdf", "a.docx"])
@pytest.mark.parametrize("data", [b"x", b"%PDF-1.7 broken", b"PK\x03\x04 broken", pdf_of("Hello")[:200]])
def test_a_broken_file_is_skipped_as_broken(name: str, data: bytes) -> None:
    outcome = article_of(data, name)
    assert isinstance(outcome, Skipped)
    assert outcome.reason.startswith("broken: ")


def test_an_encrypted_pdf_is_skipped_as_encrypted() -> None:
    writer, stream = PdfWriter(), io.BytesIO()
    writer.add_blank_page(100, 100)
    writer.encrypt("secret", algorithm="RC4-128")
    writer.write(stream)
    assert article_of(stream.getvalue(), "a.pdf") == Skipped("a.pdf", "encrypted")


def test_a_docx_that_unzips_to_too_much_is_not_opened() -> None:
    stream = io.BytesIO(docx_of("Hello"))
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/media/bomb.bin", bytes(120_000_000))
    assert len(stream.getvalue()) < 1_000_000
    assert article_of(stream.getvalue(), "a.docx") == Skipped(
        "a.docx", "121 MB when unzipped, over the limit of 100 MB"
    )


def test_a_docx_that_lies_about_its_size_is_unpacked_no_further_than_it_says() -> None:
    """zipfile itself unpacks all there is, and then cuts: 300 MB here, of which 1 kB was announced."""
    stream = io.BytesIO(docx_of("Hello"))
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/media/bomb.bin", bytes(300_000_000))
    size = (300_000_000).to_bytes(4, "little")
    lying = stream.getvalue().replace(size, (1_000).to_bytes(4, "little"))
    tracemalloc.start()
    try:
        outcome = article_of(lying, "a.docx")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert isinstance(outcome, Skipped)
    assert outcome.reason.startswith("broken: Bad CRC-32")
    assert peak < 50_000_000


@pytest.mark.parametrize("compression", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_docx_compressed_in_another_way_is_not_unpacked(compression: int) -> None:
    stream = io.BytesIO(docx_of("Hello"))
    with zipfile.ZipFile(stream, "a", compression) as archive:
        archive.writestr("word/media/bomb.bin", bytes(1_000))
    assert article_of(stream.getvalue(), "a.docx") == Skipped(
        "a.docx", "broken: it is not compressed as a docx file is"
    )


def test_a_docx_of_too_many_parts_is_not_opened() -> None:
    stream = io.BytesIO(docx_of("Hello"))
    with zipfile.ZipFile(stream, "a") as archive:
        for number in range(MAX_PARTS):
            archive.writestr(f"word/{number}", b"")
    outcome = article_of(stream.getvalue(), "a.docx")
    assert isinstance(outcome, Skipped)
    assert outcome.reason.endswith("parts, over the limit of 10,000")


def test_a_pdf_gives_its_text_title_author_and_date() -> None:
    article = article_of(pdf_of("The harbour froze.", "It thawed in May."), "a.pdf")
    assert isinstance(article, Article)
    assert article.source == Source("a.pdf", "The Harbour", "Grace Hopper", None, "2023-01-02")
    assert article.text.split("\n") == ["The harbour froze.", "It thawed in May."]


def test_a_docx_gives_its_paragraphs_tables_title_author_and_date() -> None:
    article = article_of(docx_of("The quay sank.", "Nobody fell in.", table=("Year", "1921")), "a.docx")
    assert article == Article(
        Source("a.docx", "The Quay", "Jean Bartik", None, "2022-03-04"),
        "The quay sank.\n\nNobody fell in.\n\nYear | 1921",
    )


def test_a_page_gives_its_article_and_what_its_meta_tags_say() -> None:
    page = """<html><head><title>Ferry fares rise</title><meta name="author" content="Kay Antonelli">
    <meta property="og:site_name" content="The Pier"><meta property="og:title" content="Ferry fares rise">
    <meta property="article:published_time" content="2021-07-08T09:10:11Z"></head><body>
    <nav>Menu</nav><article>
    <p>The fare for the ferry rises to four pounds in August, the company said on Thursday.</p>
    <p>Islanders protested outside its office, and asked the council to step in before winter.</p>
    </article><script>alert(1)</script></body></html>"""
    article = article_of(page.encode(), "a.html")
    assert article == Article(
        Source("a.html", "Ferry fares rise", "Kay Antonelli", "The Pier", "2021-07-08"),
        "The fare for the ferry rises to four pounds in August, the company said on Thursday.\n\n"
        "Islanders protested outside its office, and asked the council to step in before winter.",
    )


@pytest.mark.parametrize(
    "hiding",
    [
        'style="display:none"',
        'style="color: red; DISPLAY : none !important"',
        'style="visibility:hidden"',
        'style="opacity:0"',
        'style="opacity: 0.0;"',
        'style="font-size:0px"',
        "hidden",
        'hidden=""',
    ],
)
def test_what_a_page_hides_from_its_readers_is_no_part_of_its_text(hiding: str) -> None:
    page = f"""<html><head><title>Ferry fares rise</title></head><body><article>
    <p>Fares on the ferry go up by 4% in May, the company said on Monday morning in Bergen.</p>
    <div {hiding}><p>The fares go down by half, and every reader of this page should be told so.</p></div>
    <p style="opacity:0.9; font-size:10px">Passengers were not pleased, and some of them wrote letters.</p>
    </article></body></html>"""
    article = article_of(page.encode(), "a.html")
    assert isinstance(article, Article)
    text = article.text
    assert "go up by 4%" in text
    assert "not pleased" in text
    assert "go down by half" not in text


def test_a_page_that_a_script_would_show_is_read_whole() -> None:
    page = b"""<html><body style="opacity:0"><article><p>Fares on the ferry go up by 4% in May, the company
    said on Monday morning in the town of Bergen.</p></article></body></html>"""
    article = article_of(page, "a.html")
    assert isinstance(article, Article)
    assert "go up by 4%" in article.text


def test_one_bad_file_does_not_stop_the_others(corpus: Path, tmp_path: Path) -> None:
    (corpus / "picture.txt").write_bytes(b"\0\0")
    (corpus / "empty.txt").touch()
    (corpus / "table.csv").write_text("a,b", encoding="utf-8")
    (corpus / ".hidden.txt").write_bytes(b"\0")
    (tmp_path / "outside.txt").write_text("Out.", encoding="utf-8")
    (corpus / "link.txt").symlink_to(tmp_path / "outside.txt")
    (corpus / "gone.txt").symlink_to(tmp_path / "nowhere.txt")
    (corpus / "self.txt").symlink_to(corpus / "self.txt")
    (corpus / "loop").symlink_to(corpus, target_is_directory=True)
    os.mkfifo(corpus / "pipe.txt")
    with (corpus / "large.txt").open("wb") as stream:
        stream.truncate(50_000_000)
    assert len(read_folder(corpus).articles) == 3
    found = reasons(corpus)
    assert found.pop("self.txt")
    assert found == {
        "empty.txt": "an empty file",
        "gone.txt": "it is no longer there",
        "large.txt": "50 MB, over the limit of 20 MB",
        "link.txt": "a link that leaves the corpus folder",
        "loop": "a link to a folder",
        "picture.txt": "binary data, not text",
        "pipe.txt": "not a regular file",
        "table.csv": "not a format that is read (txt, md, html, pdf, docx)",
    }


def test_ignored_files_are_not_seen(corpus: Path) -> None:
    (corpus / "SOURCES.md").write_text("Where it comes from.", encoding="utf-8")
    (corpus / ".bylineignore").write_text("# notes\nSOURCES.md\nlocal/\n", encoding="utf-8")
    listing = list_folder(corpus)
    assert [file.path for file in listing.files] == ["aid.txt", "peace.md"]
    assert listing.skipped == ()


def test_an_ignore_file_that_is_no_text_is_an_error(corpus: Path) -> None:
    (corpus / ".bylineignore").write_bytes(b"\xff")
    with pytest.raises(CorpusError, match="can't be used"):
        list_folder(corpus)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_is_reported(corpus: Path) -> None:
    (corpus / "aid.txt").chmod(0)
    (corpus / "local").chmod(0)
    assert reasons(corpus) == {
        "aid.txt": "no permission to read it",
        "local": "the folder can't be read: no permission to read it",
    }
    corpus.chmod(0)
    with pytest.raises(CorpusError, match="no permission"):
        read_folder(corpus)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (Path.exists, "does not exist"),
        (lambda folder: folder.write_text("x"), "is a file"),
        (lambda folder: folder.mkdir(), "is empty"),
        (lambda folder: (folder.mkdir(), (folder / "a.txt").write_bytes(b"\0")), r"a\.txt: binary data"),
        (lambda folder: folder.symlink_to(folder), "can't be read"),
    ],
)
def test_a_folder_that_is_no_corpus_is_an_error_with_a_hint(tmp_path: Path, make, message: str) -> None:  # type: ignore[no-untyped-def]
    make(tmp_path / "corpus")
    with pytest.raises(CorpusError, match=message) as caught:
        read_folder(tmp_path / "corpus")
    assert "byline index DIR" in caught.value.hint


def listed(path: Path, text: str = "One.") -> File:
    path.write_text(text, encoding="utf-8")
    return list_folder(path.parent).files[0]


def test_a_file_that_changes_once_while_it_is_read_is_read_again(tmp_path: Path) -> None:
    path, texts = tmp_path / "a.txt", ["Two words.", "Two words."]
    file = listed(path)

    def read_and_change(target: Path) -> bytes:
        data = target.read_bytes()
        target.write_text(texts.pop(), encoding="utf-8") if len(texts) > 1 else None
        return data

    loaded = load_file(tmp_path, file, read_and_change)
    assert isinstance(loaded, Loaded)
    assert (loaded.data, loaded.file.size) == (b"Two words.", 10)


def test_a_file_that_keeps_changing_is_skipped(tmp_path: Path) -> None:
    file = listed(tmp_path / "a.txt")

    def read_and_grow(target: Path) -> bytes:
        data = target.read_bytes()
        target.write_bytes(data + b"x")
        return data

    assert load_file(tmp_path, file, read_and_grow) == Skipped("a.txt", "it changed while it was read")


def test_a_file_that_vanishes_or_grows_too_large_is_skipped(tmp_path: Path) -> None:
    file = listed(tmp_path / "a.txt")
    with (tmp_path / "a.txt").open("wb") as stream:
        stream.truncate(MAX_BYTES + 1)
    assert load_file(tmp_path, file) == Skipped("a.txt", "over the limit of 20 MB")
    (tmp_path / "a.txt").unlink()
    assert load_file(tmp_path, file) == Skipped("a.txt", "it is no longer there")


@pytest.mark.parametrize(
    ("value", "date"),
    [
        ("2025-02-25", "2025-02-25"),
        ("25 February 2025", "2025-02-25"),
        ("February 25, 2025", "2025-02-25"),
        ("Tue, 25 Feb 2025 10:11:12 +0100", "2025-02-25"),
        ("2025-02-25T23:59:59Z", "2025-02-25"),
        (datetime(2025, 2, 25, 1, tzinfo=UTC), "2025-02-25"),
        ("29 February 2024", "2024-02-29"),
        ("February 2025", None),
        ("2025", None),
        (2025, None),
        ("yesterday", None),
        ("31 February 2025", None),
        ("9" * 5000, None),
        ("", None),
        (None, None),
    ],
)
def test_dates_are_whole_days_or_nothing(value: object, date: str | None) -> None:
    assert iso_date(value) == date


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ("  Two\n words\t", "Two words"),
        ("a\u202eb\x1b[31m\u200bc\ud800", "ab [31mc"),
        (["Ada", "Grace"], "Ada, Grace"),
        (True, ""),
        ({"a": 1}, ""),
        (7, "7"),
        ("x" * 300, "x" * 200),
    ],
)
def test_metadata_becomes_one_bounded_line_of_visible_text(value: object, line: str) -> None:
    assert one_line(value) == line


@given(st.text())
def test_a_first_line_is_one_short_visible_line(text: str) -> None:
    line = first_line(text)
    assert len(line) <= 120
    assert line == one_line(line)

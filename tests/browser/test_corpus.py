"""The corpus at the side: what is there, what of it is asked, what is added."""

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from index.sync import sync
from tests.browser.conftest import Open
from tests.browser.reader import BUSY, Reader
from tests.fakes import HashEmbedder
from tests.page_server import ARTICLES, DEATHS, QUOTE, SHARE, Served, write

FERRY = "The ferry to Delos sank in 1931, the harbour master wrote. Its bell was found.\n"
SANK, WHEN_SANK = (
    "The ferry to Delos sank in 1931",
    "When did the ferry to Delos sink, as the harbour master wrote?",
)


@pytest.fixture(autouse=True)
def _as_before(served: Served) -> Iterator[None]:
    """The folder holds the same articles after a test as before it."""
    yield
    for file in [path for path in served.settings.corpus.rglob("*") if path.is_file()]:
        if file.relative_to(served.settings.corpus).as_posix() not in ARTICLES:
            file.unlink()
    write(ARTICLES, served.settings.corpus)
    sync(served.settings.corpus, served.settings.home, HashEmbedder())


def test_it_says_what_is_indexed_and_which_model_answers(reader: Reader) -> None:
    expect(reader.corpus).to_contain_text(re.compile(r"4 articles"))
    expect(reader.corpus).to_contain_text(re.compile(r"\d+ passages"))
    expect(reader.corpus).to_contain_text("scripted")
    expect(reader.corpus).to_contain_text("embedded")
    expect(reader.corpus).to_contain_text(re.compile("sync|index", re.IGNORECASE))


def test_only_ticked_sources_are_asked(reader: Reader) -> None:
    reader.source("Valencia buries its dead").uncheck()
    answer = reader.asks(DEATHS)
    expect(answer).to_contain_text("12 people")
    expect(answer).not_to_contain_text("15 people")
    reader.source("Valencia buries its dead").check()
    expect(reader.asks(DEATHS)).to_contain_text("15 people")


def test_only_articles_of_the_dates_are_asked(reader: Reader) -> None:
    reader.dates(since="2025-03-02", until="2025-03-31")
    answer = reader.asks(DEATHS)
    expect(answer).to_contain_text("15 people")
    expect(answer).not_to_contain_text("12 people")
    expect(reader.asks(SHARE)).to_contain_text("The articles don't say.")


def test_a_date_that_is_none_is_told_and_nothing_breaks(reader: Reader) -> None:
    reader.dates(since="yesterweek", until="")
    reader.types(SHARE)
    expect(
        reader.page.get_by_text(re.compile("yesterweek.*not a (day|date)|is no (day|date)"))
    ).to_be_visible()
    reader.dates(since="", until="")
    expect(reader.asks(SHARE)).to_contain_text(QUOTE)


def test_titles_are_searched(reader: Reader) -> None:
    reader.searches("valencia")
    expect(reader.sources).to_have_count(2)
    reader.searches("")
    expect(reader.sources).to_have_count(4)


def test_searching_titles_unticks_nothing(reader: Reader) -> None:
    reader.source("Valencia buries its dead").uncheck()
    reader.searches("europe")
    expect(reader.sources).to_have_count(1)
    reader.searches("")
    expect(reader.sources).to_have_count(4)
    expect(reader.source("Valencia buries its dead")).not_to_be_checked()
    expect(reader.source("Europe paid most of the aid")).to_be_checked()


def test_an_added_article_is_indexed_and_answers(reader: Reader, served: Served, tmp_path: Path) -> None:
    reader.adds(made(tmp_path, "ferry.txt", FERRY.encode()))
    expect(reader.corpus).to_contain_text("ferry.txt", timeout=BUSY)
    expect(reader.corpus).to_contain_text("5 articles", timeout=BUSY)
    expect(reader.asks(WHEN_SANK)).to_contain_text(SANK)
    assert (served.settings.corpus / "ferry.txt").read_text(encoding="utf-8") == FERRY


def _zip_bomb() -> bytes:
    """A docx whose one part is 300 MB of zeros, packed into 300 kB."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("[Content_Types].xml", "<Types/>")
        with bomb.open("word/document.xml", "w") as part:
            for _ in range(300):
                part.write(bytes(1024 * 1024))
    return packed.getvalue()


def _encrypted() -> bytes:
    from pypdf import PdfWriter

    pdf, written = PdfWriter(), io.BytesIO()
    pdf.add_blank_page(200, 200)
    pdf.encrypt("secret", algorithm="RC4-128")
    pdf.write(written)
    return written.getvalue()


BAD: list[tuple[str, Callable[[], bytes], str]] = [
    ("notes.exe", lambda: b"MZ", "not a format"),
    ("long.txt", lambda: b"word " * 4_100_000, "over the limit"),
    ("empty.txt", lambda: b"", "empty|no text"),
    ("bomb.docx", _zip_bomb, "when unzipped"),
    ("secret.pdf", _encrypted, "encrypted|password"),
]
"""Name, content, reason."""


def test_a_file_that_is_no_article_is_refused_with_its_own_reason(
    reader: Reader, served: Served, tmp_path: Path
) -> None:
    before = files(served)
    bad = [made(tmp_path, name, content()) for name, content, _ in BAD]
    reader.adds(*bad, made(tmp_path, "ferry.txt", FERRY.encode()))
    expect(reader.corpus).to_contain_text("5 articles", timeout=BUSY)
    for name, _, reason in BAD:
        told = reader.page.locator("#added li").filter(has_text=name)
        expect(told).to_contain_text(re.compile(reason, re.IGNORECASE))
    assert files(served) - before == {"ferry.txt"}


def made(folder: Path, name: str, content: bytes) -> Path:
    """A file as a user has it."""
    (folder / name).write_bytes(content)
    return folder / name


def files(served: Served) -> set[str]:
    """The paths of the corpus."""
    corpus = served.settings.corpus
    return {path.relative_to(corpus).as_posix() for path in corpus.rglob("*") if path.is_file()}


def test_a_path_in_a_name_leads_nowhere(reader: Reader, served: Served) -> None:
    outside, before = around(served), files(served)
    names = ("../../ferry.txt", "..\\ferry.txt", "/etc/ferry.txt", ".ferry.txt", "a/../ferry.txt")
    reader.drops({name: f"{FERRY}It was told under the name {name!r}.\n" for name in names})
    expect(reader.page.locator("#added li")).to_have_count(len(names), timeout=BUSY)
    added = files(served) - before
    assert added
    assert [name for name in added if "/" in name or "\\" in name or name.startswith(".")] == []
    assert around(served) == outside


def around(served: Served) -> set[Path]:
    """What lies beside the corpus."""
    folder = served.settings.corpus.parent
    return {*folder.iterdir(), *folder.parent.iterdir()}


def test_an_article_is_never_written_over(reader: Reader, served: Served, tmp_path: Path) -> None:
    reader.adds(made(tmp_path, "aid.md", FERRY.encode()))
    expect(reader.corpus).to_contain_text("5 articles", timeout=BUSY)
    assert (served.settings.corpus / "aid.md").read_text(encoding="utf-8") == ARTICLES["aid.md"]
    expect(reader.asks(WHEN_SANK)).to_contain_text(SANK)
    expect(reader.asks(SHARE)).to_contain_text(QUOTE)


def test_reindexing_takes_in_what_came_into_the_folder(reader: Reader, served: Served) -> None:
    write({"ferry.txt": f"The ferry that sank\n\n{FERRY}"}, served.settings.corpus)
    reader.reindexes()
    expect(reader.corpus).to_contain_text("5 articles", timeout=BUSY)
    expect(reader.source("The ferry that sank")).to_be_checked()
    expect(reader.asks(WHEN_SANK)).to_contain_text(SANK)


def test_a_file_that_cannot_be_read_is_named_and_the_rest_is_indexed(reader: Reader, served: Served) -> None:
    (served.settings.corpus / "broken.pdf").write_bytes(b"%PDF-1.7 no more")
    reader.reindexes()
    expect(reader.corpus).to_contain_text("broken.pdf", timeout=BUSY)
    expect(reader.asks(SHARE)).to_contain_text(QUOTE)


def test_two_readers_filter_each_for_themselves(open_page: Open) -> None:
    one, other = open_page(), open_page(apart=True)
    one.source("Valencia buries its dead").uncheck()
    expect(other.asks(DEATHS)).to_contain_text("15 people")
    expect(one.asks(DEATHS)).not_to_contain_text("15 people")

"""Files handed in: into the folder under a clean name, or refused with the reason."""

import io
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import docx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfWriter

from index.errors import CorpusError
from index.read import FORMATS, IGNORE_FILE, MAX_BYTES, list_folder, read_folder
from rag.front.upload import LONGEST_NAME, MOST_FILES, Added, Refused, add, clean_name

TEXT = "The ferry sank off Esbjerg on Friday.\n"
UNREAD = "not a format that is read (txt, md, html, pdf, docx)"
Put = Callable[..., tuple[tuple[Added, ...], tuple[Refused, ...]]]


@pytest.fixture
def put(corpus: Path, tmp_path: Path) -> Put:
    """Hand in files of these names, each with a text of its own kind."""

    def put(*files: str | tuple[str, str | bytes]) -> tuple[tuple[Added, ...], tuple[Refused, ...]]:
        given: list[tuple[str, Path]] = []
        for number, file in enumerate(files):
            name, content = file if isinstance(file, tuple) else (file, TEXT)
            place = tmp_path / f"upload-{len(list(tmp_path.iterdir()))}-{number}"
            place.write_bytes(content.encode() if isinstance(content, str) else content)
            given.append((name, place))
        return add(given, corpus)

    return put


def below(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, hidden ones too, with its content."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("a.txt", "a.txt"),
        ("A Report.TXT", "A Report.txt"),
        ("../../etc/x.md", "x.md"),
        ("C:\\Users\\me\\x.html", "x.html"),
        ("/etc/passwd", ""),
        ("..", ""),
        ("", ""),
        (".txt", "article.txt"),
        (".bylineignore", ""),
        (".hidden.txt", "hidden.txt"),
        (" ... .txt", "article.txt"),
        ("a\0b\n\tc.txt", "ab c.txt"),
        ("a\u202etxt.exe.pdf", "atxt.exe.pdf"),
        ("\u200b\u2066.docx", "article.docx"),
        ("e\u0301t\u00e9.txt", "\u00e9t\u00e9.txt"),
        ("a<b>:c|d?.txt", "a-b-c-d-.txt"),
        ("a\udcff.txt", "a.txt"),
        ("\u00e9" * 300 + ".txt", "\u00e9" * (LONGEST_NAME // 2) + ".txt"),
    ],
)
def test_a_name_comes_out_plain(given: str, name: str) -> None:
    assert clean_name(given) == name


@given(st.text() | st.text(st.sampled_from("./\\~:a\u202e\udcff\0 ")), st.sampled_from(sorted(FORMATS)))
def test_no_name_leaves_the_folder_or_hides(given: str, ending: str) -> None:
    name = clean_name(given + ending)
    assert name == Path(name).name == clean_name(name)
    assert not name.startswith(".")
    assert name.isprintable()
    assert name.endswith(ending)
    assert len(name.encode()) <= 200


def test_what_is_handed_in_is_an_article_of_the_folder(put: Put, corpus: Path) -> None:
    before = below(corpus)
    assert put("../../ferry.TXT", "bridge.md") == ((Added("ferry.txt"), Added("bridge.md")), ())
    assert below(corpus) == before | {"ferry.txt": TEXT.encode(), "bridge.md": TEXT.encode()}
    assert {"ferry.txt", "bridge.md"} <= {article.source.path for article in read_folder(corpus).articles}


def test_nothing_that_was_there_is_written_over(put: Put, corpus: Path) -> None:
    before = below(corpus)
    (corpus / "aid-3.txt").mkdir()
    assert put("aid.txt", ("aid.txt", "Other.\n"))[0] == (Added("aid-2.txt"), Added("aid-4.txt"))
    assert below(corpus) == before | {"aid-2.txt": TEXT.encode(), "aid-4.txt": b"Other.\n"}


def test_what_is_there_already_is_not_written_again(put: Put, corpus: Path) -> None:
    assert put("ferry.txt", "ferry.txt")[0] == (Added("ferry.txt"),) * 2
    before = (corpus / "ferry.txt").stat()
    assert put("ferry.txt")[0] == (Added("ferry.txt"),)
    assert (corpus / "ferry.txt").stat() == before


def test_a_link_that_leads_nowhere_is_not_followed(put: Put, corpus: Path, tmp_path: Path) -> None:
    (corpus / "ferry.txt").symlink_to(tmp_path / "outside.txt")
    assert put("ferry.txt")[0] == (Added("ferry-2.txt"),)
    assert not (tmp_path / "outside.txt").exists()


def bomb() -> bytes:
    stream = io.BytesIO()
    docx.Document().save(stream)
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/media/bomb.bin", bytes(120_000_000))
    return stream.getvalue()


def encrypted() -> bytes:
    writer, stream = PdfWriter(), io.BytesIO()
    writer.add_blank_page(100, 100)
    writer.encrypt("secret", algorithm="RC4-128")
    writer.write(stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("run.exe", TEXT, UNREAD),
        ("noending", TEXT, UNREAD),
        (".bylineignore", "*\n", UNREAD),
        ("empty.txt", "", "an empty file"),
        ("blank.txt", " \n\n", "it holds no text"),
        ("picture.txt", b"\x89PNG\0", "binary data, not text"),
        ("latin.txt", b"caf\xe9", "not valid UTF-8 at byte 3"),
        ("large.txt", b"a" * (MAX_BYTES + 2_000_000), "22 MB, over the limit of 20 MB"),
        ("secret.pdf", encrypted(), "encrypted"),
        ("notes.docx", TEXT, "broken: File is not a zip file"),
    ],
)
def test_what_can_not_be_an_article_is_refused_with_the_reason(
    put: Put, corpus: Path, name: str, content: str | bytes, reason: str
) -> None:
    before = below(corpus)
    assert put((name, content)) == ((), (Refused(name, reason),))
    assert below(corpus) == before


def test_a_zip_bomb_is_refused(put: Put) -> None:
    added, (refused,) = put(("bomb.docx", bomb()))
    assert (added, refused.name) == ((), "bomb.docx")
    assert refused.reason.endswith("MB when unzipped, over the limit of 100 MB")


def test_one_refused_file_stops_no_other(put: Put) -> None:
    assert put("a.txt", "b.exe", ("c.txt", ""), "d.md") == (
        (Added("a.txt"), Added("d.md")),
        (Refused("b.exe", UNREAD), Refused("c.txt", "an empty file")),
    )


def test_no_more_than_so_many_are_taken_at_once(put: Put) -> None:
    names = [f"{number:02}.txt" for number in range(MOST_FILES + 2)]
    added, refused = put(*names)
    assert [one.path for one in added] == names[:MOST_FILES]
    assert refused == tuple(Refused(name, "more than 50 files at once") for name in names[MOST_FILES:])


def test_what_bylineignore_names_is_refused(put: Put, corpus: Path) -> None:
    (corpus / IGNORE_FILE).write_text("draft*\n*-2.txt\n", encoding="utf-8")
    reason = f"{IGNORE_FILE} says that it is no article"
    assert put("x/draft.txt", "aid.txt") == (
        (),
        (Refused("x/draft.txt", reason), Refused("aid.txt", reason)),
    )
    assert (corpus / IGNORE_FILE).read_text(encoding="utf-8") == "draft*\n*-2.txt\n"


def test_a_file_that_did_not_arrive_is_refused(corpus: Path, tmp_path: Path) -> None:
    assert add([("a.txt", tmp_path / "gone")], corpus) == ((), (Refused("a.txt", "it did not arrive"),))


@pytest.mark.parametrize("files", [[], [("a.txt", Path(__file__))]])
def test_a_folder_that_is_not_there_is_said(tmp_path: Path, files: Sequence[tuple[str, Path]]) -> None:
    with pytest.raises(CorpusError):
        add(files, tmp_path / "nowhere")


def test_no_draft_is_left_behind(put: Put, corpus: Path) -> None:
    put("a.txt", ("b.txt", b"\0"))
    assert [path.name for path in corpus.iterdir() if path.name.startswith(".")] == []
    assert list_folder(corpus).skipped == ()

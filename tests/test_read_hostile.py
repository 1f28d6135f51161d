"""No file stops the program: what takes too much is named and skipped, and the others go in."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from fakes import HashEmbedder
from hostile_files import (
    BODY,
    PARAGRAPH,
    SHOWN,
    cell,
    circular_pdf,
    document,
    docx_with,
    endless_pdf,
    entities_docx,
    form_pdf,
    heavy_docx,
    large_entity_docx,
    laughs,
    matter,
    merged_docx,
    merged_html,
    nested_docx,
    one_page,
    page,
    quotes,
    shared_pdf,
    spanning,
    swollen_docx,
    swollen_pdf,
    table,
)

from index.article import Article
from index.errors import ReaderError
from index.read import File, Limits, Loaded, Reader, Skipped, read_folder
from index.store import open_index
from index.sync import SyncReport, sync
from rag.front.upload import Added, Refused, add

TESTS = Path(__file__).parent
LIMITS = Limits(seconds=5, pdf_seconds=5)
LONG = "reading it takes longer than 5 s"
ALIASES = "its front matter has aliases (*name), which are not read"
DEEP = "its front matter is nested more than 16 deep"
DIGITS = "its front matter has a number of more than 1,000 digits"
TEXTLESS = "it holds no text; pages that are pictures can't be read"
READ = ""
"""The file is an article like any other: nothing of it does harm."""

FILES: dict[str, tuple[Callable[[], bytes], str]] = {
    "laughs.md": (matter(laughs()), ALIASES),
    "own.md": (matter("title: &a [*a]"), ALIASES),
    "hex.md": (matter("title: 0x" + "f" * 3572), DIGITS),
    "decimal.md": (matter("title: " + "9" * 5000), DIGITS),
    "key.md": (matter("0x" + "f" * 3572 + ": 1"), DIGITS),
    "brackets.md": (matter("title: " + "[" * 3000), DEEP),
    "braces.md": (matter("{a: " * 3000 + "1" + "}" * 3000), DEEP),
    "dashes.md": (matter("- " * 8000 + "x"), DEEP),
    "points.txt": (lambda: b"a. " * 6_633_000, "19,899,000 characters of text, over the limit of 5,000,000"),
    "line.txt": (lambda: b"a" * 200_000, READ),
    "pieces.txt": (lambda: b"a. " * 50_000, READ),
    "nulls.txt": (lambda: b"\0" * 1000, "binary data, not text"),
    "span.docx": (spanning(100_000), "a cell of its table spans 100,000 columns"),
    "wide.docx": (spanning(2_000_000_000), "a cell of its table spans 2,000,000,000 columns"),
    "merged.docx": (merged_docx, READ),
    "nested.docx": (nested_docx, "broken: Excessive depth in document: 256"),
    "entities.docx": (entities_docx, "broken: Maximum entity amplification factor exceeded"),
    "entity.docx": (large_entity_docx, "broken: Maximum entity amplification factor exceeded"),
    "heavy.docx": (heavy_docx, "broken: Resource limit exceeded: Text node too long"),
    "core.docx": (lambda: docx_with(core=b"<" * 1_000_000), "broken: "),
    "deep.html": (lambda: page("<div>" * 200_000 + PARAGRAPH), "it holds no text of an article"),
    "unclosed.html": (lambda: page("<b>" * 1_000_000 + PARAGRAPH), "it holds no text of an article"),
    "comments.html": (lambda: page(PARAGRAPH + "<!--" * 1_000_000), READ),
    "nulls.html": (lambda: page("\0" * 1000 + PARAGRAPH), READ),
    "z-merged.html": (merged_html, LONG),
    "z-quotes.html": (quotes, LONG),
    "z-links.html": (lambda: page(f"<article>{PARAGRAPH}" + "<a href=x>y" * 300_000), LONG),
    "circular.pdf": (circular_pdf, "broken: Detected cyclic page references"),
    "endless.pdf": (endless_pdf, READ),
    "form.pdf": (form_pdf, TEXTLESS),
    "brackets.pdf": (lambda: one_page(b"[" * 500_000), TEXTLESS),
    "swollen.pdf": (swollen_pdf, "broken: Limit reached while decompressing"),
    "z-shared.pdf": (shared_pdf, LONG),
}
TIMES = {
    "late.txt": 2**63 + 10**9,
    "later.txt": 2**63 + 10**18,
    "before.txt": -(10**9),
    "early.txt": -(2**62),
}
"""Times of files in nanoseconds since 1970: after 2262, and before 1970."""
GOOD: dict[str, bytes] = {
    "a.txt": BODY.encode(),
    "a.html": page(f"<article>{PARAGRAPH}</article>"),
    "a.docx": document("<w:p><w:r><w:t>The ferry sank.</w:t></w:r></w:p>" + table([[cell("1921")]])),
    "a.pdf": one_page(SHOWN),
    "zz.pdf": one_page(SHOWN.replace(b"ferry", b"tug")),
    "zz.html": page(f"<article>{PARAGRAPH.replace('ferry', 'tug')}</article>"),
}


@dataclass(frozen=True)
class Synced:
    """A folder of good and hostile files after its first sync."""

    corpus: Path
    home: Path
    report: SyncReport
    reasons: dict[str, str]


@pytest.fixture(scope="module")
def synced(tmp_path_factory: pytest.TempPathFactory) -> Synced:
    root = tmp_path_factory.mktemp("hostile")
    corpus, home = root / "articles", root / "home"
    corpus.mkdir()
    for name, data in GOOD.items():
        (corpus / name).write_bytes(data)
    for name, (make, _) in FILES.items():
        (corpus / name).write_bytes(make())
    for name, moment in TIMES.items():
        (corpus / name).write_text(f"{BODY}This one is {name}.\n", encoding="utf-8")
        os.utime(corpus / name, ns=(moment, moment))
    report = sync(corpus, home, HashEmbedder(), limits=LIMITS)
    return Synced(corpus, home, report, {item.path: item.reason for item in report.skipped})


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_is_named_with_its_reason_or_does_no_harm(synced: Synced, name: str) -> None:
    wanted = FILES[name][1]
    if wanted == READ:
        assert name in synced.report.added
    else:
        assert synced.reasons[name].startswith(wanted)


@pytest.mark.parametrize("name", GOOD | TIMES)
def test_the_others_go_in_whatever_their_time_is(synced: Synced, name: str) -> None:
    assert name in synced.report.added
    with open_index(synced.corpus, synced.home) as index:
        assert "sank" in index.article(name).text


def test_what_was_skipped_is_not_read_again_nor_a_reader_started(synced: Synced) -> None:
    """A reader without memory can't be started, which would be an error."""
    embedder = HashEmbedder()
    again = sync(synced.corpus, synced.home, embedder, limits=Limits(memory=1))
    assert (again.unchanged, again.skipped) == (len(synced.report.added), synced.report.skipped)
    assert (again.added, again.changed, again.removed, embedder.calls) == ((), (), (), 0)


def test_an_upload_is_held_to_the_same_limits(synced: Synced, tmp_path: Path) -> None:
    names = ["a.html", "own.md", "span.docx", "z-shared.pdf", "zz.pdf"]
    (tmp_path / "corpus").mkdir()
    outcome = add([(name, synced.corpus / name) for name in names], tmp_path / "corpus", LIMITS)
    refused = tuple(Refused(name, synced.reasons[name]) for name in names if name in synced.reasons)
    assert outcome == ((Added("a.html"), Added("zz.pdf")), refused)
    assert len(refused) == 3


def test_a_file_that_takes_too_much_memory_is_skipped_with_that_reason() -> None:
    with Reader(Limits(memory=250_000_000)) as reader:
        reason = "reading it takes more than 250 MB of memory"
        assert reader.read(loaded("a.docx", swollen_docx())) == Skipped("a.docx", reason)
        assert isinstance(reader.read(loaded("b.docx", GOOD["a.docx"])), Article)


def loaded(name: str, data: bytes) -> Loaded:
    return Loaded(File(name, len(data), 0), data, "digest")


def children(parent: int) -> list[int]:
    """The processes that a process has started, and that are no zombies."""
    found = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid=,stat="], capture_output=True, text=True, check=True
    ).stdout
    rows = [line.split() for line in found.splitlines()]
    return [int(pid) for pid, of, state in rows if int(of) == parent and state[0] != "Z"]


def readers() -> list[int]:
    """This process's children, but for the one that lists them."""
    return [pid for pid in children(os.getpid()) if is_alive(pid)]


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_one_process_reads_many_files_and_ends_with_its_reader() -> None:
    before = set(readers())
    with Reader() as reader:
        first = set()
        for number in range(5):
            article = reader.read(loaded(f"{number}.html", GOOD["a.html"]))
            assert isinstance(article, Article)
            first |= set(readers()) - before
        assert len(first) == 1
    assert not any(map(is_alive, first))


def test_text_starts_no_process() -> None:
    before = set(readers())
    with Reader(Limits(memory=1)) as reader:
        assert isinstance(reader.read(loaded("a.txt", GOOD["a.txt"])), Article)
        assert set(readers()) == before


def test_a_reader_that_dies_is_replaced() -> None:
    before = set(readers())
    with Reader() as reader:
        reader.read(loaded("a.html", GOOD["a.html"]))
        (child,) = set(readers()) - before
        os.kill(child, signal.SIGKILL)
        while child in readers():
            time.sleep(0.05)
        assert isinstance(reader.read(loaded("b.html", GOOD["a.html"])), Article)


def test_a_file_that_ends_its_reader_is_skipped_as_broken() -> None:
    before = set(readers())
    with Reader() as reader:
        reader.read(loaded("a.pdf", GOOD["a.pdf"]))
        (child,) = set(readers()) - before
        timer = threading.Timer(0.5, os.kill, (child, signal.SIGSEGV))
        timer.start()
        outcome = reader.read(loaded("b.pdf", shared_pdf()))
        timer.join()
        assert outcome == Skipped("b.pdf", "broken: it ends the process that reads it")
        assert isinstance(reader.read(loaded("a.pdf", GOOD["a.pdf"])), Article)


def test_a_reader_that_can_not_be_started_is_an_error_that_leaves_the_index(corpus: Path, home: Path) -> None:
    report = sync(corpus, home, HashEmbedder())
    (corpus / "new.pdf").write_bytes(GOOD["a.pdf"])
    with pytest.raises(ReaderError, match="can't be started") as caught:
        sync(corpus, home, HashEmbedder(), limits=Limits(memory=1))
    assert caught.value.hint
    with open_index(corpus, home) as index:
        assert len(index.sources()) == len(report.added)


CODE = """
import sys
from pathlib import Path
from index.read import Limits, read_folder
print("reading", flush=True)
read_folder(Path(sys.argv[1]), Limits(pdf_seconds=float(sys.argv[2])))
"""


@pytest.fixture
def stuck(tmp_path: Path) -> Iterator[Callable[[float], "subprocess.Popen[str]"]]:
    """A program in the middle of a file that never ends, and may take so many seconds."""
    (tmp_path / "a.pdf").write_bytes(shared_pdf())
    started = []

    def start(seconds: float) -> "subprocess.Popen[str]":
        command = [sys.executable, "-c", CODE, str(tmp_path), str(seconds)]
        environment = {**os.environ, "PYTHONPATH": str(TESTS.parent)}
        program = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
        )
        started.append(program)
        return program

    yield start
    for program in started:
        program.kill()
        program.communicate()


def reader_of(program: "subprocess.Popen[str]") -> int:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        found = children(program.pid)
        if found:
            time.sleep(0.5)
            return found[0]
        time.sleep(0.05)
    raise AssertionError("no reader was started")


@pytest.mark.parametrize(("kind", "seconds"), [(signal.SIGINT, 60), (signal.SIGTERM, 4), (signal.SIGKILL, 4)])
def test_no_reader_is_left_behind(
    stuck: Callable[[float], "subprocess.Popen[str]"], kind: signal.Signals, seconds: float
) -> None:
    """Ctrl-C ends it at once; where the program has no time for that, it ends by itself."""
    program = stuck(seconds)
    child = reader_of(program)
    program.send_signal(kind)
    program.wait(timeout=10)
    until = time.monotonic() + (2 if kind == signal.SIGINT else 15)
    while is_alive(child) and time.monotonic() < until:
        time.sleep(0.05)
    assert not is_alive(child)


def test_a_folder_is_read_with_the_same_limits(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(BODY, encoding="utf-8")
    (tmp_path / "b.pdf").write_bytes(shared_pdf())
    began = time.monotonic()
    reading = read_folder(tmp_path, Limits(pdf_seconds=1.5))
    assert reading.skipped == (Skipped("b.pdf", "reading it takes longer than 1.5 s"),)
    assert [article.source.path for article in reading.articles] == ["a.txt"]
    assert time.monotonic() - began < 10

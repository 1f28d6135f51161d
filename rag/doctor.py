"""What is installed, reachable and indexed: findings, with the fix beside each fault.

Law: looks and changes nothing; every check ends in a finding, whatever goes wrong.

Does not know: how findings are shown.
"""

import platform
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from index.embed import open_embedder
from index.errors import BylineError, EmbedderMismatch
from index.read import list_folder
from index.store import open_index
from rag import ollama
from rag.llm import KNOWN, UNCALIBRATED, Choice, choose
from rag.settings import Settings

PACKAGES = ("langchain-core", "langchain-ollama", "chromadb", "sentence-transformers", "torch", "xllamacpp")
FREE_BYTES = 2_000_000_000


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: what, whether it is well, what was seen, and the fix where it isn't."""

    what: str
    well: bool
    seen: str
    fix: str = ""


def examine(settings: Settings) -> Iterator[Finding]:
    """Every check in turn."""
    yield _checked(
        "Python", lambda: f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    )
    for package in PACKAGES:
        yield _package(package)
    yield _checked("corpus", lambda: _corpus(settings))
    yield _checked("embeddings", lambda: _embedder(settings))
    yield _checked("index", lambda: _index(settings))
    yield from _model(settings)
    yield _disk(settings.home)


def _checked(what: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(what, True, look())
    except BylineError as error:
        return Finding(what, False, str(error), error.hint)
    except OSError as error:
        return Finding(what, False, str(error), "look at that file or folder")


def _package(name: str) -> Finding:
    try:
        return Finding(name, True, version(name))
    except PackageNotFoundError:
        return Finding(name, False, "not installed", "make setup")


def _corpus(settings: Settings) -> str:
    files = list_folder(settings.corpus).files
    return f"{len(files)} files in {settings.corpus}"


def _embedder(settings: Settings) -> str:
    embedder = open_embedder(settings.embedder or None)
    return f"{embedder.name}, {embedder.dimension} dimensions"


def _index(settings: Settings) -> str:
    with open_index(settings.corpus, settings.home, settings.chroma_url or None) as index:
        if index.embedder_digest != open_embedder(settings.embedder or None).digest:
            raise EmbedderMismatch(f"built with {index.embedder_name}", "byline index --rebuild")
        stats = index.stats
        return f"{stats.articles} articles, {stats.passages} passages, last changed {stats.changed_at}"


def _model(settings: Settings) -> Iterator[Finding]:
    try:
        choice = choose(settings)
    except BylineError as error:
        yield Finding("model", False, str(error), error.hint)
        return
    if choice.note:
        yield Finding("Ollama", True, f"{choice.note} The embedded model answers.")
    yield _answering(choice, settings)
    if choice.served:
        yield from _ollama(settings)
    yield _threshold(choice, settings)


def _answering(choice: Choice, settings: Settings) -> Finding:
    if choice.served:
        return Finding("model", True, f"{choice.served.name} through Ollama at {settings.ollama_host}")
    if choice.gguf is None:
        return Finding("model", False, "the embedded model's weights are not here", "byline model pull")
    if not choice.gguf.is_file():
        return Finding("model", False, f"there is no file {choice.gguf}", "set or unset BYLINE_GGUF")
    return Finding("model", True, f"{choice.gguf.stem}, embedded")


def _ollama(settings: Settings) -> Iterator[Finding]:
    try:
        seen = ollama.server_version(settings.ollama_host)
    except BylineError as error:
        yield Finding("Ollama", False, str(error), error.hint)
        return
    if seen and seen < ollama.GIVES_LOGPROBS:
        shown = ".".join(map(str, seen))
        text = f"{shown} gives no probabilities: a yes or no question takes their place when refusing"
        yield Finding("Ollama", False, text, "update Ollama to 0.12.11 or newer")


def _threshold(choice: Choice, settings: Settings) -> Finding:
    if settings.threshold is not None:
        seen = f"below a support of {settings.threshold:g}, as BYLINE_THRESHOLD says"
    elif _is_known(choice):
        seen = "this model's threshold was measured"
    else:
        seen = f"this model's threshold was never measured: a default of {UNCALIBRATED.accept:.2f} is used"
    return Finding("refusal", True, seen)


def _is_known(choice: Choice) -> bool:
    from rag.weights import EMBEDDED

    if choice.served:
        return choice.served.digest in KNOWN
    known = EMBEDDED.sha256 in KNOWN
    return known and choice.gguf is not None and choice.gguf.name == EMBEDDED.file_name


def _disk(home: Path) -> Finding:
    folder = next(place for place in (home, *home.parents) if place.exists())
    free = shutil.disk_usage(folder).free
    seen = f"{free / 1e9:.1f} GB free for {home}"
    return Finding(
        "disk", free > FREE_BYTES, seen, "" if free > FREE_BYTES else "free some space, or set BYLINE_HOME"
    )

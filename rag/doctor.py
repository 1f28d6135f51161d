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

from index.errors import BylineError, EmbedderMismatch, StorageError
from index.read import list_folder
from index.store import open_index
from rag import calibration, ollama, weights
from rag.calibration import Calibration, Measured
from rag.embedding import embedder_of
from rag.llm import KNOWN, Choice, choose, shipped, weights_folder
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
    embedder = embedder_of(settings)
    return f"{embedder.name}, {embedder.dimension} dimensions"


def _index(settings: Settings) -> str:
    with open_index(settings.corpus, settings.home, settings.chroma_url or None) as index:
        if index.embedder_digest != embedder_of(settings).digest:
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
    yield _refusal(choice, settings)


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


def _refusal(choice: Choice, settings: Settings) -> Finding:
    """Below which support the model refuses, and where that threshold comes from."""
    if settings.threshold is not None:
        return Finding(
            "refusal", True, f"below a support of {settings.threshold:g}, as BYLINE_THRESHOLD says"
        )
    try:
        digest = _digest(choice, settings.home)
        fitted = calibration.load(settings.home, digest)
    except StorageError as error:
        return Finding("refusal", False, f"{error}; {_shipped(digest)}", error.hint)
    except OSError as error:
        return Finding(
            "refusal", False, f"the model file can't be read: {error.strerror}", "set or unset BYLINE_GGUF"
        )
    return Finding("refusal", True, _calibrated(fitted) if fitted else f"no calibration: {_shipped(digest)}")


def _digest(choice: Choice, home: Path) -> str:
    """The digest of the model that would answer; reads the whole of a file that nobody has verified."""
    if choice.served:
        return choice.served.digest
    own = choice.gguf and choice.gguf.parent != weights_folder(home) and choice.gguf.is_file()
    return weights.sha256_of(choice.gguf) if choice.gguf and own else weights.EMBEDDED.sha256


def _shipped(digest: str) -> str:
    accept = shipped(digest).accept
    if calibration.plain(digest) in KNOWN:
        return f"the threshold of {accept:.2f} that was measured for this model is used"
    return f"a provisional threshold of {accept:.2f} is used; to fit one: {calibration.COMMAND}"


def _calibrated(fitted: Calibration) -> str:
    held_out = (
        _share("off-topic", fitted.refused_off_topic),
        _share("same-topic", fitted.refused_same_topic),
        _share("wrongly", fitted.wrongly_refused),
    )
    seen = (
        f"below a support of {fitted.accept:.3f}, calibrated {fitted.when[:10]}; refused of cases held out: "
    )
    seen += ", ".join(filter(None, held_out))
    if fitted.version != calibration.program_version():
        seen += f"; fitted by Byline {fitted.version}, fit it again: {calibration.COMMAND}"
    return seen


def _share(name: str, measured: Measured) -> str:
    if not measured.total:
        return ""
    return f"{measured.hits} of {measured.total} {name} ({measured.low:.2f} to {measured.high:.2f})"


def _disk(home: Path) -> Finding:
    folder = next(place for place in (home, *home.parents) if place.exists())
    free = shutil.disk_usage(folder).free
    seen = f"{free / 1e9:.1f} GB free for {home}"
    return Finding(
        "disk", free > FREE_BYTES, seen, "" if free > FREE_BYTES else "free some space, or set BYLINE_HOME"
    )

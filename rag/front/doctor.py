"""What is installed, reachable and indexed: findings, with the fix beside each fault.

Law: looks and changes nothing; every check ends in a finding, whatever goes wrong.

Does not know: how findings are shown.
"""

import platform
import shutil
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from index.errors import BylineError, EmbedderMismatch, StorageError
from index.read import list_folder
from index.store import open_index
from rag.judging import score
from rag.judging.score import Fit
from rag.models import earned, served, weights
from rag.models.embedding import embedder_of
from rag.models.form import known
from rag.models.llm import Choice, choose, weights_folder
from rag.models.prompt import Form
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
        instead = "" if choice.served else " The embedded model answers."
        yield Finding("Ollama", True, f"{choice.note}{instead}")
    yield _answering(choice, settings)
    form: Form | None = None
    if choice.served:
        form = yield from _ollama(choice.served, settings)
    yield _refusal(choice, form or ("lines" if choice.served else "grammar"), settings)


def _answering(choice: Choice, settings: Settings) -> Finding:
    if choice.served:
        return Finding("model", True, f"{choice.served.name} through Ollama at {settings.ollama_host}")
    if choice.gguf is None:
        return Finding("model", False, "the embedded model's weights are not here", "byline model pull")
    if not choice.gguf.is_file():
        return Finding("model", False, f"there is no file {choice.gguf}", "set or unset BYLINE_GGUF")
    return Finding("model", True, f"{choice.gguf.stem}, embedded")


def _ollama(model: served.OllamaModel, settings: Settings) -> Generator[Finding, None, Form | None]:
    """What the server lacks; returns the form of its replies, where that was learned."""
    try:
        seen = served.server_version(settings.ollama_host)
    except BylineError as error:
        yield Finding("Ollama", False, str(error), error.hint)
        return None
    check = earned.of(earned.checks(settings.home), model.weights)
    yield Finding("check", True, str(check or f"not checked yet: byline model check {model.name}"))
    shown = ".".join(map(str, seen))
    if seen and seen < served.GIVES_FORMAT:
        text = f"{shown} holds no reply to a form: some models can't be read"
        yield Finding("Ollama", False, text, "update Ollama to 0.12.11 or newer")
    if seen and seen < served.GIVES_LOGPROBS:
        text = f"{shown} gives no probabilities: a yes or no question takes their place when refusing"
        yield Finding("Ollama", False, text, "update Ollama to 0.12.11 or newer")
    return known(model, seen, settings.home)


def _refusal(choice: Choice, form: Form, settings: Settings) -> Finding:
    """Below which support the model refuses, and where that threshold comes from."""
    if settings.threshold is not None:
        return Finding(
            "refusal", True, f"below a support of {settings.threshold:g}, as BYLINE_THRESHOLD says"
        )
    try:
        digest = _digest(choice, settings.home)
        fitted = score.load(settings.home, digest, form)
    except StorageError as error:
        return Finding("refusal", False, f"{error}; {_shipped(digest, form)}", error.hint)
    except OSError as error:
        return Finding(
            "refusal", False, f"the model file can't be read: {error.strerror}", "set or unset BYLINE_GGUF"
        )
    told = _fitted(fitted) if fitted else f"no fit of your own: {_shipped(digest, form)}"
    return Finding("refusal", True, told)


def _digest(choice: Choice, home: Path) -> str:
    """The digest of the model that would answer; reads the whole of a file that nobody has verified."""
    if choice.served:
        return choice.served.weights
    own = choice.gguf and choice.gguf.parent != weights_folder(home) and choice.gguf.is_file()
    return weights.sha256_of(choice.gguf) if choice.gguf and own else weights.EMBEDDED.sha256


def _shipped(digest: str, form: str) -> str:
    fit = score.shipped(digest, form)
    if fit.digest:
        return f"the shipped fit of this model is used, which answers from a support of {fit.accept:.2f} on"
    return f"the fit of any model is used, from a support of {fit.accept:.2f} on; to fit one: {score.COMMAND}"


def _fitted(fit: Fit) -> str:
    """A user's own fit, with what it tells of itself."""
    told = "".join(f"; {name}: {said}" for name, said in fit.told.items())
    return f"below a support of {fit.accept:.3f}, fitted for {fit.name}{told}"


def _disk(home: Path) -> Finding:
    folder = next(place for place in (home, *home.parents) if place.exists())
    free = shutil.disk_usage(folder).free
    seen = f"{free / 1e9:.1f} GB free for {home}"
    return Finding(
        "disk", free > FREE_BYTES, seen, "" if free > FREE_BYTES else "free some space, or set BYLINE_HOME"
    )

"""Which model answers: Ollama where one runs and has a model, else the embedded llama.cpp model.

Law: the choice is made once, is visible in every answer, and never falls from a named model to
another one. Both sides are the same LangChain seam, a BaseChatModel.

Does not know: prompts, passages, how a reply is judged.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from langchain_core.language_models import BaseChatModel

from index.errors import ModelBroke, ModelMissing, OllamaDown, StorageError, WeightsError
from rag import calibration, ollama, weights
from rag.answer import Model
from rag.prompt import ANSWER_TOKENS, compose_messages, look_messages, messages
from rag.settings import Settings


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Support, 0..1: below ``accept`` the answer is a refusal; at ``sure`` no further passage is read."""

    accept: float
    sure: float


UNCALIBRATED = Thresholds(0.50, 0.97)
KNOWN: dict[str, Thresholds] = {weights.EMBEDDED.sha256: Thresholds(0.79, 0.96)}
"""Shipped thresholds by model digest, measured on labelled cases; see eval/RESULTS.md."""


@dataclass(frozen=True, slots=True)
class LLM:
    """A chat model and what must be known to use it.

    ``form`` says how a reply is bound to existing sentence numbers: by a grammar, or by the prompt
    and a JSON schema. ``count_tokens`` is exact or an upper estimate. ``context`` is in tokens.
    """

    chat: BaseChatModel
    model: Model
    context: int
    form: Literal["grammar", "lines"]
    count_tokens: Callable[[str], int]
    thresholds: Thresholds = UNCALIBRATED
    close: Callable[[], None] = lambda: None


@dataclass(frozen=True, slots=True)
class Choice:
    """What would answer: an Ollama model, or a GGUF file (None until the weights are pulled)."""

    backend: Literal["ollama", "embedded"]
    served: ollama.OllamaModel | None = None
    gguf: Path | None = None
    note: str = ""


def choose(settings: Settings) -> Choice:
    """Decide what would answer, without loading it.

    Raises OllamaDown, ModelBroke and ModelMissing where Ollama, or a model of it, was named and isn't
    there; ModelRefused where it runs elsewhere.
    """
    if settings.llm == "embedded":
        return _embedded(settings)
    named = settings.llm == "ollama" or bool(settings.model)
    try:
        found = ollama.models(settings.ollama_host)
    except (OllamaDown, ModelBroke) as error:
        if named:
            raise
        return _embedded(settings, str(error))
    model = ollama.choose(found, settings.model, settings.allow_remote)
    if model:
        return Choice("ollama", model)
    if named:
        raise ModelMissing(
            f"Ollama at {settings.ollama_host} has no model that can chat.", "ollama pull qwen2.5:3b"
        )
    return _embedded(settings, f"Ollama at {settings.ollama_host} has no model that can chat.")


def _embedded(settings: Settings, note: str = "") -> Choice:
    gguf = settings.gguf or weights.find(weights_folder(settings.home))
    return Choice("embedded", gguf=gguf, note=note)


def weights_folder(home: Path) -> Path:
    """Where the one copy of the embedded model's weights is kept."""
    return home / "weights"


def open_llm(settings: Settings) -> LLM:
    """Open what ``choose`` chose. Raises what it raises, and WeightsError."""
    choice = choose(settings)
    return _open_ollama(choice.served, settings) if choice.served else _open_embedded(choice.gguf, settings)


def _open_ollama(model: ollama.OllamaModel, settings: Settings) -> LLM:
    context = min(settings.num_ctx, model.context or settings.num_ctx)
    return LLM(
        chat=ollama.chat(settings.ollama_host, model.name, context, settings.timeout, ANSWER_TOKENS),
        model=Model("ollama", model.name, model.digest),
        context=context,
        form="lines",
        count_tokens=estimate_tokens,
        thresholds=_thresholds(model.digest, settings),
    )


def _open_embedded(gguf: Path | None, settings: Settings) -> LLM:
    """Load the weights and read the prompts' fixed parts once, so that questions find them cached."""
    from rag.embedded import EmbeddedChat, Llama

    if gguf is None:
        raise WeightsError("The embedded model's weights are not here yet.", "byline model pull")
    if not gguf.is_file():
        raise WeightsError(f"There is no model file {gguf}.", "set BYLINE_GGUF to a .gguf file, or unset it")
    name, digest = weights.describe(gguf, weights_folder(settings.home))
    llama = Llama(gguf, settings.num_ctx, settings.threads)
    chat = EmbeddedChat(llama=llama, max_tokens=ANSWER_TOKENS)
    prompts = (messages("", ()), compose_messages("", "", ""), look_messages("", "", ""))
    try:
        for slot, fixed in enumerate(prompts):
            chat.invoke(fixed, max_tokens=1, slot=slot)
            llama.keep(slot)
    except BaseException:
        llama.close()
        raise
    return LLM(
        chat=chat,
        model=Model("embedded", name, digest),
        context=settings.num_ctx,
        form="grammar",
        count_tokens=llama.count_tokens,
        thresholds=_thresholds(digest, settings),
        close=llama.close,
    )


def shipped(digest: str) -> Thresholds:
    """The thresholds that come with Byline for the model of this digest: measured, or UNCALIBRATED."""
    return KNOWN.get(calibration.plain(digest), UNCALIBRATED)


def _thresholds(digest: str, settings: Settings) -> Thresholds:
    """The user's setting, else the model's stored calibration, else what is shipped.

    A stored calibration that can't be used must not stop answers: ``doctor`` tells of it.
    """
    own = shipped(digest)
    if settings.threshold is not None:
        return Thresholds(settings.threshold, max(settings.threshold, own.sure))
    try:
        fitted = calibration.load(settings.home, digest)
    except StorageError:
        fitted = None
    return Thresholds(fitted.accept, fitted.sure) if fitted else own


def estimate_tokens(text: str) -> int:
    """An upper estimate where a server can't count: a token for every two bytes of UTF-8.

    English takes about one for four; scripts of three bytes a character about one a character.
    """
    return len(text.encode()) // 2 + 1

"""Which model answers: Ollama where one runs and has a fit model, else the embedded llama.cpp model.

Law: the choice is made once, is visible in every answer, and never falls from a named model to
another one. Both sides are the same LangChain seam, a BaseChatModel; a model is opened with its prompts'
fixed part read, so that questions find it cached.

Does not know: prompts, passages, how a reply is judged.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage

from index.errors import ModelBroke, ModelMissing, OllamaDown, WeightsError
from rag.answer import Model
from rag.models import chosen, ollama, prefix, served, warm, weights
from rag.models.form import form_of
from rag.models.prompt import ANSWER_TOKENS, Form, opening
from rag.models.served import OllamaModel
from rag.settings import Settings

if TYPE_CHECKING:
    from rag.models.embedded import EmbeddedChat

_TURN_TOKENS = 8
"""An upper estimate of what a chat template adds to each message."""


@dataclass(frozen=True, slots=True)
class LLM:
    """A chat model and what must be known to use it.

    ``form`` says how a reply is bound to existing sentence numbers. ``count_tokens`` is exact or an upper
    estimate. ``context`` is in tokens. ``keep`` keeps a served model in memory for a while, and raises as a
    call does.
    """

    chat: BaseChatModel
    model: Model
    context: int
    form: Form
    count_tokens: Callable[[str], int]
    close: Callable[[], None] = lambda: None
    keep: Callable[[], None] = lambda: None


@dataclass(frozen=True, slots=True)
class Choice:
    """What would answer: an Ollama model, or a GGUF file (None until the weights are pulled)."""

    backend: Literal["ollama", "embedded"]
    served: OllamaModel | None = None
    gguf: Path | None = None
    note: str = ""


def choose(settings: Settings) -> Choice:
    """Decide what would answer, without loading it.

    Raises OllamaDown, ModelBroke and ModelMissing where Ollama, or a model of it, was named and isn't
    there; ModelRefused where it runs elsewhere.
    """
    last = chosen.remembered(settings.home)
    unbound = settings.llm == "auto" and not settings.model
    if settings.llm == "embedded" or (unbound and last and last.backend == "embedded"):
        return _embedded(settings)
    try:
        found = served.models(settings.ollama_host)
    except (OllamaDown, ModelBroke) as error:
        if not unbound:
            raise
        return _embedded(settings, str(error))
    if settings.model:
        return Choice("ollama", chosen.named(found, settings.model, settings.allow_remote))
    if model := chosen.best(found, settings.home, settings.allow_remote):
        return Choice("ollama", model, note=_gone(last, model))
    fault = _unfit(found, settings)
    if not unbound:
        raise fault
    usable = chosen.fit(found, settings.allow_remote)
    return _embedded(settings, f"{fault} To use one: {fault.hint}." if usable else str(fault))


def _gone(last: chosen.Chosen | None, model: OllamaModel) -> str:
    """Word of it, where not the model that was chosen last answers."""
    if not last or last.backend != "ollama" or chosen.called((model,), last.name):
        return ""
    return f"{last.name}, which was chosen last, is not to be had any more."


def _unfit(found: tuple[OllamaModel, ...], settings: Settings) -> ModelMissing:
    """Why none of the models answers unasked."""
    usable = chosen.fit(found, settings.allow_remote)
    if not usable:
        return ModelMissing(
            f"Ollama at {settings.ollama_host} has no model that can chat.", "ollama pull qwen2.5:3b"
        )
    return ModelMissing(
        f"None of the models of the Ollama at {settings.ollama_host} answers unasked: each has less than "
        f"{chosen.LEAST_BILLIONS:g} billion parameters, or failed its check.",
        f"byline model use {usable[0].name}, or ollama pull qwen2.5:3b",
    )


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


def _open_ollama(model: OllamaModel, settings: Settings) -> LLM:
    """Have the model loaded, learn its form if that is not known, and have the prompts' fixed part read."""
    host, seconds = settings.ollama_host, settings.timeout
    context = min(settings.num_ctx, model.context or settings.num_ctx)
    chat = ollama.chat(host, model.name, context, seconds, ANSWER_TOKENS, model.stops)
    warm.load(host, model.name, context, seconds)
    form = form_of(model, served.server_version(host), chat, settings.home)
    chat.invoke(opening(form), max_tokens=1)
    return LLM(
        chat=chat,
        model=Model("ollama", model.name, model.weights, form),
        context=context,
        form=form,
        count_tokens=estimate_tokens,
        keep=lambda: warm.keep(host, model.name, context, seconds, datetime.now(UTC)),
    )


def _open_embedded(gguf: Path | None, settings: Settings) -> LLM:
    """Load the weights with the one fixed part read, so that every call finds it cached."""
    from rag.models.embedded import EmbeddedChat, Llama

    if gguf is None:
        raise WeightsError("The embedded model's weights are not here yet.", "byline model pull")
    if not gguf.is_file():
        raise WeightsError(f"There is no model file {gguf}.", "set BYLINE_GGUF to a .gguf file, or unset it")
    name, digest = weights.describe(gguf, weights_folder(settings.home))
    llama = Llama(gguf, settings.num_ctx, settings.threads)
    chat = EmbeddedChat(llama=llama, max_tokens=ANSWER_TOKENS)
    try:
        fixed = opening("grammar")
        _have_read(fixed, chat, prefix.file_of(settings.home, digest, settings.num_ctx, fixed))
    except BaseException:
        llama.close()
        raise
    return LLM(
        chat=chat,
        model=Model("embedded", name, digest, "grammar"),
        context=settings.num_ctx,
        form="grammar",
        count_tokens=llama.count_tokens,
        close=llama.close,
    )


def _have_read(messages: list[BaseMessage], chat: "EmbeddedChat", path: Path) -> None:
    """Have the model's cache begin with these messages: as an earlier run kept them, or else read now."""
    kept = prefix.load(path)
    if kept and chat.llama.resume(kept):
        return
    chat.invoke(messages, max_tokens=1)
    prefix.store(path, chat.llama.keep())


def estimate_tokens(text: str) -> int:
    """An upper estimate where a server can't count: a token for every two bytes of UTF-8.

    English takes about one for four; scripts of three bytes a character about one a character.
    """
    return len(text.encode()) // 2 + 1


def count(messages: Iterable[BaseMessage], llm: LLM) -> int:
    """Tokens of a prompt: the byte length, which bounds them, where that is small enough."""
    turns = list(messages)
    text = "\n".join(str(message.text) for message in turns)
    spare = len(turns) * _TURN_TOKENS
    bound = len(text.encode()) + spare
    return bound if bound + ANSWER_TOKENS <= llm.context else llm.count_tokens(text) + spare

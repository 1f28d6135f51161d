"""Which model an open assistant may be given instead: those of Ollama, and the embedded one.

Law: a model is looked for before it is promised; what it can't do is told then, not at the next question.

Does not know: questions, when a model is opened.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

from index.errors import ModelBroke, ModelMissing, ModelRefused, OllamaDown, WeightsError
from rag import ollama, weights
from rag.answer import Model
from rag.llm import choose, weights_folder
from rag.settings import Settings

Change = tuple[Settings, Model]
"""The settings under which a model answers, and that model."""


def has_ollama(settings: Settings) -> bool:
    """Whether there is an Ollama that may be used, with models or without."""
    if settings.llm == "embedded":
        return False
    try:
        ollama.server_version(settings.ollama_host)
    except (OllamaDown, ModelBroke):
        return False
    return True


def models(settings: Settings) -> tuple[str, ...]:
    """The models that Ollama has and that may be used here; () where Ollama is not used or not there."""
    if settings.llm == "embedded":
        return ()
    try:
        found = ollama.models(settings.ollama_host)
    except (OllamaDown, ModelBroke):
        return ()
    return tuple(model.name for model in ollama.fit(found, settings.allow_remote))


def embedded(settings: Settings) -> str:
    """The name of the embedded model where its weights are here and it may be used, else ""."""
    with suppress(WeightsError):
        gguf = choose(replace(settings, llm="embedded")).gguf if settings.llm != "ollama" else None
        return gguf.stem if gguf and gguf.is_file() else ""
    return ""


def to_ollama(settings: Settings, name: str) -> Change:
    """Ollama's model of that name. Raises OllamaDown, ModelBroke, ModelMissing, ModelRefused."""
    if not name:
        raise ModelMissing("No model was named.", "byline model list")
    changed = replace(settings, llm="ollama", model=name)
    chosen = choose(changed).served
    if chosen is None:
        raise ModelMissing(f"Ollama has no model {name!r}.", f"ollama pull {name}")
    if not chosen.completes:
        raise ModelRefused(f"{chosen.name} writes no text, so it can't answer.", "choose another model")
    return changed, Model("ollama", chosen.name, chosen.digest)


def to_embedded(settings: Settings) -> Change:
    """The embedded model. Raises WeightsError where its weights are not here."""
    changed = replace(settings, llm="embedded", model="")
    gguf = choose(changed).gguf
    if gguf is None:
        raise WeightsError("The embedded model's weights are not here yet.", "byline model pull")
    return changed, Model("embedded", *weights.describe(gguf, weights_folder(settings.home)))


def pulling(settings: Settings, name: str) -> Iterator[ollama.Step]:
    """Have Ollama pull a model, step by step; whoever closes the generator stops it.

    Raises what ``rag.ollama.pulling`` raises; ModelRefused, at the end, where the model came and can't be
    used here.
    """
    yield from ollama.pulling(settings.ollama_host, name)
    with suppress(ModelMissing):  # Ollama may list it by another name
        to_ollama(settings, name)

"""Which model an open assistant may be given instead: those of Ollama, and the embedded one.

Law: a model is looked for before it is promised; what it can't do is told then, not at the next question.

Does not know: questions, when a model is opened.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from index.errors import BylineError, ModelBroke, ModelMissing, OllamaDown, StorageError, WeightsError
from rag.answer import Model
from rag.models import chosen, earned, ollama, served, weights
from rag.models.chosen import Chosen
from rag.models.earned import Check
from rag.models.llm import choose, weights_folder
from rag.settings import Settings

Change = tuple[Settings, Model]
"""The settings under which a model answers, and that model."""


def has_ollama(settings: Settings) -> bool:
    """Whether there is an Ollama that may be used, with models or without."""
    if settings.llm == "embedded":
        return False
    try:
        served.server_version(settings.ollama_host)
    except (OllamaDown, ModelBroke):
        return False
    return True


@dataclass(frozen=True, slots=True)
class Offer:
    """A model that may be used: its bytes, and what it has earned, None where it was not checked.

    ``by`` is who runs it.
    """

    by: Literal["ollama", "embedded"]
    name: str
    size: int
    check: Check | None

    def __str__(self) -> str:
        """qwen2.5:3b, 1.9 GB, 10 of 12, 4 s an answer."""
        name = f"{self.name} (embedded)" if self.by == "embedded" else self.name
        return f"{name}, {served.told_size(self.size)}, {self.check or 'not checked'}"


def offers(settings: Settings) -> tuple[Offer, ...]:
    """What may answer, with what each has earned: Ollama's models, newest first, then the embedded one."""
    known = earned.checks(settings.home)
    found = [Offer("ollama", m.name, m.size, earned.of(known, m.weights)) for m in _usable(settings)]
    own = _own(settings)
    if own:
        digest = "" if settings.gguf else weights.EMBEDDED.sha256
        found.append(Offer("embedded", own.stem, own.stat().st_size, earned.of(known, digest)))
    return tuple(found)


def models(settings: Settings) -> tuple[str, ...]:
    """The models that Ollama has and that may be used here; () where Ollama is not used or not there."""
    return tuple(model.name for model in _usable(settings))


def _usable(settings: Settings) -> tuple[served.OllamaModel, ...]:
    if settings.llm == "embedded":
        return ()
    try:
        found = served.models(settings.ollama_host)
    except (OllamaDown, ModelBroke):
        return ()
    return chosen.fit(found, settings.allow_remote)


def embedded(settings: Settings) -> str:
    """The name of the embedded model where its weights are here and it may be used, else ""."""
    own = _own(settings)
    return own.stem if own else ""


def _own(settings: Settings) -> Path | None:
    """The embedded model's file, where it is here and may be used."""
    with suppress(WeightsError):
        gguf = choose(replace(settings, llm="embedded")).gguf if settings.llm != "ollama" else None
        return gguf if gguf and gguf.is_file() else None
    return None


def name(settings: Settings) -> str:
    """The name of what would answer; "" where nothing would, or it can't be told."""
    try:
        choice = choose(settings)
    except BylineError:
        return ""
    return choice.served.name if choice.served else choice.gguf.stem if choice.gguf else ""


def remember(settings: Settings, model: Model) -> None:
    """Let this model answer the next time too. Where that can't be kept, it answers this time alone."""
    with suppress(StorageError):
        ours = model.backend == "embedded"
        chosen.remember(settings.home, Chosen("embedded") if ours else Chosen("ollama", model.name))


def to_ollama(settings: Settings, wanted: str) -> Change:
    """Ollama's model of that name. Raises OllamaDown, ModelBroke, ModelMissing, ModelRefused."""
    if not wanted:
        raise ModelMissing("No model was named.", "byline model list")
    changed = replace(settings, llm="ollama", model=wanted)
    model = choose(changed).served
    if model is None:
        raise ModelMissing(f"Ollama has no model {wanted!r}.", f"ollama pull {wanted}")
    return changed, Model("ollama", model.name, model.weights)


def to_embedded(settings: Settings) -> Change:
    """The embedded model. Raises WeightsError where its weights are not here."""
    changed = replace(settings, llm="embedded", model="")
    gguf = choose(changed).gguf
    if gguf is None:
        raise WeightsError("The embedded model's weights are not here yet.", "byline model pull")
    return changed, Model("embedded", *weights.describe(gguf, weights_folder(settings.home)))


def pulling(settings: Settings, wanted: str) -> Iterator[ollama.Step]:
    """Have Ollama pull a model, step by step; whoever closes the generator stops it.

    Raises what ``rag.models.ollama.pulling`` raises; ModelRefused, at the end, where the model came and
    can't be used here.
    """
    yield from ollama.pulling(settings.ollama_host, wanted)
    with suppress(ModelMissing):  # Ollama may list it by another name
        to_ollama(settings, wanted)

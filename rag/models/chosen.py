"""Which of the models answers where none was named: the one chosen last, else the best, else the newest.

Law: the choice is the user's where there was one. Who has shown nothing answers only by its size: a model of
less than 1.5 billion parameters refused everything and said so with confidence, so a small one answers
only where it is named. What was checked and failed does not answer unasked.

Does not know: how models are checked, the embedded one's weights.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from index.errors import ModelMissing, ModelRefused
from rag.models import earned, kept
from rag.models.served import OllamaModel

LEAST_BILLIONS = 1.5
"""Parameters below which a model answers only where it is named."""
PASSES = 2 / 3
"""The share of a check that a model must have right to answer unasked."""
FILE, FITS = "chosen", "fits"
"""Where the choice is kept, and where the room that judges keeps a user's own fits, by weights and form."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The model that was chosen last; the embedded one has no name."""

    backend: Literal["ollama", "embedded"]
    name: str = ""


def remembered(home: Path) -> Chosen | None:
    """What was chosen last, if anything was."""
    return kept.load(home, FILE, Chosen).get("last")


def remember(home: Path, choice: Chosen | None) -> None:
    """Let this one answer from now on, or, for None, whichever is best. Raises StorageError."""
    kept.store(home, FILE, Chosen, {"last": choice} if choice else {})


def fit(found: Sequence[OllamaModel], allow_remote: bool) -> tuple[OllamaModel, ...]:
    """Those of the models that write text and, unless others are allowed, run where their server does."""
    return tuple(m for m in found if m.completes and (allow_remote or not m.remote))


def called(found: Sequence[OllamaModel], name: str) -> OllamaModel | None:
    """The model of this name; ``:latest`` may be left out."""
    return next((m for m in found if m.name in (name, f"{name}:latest")), None)


def named(found: Sequence[OllamaModel], name: str, allow_remote: bool) -> OllamaModel:
    """The model called ``name``.

    Raises ModelMissing for a name that is not there, ModelRefused for one that runs elsewhere or writes no
    text.
    """
    chosen = called(found, name)
    if chosen is None:
        pulls = f"byline model pull {name}, or ollama pull {name}"
        raise ModelMissing(f"Ollama has no model {name!r}.", pulls)
    if chosen.remote and not allow_remote:
        raise ModelRefused(
            f"{name} runs on {chosen.remote}, not on this machine.", "BYLINE_ALLOW_REMOTE=1 allows it"
        )
    if not chosen.completes:
        raise ModelRefused(
            f"{chosen.name} writes no text, so it can't answer.", "choose another model: byline model list"
        )
    return chosen


def best(found: Sequence[OllamaModel], home: Path, allow_remote: bool) -> OllamaModel | None:
    """The model that answers where none was named, or None where none may.

    What was chosen last; else of those that were checked or fitted, and did well, the one that did best; else
    the newest that nothing is known of.
    """
    usable = fit(found, allow_remote)
    last = remembered(home)
    if last and last.backend == "ollama" and (model := called(usable, last.name)):
        return model
    known = earned.checks(home)
    large = [model for model in usable if model.billions >= LEAST_BILLIONS]
    checked = {model: earned.of(known, model.weights) for model in large}
    proven = [m for m in large if ((c := checked[m]) and c.share >= PASSES) or (not c and _fitted(m, home))]
    if proven:
        return max(proven, key=lambda model: _rank(checked[model]))
    return next((model for model in large if not checked[model]), None)


def _rank(check: earned.Check | None) -> tuple[float, float]:
    """More right, then quicker. A model that was fitted and never checked has passed, and no more."""
    return (check.share, -check.seconds) if check else (PASSES, 0.0)


def _fitted(model: OllamaModel, home: Path) -> bool:
    return any((home / FITS).glob(f"{model.weights}-*.json"))

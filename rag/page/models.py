"""The model menu: what may answer instead, and how far a pull is, in words and as a bar.

Law: only what could answer is offered. A model that is pulled answers once it is chosen, not by itself.
What goes wrong is told in a sentence, and what answered before goes on.

Does not know: Gradio, Ollama's protocol.
"""

from dataclasses import dataclass

from index.errors import BylineError
from rag.live import Live
from rag.ollama import Step
from rag.page.pulls import Pull
from rag.page.text import safe
from rag.page.view import fault

EMBEDDED = " embedded"
"""The embedded model in the menu: no name that Ollama could have."""
NAMELESS = '<p class="note" role="status">Name a model, as in qwen2.5:3b.</p>'


@dataclass(frozen=True, slots=True)
class Menu:
    """The choices as (words, value); the value that answers ``now``, None where it is none of them.

    ``listed``: Ollama could be asked. ``there``: there is a menu at all.
    """

    choices: tuple[tuple[str, str], ...]
    now: str | None
    listed: bool
    there: bool


def menu(live: Live) -> Menu:
    """What Ollama has, and the embedded model where its weights are here. Without an Ollama there is no menu.

    But where Ollama went after one of its models was chosen, the way back stays.
    """
    names, embedded = live.models(), live.embedded()
    now = _now(live, embedded)
    choices = [(name, name) for name in names] + ([(f"{embedded} (embedded)", EMBEDDED)] if embedded else [])
    if now and now not in {value for _, value in choices}:
        choices.insert(0, (f"{now} (not there)", now))
    listed = bool(names) or live.has_ollama()
    left = bool(embedded) and live.settings.llm == "ollama"
    return Menu(tuple(choices), now, listed, listed or left)


def _now(live: Live, embedded: str) -> str | None:
    try:
        model = live.model()
    except BylineError:
        return None
    if model.backend == "embedded":
        return EMBEDDED if embedded else None
    return model.name


def use(live: Live, chosen: str) -> str:
    """Let another model answer; what became of it, as HTML."""
    try:
        if chosen == EMBEDDED:
            live.use_embedded()
        else:
            live.use(chosen)
    except BylineError as error:
        return fault(error)
    return f'<p class="note" role="status">{safe(live.model().name)} answers from the next question on.</p>'


def told(pull: Pull) -> str:
    """How far a pull is, or what became of it, as HTML."""
    if pull.error:
        return fault(pull.error)
    if pull.end:
        ends = {"here": "is here: choose it above to let it answer.", "stopped": "is not pulled any further."}
        return f'<p class="note" role="status">{safe(f"{pull.name} {ends[pull.end]}")}</p>'
    return f'<div class="pulling"><p>Pulling {safe(pull.name)}</p>{_bar(pull.step)}</div>'


def _bar(step: Step) -> str:
    if not step.total:
        return f'<progress aria-label="Pulled"></progress><p class="note">{safe(step.status)} …</p>'
    done = min(step.done, step.total)
    counted = f"{size(done)} of {size(step.total)}, {100 * done // step.total}%"
    bar = f'<progress aria-label="Pulled" max="{step.total}" value="{done}"></progress>'
    return f'{bar}<p class="note">{safe(counted)}</p>'


def size(count: int) -> str:
    """A number of bytes as it is read: 398 MB, 1.9 GB."""
    for unit, scale in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= scale:
            return f"{count / scale:.{1 if unit == 'GB' else 0}f} {unit}"
    return f"{count} B"

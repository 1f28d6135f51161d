"""The model menu: what may answer instead, and how far a pull is, in words and as a bar.

Law: only what could answer is offered. A model that is pulled answers once it is chosen, not by itself.
What goes wrong is told in a sentence, and what answered before goes on.

Does not know: Gradio, Ollama's protocol.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Thread

from index.errors import BylineError
from rag.front.check.questions import QUESTIONS
from rag.front.live import Live
from rag.front.page.fix import on_page
from rag.front.page.pulls import Pull
from rag.front.page.text import safe
from rag.front.page.view import fault
from rag.models.earned import Check
from rag.models.ollama import Step
from rag.models.served import told_size

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
    offers, embedded = live.offers(), live.embedded()
    names = [each.name for each in offers if each.by == "ollama"]
    now = _now(live, embedded)
    choices = [(str(each), EMBEDDED if each.by == "embedded" else each.name) for each in offers]
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
        return fault(on_page(error, live))
    return f'<p class="note" role="status">{safe(live.model().name)} answers from the next question on.</p>'


def checking(live: Live) -> Iterator[str]:
    """The model that answers is checked: how far that is, and what came of it, as HTML."""
    said: SimpleQueue[int | Check | BylineError] = SimpleQueue()

    def run() -> None:
        try:
            said.put(live.check(said.put))
        except BylineError as error:
            said.put(error)

    Thread(target=run, name="check", daemon=True).start()
    yield _note("The model that answers is checked: twelve questions …")
    while isinstance(now := said.get(), int):
        yield _note(f"{now} of {len(QUESTIONS)} questions are answered …")
    yield fault(on_page(now, live)) if isinstance(now, BylineError) else _note(f"Checked: {now}.")


def _note(text: str) -> str:
    return f'<p class="note" role="status">{safe(text)}</p>'


def told(pull: Pull) -> str:
    """How far a pull is, or what became of it, as HTML."""
    if pull.error:
        return fault(pull.error)
    if pull.end:
        ends = {
            "here": "is here: choose it above to let it answer, then check it.",
            "stopped": "is not pulled any further.",
        }
        return f'<p class="note" role="status">{safe(f"{pull.name} {ends[pull.end]}")}</p>'
    return f'<div class="pulling"><p>Pulling {safe(pull.name)}</p>{_bar(pull.step)}</div>'


def _bar(step: Step) -> str:
    if not step.total:
        return f'<progress aria-label="Pulled"></progress><p class="note">{safe(step.status)} …</p>'
    done = min(step.done, step.total)
    counted = f"{told_size(done)} of {told_size(step.total)}, {100 * done // step.total}%"
    bar = f'<progress aria-label="Pulled" max="{step.total}" value="{done}"></progress>'
    return f'{bar}<p class="note">{safe(counted)}</p>'

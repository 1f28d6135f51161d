"""The next step after a fault, in the words of the page: what it offers itself comes before any command.

Law: only what the page has beside the fault is named: its model menu where there is one, its buttons always.

Does not know: how a fault is shown.
"""

from index.errors import (
    BylineError,
    ModelBroke,
    ModelMissing,
    ModelRefused,
    ModelUnfit,
    OllamaDown,
    PromptTooLong,
)
from rag.front.live import Live

MENU = "under Model at the side"


def on_page(error: BylineError, live: Live) -> BylineError:
    """The same error, its hint being what a reader of the page can do."""
    step = _step(error, live)
    return type(error)(str(error), step) if step else error


def _step(error: BylineError, live: Live) -> str:
    """What to do; "" where the error's own hint serves."""
    if isinstance(error, OllamaDown):
        own = live.embedded()
        return f"choose {own} {MENU}, or start Ollama again (ollama serve)" if own else ""
    if isinstance(error, ModelMissing):
        return f"choose another model {MENU}, or pull it there"
    if isinstance(error, ModelUnfit | ModelRefused):
        return f"choose another model {MENU}"
    if isinstance(error, ModelBroke):
        return f"Ask again; if it goes on, choose another model {MENU}" if _menu(live) else "Ask again"
    return "shorten the question, or ask for one thing at a time" if isinstance(error, PromptTooLong) else ""


def _menu(live: Live) -> bool:
    """Whether the model that answers is one that the menu could replace."""
    return live.settings.llm != "embedded" and live.serves() == "ollama"

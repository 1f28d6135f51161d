"""Which form of reply a served model takes: whether it goes on from words that were written for it, or begins
with them itself.

Law: learned by a call or two of a few tokens for each model and server version, and remembered; no question
pays for it again. A template that closes the last turn makes the model begin anew: one that then begins as
the examples do is read in lines all the same, since what follows "Source:" follows the same words, whoever
wrote them. Who says anything else gets the JSON form, whose shape the server itself holds it to.

Does not know: prompts' words, how a reply is judged.
"""

from contextlib import suppress
from pathlib import Path
from typing import Literal

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, HumanMessage

from index.errors import StorageError
from rag.models import kept
from rag.models.prompt import PREFILL, STOPS, asking, fixed
from rag.models.served import GIVES_FORMAT, OllamaModel

FILE = "replies"
NONE = "none"
TOKENS = 4
"""How much of a reply is heard: a blank, a sentence's number or "none"."""
UNANSWERED = "Who will open the bridge?"
"""Asked over no sentence at all: a reply that goes on from the prefill names none."""
ServedForm = Literal["lines", "turn", "json"]
FORMS: tuple[ServedForm, ...] = ("lines", "turn", "json")


def form_of(model: OllamaModel, version: tuple[int, ...], chat: BaseChatModel, home: Path) -> ServedForm:
    """The form that the model takes on a server of this version, asked for where it is not known.

    It is kept by the digest of the manifest, which a new template changes, where the weights stay the same.
    Raises what ``chat`` raises.
    """
    form = known(model, version, home)
    if form is None:
        form = _learned(chat)
        learned: dict[str, str] = {_key(model, version): form}
        with suppress(StorageError):  # then it is learned again
            kept.put(home, FILE, str, learned)
    return form


def known(model: OllamaModel, version: tuple[int, ...], home: Path) -> ServedForm | None:
    """The form as it was learned once, or None. A server that knows no schema leaves the line form alone."""
    if version and version < GIVES_FORMAT:
        return "lines"
    form = kept.load(home, FILE, str).get(_key(model, version))
    return next((each for each in FORMS if each == form), None)


def _key(model: OllamaModel, version: tuple[int, ...]) -> str:
    return f"{model.digest} {'.'.join(map(str, version))}"


def _learned(chat: BaseChatModel) -> ServedForm:
    asked = [*fixed("lines"), HumanMessage(asking(UNANSWERED, ""))]
    if goes_on(str(chat.invoke([*asked, AIMessage(PREFILL)], max_tokens=TOKENS).text)):
        return "lines"
    begun = chat.invoke(asked, max_tokens=TOKENS, stop=STOPS)
    return "turn" if str(begun.text).lstrip().startswith(PREFILL) else "json"


def goes_on(reply: str) -> bool:
    """Whether a model that replied so went on from ``PREFILL``: with a blank, and a sentence or none."""
    text = reply.lstrip(" \t")
    first = next(iter(text.split()), "").rstrip(".")
    return text != reply and (first == NONE or (first[:1] == "S" and first[1:2].isdigit()))

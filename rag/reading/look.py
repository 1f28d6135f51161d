"""The second look: is this short answer what the cited sentences say to this question?

Law: it sees the cited sentences, the question and the short answer, and says yes or no, in one token or
two; the share of yes is the measure.

Does not know: the rest of the passage, thresholds.
"""

from typing import Any

from langchain_core.runnables import Runnable

from rag.answer import Call, Question
from rag.models.call import ask_once, odds, unreadable
from rag.models.llm import LLM
from rag.reading import prompt
from rag.reading.odds import yes_share

_SHORT = 2
"""Tokens of a reply that no grammar binds: a yes or a no, and what may stand before it."""


def look(question: Question, short: str, span: str, llm: LLM) -> tuple[float, Call]:
    """The share of yes, 0..1, and the call. Raises what the chat model raises; ModelUnfit for no word."""
    said, call = ask_once("look", prompt.look_messages(question, short, span, llm.form), _bound(llm))
    if not call.reply.strip() and not odds(said):
        raise unreadable(llm.model.name, call.reply)
    return yes_share(odds(said), call.reply), call


def _bound(llm: LLM) -> Runnable[Any, Any]:
    if llm.form == "grammar":
        return llm.chat.bind(grammar=prompt.YES_OR_NO, max_tokens=1)
    return llm.chat.bind(max_tokens=_SHORT)

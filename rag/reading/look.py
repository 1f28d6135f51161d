"""The second look: is this short answer what the cited sentences say to this question?

Law: it sees the cited sentences, the question and the short answer, and says yes or no, in one token; the
share of yes is the measure. A served model whose first token is neither is asked once more, for a few.

Does not know: the rest of the passage, thresholds.
"""

from typing import Any

from langchain_core.runnables import Runnable

from rag.answer import Call, Question
from rag.models.call import ask_once, odds, unreadable
from rag.models.llm import LLM
from rag.reading import prompt
from rag.reading.odds import yes_share

_MORE = 4
"""Tokens of a reply whose first is no yes and no no: a blank, a quotation mark, and then the word."""


def look(question: Question, short: str, span: str, llm: LLM) -> tuple[float, tuple[Call, ...]]:
    """The share of yes, 0..1, and the calls. Raises what the chat model raises; ModelUnfit for no word."""
    asked = prompt.look_messages(question, short, span, llm.form)
    calls: list[Call] = []
    for chat in _bound(llm):
        said, call = ask_once("look", asked, chat)
        calls.append(call)
        share = yes_share(odds(said), call.reply)
        if share is not None:
            return share, tuple(calls)
    if not calls[-1].reply.strip():
        raise unreadable(llm.model.name, calls[-1].reply)
    return 0.0, tuple(calls)


def _bound(llm: LLM) -> tuple[Runnable[Any, Any], ...]:
    """How the model is asked, until it has said a yes or a no."""
    if llm.form == "grammar":
        return (llm.chat.bind(grammar=prompt.YES_OR_NO, max_tokens=1),)
    return (llm.chat.bind(max_tokens=1), llm.chat.bind(max_tokens=_MORE))

"""The second look: is this short answer what the cited sentences say to this question?

Law: it sees the cited sentences, the question and the short answer, and says yes or no; P(yes) over P(yes)
and P(no) is the measure. It can only take support away, never give it.

Does not know: the rest of the passage, thresholds.
"""

from typing import Any

from langchain_core.runnables import Runnable

from rag import prompt
from rag.answer import Call
from rag.call import ask_once, odds
from rag.llm import LLM
from rag.support import yes_share

SLOT = 2
"""The runtime's third prompt cache."""


def look(question: str, short: str, span: str, llm: LLM) -> tuple[float, Call]:
    """The share of yes, 0..1, and the call. Raises what the chat model raises."""
    said, call = ask_once("look", prompt.look_messages(question, short, span), _bound(llm))
    return yes_share(odds(said), call.reply), call


def _bound(llm: LLM) -> Runnable[Any, Any]:
    if llm.form == "grammar":
        return llm.chat.bind(grammar=prompt.YES_OR_NO, max_tokens=1, slot=SLOT)
    return llm.chat

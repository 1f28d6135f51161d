"""A follow-up is rewritten to stand alone: the conversation and a question in, a question out.

Law: what stands alone is left alone, word for word, and a new subject is not bent to the old one. The
model is asked only where the question's words need the conversation; what it says is taken only where
it keeps every word of the question and takes every other one from the conversation; failing that, a
question that surely needs the conversation gets the earlier question's subject beside it, in brackets. No
model is asked for "In which city?", which has the verb of the earlier question.

Does not know: retrieval, how the question is answered.
"""

import re
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.messages import BaseMessage
from langchain_core.runnables import Runnable

from rag.answer import Call
from rag.models.call import ask_once
from rag.models.llm import LLM, count
from rag.models.prompt import ANSWER_TOKENS
from rag.plain import flat
from rag.question.followup import words
from rag.question.followup.check import replaces
from rag.question.followup.need import ASKING, ELLIPSIS, VERBS, Need, need
from rag.question.followup.turn import TURNS, Turn

__all__ = ["TURNS", "Rewrites", "Rewritten", "Turn", "beside", "rewrite"]

_HELPS = "|".join(sorted(VERBS))
_NOUN = rf"(?!(?:{_HELPS})\b)\w+"
_OPENS = re.compile(
    rf"^(?:\w+\s+(?:which|what)\s+{_NOUN}(?:\s+{_NOUN})?|when|where|why|how"
    rf"|(?:which|what)\s+{_NOUN}(?=\s+(?:did|do|does)\b))\s+"
    rf"(?P<rest>(?:{_HELPS})\b(?!.*\band (?:who|what|why|when|where|how)\b).+)$",
    re.IGNORECASE,
)
"""When did they meet? In which country were they to meet?"""


@dataclass(frozen=True, slots=True)
class Rewrites:
    """The question is being rewritten."""


@dataclass(frozen=True, slots=True)
class Rewritten:
    """The question as it is understood, and the call that took, None where none was made."""

    question: str
    call: Call | None


def rewrite(question: str, history: Sequence[Turn], llm: LLM) -> Generator[Rewrites, None, Rewritten]:
    """Says that it is rewritten, where the model is asked; returns the question, checked.

    ``history`` is oldest first; its last TURNS count. Raises what the chat model raises.
    """
    turns = tuple(history)[-TURNS:]
    needed = need(question) if turns else Need.NONE
    if needed is Need.NONE:
        return Rewritten(question, None)
    if whole := filled(question, turns[-1]):
        return Rewritten(whole, None)
    plain = beside(question, turns[-1]) if needed is Need.SURE else question
    messages = _fitting(question, turns, llm)
    if not messages:
        return Rewritten(plain, None)
    yield Rewrites()
    call = ask_once("rewrite", messages, _bound(llm))[1]
    text = re.sub(r"^(?:(?:\w+ )?question|rewritten): *", "", flat(call.reply), flags=re.IGNORECASE)
    return Rewritten(text if replaces(text, question, turns) else plain, call)


def filled(question: str, turn: Turn) -> str:
    """A question without its verb, with that of the earlier one: In which city (did they meet)? Else "".

    Only where the earlier question opens with what it asks for, and its verb follows.
    """
    lacking, earlier = ELLIPSIS.match(question), _OPENS.match(turn.standalone_question)
    return f"{lacking['asks']} {earlier['rest'].rstrip('?! ')}?" if lacking and earlier else ""


def beside(question: str, turn: Turn) -> str:
    """The question with the subject of an earlier one in brackets: And who left (talks in Oslo)?"""
    asked = re.sub(r" \(([^()]*)\)\?$", r" \1", turn.standalone_question).rstrip("?! ").split(" ")
    start = next((n for n, word in enumerate(asked) if word.lower() not in ASKING | VERBS), 0)
    subject = " ".join(asked[start:])[: words.CLIP]
    return f"{question.rstrip('?! ')} ({subject})?"


def _fitting(question: str, turns: Sequence[Turn], llm: LLM) -> list[BaseMessage]:
    """The prompt over as many of the latest turns as fit the window; [] where not one does."""
    for first in range(len(turns)):
        messages = words.messages(question, turns[first:], llm.form)
        if count(messages, llm) + ANSWER_TOKENS <= llm.context:
            return messages
    return []


def _bound(llm: LLM) -> Runnable[Any, Any]:
    if llm.form == "grammar":
        return llm.chat.bind(grammar=words.GRAMMAR)
    return llm.chat.bind(stop=["\n"])

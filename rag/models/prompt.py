"""The one fixed part of every call, and how a passage, a look and data are put into words behind it.

Law: every call of a model begins with the same messages, byte for byte: the system text, reading's
examples, the look's. So a runtime's one prompt cache serves them all, and a call pays for its own last turn
only. A reading's reply begins with ``PREFILL``, written for it or by it, and then comes the decision: a
sentence, or none. What comes from articles and readers is data: one line, without control tokens.

Does not know: models, retrieval, what a reply means.
"""

import json
import re
from functools import lru_cache
from typing import Literal

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage

from rag.plain import flat, visible

Form = Literal["grammar", "lines", "turn", "json"]
"""How a reply is bound: by a grammar, by the prompt's lines alone, in the turn that was begun for it or in
one of its own, or by a JSON schema."""
BEGUN: tuple[Form, ...] = ("grammar", "lines")
"""The forms whose replies go on from ``PREFILL``."""
STOPS = ["\n\n"]
"""Where a reply in lines ends, if no grammar ends it."""
PREFILL = "Source:"
ANSWER_TOKENS = 96
"""The most tokens a reply may take."""
SYSTEM = """\
You answer questions from the numbered sentences of a news article.
First write the number of the sentence that states the answer, then the answer in a few words taken \
from that sentence.
If no sentence states the answer, write: Source: none
Asked whether a text states an answer, say yes only if the text states that this is the answer to this very \
question. Say no if the text speaks of something else."""
AS_JSON = '\nReply in JSON: {"source": number, "answer": words}; source 0 and an empty answer for none.'

REMINDER = (
    "Reply in the two lines of the examples: Source: S and a number, then Answer: and the words. "
    "Or in one: Source: none"
)
"""What is put behind a question whose reply kept to no form."""

_FERRY = (
    "The ferry Aurora left Bergen on Friday with 212 passengers on board.",
    "Its captain, Ingrid Solheim, said fog had delayed the departure by two hours.",
    "A second ferry will join the route in May.",
)
_LIBRARY = (
    "The council approved a new library on Tuesday by nine votes to four.",
    'Councillor Amir Patel called the plan "a gift to our children", while Mayor Jane Dow warned that '
    "it would cost £3 million.",
    "Building is to start next spring.",
)
EXAMPLES: tuple[tuple[tuple[str, ...], str, int, str], ...] = (
    (_FERRY, "Why was the departure delayed?", 2, "fog"),
    (_FERRY, "How many passengers got off in Bergen?", 0, ""),
    (_LIBRARY, "What did the mayor say the plan would cost?", 2, "£3 million"),
    (_LIBRARY, "Who will design the library?", 0, ""),
)
"""(sentences, question, number of the sentence that answers or 0 for none, answer)."""
LOOKED: tuple[tuple[str, str, str, str], ...] = (
    (_FERRY[1], "Why was the departure delayed?", "fog", "yes"),
    (_FERRY[0], "How many passengers got off in Bergen?", "212", "no"),
    (_LIBRARY[1], "What did the mayor say the plan would cost?", "£3 million", "yes"),
    (_LIBRARY[1], "Who called the plan too expensive?", "Amir Patel", "no"),
    (_LIBRARY[0], "How many people live in the town?", "nine", "no"),
    (_FERRY[0], "When did the Aurora leave Bergen?", "Friday", "yes"),
)
"""(text, question, short answer, whether it is the answer)."""


@lru_cache(maxsize=4)
def fixed(form: Form) -> tuple[BaseMessage, ...]:
    """What every call begins with, for a model that is bound by this form."""
    as_json = form == "json"
    turns: list[BaseMessage] = [SystemMessage(SYSTEM + AS_JSON * as_json)]
    for sentences, question, source, answer in EXAMPLES:
        numbered = "\n".join(f"S{n}: {text}" for n, text in enumerate(sentences, 1))
        reply = _json(source, answer) if as_json else PREFILL + _lines(source, answer)
        turns += [HumanMessage(asking(question, numbered)), AIMessage(reply)]
    for span, question, short, reply in LOOKED:
        turns += [HumanMessage(looking(question, short, span)), AIMessage(reply)]
    return tuple(turns)


def opening(form: Form) -> list[BaseMessage]:
    """The least prompt that has a runtime read the fixed part, for calls that follow to find it read."""
    return [*fixed(form), HumanMessage(asking("", ""))]


def _lines(source: int, answer: str) -> str:
    return f" S{source}\nAnswer: {answer}" if source else " none"


def _json(source: int, answer: str) -> str:
    return json.dumps({"source": source, "answer": answer}, ensure_ascii=False)


def asking(question: str, block: str) -> str:
    """The turn that asks about numbered sentences."""
    return f"{block}\n\nQuestion: {inert(question)}"


def looking(question: str, short: str, span: str) -> str:
    """The turn that asks whether a text states a short answer."""
    asked = f"Question: {inert(question)}\nAnswer: {inert(short)}"
    return f"Text: {inert(span)}\n{asked}\nDoes the text state this answer?"


def inert(text: str) -> str:
    """Text as data: one line, so that it can't start a line of the prompt, no control token, nothing hidden.

    A runtime reads ``<|im_end|>`` or ``[INST]`` in a message as the end of a turn; with a space inside
    they are words. Quotes are cut from the stored article, so they never show the space.
    """
    return re.sub(r"<(?=\S)|\[(?=/?[A-Z_]+\])", r"\g<0> ", flat(visible(text)))

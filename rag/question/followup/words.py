"""The words of the rewriting prompt: turns of a conversation and a question in, messages out.

Law: what every call begins with comes first, so that a runtime's prompt cache serves it; the question comes
last. What was asked and answered is data: each on a line of its own, cut short, without control tokens.

Does not know: models, whether a rewritten question is good.
"""

from collections.abc import Sequence
from functools import lru_cache

from langchain_core.messages import BaseMessage, HumanMessage

from rag.models.prompt import Form, fixed, inert
from rag.question.followup.turn import Turn, said

SYSTEM = """\
Rewrite the last question so that it can be understood without the conversation. Put the names in place \
of he, she, it, they, this and that, and keep all other words. If the last question is about something \
else, repeat it word for word."""
EXAMPLES: tuple[tuple[tuple[str, str], str, str], ...] = (
    (
        ("Who bought the paper mill?", "Helga Brandt bought the paper mill in June."),
        "And how much did she pay for it?",
        "How much did Helga Brandt pay for the paper mill?",
    ),
    (
        ("How many storks nested in Alsace?", "Researchers counted 800 storks in Alsace."),
        "What about Bavaria?",
        "How many storks nested in Bavaria?",
    ),
    (
        ("When does the opera open?", "The opera opens on 3 May."),
        "Which goalkeeper was hurt in Oslo?",
        "Which goalkeeper was hurt in Oslo?",
    ),
    (
        ("Who closed the swimming pool?", "The health office closed the swimming pool."),
        "Why?",
        "Why did the health office close the swimming pool?",
    ),
    (
        ("What is the tunnel to cost?", ""),
        "What is a heat pump?",
        "What is a heat pump?",
    ),
)
"""((question, answer), last question, rewritten)."""
GRAMMAR = r'root ::= "Rewritten: " [^ ?\n] [^?\n]{0,240} "?"'
"""A GBNF grammar of one question on one line."""
CLIP = 300
"""Characters of a question or an answer that are shown."""


def messages(question: str, turns: Sequence[Turn], form: Form) -> list[BaseMessage]:
    """The conversation that asks for the question, rewritten; what every call begins with first."""
    earlier = [(turn.standalone_question, said(turn)) for turn in turns]
    return [*fixed(form), HumanMessage("\n\n".join((SYSTEM, _examples(), _ask(question, earlier))))]


@lru_cache(maxsize=1)
def _examples() -> str:
    told = (f"{_ask(question, [earlier])}\nRewritten: {text}" for earlier, question, text in EXAMPLES)
    return "\n\n".join(told)


def _ask(question: str, earlier: Sequence[tuple[str, str]]) -> str:
    lines = [f"Question: {_cut(asked)}\nAnswer: {_cut(answer) or 'unknown'}" for asked, answer in earlier]
    return "\n".join([*lines, f"Last question: {inert(question)}"])


def _cut(text: str) -> str:
    text = inert(text)
    return text if len(text) <= CLIP else text[:CLIP].rsplit(" ", 1)[0] + " …"

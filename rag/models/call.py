"""One call of the model, and its record for the receipt.

Law: every call is recorded with the exact messages that were sent and what they took.

Does not know: what a call is for, prompts, replies' forms.
"""

import time
from collections.abc import Iterable, Sequence
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.runnables import Runnable

from index.errors import ModelUnfit
from rag.answer import Call, Tokens


def call_of(
    purpose: str,
    messages: Iterable[BaseMessage],
    said: AIMessage | None,
    spent: tuple[int, int],
    started: float,
    support: float | None = None,
) -> Call:
    """The record of a call that began at ``started`` (time.perf_counter) and has just ended."""
    turns = tuple((message.type, str(message.text)) for message in messages)
    reply = "" if said is None else str(said.text)
    return Call(purpose, turns, reply, spent, time.perf_counter() - started, support)


def ask_once(
    purpose: str, messages: Sequence[BaseMessage], chat: Runnable[Any, Any]
) -> tuple[AIMessage, Call]:
    """A call whose reply is heard to its end. Raises what the chat model raises."""
    started = time.perf_counter()
    said: AIMessage = chat.invoke(list(messages))
    return said, call_of(purpose, messages, said, usage(said) or (0, 0), started)


def usage(said: AIMessage | None) -> tuple[int, int] | None:
    """Tokens of the prompt and of the reply, as the model counted them at its end."""
    counted = said.usage_metadata if said else None
    return (counted["input_tokens"], counted["output_tokens"]) if counted else None


def odds(said: AIMessage | None) -> list[dict[str, Any]]:
    """Each token with its log probability and its likeliest alternatives, as the model gave them."""
    return (said.response_metadata.get("logprobs") if said else None) or []


def total(calls: Iterable[Call], context: int) -> Tokens:
    """The tokens of several calls."""
    spent = [call.tokens for call in calls]
    return Tokens(sum(prompt for prompt, _ in spent), sum(completion for _, completion in spent), context)


def unreadable(model: str, reply: str) -> ModelUnfit:
    """The error for a model whose reply is empty, all thinking, or in no form, with what to do about it."""
    text = reply.strip()
    thinks = text.startswith("<think>")
    what = "only thinks" if thinks else "replies in a form that was not asked for" if text else "says nothing"
    return ModelUnfit(
        f"The model {model} {what}, so nothing can be answered with it.",
        "choose another one: byline model list, then byline model use NAME",
    )

"""Reading: a question and a few passages go to the model, and one reading comes back.

Law: the decision to answer is a measurement, support S = P(source) / (P(source) + P(none)) at the
first token after the prefill, weighed by how much of the question the passage speaks of, and is taken
before anything else is generated. A reply is bound to existing sentences by grammar where the model
takes one; else by its form, with the JSON form as the second try and a yes/no look for the support.

Does not know: retrieval, how many passages are worth reading, whether a statement is true.
"""

import math
import time
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any, cast

from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage
from langchain_core.runnables import Runnable

from index.article import Hit
from rag import prompt
from rag.answer import NumberedSentence, Statement, Tokens
from rag.coverage import coverage, weighed
from rag.llm import LLM

_TURN_TOKENS = 8
"""An upper estimate of what a chat template adds to each message."""


@dataclass(frozen=True, slots=True)
class Provisional:
    """A piece of a reply as it comes, unchecked."""

    text: str


@dataclass(frozen=True, slots=True)
class Reading:
    """One call's outcome. ``support`` is None where the server gave no probabilities.

    ``decided`` is when the first token came, on the clock of time.perf_counter. ``statements`` is
    empty where support fell below the model's threshold.
    """

    sentences: tuple[NumberedSentence, ...]
    statements: tuple[Statement, ...]
    support: float | None
    reply: str
    prompt_tokens: int
    completion_tokens: int
    decided: float


NOTHING = Reading((), (), None, "", 0, 0, 0.0)
"""What comes of reading no passage."""


def fits(question: str, hits: Sequence[Hit], llm: LLM) -> bool:
    """Whether the prompt over ``hits`` and a whole answer fit the model's window."""
    messages = prompt.messages(question, prompt.number(hits))
    return count(messages, llm) + prompt.ANSWER_TOKENS <= llm.context


def count(messages: Iterable[BaseMessage], llm: LLM) -> int:
    """Tokens of a prompt: the byte length, which bounds them, where that is small enough."""
    turns = list(messages)
    text = _text(turns)
    spare = len(turns) * _TURN_TOKENS
    bound = len(text.encode()) + spare
    return bound if bound + prompt.ANSWER_TOKENS <= llm.context else llm.count_tokens(text) + spare


def _text(messages: Iterable[BaseMessage]) -> str:
    return "\n".join(str(message.text) for message in messages)


def read(question: str, hits: Sequence[Hit], llm: LLM) -> Generator[Provisional, None, Reading]:
    """Ask the model about ``hits``; yields pieces of the reply, returns the Reading.

    The caller has seen that it ``fits``. Raises what the chat model raises.
    """
    sentences = prompt.number(hits)
    reading = yield from _by_line(question, sentences, llm)
    if llm.form == "grammar" or _settled(reading, llm):
        return reading
    if not _in_form(reading):
        reading = _by_schema(question, sentences, llm, reading)
    return _looked(question, llm, reading)


def _settled(reading: Reading, llm: LLM) -> bool:
    """Whether a reply in line form needs no second try: it was measured, and is refused or in form."""
    if reading.support is None:
        return False
    return reading.support < llm.thresholds.accept or _in_form(reading)


def _in_form(reading: Reading) -> bool:
    return bool(reading.statements) or prompt.is_refusal(reading.reply)


def _by_line(
    question: str, sentences: tuple[NumberedSentence, ...], llm: LLM
) -> Generator[Provisional, None, Reading]:
    """The line form. Generation ends at the first token where its support is too low."""
    chat, messages = _bound(llm, len(sentences)), prompt.messages(question, sentences)
    share = coverage(question, tuple(dict.fromkeys(sentence.hit for sentence in sentences)))
    whole: AIMessageChunk | None = None
    support: float | None = None
    decided = 0.0
    with closing(cast(Any, chat.stream(messages))) as stream:
        for chunk in stream:
            whole = chunk if whole is None else whole + chunk
            decided = decided or time.perf_counter()
            if support is None:
                support = first_support(whole.response_metadata.get("logprobs") or [])
                support = None if support is None else weighed(support, share)
            if support is not None and support < llm.thresholds.accept:
                break
            yield Provisional(str(chunk.text))
    spent = usage(whole) or _left_early(messages, whole, llm)
    return _reading(sentences, whole, support, llm, spent, decided)


def _bound(llm: LLM, count: int) -> Runnable[Any, Any]:
    return llm.chat.bind(grammar=prompt.grammar(count)) if llm.form == "grammar" else llm.chat


def _reading(
    sentences: tuple[NumberedSentence, ...],
    whole: AIMessageChunk | None,
    support: float | None,
    llm: LLM,
    spent: tuple[int, int],
    decided: float,
) -> Reading:
    reply = "" if whole is None else str(whole.text)
    low = support is not None and support < llm.thresholds.accept
    said = prompt.PREFILL + reply.lstrip().removeprefix(prompt.PREFILL)
    statements = () if low else prompt.parse(said)
    return Reading(sentences, statements, support, reply, *spent, decided)


def first_support(logprobs: Sequence[dict[str, Any]]) -> float | None:
    """S at the first token that decides, or None while no token has.

    Source: the probability mass of the tokens that open a sentence number, over that and the mass of
    those that open "none". A model that repeats the prefill has its words passed over.
    """
    said = ""
    for entry in logprobs:
        said = (said + entry["token"]).lstrip()
        if said == "S" or not prompt.PREFILL.startswith(said.rstrip()):
            return _share(entry, _opens_source, _opens_none)
    return None


def _opens_source(token: str) -> bool:
    return token == "S" or (token[:1] == "S" and token[1:].isdigit())


def _opens_none(token: str) -> bool:
    return bool(token) and "none".startswith(token.lower())


def _share(entry: dict[str, Any], one: Callable[[str], bool], other: Callable[[str], bool]) -> float | None:
    """P(one) / (P(one) + P(other)) among a token's likeliest alternatives; None where neither is."""
    options = [(o["token"].strip(), math.exp(o["logprob"])) for o in entry.get("top_logprobs") or []]
    a, b = (sum(mass for token, mass in options if fits(token)) for fits in (one, other))
    return a / (a + b) if a + b > 0 else None


def _by_schema(question: str, sentences: tuple[NumberedSentence, ...], llm: LLM, first: Reading) -> Reading:
    """The second try: JSON under a schema. A reply that breaks even that names no source."""
    chat = llm.chat.bind(format=prompt.schema(len(sentences)))
    said = chat.invoke(prompt.schema_messages(question, sentences))
    return _after(first, said, prompt.parse_json(str(said.text)) or ())


def _after(first: Reading, said: AIMessage, statements: tuple[Statement, ...]) -> Reading:
    """``first`` with what a further call said and took."""
    asked, heard = usage(said) or (0, 0)
    return replace(
        first,
        statements=statements,
        reply=f"{first.reply}\n{said.text}",
        prompt_tokens=first.prompt_tokens + asked,
        completion_tokens=first.completion_tokens + heard,
    )


def usage(said: AIMessage | None) -> tuple[int, int] | None:
    """Tokens of the prompt and of the reply, as the model counted them at its end."""
    counted = said.usage_metadata if said else None
    return (counted["input_tokens"], counted["output_tokens"]) if counted else None


def _left_early(messages: Sequence[BaseMessage], whole: AIMessageChunk | None, llm: LLM) -> tuple[int, int]:
    """The same for a reply that was not heard to its end: our own count, an upper one for the prompt."""
    heard = len(whole.response_metadata.get("logprobs") or []) if whole else 0
    return llm.count_tokens(_text(messages)) + len(messages) * _TURN_TOKENS, heard


def _looked(question: str, llm: LLM, reading: Reading) -> Reading:
    """The support by a second look: is this the answer according to this text?"""
    if not reading.statements:
        return replace(reading, support=0.0)
    cited = {n for statement in reading.statements for n in statement.numbers}
    span = " ".join(s.sentence.text for s in reading.sentences if s.number in cited)
    claim = " ".join(statement.text for statement in reading.statements)
    said = llm.chat.invoke([HumanMessage(prompt.look(question, claim, span))])
    share = coverage(question, tuple(dict.fromkeys(s.hit for s in reading.sentences)))
    return replace(_after(reading, said, reading.statements), support=weighed(yes_share(said), share))


def yes_share(said: AIMessage) -> float:
    """P(yes) / (P(yes) + P(no)) at the first word, or 1 or 0 by the word where there are no odds."""
    for entry in said.response_metadata.get("logprobs") or []:
        share = _share(entry, lambda t: t.lower() == "yes", lambda t: t.lower() == "no")
        if share is not None:
            return share
    return 1.0 if str(said.text).strip().lower().startswith("yes") else 0.0


def total(readings: Iterable[Reading], further: Iterable[tuple[int, int]], context: int) -> Tokens:
    """The tokens of several readings and further calls."""
    spent = [*((r.prompt_tokens, r.completion_tokens) for r in readings), *further]
    return Tokens(sum(prompt for prompt, _ in spent), sum(completion for _, completion in spent), context)

"""Reading: a question and a few passages go to the model, and one reading comes back.

Law: the decision to answer is a measurement, support S = P(source) / (P(source) + P(none)) at the
first token after the prefill, weighed by how much of the question the passage speaks of; where that is
too low nothing else is generated, and else the least sure word of the answer can still lower it. A reply
is bound to existing sentences by grammar where the model takes one; else by its form, with the JSON form
as the second try and a yes/no look for the support.

Does not know: retrieval, how many passages are worth reading, whether a statement is true.
"""

import time
from collections.abc import Generator, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any, cast

from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.runnables import Runnable

from index.article import Hit
from rag import prompt
from rag.answer import Call, NumberedSentence, Statement
from rag.call import ask_once, call_of, odds, usage
from rag.coverage import coverage, weighed
from rag.llm import LLM
from rag.look import look
from rag.support import HEARD, doubted, first_support, least_sure

_TURN_TOKENS = 8
"""An upper estimate of what a chat template adds to each message."""


@dataclass(frozen=True, slots=True)
class Provisional:
    """A piece of a reply as it comes, unchecked."""

    text: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading a few passages gave. ``support`` is None where the server gave no probabilities.

    ``decided`` is when the first token came, on the clock of time.perf_counter. ``statements`` is
    empty where support fell below what is worth hearing. ``calls`` are the model's, at least one. ``least``
    is the log probability of the least sure word, ``against`` what was taken from the log odds.
    """

    sentences: tuple[NumberedSentence, ...]
    statements: tuple[Statement, ...]
    support: float | None
    reply: str
    calls: tuple[Call, ...]
    decided: float
    least: float | None = None
    against: float = 0.0


NOTHING = Reading((), (), None, "", (), 0.0)
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


def read(
    question: str, hits: Sequence[Hit], llm: LLM, against: float = 0.0
) -> Generator[Provisional, None, Reading]:
    """Ask the model about ``hits``; yields pieces of the reply, returns the Reading.

    ``against`` is taken from the log odds of its support.

    The caller has seen that it ``fits``. Raises what the chat model raises.
    """
    sentences = prompt.number(hits)
    reading = yield from _by_line(question, sentences, llm, against)
    if llm.form == "grammar" or _settled(reading, llm):
        return reading
    if not _in_form(reading):
        reading = _by_schema(question, sentences, llm, reading)
    return _looked(question, llm, reading, against)


def heard(llm: LLM) -> float:
    """The support below which a reply is not heard to its end."""
    return min(HEARD, llm.thresholds.accept)


def share_held(question: str, sentences: Iterable[NumberedSentence]) -> float:
    """The share, 0..1, of the question's words that the passages of these sentences hold."""
    return coverage(question, tuple(dict.fromkeys(sentence.hit for sentence in sentences)))


def _settled(reading: Reading, llm: LLM) -> bool:
    """Whether a reply in line form needs no second try: it was measured, and is refused or in form."""
    if reading.support is None:
        return False
    return reading.support < heard(llm) or _in_form(reading)


def _in_form(reading: Reading) -> bool:
    return bool(reading.statements) or prompt.is_refusal(reading.reply)


def _by_line(
    question: str, sentences: tuple[NumberedSentence, ...], llm: LLM, against: float
) -> Generator[Provisional, None, Reading]:
    """The line form. Generation ends at the first token where its support is too low."""
    chat, messages = _bound(llm, len(sentences)), prompt.messages(question, sentences)
    share = share_held(question, sentences)
    whole: AIMessageChunk | None = None
    measured: float | None = None
    started, decided = time.perf_counter(), 0.0
    with closing(cast(Any, chat.stream(messages))) as stream:
        for chunk in stream:
            whole = chunk if whole is None else whole + chunk
            decided = decided or time.perf_counter()
            if measured is None:
                measured = first_support(odds(whole))
            if measured is not None and weighed(measured, share, against) < heard(llm):
                break
            yield Provisional(str(chunk.text))
    least = least_sure(odds(whole))
    support = None if measured is None else doubted(weighed(measured, share, against), least)
    spent = usage(whole) or _left_early(messages, whole, llm)
    call = call_of("read", messages, whole, spent, started, measured)
    said = _said(call.reply, support, llm)
    return Reading(sentences, said, support, call.reply, (call,), decided, least, against)


def _bound(llm: LLM, count: int) -> Runnable[Any, Any]:
    return llm.chat.bind(grammar=prompt.grammar(count)) if llm.form == "grammar" else llm.chat


def _said(reply: str, support: float | None, llm: LLM) -> tuple[Statement, ...]:
    """The statements of a reply in line form; none where its support is too low."""
    if support is not None and support < heard(llm):
        return ()
    return prompt.parse(prompt.PREFILL + reply.lstrip().removeprefix(prompt.PREFILL))


def _by_schema(question: str, sentences: tuple[NumberedSentence, ...], llm: LLM, first: Reading) -> Reading:
    """The second try: JSON under a schema. A reply that breaks even that names no source."""
    chat = llm.chat.bind(format=prompt.schema(len(sentences)))
    call = ask_once("read", prompt.schema_messages(question, sentences), chat)[1]
    statements = prompt.parse_json(call.reply) or ()
    return replace(
        first, statements=statements, reply=f"{first.reply}\n{call.reply}", calls=(*first.calls, call)
    )


def _left_early(messages: Sequence[BaseMessage], whole: AIMessageChunk | None, llm: LLM) -> tuple[int, int]:
    """The same for a reply that was not heard to its end: our own count, an upper one for the prompt."""
    heard = len(odds(whole))
    return llm.count_tokens(_text(messages)) + len(messages) * _TURN_TOKENS, heard


def _looked(question: str, llm: LLM, reading: Reading, against: float) -> Reading:
    """The support by a second look, where there is no other measure."""
    if not reading.statements:
        return replace(reading, support=0.0)
    cited = {n for statement in reading.statements for n in statement.numbers}
    span = " ".join(s.sentence.text for s in reading.sentences if s.number in cited)
    share, call = look(question, " ".join(s.text for s in reading.statements), span, llm)
    covered = share_held(question, reading.sentences)
    return replace(
        reading,
        support=weighed(share, covered, against),
        reply=f"{reading.reply}\n{call.reply}",
        calls=(*reading.calls, call),
    )

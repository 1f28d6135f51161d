"""A short answer becomes a sentence: the second call, which sees only the cited sentences.

Law: it is made after the decision to answer, never instead of it; a sentence that loses a word of the
short answer, or denies what its source doesn't, is dropped for the short answer itself. Whether it
says more than its source is for the gates.

Does not know: retrieval, the other sentences of the passage.
"""

import re
import time
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import replace
from typing import Any, cast

from langchain_core.messages import AIMessageChunk
from langchain_core.runnables import Runnable

from rag import prompt
from rag.answer import Call, NumberedSentence, Statement
from rag.call import call_of, usage
from rag.conflict import is_closed
from rag.coverage import stems
from rag.denial import is_told_none
from rag.llm import LLM
from rag.locate import echoes, is_yes_or_no
from rag.reader import Provisional, count
from rag.utterance import asks_exact_words
from rag.values import figures, missing, words

_DENIALS = frozenset(
    "not no never none neither nor without don't doesn't didn't won't isn't aren't wasn't".split()
)
_SLOT = 1
"""The runtime's second prompt cache: the reader's fixed prefix keeps the first."""


def compose(
    question: str, statement: Statement, sentences: Sequence[NumberedSentence], llm: LLM
) -> Generator[Provisional, None, tuple[Statement, Call | None]]:
    """Yields the sentence as it comes; returns the statement and the call, None where none was made.

    An answer that only repeats the question, or copies the sentences as the prompt shows them, gives way to
    the cited sentences, which stay as they are; so does "none", where they say it, and every answer to a
    question for exact words, or for yes or no, where it would be the question's own claim with a verdict of
    the model. The statement is returned as it was where the prompt would not fit. Raises what the chat model
    raises.
    """
    span = " ".join(s.sentence.text for s in sentences if s.number in statement.numbers)
    copied = statement.text in (span, prompt.inert(span))
    as_said = is_closed(question) or asks_exact_words(question) or is_told_none(statement.text, span)
    if span and (copied or as_said or echoes(statement.text, question)):
        return replace(statement, text=span), None
    messages = prompt.compose_messages(question, widened(statement.text, span), span)
    if count(messages, llm) + prompt.ANSWER_TOKENS > llm.context:
        return statement, None
    whole: AIMessageChunk | None = None
    started = time.perf_counter()
    with closing(cast(Any, _bound(llm).stream(messages))) as stream:
        for chunk in stream:
            whole = chunk if whole is None else whole + chunk
            yield Provisional(str(chunk.text))
    call = call_of("compose", messages, whole, usage(whole) or (0, 0), started)
    text = prompt.flat(call.reply)
    kept = text if _says(text, statement.text, span) else statement.text
    return replace(statement, text=kept), call


def widened(short: str, span: str) -> str:
    """A short answer with the figure that its span puts right before it: "two teams" for "teams"."""
    place = re.search(rf"(?<![\w-]){re.escape(short)}(?!\w)", span)
    before = re.search(r"(?<![\w.,-])\w[\w.,-]*\s$", span[: place.start()]) if place else None
    return before[0] + short if before and figures(before[0]) and not figures(short) else short


def _says(text: str, short: str, span: str) -> bool:
    """Whether a sentence says the short answer, and denies nothing that its source doesn't deny."""
    denied = words(text) & _DENIALS
    holds = stems(short) <= stems(text) or is_yes_or_no(short) or bool(figures(short))
    return bool(text) and holds and not missing(short, text) and denied <= words(f"{span} {short}")


def _bound(llm: LLM) -> Runnable[Any, Any]:
    if llm.form == "grammar":
        return llm.chat.bind(grammar=prompt.SENTENCE, slot=_SLOT)
    return llm.chat.bind(stop=["\n"])

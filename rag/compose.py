"""A short answer becomes a sentence: the second call, which sees only the cited sentences.

Law: it is made after the decision to answer, never instead of it; a sentence that loses a word of the
short answer, or denies what its source doesn't, is dropped for the short answer itself. Whether it
says more than its source is for the gates.

Does not know: retrieval, the other sentences of the passage.
"""

from collections.abc import Generator, Sequence
from contextlib import closing
from typing import Any, cast

from langchain_core.messages import AIMessageChunk
from langchain_core.runnables import Runnable

from rag import prompt
from rag.answer import NumberedSentence, Statement
from rag.coverage import stems
from rag.llm import LLM
from rag.locate import echoes, is_yes_or_no
from rag.reader import Provisional, count, usage
from rag.values import figures, missing, words

_DENIALS = frozenset(
    "not no never none neither nor without don't doesn't didn't won't isn't aren't wasn't".split()
)
_SLOT = 1
"""The runtime's second prompt cache: the reader's fixed prefix keeps the first."""


def compose(
    question: str, statement: Statement, sentences: Sequence[NumberedSentence], llm: LLM
) -> Generator[Provisional, None, tuple[Statement, tuple[int, int]]]:
    """Yields the sentence as it comes; returns the statement and (prompt, completion) tokens.

    An answer that only repeats the question gives way to the cited sentences. The statement is returned
    as it was where the prompt would not fit. Raises what the chat model raises.
    """
    span = " ".join(s.sentence.text for s in sentences if s.number in statement.numbers)
    if span and echoes(statement.text, question):
        return Statement(span, statement.numbers), (0, 0)
    messages = prompt.compose_messages(question, statement.text, span)
    if count(messages, llm) + prompt.ANSWER_TOKENS > llm.context:
        return statement, (0, 0)
    whole: AIMessageChunk | None = None
    with closing(cast(Any, _bound(llm).stream(messages))) as stream:
        for chunk in stream:
            whole = chunk if whole is None else whole + chunk
            yield Provisional(str(chunk.text))
    text = prompt.flat(str(whole.text)) if whole else ""
    kept = text if _says(text, statement.text, span) else statement.text
    return Statement(kept, statement.numbers), usage(whole) or (0, 0)


def _says(text: str, short: str, span: str) -> bool:
    """Whether a sentence says the short answer, and denies nothing that its source doesn't deny."""
    denied = words(text) & _DENIALS
    holds = stems(short) <= stems(text) or is_yes_or_no(short) or bool(figures(short))
    return bool(text) and holds and not missing(short, text) and denied <= words(f"{span} {short}")


def _bound(llm: LLM) -> Runnable[Any, Any]:
    if llm.form == "grammar":
        return llm.chat.bind(grammar=prompt.SENTENCE, slot=_SLOT)
    return llm.chat.bind(stop=["\n"])

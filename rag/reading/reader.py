"""Reading: a question and one passage go to the model, and what it points at comes back.

Law: the decision to answer is a measurement at the first token of the reply. A reply is bound to existing
sentences by grammar where the model takes one; else by its form, and a number that doesn't exist points at
nothing. A reply that is empty, or breaks every form that is tried, is a fault of the model, never a refusal.

Does not know: retrieval, how many passages are worth reading, whether a short answer is right.
"""

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace

from langchain_core.messages import AIMessage, BaseMessage

from index.article import Hit
from index.errors import PromptTooLong
from rag.answer import Call, NumberedSentence, Question, Reading
from rag.models.call import ask_once, odds, unreadable
from rag.models.llm import LLM, count
from rag.models.prompt import ANSWER_TOKENS, STOPS, Form
from rag.reading import prompt
from rag.reading.odds import first_share, json_share, least_sure


def fits(question: Question, hit: Hit, llm: LLM) -> bool:
    """Whether the prompt over ``hit`` and a whole answer fit the model's window."""
    messages = prompt.messages(question, prompt.number([hit]), llm.form, reminded=llm.form == "turn")
    return count(messages, llm) + ANSWER_TOKENS <= llm.context


def fitting(question: Question, hits: Iterable[Hit], llm: LLM) -> list[Hit]:
    """The hits that hold evidence and fit the window beside the question.

    Raises PromptTooLong where none of them does.
    """
    holding = [hit for hit in hits if prompt.number([hit])]
    found = [hit for hit in holding if fits(question, hit, llm)]
    if holding and not found:
        raise PromptTooLong(
            f"The question and one passage don't fit the model's window of {llm.context} tokens.",
            "shorten the question, or raise BYLINE_NUM_CTX",
        )
    return found


def read(question: Question, hit: Hit, rank: int, llm: LLM) -> Reading:
    """What the model points at in ``hit``, the ``rank``-th from 1 that is read.

    The caller has seen that it fits. Raises what the chat model raises, and ModelUnfit for a reply in no
    form.
    """
    sentences = prompt.number([hit])
    calls: list[Call] = []
    for form, reminded in _tries(llm.form):
        said, call = _ask(
            prompt.messages(question, sentences, form, reminded=reminded), llm, form, len(sentences)
        )
        first = (json_share if form == "json" else first_share)(odds(said))
        calls.append(replace(call, support=first))
        found = (prompt.parse_json if form == "json" else prompt.parse)(call.reply)
        if found is not None:
            short, named = _existing(found, sentences)
            least = least_sure(odds(said))
            now = time.perf_counter()
            return Reading(hit, rank, sentences, named, short, first, least, tuple(calls), now)
    raise unreadable(llm.model.name, calls[-1].reply)


def _tries(form: Form) -> tuple[tuple[Form, bool], ...]:
    """The forms in which a passage is read, one after the other until one is kept to, and whether it is
    reminded of: a reminder costs its own few tokens, another form its whole fixed part.
    """
    if form == "turn":
        return (("turn", False), ("turn", True), ("json", False))
    return (("lines", False), ("json", False)) if form == "lines" else ((form, False),)


def _ask(messages: Sequence[BaseMessage], llm: LLM, form: Form, shown: int) -> tuple[AIMessage, Call]:
    """The reply to a reading over ``shown`` sentences."""
    if form == "grammar":
        return ask_once("read", messages, llm.chat.bind(grammar=prompt.grammar(shown)))
    if form == "json":
        return ask_once("read", messages, llm.chat.bind(format=prompt.schema(shown)))
    return ask_once("read", messages, llm.chat.bind(stop=STOPS))


def _existing(said: prompt.Said, sentences: Sequence[NumberedSentence]) -> prompt.Said:
    """The answer with the named sentences that exist; ("", ()) where none does."""
    known = {sentence.number for sentence in sentences}
    named = tuple(number for number in dict.fromkeys(said[1]) if number in known)
    return (said[0], named) if named else ("", ())

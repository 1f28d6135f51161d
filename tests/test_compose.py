"""A short answer becomes a sentence, which may lose nothing of it."""

from collections.abc import Generator

import pytest

from rag.answer import Statement
from rag.compose import compose
from rag.llm import LLM
from rag.prompt import number
from rag.reader import Provisional
from tests.ollama_chat import say
from tests.scripted import chat_of, enqueued, hit, scripted_llm

SENTENCES = number([hit("Macron spoke on Monday.", "Europe paid 60% of the total, Macron said.")])
SHORT = Statement("60%", (2,))
QUESTION = "What share did Europe pay?"


def run(llm: LLM, statement: Statement = SHORT) -> tuple[list[str], Statement, tuple[int, int]]:
    work: Generator[Provisional, None, tuple[Statement, tuple[int, int]]]
    work, pieces = compose(QUESTION, statement, SENTENCES, llm), []
    while True:
        try:
            pieces.append(next(work).text)
        except StopIteration as end:
            return pieces, *end.value


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Europe paid 60%, Macron said.", "Europe paid 60%, Macron said."),
        ("Europe paid sixty per cent.\n", "Europe paid sixty per cent."),
        ("Europe paid 40%, Macron said.", "60%"),
        ("Europe paid most of it.", "60%"),
        ("", "60%"),
    ],
)
def test_a_sentence_that_loses_a_figure_of_the_answer_is_dropped(said: str, kept: str) -> None:
    _, statement, _ = run(scripted_llm(enqueued(say(said))))
    assert statement == Statement(kept, (2,))


def test_the_model_sees_the_cited_sentences_and_no_other() -> None:
    llm = scripted_llm(enqueued(say("Europe paid 60%.")))
    run(llm)
    asked = chat_of(llm).asked[0].last("user")
    assert "Europe paid 60% of the total, Macron said." in asked
    assert "Monday" not in asked
    assert QUESTION in asked


def test_the_sentence_streams_and_its_tokens_are_counted() -> None:
    pieces, _, (prompt_tokens, completion_tokens) = run(scripted_llm(enqueued(say("Europe paid 60%."))))
    assert "".join(pieces) == "Europe paid 60%."
    assert prompt_tokens > 0
    assert completion_tokens > 0


def test_where_the_window_is_too_small_the_short_answer_stays_and_nothing_is_sent() -> None:
    llm = scripted_llm(enqueued(), context=120)
    assert run(llm) == ([], SHORT, (0, 0))
    assert chat_of(llm).asked == []


def test_an_answer_that_only_repeats_the_question_gives_way_to_the_sentence() -> None:
    llm = scripted_llm(enqueued())
    _, statement, _ = run(llm, Statement("Europe", (2,)))
    assert statement == Statement("Europe paid 60% of the total, Macron said.", (2,))
    assert chat_of(llm).asked == []

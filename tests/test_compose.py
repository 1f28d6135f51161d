"""A short answer becomes a sentence, which may lose nothing of it."""

from collections.abc import Generator
from dataclasses import replace

import pytest

from rag.answer import Call, NumberedSentence, Statement
from rag.compose import compose, widened
from rag.llm import LLM
from rag.prompt import compose_messages, inert, number
from rag.reader import Provisional
from tests.ollama_chat import count_words, say
from tests.scripted import chat_of, enqueued, hit, scripted_llm

SENTENCES = number([hit("Macron spoke on Monday.", "Europe paid 60% of the total, Macron said.")])
SPAN = SENTENCES[1].sentence.text
SHORT = Statement("60%", (2,), short="60%", support=0.95)
QUESTION = "What share did Europe pay?"


def run(
    llm: LLM,
    statement: Statement = SHORT,
    sentences: tuple[NumberedSentence, ...] = SENTENCES,
    question: str = QUESTION,
) -> tuple[list[str], Statement, Call | None]:
    work: Generator[Provisional, None, tuple[Statement, Call | None]]
    work, pieces = compose(question, statement, sentences, llm), []
    while True:
        try:
            pieces.append(next(work).text)
        except StopIteration as end:
            return pieces, *end.value


@pytest.mark.parametrize("short", ["Yes", "no", "60%"])
def test_a_question_for_yes_or_no_is_answered_by_the_sentences_and_never_by_a_verdict(short: str) -> None:
    said = replace(SHORT, text=short, short=short)
    found = run(scripted_llm(enqueued()), said, question="Is it true that Europe paid 60% of the total?")
    assert found == ([], replace(said, text=SPAN), None)


def test_exact_words_are_answered_by_the_sentences_word_for_word() -> None:
    found = run(scripted_llm(enqueued()), question="What were Macron's exact words on the 60%?")
    assert found == ([], replace(SHORT, text=SPAN), None)


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
    assert statement == replace(SHORT, text=kept)


def test_the_model_sees_the_cited_sentences_and_no_other() -> None:
    llm = scripted_llm(enqueued(say("Europe paid 60%.")))
    run(llm)
    asked = chat_of(llm).asked[0].last("user")
    assert "Europe paid 60% of the total, Macron said." in asked
    assert "Monday" not in asked
    assert QUESTION in asked


@pytest.mark.parametrize("said", ["Europe paid 60%.", "Europe paid 40%."])
def test_the_sentence_streams_and_its_call_is_recorded_kept_or_not(said: str) -> None:
    llm = scripted_llm(enqueued(say(said)))
    pieces, _, call = run(llm)
    assert "".join(pieces) == said
    assert call is not None
    turns = tuple((m.type, str(m.text)) for m in compose_messages(QUESTION, widened("60%", SPAN), SPAN))
    spent = (count_words(chat_of(llm).asked[0].prompt), len(say(said).tokens))
    assert replace(call, seconds=0.0) == Call("compose", turns, said, spent, 0.0)
    assert 0 < call.seconds < 5


@pytest.mark.parametrize(
    ("short", "text", "shown"),
    [
        ("None", "None of the treaties speaks of rights.", "None of the treaties speaks of rights."),
        ("0", "Of the treaties, none speaks of rights.", "Of the treaties, none speaks of rights."),
    ],
)
def test_none_is_an_answer_where_the_sentence_says_so(short: str, text: str, shown: str) -> None:
    found = number([hit(text)])
    said = Statement(short, (1,), short=short, support=0.95)
    question = "How many of the treaties speak of rights?"
    assert run(scripted_llm(enqueued()), said, found, question) == ([], replace(said, text=shown), None)


def test_where_the_window_is_too_small_the_short_answer_stays_and_nothing_is_sent() -> None:
    llm = scripted_llm(enqueued(), context=120)
    assert run(llm) == ([], SHORT, None)
    assert chat_of(llm).asked == []


def test_an_answer_that_only_repeats_the_question_gives_way_to_the_sentence() -> None:
    llm = scripted_llm(enqueued())
    echo = Statement("Europe", (2,), short="Europe", support=0.95)
    whole = replace(echo, text="Europe paid 60% of the total, Macron said.")
    assert run(llm, echo) == ([], whole, None)
    assert chat_of(llm).asked == []


@pytest.mark.parametrize("numbers", [(2,), (1, 2)])
def test_a_statement_in_the_words_of_its_sentences_stays_and_asks_nobody(numbers: tuple[int, ...]) -> None:
    span = " ".join(SENTENCES[n - 1].sentence.text for n in numbers)
    whole = Statement(span, numbers, short="60%", support=0.95)
    llm = scripted_llm(enqueued())
    assert run(llm, whole) == ([], whole, None)
    assert chat_of(llm).asked == []


TEAMS = "In May two research teams, 12 nations, 1,500 men and 3.5 percent of the fleet left; teams of 7 won."


@pytest.mark.parametrize(
    ("short", "shown"),
    [
        ("nations", "12 nations"),
        ("men", "1,500 men"),
        ("percent of the fleet", "3.5 percent of the fleet"),
        ("research teams", "two research teams"),
        ("12 nations", "12 nations"),
        ("fleet", "fleet"),
        ("teams of 7", "teams of 7"),
        ("May", "May"),
        ("ferries", "ferries"),
        ("ations", "ations"),
        ("nation", "nation"),
        ("(", "("),
        ("", ""),
    ],
)
def test_a_short_answer_is_shown_with_the_figure_before_it(short: str, shown: str) -> None:
    assert widened(short, TEAMS) == shown


def test_the_figure_before_a_short_answer_is_given_to_the_model_and_may_be_left_out() -> None:
    short = Statement("aircraft", (1,), short="aircraft", support=0.95)
    llm = scripted_llm(enqueued(say("Poland scrambled aircraft.")))
    given = number([hit("Poland scrambled four aircraft on Monday.")])
    assert run(llm, short, given)[1] == replace(short, text="Poland scrambled aircraft.")
    assert chat_of(llm).asked[0].last("user").splitlines()[-1] == "Short answer: four aircraft"


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Europe paid most of it.", "loans"),
        ("These were not loans.", "loans"),
        ("These were loans.", "These were loans."),
        ("A loan it was.", "A loan it was."),
    ],
)
def test_a_sentence_that_loses_or_denies_the_answer_is_dropped(said: str, kept: str) -> None:
    given = number([hit("Europe's contributions were loans.")])
    llm = scripted_llm(enqueued(say(said)))
    assert run(llm, Statement("loans", (1,), short="loans"), given)[1].text == kept


def test_a_sentence_copied_as_the_prompt_shows_it_is_shown_as_the_article_has_it() -> None:
    told = number([hit('The keeper wrote <a href="x">here</a> and <b>left</b>.')])
    span = told[0].sentence.text
    copied = replace(SHORT, text=inert(span), numbers=(1,))
    assert inert(span) != span
    llm = scripted_llm(enqueued())
    assert run(llm, copied, told) == ([], replace(copied, text=span), None)

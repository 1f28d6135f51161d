"""Reading: the support is measured first, a reply is bound to sentences that exist, the window holds."""

from collections.abc import Generator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.article import Hit
from index.errors import PromptTooLong
from rag import prompt
from rag.answer import Call, Draft, Statement, Tokens
from rag.call import total
from rag.chain import build_chain
from rag.coverage import weighed
from rag.llm import LLM, Thresholds
from rag.reader import Provisional, Reading, fits, read
from rag.support import doubted
from tests.ollama_chat import ChatReply, Token, count_words, say
from tests.scripted import (
    NO,
    SURE,
    UNSURE,
    chat_of,
    cites,
    composing,
    enqueued,
    hit,
    in_json,
    none,
    odds,
    refuses,
    scripted_llm,
    shelf,
)

AID = hit("Macron spoke on Monday.", "Europe paid 60% of the total, Macron said.")
QUESTION = "How much was it?"
"""All its words only ask, so that coverage leaves support as the model gave it."""
SAID = "Europe paid 60%, Macron said."
FOUND = (Statement(SAID, (2,)),)


def run(work: Generator[Provisional, None, Reading]) -> tuple[list[str], Reading]:
    """The pieces that came on the way, and the reading."""
    pieces = []
    while True:
        try:
            pieces.append(next(work).text)
        except StopIteration as end:
            return pieces, end.value


def asked(llm: LLM) -> Reading:
    return run(read(QUESTION, [AID], llm))[1]


def test_a_reply_under_a_grammar_is_read_with_its_support() -> None:
    llm = scripted_llm(enqueued(cites(2, SAID, 0.98)))
    pieces, reading = run(read(QUESTION, [AID], llm))
    assert (reading.statements, "".join(pieces)) == (FOUND, reading.reply)
    assert reading.support == pytest.approx(0.98)
    assert reading.sentences == prompt.number([AID])


def test_the_model_gets_the_whole_prompt_with_the_prefill_and_a_grammar_of_what_exists() -> None:
    llm = scripted_llm(enqueued(cites(2, SAID)))
    asked(llm)
    (request,) = chat_of(llm).asked
    expected = prompt.messages(QUESTION, prompt.number([AID]))
    assert [turn["content"] for turn in request.messages] == [message.text for message in expected]
    assert (request.prefill, request.body) == (prompt.PREFILL, {"grammar": prompt.grammar(2)})


def test_a_model_without_grammar_is_asked_without_one() -> None:
    llm = scripted_llm(enqueued(cites(2, SAID)), "lines")
    assert asked(llm).statements == FOUND
    assert [request.body for request in chat_of(llm).asked] == [{}]


@pytest.mark.parametrize("form", ["grammar", "lines"])
def test_below_the_threshold_the_model_is_stopped_at_its_first_token(form: Any) -> None:
    llm = scripted_llm(enqueued(cites(2, SAID, 0.4)), form, thresholds=Thresholds(0.5, 0.97))
    pieces, reading = run(read(QUESTION, [AID], llm))
    assert (pieces, reading.statements, reading.support) == ([], (), pytest.approx(0.4))
    assert (chat_of(llm).taken, chat_of(llm).left) == ([1], [0])


def test_at_the_threshold_the_reply_is_read_to_its_end() -> None:
    llm = scripted_llm(enqueued(cites(2, SAID, 0.5)), thresholds=Thresholds(0.5 - 1e-9, 0.97))
    assert asked(llm).statements == FOUND
    assert chat_of(llm).left == []


def test_a_refusal_in_words_names_nothing_whatever_its_support() -> None:
    assert asked(scripted_llm(enqueued(refuses(UNSURE)))).statements == ()


def test_a_model_that_repeats_the_prefill_is_measured_after_it() -> None:
    llm = scripted_llm(enqueued(cites(2, SAID, 0.9, before=prompt.PREFILL)), "lines")
    reading = asked(llm)
    assert (reading.statements, reading.support) == (FOUND, pytest.approx(0.9))


def test_without_probabilities_a_second_look_gives_the_support() -> None:
    replies = enqueued(cites(2, SAID), say(" yes"))
    llm = scripted_llm(replies, "lines", probabilities=False)
    reading = asked(llm)
    assert (reading.statements, reading.support) == (FOUND, 1.0)
    span = AID.passage.sentences[1].text
    sent = [turn["content"] for turn in chat_of(llm).asked[1].messages]
    assert sent == [message.text for message in prompt.look_messages(QUESTION, SAID, span)]


def test_a_second_look_that_says_no_leaves_no_support() -> None:
    llm = scripted_llm(enqueued(cites(2, SAID), say(" no")), "lines", probabilities=False)
    assert asked(llm).support == 0.0


def test_without_probabilities_a_refusal_needs_no_second_look() -> None:
    llm = scripted_llm(enqueued(refuses()), "lines", probabilities=False)
    reading = asked(llm)
    assert (reading.statements, reading.support, len(chat_of(llm).asked)) == ((), 0.0, 1)


def test_a_reply_out_of_form_is_asked_for_again_under_a_schema() -> None:
    look = say(" yes", odds(" yes", " no", 0.8))
    llm = scripted_llm(enqueued(say("Europe paid most."), in_json(2, SAID), look), "lines")
    reading = asked(llm)
    assert (reading.statements, reading.support) == (FOUND, pytest.approx(0.8))
    second = chat_of(llm).asked[1]
    assert (second.body, second.prefill) == ({"format": prompt.schema(2)}, "")


@pytest.mark.parametrize("second", [in_json(0, ""), say("still no JSON"), ChatReply(())])
def test_a_second_try_that_names_nothing_is_a_refusal(second: ChatReply) -> None:
    reading = asked(scripted_llm(enqueued(say("Europe paid most."), second), "lines"))
    assert (reading.statements, reading.support) == ((), 0.0)


def test_a_reading_counts_the_tokens_of_all_its_calls() -> None:
    llm = scripted_llm(enqueued(say("Most."), in_json(2, SAID), say(" yes")), "lines")
    reading = asked(llm)
    prompts = [count_words(request.prompt) for request in chat_of(llm).asked]
    assert [call.tokens for call in reading.calls] == [(spent, 1) for spent in prompts]
    assert total([*reading.calls, *reading.calls], 4096) == Tokens(2 * sum(prompts), 6, 4096)


def record(llm: LLM, number: int, purpose: str, reply: str, support: float | None = None) -> Call:
    """What the ``number``-th call to a model that counts words should have left, but for its seconds."""
    request = chat_of(llm).asked[number]
    roles = {"system": "system", "user": "human", "assistant": "ai"}
    turns = tuple((roles[turn["role"]], turn["content"]) for turn in request.messages)
    return Call(purpose, turns, reply, (count_words(request.prompt), len(say(reply).tokens)), 0.0, support)


def test_each_call_is_recorded_with_its_exact_messages() -> None:
    llm = scripted_llm(enqueued(say("Most."), in_json(2, "60%"), say(" yes")), "lines")
    calls = asked(llm).calls
    json_form = record(llm, 1, "read", in_json(2, "60%").tokens[0].text)
    assert [replace(call, seconds=0.0) for call in calls] == [
        record(llm, 0, "read", "Most."),
        replace(json_form, tokens=(json_form.tokens[0], 1)),
        record(llm, 2, "look", " yes"),
    ]
    assert all(0 < call.seconds < 5 for call in calls)


def test_the_record_keeps_the_support_as_the_model_gave_it_before_it_is_weighed() -> None:
    question = "Who won the football match?"
    reading = run(read(question, [AID], scripted_llm(enqueued(cites(2, SAID, 0.9)))))[1]
    assert [call.support for call in reading.calls] == [pytest.approx(0.9)]
    assert reading.support == pytest.approx(weighed(0.9, 0.0))


@pytest.mark.parametrize(("least", "said"), [(0.0, FOUND), (-0.5, FOUND), (-3.0, ())])
def test_an_unsure_word_lowers_the_support_and_may_take_the_answer_back(
    least: float, said: tuple[Statement, ...]
) -> None:
    llm = scripted_llm(enqueued(cites(2, SAID, UNSURE, least=least)))
    reading = asked(llm)
    assert (reading.statements, reading.support) == (said, pytest.approx(doubted(UNSURE, least)))
    assert [call.support for call in reading.calls] == [pytest.approx(UNSURE)]
    assert chat_of(llm).left == []


def test_a_reply_that_is_left_is_recorded_with_what_was_heard() -> None:
    llm = scripted_llm(enqueued(cites(2, SAID, NO)))
    (call,) = asked(llm).calls
    sent = prompt.messages(QUESTION, prompt.number([AID]))
    counted = count_words("\n".join(str(message.text) for message in sent)) + 8 * len(sent)
    turns = tuple((message.type, str(message.text)) for message in sent)
    near: Any = pytest.approx(NO)
    heard = Call("read", turns, " S2", (counted, 1), 0.0, near)
    assert replace(call, seconds=0.0) == heard


def test_a_prompt_fits_only_where_a_whole_answer_fits_beside_it() -> None:
    messages = prompt.messages(QUESTION, prompt.number([AID]))
    # A model that counts every prompt at 900 tokens: the least window is that, an answer and the turns.
    spare = 900 + prompt.ANSWER_TOKENS + 8 * len(messages)
    llms = [counting_900(window) for window in (spare - 1, spare)]
    assert [fits(QUESTION, [AID], llm) for llm in llms] == [False, True]


def counting_900(window: int) -> LLM:
    return LLM(
        chat=scripted_llm(enqueued()).chat,
        model=scripted_llm(enqueued()).model,
        context=window,
        form="grammar",
        count_tokens=lambda _: 900,
    )


def window_for(found: Hit) -> int:
    """The least window in which a passage is read, for a model that counts words."""
    return next(w for w in range(64, 8192) if fits(QUESTION, [found], scripted_llm(enqueued(), context=w)))


LONG = hit(*(f"Europe paid {n} euros, said Macron." for n in range(200)), path="long.txt")


def test_a_passage_that_does_not_fit_is_passed_over() -> None:
    llm = scripted_llm(composing(enqueued(cites(2, SAID, SURE))), context=window_for(AID))
    draft = list(build_chain(shelf(LONG, AID), llm, reads=1).stream(QUESTION))[-1]
    assert isinstance(draft, Draft)
    assert [(s.text, s.numbers) for s in draft.statements] == [(SAID, (2,))]
    assert {s.hit for s in draft.sentences} == {AID}


def test_where_nothing_fits_nothing_is_sent() -> None:
    llm = scripted_llm(enqueued(), context=window_for(AID) - 1)
    with pytest.raises(PromptTooLong, match=f"{llm.context} tokens") as caught:
        list(build_chain(shelf(LONG, AID), llm, reads=3).stream(QUESTION))
    assert caught.value.hint
    assert chat_of(llm).asked == []


@given(st.text(max_size=60), st.sampled_from([NO, UNSURE, SURE]))
def test_any_reply_gives_a_reading(reply: str, share: float) -> None:
    top = odds(f"{prompt.SOURCE_TOKEN}1", none(), share)
    words = say(reply).tokens
    tokens = (Token(words[0].text, -0.1, top), *words[1:]) if words else ()
    second = ChatReply((Token(reply),))
    llm = scripted_llm(enqueued(ChatReply(tokens), second, second), "lines")
    pieces, reading = run(read(QUESTION, [AID], llm))
    assert reading.reply.startswith("".join(pieces))

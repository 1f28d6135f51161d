"""One call of the model: its record holds what was sent, what came, and what it took."""

import time

import pytest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage

from index.errors import ModelBroke
from rag.answer import Call, Tokens
from rag.models.call import ask_once, call_of, odds, total, usage
from tests.ollama_chat import ChatReply, ChatRequest, count_words, say
from tests.scripted import enqueued, scripted_llm

TURNS: list[BaseMessage] = [SystemMessage("Be brief."), HumanMessage("Who?"), AIMessage("Source:")]
SENT = (("system", "Be brief."), ("human", "Who?"), ("ai", "Source:"))
COUNTED = AIMessage("No.", usage_metadata={"input_tokens": 7, "output_tokens": 2, "total_tokens": 9})


@pytest.mark.parametrize(("said", "reply"), [(COUNTED, "No."), (AIMessage(""), ""), (None, "")])
@pytest.mark.parametrize("support", [None, 0.5])
def test_a_record_holds_the_exact_messages_and_the_reply(
    said: AIMessage | None, reply: str, support: float | None
) -> None:
    call = call_of("read", TURNS, said, (7, 2), time.perf_counter() - 3, support)
    assert call == Call("read", SENT, reply, (7, 2), call.seconds, support)
    assert 3 <= call.seconds < 60


def test_a_call_is_heard_to_its_end_and_counted_by_the_model() -> None:
    pause = 0.05

    def slow(_: ChatRequest) -> ChatReply:
        time.sleep(pause)
        return say("No, he didn't.")

    llm = scripted_llm(slow)
    said, call = ask_once("look", TURNS, llm.chat)
    spent = count_words("Be brief.\nWho?\nSource:")
    assert said.text == call.reply == "No, he didn't."
    assert call == Call("look", SENT, "No, he didn't.", (spent, 3), call.seconds)
    assert pause <= call.seconds < 60


def test_a_fault_of_the_model_goes_through() -> None:
    def broken(_: ChatRequest) -> ChatReply:
        raise ModelBroke("Gone.")

    with pytest.raises(ModelBroke, match="Gone"):
        ask_once("look", TURNS, scripted_llm(broken).chat)


@pytest.mark.parametrize(("said", "spent"), [(COUNTED, (7, 2)), (AIMessage("No."), None), (None, None)])
def test_usage_is_what_the_model_counted(said: AIMessage | None, spent: tuple[int, int] | None) -> None:
    assert usage(said) == spent


def test_odds_are_the_tokens_as_they_came_and_none_where_the_server_gives_none() -> None:
    entries = [{"token": " yes", "logprob": -0.1, "top_logprobs": []}]
    assert odds(AIMessage("yes", response_metadata={"logprobs": entries})) == entries
    assert odds(AIMessage("yes", response_metadata={"logprobs": None})) == []
    assert odds(AIMessage("yes")) == odds(None) == []
    said, _ = ask_once("look", TURNS, scripted_llm(enqueued(say("No, never."))).chat)
    assert [entry["token"] for entry in odds(said)] == ["No,", " never."]
    silent, _ = ask_once("look", TURNS, scripted_llm(enqueued(say("No.")), probabilities=False).chat)
    assert odds(silent) == []


def test_tokens_add_up_over_calls_and_the_window_is_that_of_one() -> None:
    calls = [Call("read", (), "", (100, 5), 0.1), Call("look", (), "", (50, 1), 0.1)]
    assert total(calls, 4096) == Tokens(150, 6, 4096)
    assert total(iter(calls), 4096) == total(calls, 4096)
    assert total([], 4096) == Tokens(0, 0, 4096)

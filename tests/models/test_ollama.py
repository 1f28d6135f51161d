"""Ollama through ChatOllama: whole replies, our errors, nothing cut and nothing sent elsewhere."""

from typing import Any

import pytest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage

from rag.models import ollama
from rag.models.ollama import OllamaChat
from rag.models.served import models
from tests.ollama_chat import ChatReply, Fault, ModelFile, say
from tests.ollama_standin import OllamaStandin
from tests.scripted import odds

SMALL = ModelFile("qwen2.5:0.5b", digest="b" * 64)
CLOUD = ModelFile("gpt-oss:120b-cloud", remote_host="https://ollama.com:443")
EMBEDDER = ModelFile("nomic-embed-text", capabilities=("embedding",))
ASKED: list[BaseMessage] = [SystemMessage("Be brief."), HumanMessage("How much?"), AIMessage("Source:")]
DEAD = "http://127.0.0.1:9"
"""The discard port, on which nothing listens."""


def chat(server: OllamaStandin, name: str = SMALL.name, **changed: Any) -> OllamaChat:
    given = {"context": 4096, "timeout": 5.0, "max_tokens": 96} | changed
    return ollama.chat(server.url, name, **given)


def saying(text: str, fault: Fault | None = None) -> OllamaStandin:
    return OllamaStandin((SMALL,), lambda _: say(text, odds(" S2", " none", 0.8), fault))


# What is sent


def test_a_chat_asks_for_all_that_reading_needs_and_forbids_every_cut() -> None:
    with saying(" S2\nAnswer: 60%") as server:
        chat(server, context=2048).invoke(ASKED)
        (body,) = server.bodies("/api/chat")
    assert {key: value for key, value in body.items() if key != "messages"} == {
        "model": SMALL.name,
        "stream": True,
        "think": False,
        "logprobs": True,
        "top_logprobs": 20,
        "truncate": False,
        "shift": False,
        "tools": [],
        "options": {
            "num_ctx": 2048,
            "num_predict": 96,
            "temperature": 0.0,
            "seed": 1,
            "repeat_penalty": 1.0,
            "presence_penalty": 0.0,
            "frequency_penalty": 0.0,
        },
    }
    assert body["messages"][-1] == {"role": "assistant", "content": "Source:"}


def test_a_call_can_be_bounded_and_ends_at_the_models_own_stop_words_all_the_same() -> None:
    with saying(" S2\nAnswer: 60%") as server:
        asked = ollama.chat(server.url, SMALL.name, 4096, 5.0, 96, ("<end>",))
        asked.invoke(ASKED)
        asked.bind(max_tokens=2).invoke(ASKED)
        asked.bind(max_tokens=9, stop=["\n"]).invoke(ASKED)
        options = [body["options"] for body in server.bodies("/api/chat")]
    assert [(each["num_predict"], each.get("stop")) for each in options] == [
        (96, None), (2, None), (9, ["\n", "<end>"])
    ]  # fmt: skip
    assert {each["num_ctx"] for each in options} == {4096}


def test_a_schema_is_sent_as_the_format() -> None:
    schema = {"type": "object", "properties": {"source": {"enum": [0, 1]}}, "required": ["source"]}
    with saying('{"source": 1}') as server:
        assert chat(server).bind(format=schema).invoke(ASKED).text == '{"source": 1}'
        assert [body["format"] for body in server.bodies("/api/chat")] == [schema]


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_a_proxy_of_the_environment_is_passed_by(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    monkeypatch.setenv(variable, DEAD)
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with OllamaStandin((SMALL,), lambda _: say("Yes."), (ModelFile("new"),)) as server:
        assert [found.name for found in models(server.url)] == [SMALL.name]
        assert chat(server).invoke(ASKED).text == "Yes."
        ollama.pull(server.url, "new", lambda *_: None)


# What comes back


def test_a_reply_has_text_counts_and_plain_probabilities() -> None:
    with saying(" S2\nAnswer: 60%") as server:
        said = chat(server).invoke(ASKED)
    assert said.text == " S2\nAnswer: 60%"
    assert said.usage_metadata is not None
    assert said.usage_metadata["output_tokens"] == len(say(said.text).tokens)
    first = said.response_metadata["logprobs"][0]
    top = [{"token": token, "logprob": logprob} for token, logprob in odds(" S2", " none", 0.8)]
    assert (first["token"], first["top_logprobs"]) == (" S2", top)


def test_a_stream_is_the_reply_in_pieces() -> None:
    with saying(" S2\nAnswer: 60%") as server:
        pieces = [str(chunk.text) for chunk in chat(server).stream(ASKED)]
        assert [piece for piece in pieces if piece] == [" S2", "\nAnswer:", " 60%"]
        assert chat(server).invoke(ASKED).text == "".join(pieces)


def test_a_server_that_gives_no_probabilities_leaves_them_out() -> None:
    with OllamaStandin((SMALL,), lambda _: say("Yes."), version="0.12.10") as server:
        assert "logprobs" not in chat(server).invoke(ASKED).response_metadata


def test_a_reply_without_text_is_a_reply() -> None:
    with OllamaStandin((SMALL,), lambda _: ChatReply(())) as server:
        assert chat(server).invoke(ASKED).text == ""

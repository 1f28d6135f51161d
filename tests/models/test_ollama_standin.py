"""The stand-in is true to Ollama: driven by the clients that Byline uses, ChatOllama and ollama.Client.

Each expectation is what these clients show of a real server; so this file also says what they hide.
"""

import json
import math
from collections.abc import Callable
from typing import Any

import httpx
import ollama
import pytest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage
from langchain_ollama import ChatOllama

from tests.ollama_chat import Brain, ChatReply, ChatRequest, Fault, ModelFile, say
from tests.ollama_standin import OllamaStandin

SMALL = ModelFile("qwen2.5:0.5b")
TOP = ((" S2", math.log(0.8)), (" none", math.log(0.2)))
ASKED: list[BaseMessage] = [SystemMessage("Be brief."), HumanMessage("How much?"), AIMessage("Source:")]
SCHEMA = {
    "type": "object",
    "properties": {"source": {"enum": [0, 1]}, "answer": {"type": "string"}},
    "required": ["source", "answer"],
}


def answering(text: str, fault: Fault | None = None) -> Brain:
    return lambda _: say(text, TOP, fault)


class Strict(httpx.HTTPTransport):
    """Asks for an error instead of a silent cut; the clients have no argument for it."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/api/chat":
            body = json.loads(request.read()) | {"truncate": False, "shift": False}
            headers = [pair for pair in request.headers.items() if pair[0] != "content-length"]
            request = httpx.Request(
                request.method, request.url, headers=headers, json=body, extensions=request.extensions
            )
        return super().handle_request(request)


def chat_model(server: OllamaStandin, **settings: Any) -> ChatOllama:
    values: dict[str, Any] = {
        "model": SMALL.name,
        "reasoning": False,
        "temperature": 0,
        "num_ctx": 4096,
    } | settings
    return ChatOllama(base_url=server.url, client_kwargs={"trust_env": False, "timeout": 5}, **values)


def client(server: OllamaStandin) -> ollama.Client:
    return ollama.Client(host=server.url, trust_env=False, timeout=5)


def probabilities(message: BaseMessage) -> list[tuple[str, list[tuple[str, float]]]]:
    entries = message.response_metadata.get("logprobs") or []
    return [(e.token, [(top.token, top.logprob) for top in e.top_logprobs or ()]) for e in entries]


def test_a_chat_answers_with_text_counts_and_a_reason() -> None:
    with OllamaStandin((SMALL,), answering(" S2\nAnswer: 60%")) as server:
        message = chat_model(server).invoke(ASKED)
    assert message.text == " S2\nAnswer: 60%"
    metadata = message.response_metadata
    assert (metadata["done_reason"], metadata["model"]) == ("stop", "qwen2.5:0.5b")
    assert message.usage_metadata is not None
    assert message.usage_metadata["input_tokens"] == metadata["prompt_eval_count"] > 10
    assert message.usage_metadata["output_tokens"] == metadata["eval_count"] == 3


def test_what_the_client_sent_is_recorded() -> None:
    with OllamaStandin((SMALL,), answering("Yes.")) as server:
        chat_model(server).invoke(ASKED, stop=["\n"], logprobs=True, top_logprobs=5)
        (body,) = server.bodies("/api/chat")
    assert body["messages"][-1] == {"role": "assistant", "content": "Source:"}
    assert body["options"] == {"num_ctx": 4096, "temperature": 0.0, "stop": ["\n"]}
    assert (body["stream"], body["think"], body["logprobs"], body["top_logprobs"]) == (True, False, True, 5)


def test_the_prefilled_text_is_given_to_the_model_and_not_repeated() -> None:
    heard: list[ChatRequest] = []

    def brain(request: ChatRequest) -> ChatReply:
        heard.append(request)
        return say(" S2")

    with OllamaStandin((SMALL, ModelFile("closed", prefill=False)), brain) as server:
        assert chat_model(server).invoke(ASKED).text == " S2"
        chat_model(server, model="closed").invoke(ASKED)
    assert [request.prefill for request in heard] == ["Source:", ""]
    assert heard[0].prompt.endswith("<|im_start|>assistant\nSource:")
    assert heard[1].prompt.endswith("Source:<|im_end|>\n<|im_start|>assistant\n")
    assert heard[0].last("user") == "How much?"


def test_probabilities_come_for_the_whole_answer_and_chunk_by_chunk() -> None:
    expected = [(" S2", list(TOP)), ("\nAnswer:", [("\nAnswer:", -0.01)]), (" 60%", [(" 60%", -0.01)])]
    with OllamaStandin((SMALL,), answering(" S2\nAnswer: 60%")) as server:
        model = chat_model(server, logprobs=True, top_logprobs=20)
        assert probabilities(model.invoke(ASKED)) == expected
        chunks = list(model.stream(ASKED))
    assert [probabilities(chunk) for chunk in chunks if chunk.text] == [[entry] for entry in expected]
    assert probabilities(sum(chunks[1:], chunks[0])) == expected


@pytest.mark.parametrize("asked", [{}, {"logprobs": False}])
def test_no_probabilities_come_unasked(asked: dict[str, Any]) -> None:
    with OllamaStandin((SMALL,), answering("Yes.")) as server:
        assert probabilities(chat_model(server).invoke(ASKED, **asked)) == []


def test_a_server_before_0_12_11_has_no_probabilities() -> None:
    with OllamaStandin((SMALL,), answering("Yes."), version="0.12.10") as server:
        assert probabilities(chat_model(server).invoke(ASKED, logprobs=True, top_logprobs=5)) == []


@pytest.mark.parametrize(
    ("options", "text", "reason"),
    [
        ({"num_predict": 2}, "one two", "length"),
        ({"num_predict": 3}, "one two three", "stop"),
        ({"num_predict": -1}, "one two three", "stop"),
        ({"stop": [" two"]}, "one", "stop"),
    ],
)
def test_the_options_bound_the_answer(options: dict[str, Any], text: str, reason: str) -> None:
    with OllamaStandin((SMALL,), lambda _: say("one two three")) as server:
        message = chat_model(server).invoke(ASKED, options=options)
    assert (message.text, message.response_metadata["done_reason"]) == (text, reason)


def test_a_format_is_kept_to() -> None:
    with OllamaStandin((SMALL,), lambda _: say('{"source": 1, "answer": "60%"}')) as server:
        message = chat_model(server).invoke(ASKED[:2], format=SCHEMA)
        assert server.bodies("/api/chat")[0]["format"] == SCHEMA
    assert json.loads(message.text) == {"source": 1, "answer": "60%"}


@pytest.mark.parametrize("text", ["sixty", '{"source": 7, "answer": "60%"}', '{"source": 1}'])
def test_a_scripted_reply_that_a_grammar_would_not_allow_is_an_error(text: str) -> None:
    broken = pytest.raises(ollama.ResponseError, match="breaks the format it asked for")
    with OllamaStandin((SMALL,), lambda _: say(text)) as server, broken:
        chat_model(server).invoke(ASKED[:2], format=SCHEMA)


NESTED = {
    "error": {
        "code": 400,
        "message": "request (317 tokens) exceeds the available context size (100 tokens), try increasing it",
        "type": "exceed_context_size_error",
        "n_prompt_tokens": 317,
        "n_ctx": 100,
    }
}


@pytest.mark.parametrize("way", ["invoke", "stream"])
@pytest.mark.parametrize(
    ("version", "error"),
    [
        ("0.40.2", json.dumps(NESTED, separators=(",", ":"))),
        ("0.12.6", "the input length exceeds the context length"),
    ],
)
def test_a_prompt_that_does_not_fit_is_refused_where_that_is_asked_for(
    version: str, error: str, way: str
) -> None:
    with OllamaStandin((SMALL,), version=version) as server:
        model = chat_model(server, num_ctx=100, sync_client_kwargs={"transport": Strict()})
        with pytest.raises(ollama.ResponseError) as caught:
            list(getattr(model, way)([HumanMessage("word " * 300)]))
        assert server.bodies("/api/chat")[0]["truncate"] is False
    assert (caught.value.status_code, caught.value.error) == (400, error)


@pytest.mark.parametrize(("version", "strict"), [("0.40.2", False), ("0.12.5", False), ("0.12.5", True)])
def test_elsewhere_it_is_cut_in_silence(version: str, strict: bool) -> None:
    heard: list[ChatRequest] = []

    def brain(request: ChatRequest) -> ChatReply:
        heard.append(request)
        return say("Yes.")

    with OllamaStandin((SMALL,), brain, version=version) as server:
        transport = {"sync_client_kwargs": {"transport": Strict()}} if strict else {}
        model = chat_model(server, num_ctx=100, **transport)
        old = [SystemMessage("Rules."), HumanMessage("word " * 300), AIMessage("Well."), HumanMessage("So?")]
        message = model.invoke(old)
        model.invoke([HumanMessage("word " * 300 + "So?")])
    assert [m["content"] for m in heard[0].messages] == ["Rules.", "Well.", "So?"]
    assert heard[1].prompt.startswith("<|im_start|>") is False
    assert message.response_metadata["done_reason"] == "stop"
    assert message.response_metadata["prompt_eval_count"] <= 100


def test_with_shift_off_the_answer_ends_where_the_window_does() -> None:
    with OllamaStandin((SMALL,), lambda _: say("word " * 300)) as server:
        strict = {"sync_client_kwargs": {"transport": Strict()}}
        cut = chat_model(server, num_ctx=100, **strict).invoke(ASKED).response_metadata
        shifted = chat_model(server, num_ctx=100).invoke(ASKED).response_metadata
    assert (cut["done_reason"], cut["prompt_eval_count"] + cut["eval_count"]) == ("length", 100)
    assert (shifted["done_reason"], shifted["eval_count"]) == ("stop", 301)


def test_the_window_is_never_larger_than_the_models() -> None:
    short = ModelFile("short", context_length=50)
    with OllamaStandin((short,)) as server:
        model = chat_model(server, model="short", sync_client_kwargs={"transport": Strict()})
        with pytest.raises(ollama.ResponseError, match=r"available context size \(50 tokens\)"):
            model.invoke([HumanMessage("word " * 60)])


FAILURES: list[tuple[Fault, type[Exception], str, list[str]]] = [
    (Fault("die", 0), httpx.RemoteProtocolError, "Server disconnected without sending a response", []),
    (Fault("die", 1), httpx.RemoteProtocolError, "peer closed connection", ["one"]),
    (Fault("error", 0, "no memory"), ollama.ResponseError, r"^no memory \(status code: 500\)$", []),
    (Fault("error", 1, "no memory"), ollama.ResponseError, r"^no memory \(status code: -1\)$", ["one"]),
    (Fault("hang", 0), httpx.ReadTimeout, "timed out", []),
    (Fault("hang", 1), httpx.ReadTimeout, "timed out", ["one"]),
    (Fault("end", 0), ValueError, "No generation chunks were returned", []),
]


@pytest.mark.parametrize(("fault", "kind", "text", "before"), FAILURES)
def test_a_fault_surfaces_after_the_chunks_before_it(
    fault: Fault, kind: type[Exception], text: str, before: list[str]
) -> None:
    with OllamaStandin((SMALL,), lambda _: say("one two", fault=fault)) as server:
        model = chat_model(server, sync_client_kwargs={"timeout": 0.5})
        chunks: list[str] = []
        with pytest.raises(kind, match=text):
            chunks += (chunk.text for chunk in model.stream(ASKED))
        assert chunks == before


def test_a_stream_that_ends_early_raises_nothing_and_has_no_reason() -> None:
    with OllamaStandin((SMALL,), lambda _: say("one two", fault=Fault("end", 1))) as server:
        message = chat_model(server).invoke(ASKED)
    assert (message.text, message.response_metadata) == ("one", {})


ERRORS: list[tuple[Callable[[OllamaStandin], object], int, str]] = [
    (lambda s: chat_model(s, model="nope").invoke(ASKED), 404, "model 'nope' not found"),
    (lambda s: client(s).show("nope"), 404, "model 'nope' not found"),
    (lambda s: client(s).pull("nope"), 500, "pull model manifest: file does not exist"),
    (lambda s: list(client(s).pull("nope", stream=True)), -1, "pull model manifest: file does not exist"),
    (lambda s: chat_model(s, reasoning=True).invoke(ASKED), 400, '"qwen2.5:0.5b" does not support thinking'),
    (lambda s: chat_model(s, model="embed").invoke(ASKED), 400, '"embed" does not support chat'),
    (
        lambda s: chat_model(s).invoke(ASKED, logprobs=True, top_logprobs=21),
        400,
        "top_logprobs must be between 0 and 20",
    ),
]


@pytest.mark.parametrize(("call", "status", "text"), ERRORS)
def test_a_request_that_cannot_be_served_is_refused_as_ollama_does(
    call: Callable[[OllamaStandin], object], status: int, text: str
) -> None:
    models = (SMALL, ModelFile("embed", capabilities=("embedding",)))
    with OllamaStandin(models) as server, pytest.raises(ollama.ResponseError) as caught:
        call(server)
    assert (caught.value.status_code, caught.value.error) == (status, text)


def test_models_are_listed_and_shown() -> None:
    with OllamaStandin((SMALL, ModelFile("llama3.2", family="llama", context_length=131_072))) as server:
        listed = [(model.model, model.digest) for model in client(server).list().models]
        shown = client(server).show("llama3.2")
    assert listed == [("qwen2.5:0.5b", "a" * 64), ("llama3.2:latest", "a" * 64)]
    assert shown.modelinfo is not None
    assert shown.modelinfo["general.architecture"] == "llama"
    assert shown.modelinfo["llama.context_length"] == 131_072
    assert shown.capabilities == ["completion"]
    assert shown.template is not None
    assert "{{ if not $last }}" in shown.template


def test_a_cloud_model_shows_its_host_on_the_wire_only() -> None:
    cloud = ModelFile("big-cloud", remote_host="https://example.com:443")
    with OllamaStandin((cloud,)) as server, httpx.Client(trust_env=False) as http:
        shown = http.post(f"{server.url}/api/show", json={"model": "big-cloud"}).json()
        (listed,) = http.get(f"{server.url}/api/tags").json()["models"]
        assert "remote_host" not in client(server).show("big-cloud").model_dump()
    assert shown["remote_host"] == listed["remote_host"] == "https://example.com:443"


def test_a_pull_tells_its_progress_and_then_the_model_is_there() -> None:
    with OllamaStandin(library=(ModelFile("new", digest="b" * 64, size=400),)) as server:
        told = list(client(server).pull("new", stream=True))
        assert [model.model for model in client(server).list().models] == ["new:latest"]
    assert [one.status for one in told][:2] == ["pulling manifest", "pulling bbbbbbbbbbbb"]
    assert [one.completed for one in told if one.completed] == [100, 200, 300, 400]
    assert {(one.digest, one.total) for one in told if one.total} == {(f"sha256:{'b' * 64}", 400)}
    assert told[-1].status == "success"


def test_it_says_that_it_runs_and_its_version() -> None:
    with OllamaStandin(version="0.34.2") as server, httpx.Client(trust_env=False) as http:
        assert http.get(server.url).text == "Ollama is running"
        assert http.get(f"{server.url}/api/version").json() == {"version": "0.34.2"}
        assert http.get(f"{server.url}/api/nothing").status_code == 404
        assert [seen.path for seen in server.seen] == ["/", "/api/version", "/api/nothing"]


@pytest.mark.parametrize("way", ["invoke", "stream"])
def test_a_stopped_server_refuses_connections(way: str) -> None:
    with OllamaStandin((SMALL,)) as server:
        model, lister = chat_model(server), client(server)
    with pytest.raises(httpx.ConnectError):
        list(getattr(model, way)(ASKED))
    with pytest.raises(ConnectionError, match="Failed to connect to Ollama"):
        lister.list()

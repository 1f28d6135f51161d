"""The stand-in replies as a real Ollama does: the same statuses, keys, types and order."""

import pytest

from tests.ollama_chat import ChatReply, ChatRequest, ModelFile, say
from tests.ollama_shapes import KNOWN, REQUESTS, STOPPED, THINKS, UNREACHED, Request, ask, shape_of
from tests.ollama_standin import OllamaStandin

MODEL = ModelFile("coder:lib")
THINKER = ModelFile("thinker", capabilities=("completion", "thinking"))


def brain(request: ChatRequest) -> ChatReply:
    if request.body.get("format"):
        return say('{"source": 2, "answer": "fog"}')
    counting = bool(request.options.get("stop"))
    return say("1, 2, 3" if counting else "one two three four", ((" S2", -0.1), ("one", -2.0)))


def held(request: Request, model: ModelFile = MODEL) -> None:
    with OllamaStandin((MODEL, THINKER), brain, version="0.24.0") as server:
        server.load(MODEL, {})
        assert shape_of(ask(server.url, request, model.name)) == KNOWN[request.name]


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda each: each.name)
def test_a_request_is_answered_in_the_shape_of_a_real_server(request_: Request) -> None:
    held(request_)


def test_a_model_that_thinks_does_so_in_a_field_of_its_own() -> None:
    held(THINKS, THINKER)


def test_a_reply_that_a_stop_leaves_empty_has_no_time_of_its_own() -> None:
    held(STOPPED)


def test_a_pull_that_reaches_nobody_is_an_error_in_its_stream() -> None:
    held(UNREACHED)


def test_every_shape_that_is_known_is_asked_for() -> None:
    asked = {each.name for each in (*REQUESTS, THINKS, STOPPED, UNREACHED)}
    assert asked == set(KNOWN)

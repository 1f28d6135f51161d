"""The form of a served model's replies: learned by a short call or two, remembered, bounded, not guessed."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from index.errors import ModelUnfit
from rag.assistant import Assistant
from rag.assistant.opening import open_assistant
from rag.judging import score
from rag.models.form import TOKENS, goes_on
from rag.models.llm import open_llm
from rag.settings import Settings
from tests.fakes import HashEmbedder
from tests.ollama_chat import Brain, ChatReply, ChatRequest, ModelFile, say
from tests.ollama_standin import OllamaStandin
from tests.scripted import looks, reads, well_read

OPEN = ModelFile("open:3b", digest="a" * 64, weights="c" * 64)
CLOSED = ModelFile("closed:3b", digest="b" * 64, weights="c" * 64, prefill=False)
LOOSE = ModelFile("loose:3b", digest="d" * 64, weights="c" * 64, prefill=False)
SHARE = "What did Macron say that Europe paid?"


def opened(server: OllamaStandin, model: ModelFile, corpus: Path, home: Path) -> Assistant:
    settings = Settings(corpus=corpus, home=home, ollama_host=server.url, model=model.name)
    return open_assistant(settings, llm=open_llm, embedder=lambda _: HashEmbedder())


def templated(request: ChatRequest) -> ChatReply:
    """A model that goes on from what its template left open, and else begins a turn of its own.

    The loose one begins it in its own words.
    """
    if request.body.get("format") or looks(request):
        return well_read(request)
    if request.prefill:
        return say(" none") if request.options["num_predict"] <= TOKENS else well_read(request)
    if request.body["model"] == LOOSE.name:
        return say("Nobody knows.")
    return (
        ChatReply((*say("Source:").tokens, *well_read(request).tokens))
        if reads(request)
        else say("Source: none")
    )


def readings(server: OllamaStandin) -> list[dict[str, object]]:
    return [body for body in server.bodies("/api/chat") if body["messages"]]


@pytest.mark.parametrize(
    ("model", "form", "calls"), [(OPEN, "lines", 1), (CLOSED, "turn", 2), (LOOSE, "json", 2)]
)
def test_the_form_is_learned_once(corpus: Path, home: Path, model: ModelFile, form: str, calls: int) -> None:
    with OllamaStandin((OPEN, CLOSED, LOOSE), templated) as server:
        for _ in range(2):
            with opened(server, model, corpus, home) as assistant:
                assert (assistant.llm.form, assistant.llm.model.form) == (form, form)
        asked = [body["options"]["num_predict"] for body in readings(server)]  # type: ignore[index]
        assert asked == [*[TOKENS] * calls, 1, 1], "a few tokens once, then the fixed part alone"
        server.version = "0.99.0"
        with opened(server, model, corpus, home):
            assert readings(server)[-2]["options"]["num_predict"] == TOKENS  # type: ignore[index]


@pytest.mark.parametrize("model", [CLOSED, LOOSE])
def test_where_a_turn_is_closed_no_reading_is_thrown_away(corpus: Path, home: Path, model: ModelFile) -> None:
    with OllamaStandin((model,), templated) as server, opened(server, model, corpus, home) as assistant:
        before = len(server.bodies("/api/chat"))
        answer = assistant.ask(SHARE)
        sent = server.bodies("/api/chat")[before:]
    assert not answer.refused
    assert [call.purpose for call in answer.calls][:2] == ["read", "look"]
    assert all(body["messages"][-1]["role"] == "user" for body in sent)
    asked = [body for body in sent if "Answer:" not in body["messages"][-1]["content"]]
    assert {bool(body.get("format")) for body in asked} == {model is LOOSE}


def test_every_call_is_bounded_and_a_look_to_two_tokens(corpus: Path, home: Path) -> None:
    for model in (OPEN, CLOSED, LOOSE):
        with OllamaStandin((model,), templated) as server, opened(server, model, corpus, home) as assistant:
            answer = assistant.ask(SHARE)
            asked = {
                json.dumps(body["messages"]): body["options"]["num_predict"]
                for body in server.bodies("/api/chat")
                if body["messages"]
            }
        assert max(asked.values()) <= 96
        roles = {"human": "user", "ai": "assistant", "system": "system"}
        for call in answer.calls:
            sent = json.dumps([{"role": roles[kind], "content": text} for kind, text in call.messages])
            assert asked[sent] <= (2 if call.purpose == "look" else 96)


def silent(request: ChatRequest) -> ChatReply:
    """A model whose stop word comes first."""
    return say(" none") if request.options["num_predict"] <= TOKENS else ChatReply(())


def saying(text: str) -> Brain:
    return lambda request: say(text) if request.options["num_predict"] > TOKENS else say(" none")


@pytest.mark.parametrize(
    ("brain", "said"),
    [
        (silent, "says nothing"),
        (saying("<think>\nLet me see. The question asks"), "only thinks"),
        (saying("L'Europe a versé la plus grande part."), "form"),
        (saying("## Answer\n* **60%**"), "form"),
    ],
)
def test_a_reply_that_can_not_be_read_is_an_error_that_names_the_model_and_never_a_refusal(
    corpus: Path, home: Path, brain: Callable[[ChatRequest], ChatReply], said: str
) -> None:
    loose = OllamaStandin((OPEN,), brain, version="0.4.0")  # holds no reply to a schema
    with loose as server, opened(server, OPEN, corpus, home) as assistant:
        with pytest.raises(ModelUnfit, match=f"The model open:3b .*{said}") as caught:
            assistant.ask(SHARE)
        assert "byline model use" in caught.value.hint
        assert len(server.bodies("/api/chat")) <= 6, "it is not asked again and again"


def test_a_server_too_old_for_probabilities_and_formats_answers_too(corpus: Path, home: Path) -> None:
    with OllamaStandin((OPEN,), templated, version="0.4.0") as server:
        with opened(server, OPEN, corpus, home) as assistant:
            answer = assistant.ask(SHARE)
        assert not any("format" in body for body in server.bodies("/api/chat"))
    assert (answer.refused, answer.model.form) == (False, "lines")


@pytest.mark.parametrize(
    ("reply", "wanted"),
    [(" S2\nAnswer", True), (" none", True), (" None.", False), ("Source: S2", False), ("S2", False),
     ("", False), (" So", False), ("```json", False), (" nonetheless", False)],
)  # fmt: skip
def test_only_a_reply_that_goes_on_from_the_prefill_does(reply: str, wanted: bool) -> None:
    assert goes_on(reply) is wanted


def test_the_receipt_tells_the_weights_and_the_form(corpus: Path, home: Path) -> None:
    with OllamaStandin((CLOSED,), templated) as server, opened(server, CLOSED, corpus, home) as assistant:
        model = assistant.ask(SHARE).model
    assert (model.digest, model.form) == (CLOSED.weights, "turn")


def test_a_fit_of_the_weights_holds_under_every_name_in_its_form_alone(corpus: Path, home: Path) -> None:
    named = replace(OPEN, name="another:3b", digest="d" * 64)
    own = replace(score.shipped("", "lines"), digest=OPEN.weights, accept=0.61, sure=0.9)
    score.store(own, home)
    found = {}
    with OllamaStandin((OPEN, named, CLOSED), templated) as server:
        for model in (OPEN, named, CLOSED):
            with opened(server, model, corpus, home) as assistant:
                found[model.name] = assistant.scales.fit
    assert found[OPEN.name] == found[named.name] == own
    assert found[CLOSED.name] == score.shipped("", "turn")

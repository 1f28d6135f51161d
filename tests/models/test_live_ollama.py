"""Against a real Ollama: pytest -m live tests/models/test_live_ollama.py

The server is that of OLLAMA_HOST, the model that of BYLINE_MODEL or the one that Byline would choose. What a
server lacks is told as the reason of a skip. A few models are made there of the one that is used, named
byline-live:..., which share its weights, and are deleted again. Nothing is pulled.
"""

import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage

from index.errors import BylineError, ModelFault, ModelMissing, ModelUnfit, OllamaDown, PromptTooLong
from rag.answer import Answer
from rag.assistant.opening import open_assistant
from rag.front.live import Live
from rag.models import ollama, warm
from rag.models.form import known
from rag.models.llm import choose, open_llm
from rag.models.ollama import OllamaChat
from rag.models.prompt import PREFILL, asking, fixed
from rag.models.served import GIVES_FORMAT, GIVES_LOGPROBS, OllamaModel, models, server_version
from rag.reading.odds import yes_share
from rag.reading.prompt import schema
from rag.settings import SEEDS, Settings, load_settings
from tests.fakes import HashEmbedder
from tests.ollama_shapes import KNOWN, REQUESTS, Request, ask, shape_of
from tests.relay import Relay

pytestmark = pytest.mark.live
SHARE = "What share of aid did Europe provide?"
FOG = "S1: The ferry left Bergen on Friday.\nS2: Fog delayed it by two hours."
BRIDGE = "S1: The bridge was opened on Monday.\nS2: It cost 12 million euros."
WINDOW, PATIENCE = 4096, 300.0
CHATML = "<|im_start|>"
OPEN = (
    "{{ range $i, $_ := .Messages }}{{ $last := eq (len (slice $.Messages $i)) 1 }}<|im_start|>{{ .Role }}\n"
    '{{ .Content }}{{ if not (and $last (eq .Role "assistant")) }}<|im_end|>\n{{ end }}'
    '{{ if and $last (ne .Role "assistant") }}<|im_start|>assistant\n{{ end }}{{ end }}'
)
CLOSED = (
    "{{ range .Messages }}<|im_start|>{{ .Role }}\n{{ .Content }}<|im_end|>\n{{ end }}<|im_start|>assistant\n"
)
THINKING = CLOSED + "{{ if .Thinking }}<think>{{ .Thinking }}</think>{{ end }}<think>\n\n"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Those of the server, with a home of their own."""
    if not os.environ.get("OLLAMA_HOST"):
        pytest.skip("OLLAMA_HOST is not set: there is no server to ask")
    return load_settings(home=tmp_path_factory.mktemp("home"), corpus=SEEDS, llm="ollama")


@pytest.fixture(scope="module")
def model(settings: Settings) -> OllamaModel:
    """The model that is used."""
    try:
        found = choose(settings).served
    except ModelFault as error:
        pytest.skip(f"{error} {error.hint}")
    assert found is not None
    return found


@pytest.fixture(scope="module")
def version(settings: Settings, model: OllamaModel) -> tuple[int, ...]:  # noqa: ARG001 - a server with a model
    return server_version(settings.ollama_host)


@contextmanager
def made(settings: Settings, base: OllamaModel, tag: str, template: str = "") -> Iterator[str]:
    """A model of the same weights, for a block."""
    name = f"byline-live:{tag}"
    with httpx.Client(base_url=settings.ollama_host, trust_env=False, timeout=120) as http:
        asked = {"model": name, "from": base.name, "stream": False}
        reply = http.post("/api/create", json=asked | ({"template": template} if template else {}))
        if reply.status_code != httpx.codes.OK:
            pytest.skip(f"this server makes no model of another one: {reply.text[:200]}")
        try:
            yield name
        finally:
            http.request("DELETE", "/api/delete", json={"model": name})


def chat(settings: Settings, name: str) -> OllamaChat:
    return ollama.chat(settings.ollama_host, name, WINDOW, PATIENCE, 96)


def reading(block: str, question: str) -> list[BaseMessage]:
    return [*fixed("lines"), HumanMessage(asking(question, block)), AIMessage(PREFILL)]


def shows(settings: Settings, path: str, **body: Any) -> Any:
    reply = httpx.post(f"{settings.ollama_host}{path}", json=body, timeout=PATIENCE, trust_env=False)
    return reply.json()


# What the server is


def test_it_says_its_version(version: tuple[int, ...]) -> None:
    assert len(version) >= 2, "this server tells no version: is it Ollama?"


def test_a_model_is_chosen_that_is_large_enough_or_was_named(settings: Settings, model: OllamaModel) -> None:
    assert model.completes
    assert settings.model or model.billions >= 1.5
    assert len(model.weights) == 64
    assert model.size > 0


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda each: each.name)
def test_it_replies_in_the_shapes_that_are_known(
    settings: Settings, model: OllamaModel, version: tuple[int, ...], request_: Request
) -> None:
    if "logprobs" in json.dumps(request_.body) and version < GIVES_LOGPROBS:
        pytest.skip("this server gives no probabilities: update it to 0.12.11 or newer")
    warm.load(settings.ollama_host, model.name, 1024, PATIENCE)
    found = shape_of(ask(settings.ollama_host, request_, model.name))
    if request_.name == "show":  # a model may have a licence, parameters, a system text of its own
        assert common(found) == common(KNOWN["show"])
    elif "thinking" not in request_.name or not thinks(settings, model.name):
        assert found == KNOWN[request_.name]


def common(shape: dict[str, Any]) -> list[Any]:
    """What every model shows of itself."""
    return [each for each in shape["lines"][0] if each[0] in ("template", "details", "capabilities")]


def thinks(settings: Settings, name: str) -> bool:
    return "thinking" in (shows(settings, "/api/show", model=name).get("capabilities") or ())


def test_it_gives_probabilities_with_twenty_alternatives(
    settings: Settings, model: OllamaModel, version: tuple[int, ...]
) -> None:
    if version < GIVES_LOGPROBS:
        pytest.skip("this server gives no probabilities: update it to 0.12.11 or newer")
    said = chat(settings, model.name).bind(max_tokens=2).invoke(reading(FOG, "What delayed the ferry?"))
    first = said.response_metadata["logprobs"][0]
    assert len(first["top_logprobs"]) == 20
    assert all(each["logprob"] <= 0 for each in first["top_logprobs"])


def test_it_holds_a_reply_to_a_schema(
    settings: Settings, model: OllamaModel, version: tuple[int, ...]
) -> None:
    if version < GIVES_FORMAT:
        pytest.skip("this server holds no reply to a form: update it to 0.12.11 or newer")
    asked = [*fixed("json"), HumanMessage(asking("What delayed the ferry?", FOG))]
    said = chat(settings, model.name).bind(format=schema(2)).invoke(asked)
    assert set(json.loads(str(said.text))) == {"source", "answer"}


# Forms


def template_of(settings: Settings, model: OllamaModel) -> str:
    return str(shows(settings, "/api/show", model=model.name).get("template") or "")


@pytest.mark.parametrize(("tag", "template", "form"), [("open", OPEN, "lines"), ("closed", CLOSED, "turn")])
def test_the_form_is_learned_for_both_kinds_of_template(
    settings: Settings, model: OllamaModel, version: tuple[int, ...], tag: str, template: str, form: str
) -> None:
    if CHATML not in template_of(settings, model):
        pytest.skip(f"{model.name} has another kind of template than the two that are tried here")
    with made(settings, model, tag, template) as name:
        llm = open_llm(replace(settings, model=name))
        (there,) = [each for each in models(settings.ollama_host) if each.name == name]
        assert (llm.form, known(there, version, settings.home)) == (form, form)
        assert there.weights == model.weights
        with open_assistant(replace(settings, model=name, embedder="minilm")) as assistant:
            answer = assistant.ask(SHARE)
        assert_bounded(answer)
        assert "60" in answer.text
        assert sum(call.purpose == "read" for call in answer.calls) <= settings.reads


def assert_bounded(answer: Answer) -> None:
    """A look is a token, or a few where the first is no word; a reading is two lines."""
    looks = [call for call in answer.calls if call.purpose == "look"]
    worded = [True, *(yes_share([], call.reply) is not None for call in looks)]
    held = (call.tokens[1] <= (1 if told else 4) for told, call in zip(worded, looks, strict=False))
    assert all(held), "a look talks on"
    assert all(call.tokens[1] <= 96 for call in answer.calls)


def test_the_prompt_is_kept_between_calls(settings: Settings, model: OllamaModel) -> None:
    talk, took = chat(settings, model.name).bind(max_tokens=1), []
    talk.invoke([HumanMessage("Name a colour.")])  # what was kept before is gone
    for block, question in ((FOG, "What delayed the ferry?"), (BRIDGE, "What did it cost?")):
        told = talk.invoke(reading(block, question)).response_metadata
        took.append(told["prompt_eval_duration"])
    cold, again = (each / 1e9 for each in took)
    assert again < cold / 3, f"the fixed part is read anew: {cold:.1f} s, then {again:.1f} s"


# What goes wrong


def test_a_prompt_too_long_is_an_error(settings: Settings, model: OllamaModel) -> None:
    small = ollama.chat(settings.ollama_host, model.name, 1024, PATIENCE, 8)
    with pytest.raises(PromptTooLong) as caught:
        small.invoke([HumanMessage("fog " * 3000)])
    assert "BYLINE_NUM_CTX" in caught.value.hint


def test_an_answer_that_is_left_stops_the_model(settings: Settings, model: OllamaModel) -> None:
    long = ollama.chat(settings.ollama_host, model.name, WINDOW, PATIENCE, 1500)
    stream = long.stream([HumanMessage("Count from 1 to 500, one number a line, and leave none out.")])
    began = time.monotonic()
    for _ in range(5):
        next(stream)
    a_token = (time.monotonic() - began) / 5
    stream.close()  # type: ignore[attr-defined]
    began = time.monotonic()
    chat(settings, model.name).bind(max_tokens=1).invoke([HumanMessage("Name a colour.")])
    assert time.monotonic() - began < 500 * a_token


def test_two_questions_at_once_are_answered_in_turn(settings: Settings, model: OllamaModel) -> None:
    answers: list[Answer] = []

    def opening(given: Settings) -> Any:
        return open_assistant(given, embedder=lambda _: HashEmbedder())

    with Live(replace(settings, model=model.name), opening) as live:
        live.model()

        def asked() -> None:
            answers.extend(each for each in live.stream(SHARE) if isinstance(each, Answer))

        both = [threading.Thread(target=asked) for _ in range(2)]
        for each in both:
            each.start()
        for each in both:
            each.join(2 * PATIENCE)
    assert len(answers) == 2
    assert answers[0].text == answers[1].text


def test_a_server_that_goes_is_told_of_and_one_that_comes_back_answers(
    settings: Settings, model: OllamaModel
) -> None:
    def opening(given: Settings) -> Any:
        return open_assistant(given, embedder=lambda _: HashEmbedder())

    with Relay(settings.ollama_host) as relay:
        behind = replace(settings, ollama_host=relay.url, model=model.name)
        with Live(behind, opening) as live:
            assert asked_of(live).model.name == model.name
            relay.go()
            with pytest.raises(OllamaDown):
                asked_of(live)
            relay.come()
            assert asked_of(live).model.name == model.name
            stream = live.stream(SHARE)
            next(stream)
            relay.go()
            with pytest.raises(ModelFault):
                list(stream)


def asked_of(live: Live) -> Answer:
    *_, last = live.stream(SHARE)
    assert isinstance(last, Answer)
    return last


def test_a_model_that_was_deleted_is_missing(settings: Settings, model: OllamaModel) -> None:
    with made(settings, model, "gone") as name:
        talk = chat(settings, name)
    with pytest.raises(ModelMissing) as caught:
        talk.invoke([HumanMessage("Name a colour.")])
    assert name in caught.value.hint


def test_a_model_that_thinks_answers_or_says_that_it_can_not(settings: Settings, model: OllamaModel) -> None:
    with thinking(settings, model) as name:
        wanted = replace(settings, model=name)
        with suppress(ModelUnfit), open_assistant(wanted, embedder=lambda _: HashEmbedder()) as assistant:
            answer = assistant.ask(SHARE)
            assert_bounded(answer)
            assert "<think>" not in answer.text


@contextmanager
def thinking(settings: Settings, model: OllamaModel) -> Iterator[str]:
    """A model that thinks: one that is there, or one made with such a template."""
    for each in models(settings.ollama_host):
        if thinks(settings, each.name):
            yield each.name
            return
    if CHATML not in template_of(settings, model):
        pytest.skip("no model of this server thinks")
    with made(settings, model, "thinks", THINKING) as name:
        yield name


@pytest.mark.parametrize(
    ("name", "error"), [("127.0.0.1:9/library/none:1b", BylineError), ("two words", ModelMissing)]
)
def test_a_pull_that_fails_is_a_sentence(
    settings: Settings, version: tuple[int, ...], name: str, error: type[BylineError]
) -> None:
    assert version
    with pytest.raises(error) as caught:
        list(ollama.pulling(settings.ollama_host, name))
    assert caught.value.hint
    assert "\n" not in str(caught.value)


def test_the_same_weights_say_the_same_twice(settings: Settings, model: OllamaModel, home: Path) -> None:
    assert home
    said: Callable[[], str] = lambda: str(  # noqa: E731
        chat(settings, model.name).bind(max_tokens=24).invoke(reading(FOG, "What delayed the ferry?")).text
    )
    assert said() == said()

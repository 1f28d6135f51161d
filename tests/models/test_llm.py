"""Which model answers: Ollama where it can, the embedded one where it can't, a named one or none."""

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from index.errors import BylineError, ModelBroke, ModelMissing, ModelRefused, OllamaDown, WeightsError
from rag.answer import Model
from rag.models import weights
from rag.models.llm import (
    Choice,
    choose,
    estimate_tokens,
    open_llm,
    weights_folder,
)
from rag.models.ollama import CONNECT_SECONDS, GREEDY
from rag.models.prompt import ANSWER_TOKENS
from rag.models.served import OllamaModel
from rag.settings import Settings
from tests.ollama_chat import ModelFile, count_words, say
from tests.ollama_standin import OllamaStandin

SMALL = ModelFile("qwen2.5:0.5b", digest="b" * 64)
SEEN = OllamaModel("qwen2.5:0.5b", "b" * 64, 32_768, True, "", "b" * 64, 3.1, SMALL.size)
CLOUD = ModelFile("big:cloud", remote_host="https://ollama.com:443")
EMBEDDER = ModelFile("nomic-embed-text", capabilities=("embedding",))
DEAD = "http://127.0.0.1:9"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(corpus=tmp_path / "articles", home=tmp_path / "home", ollama_host=DEAD)


def at(server: OllamaStandin, settings: Settings, **changed: Any) -> Settings:
    return replace(settings, ollama_host=server.url, **changed)


# Choosing


@pytest.mark.parametrize("llm", ["auto", "ollama"])
def test_ollama_answers_where_it_has_a_model(settings: Settings, llm: str) -> None:
    with OllamaStandin((EMBEDDER, CLOUD, SMALL)) as server:
        assert choose(at(server, settings, llm=llm)) == Choice("ollama", SEEN)


def test_embedded_is_chosen_without_asking_ollama(settings: Settings) -> None:
    with OllamaStandin((SMALL,)) as server:
        assert choose(at(server, settings, llm="embedded")) == Choice("embedded")
        assert server.seen == []


def test_without_an_ollama_the_embedded_model_answers_and_it_is_said(settings: Settings) -> None:
    chosen = choose(settings)
    assert (chosen.backend, chosen.gguf, chosen.served) == ("embedded", None, None)
    assert DEAD in chosen.note


@pytest.mark.parametrize("models", [(), (EMBEDDER,), (CLOUD,)])
def test_an_ollama_that_has_no_fit_model_leaves_it_to_the_embedded_one(
    settings: Settings, models: tuple[ModelFile, ...]
) -> None:
    with OllamaStandin(models) as server:
        chosen = choose(at(server, settings))
    assert (chosen.backend, chosen.served) == ("embedded", None)
    assert server.url in chosen.note


def test_what_takes_connections_and_says_nothing_is_given_up_in_time(settings: Settings) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        began = time.monotonic()
        chosen = choose(replace(settings, ollama_host=url))
    assert (chosen.backend, url in chosen.note) == ("embedded", True)
    assert time.monotonic() - began < CONNECT_SECONDS + 2


@pytest.mark.parametrize(
    ("models", "changed", "error", "hint"),
    [
        ((), {"llm": "ollama"}, ModelMissing, "ollama pull"),
        ((EMBEDDER, CLOUD), {"llm": "ollama"}, ModelMissing, "ollama pull"),
        ((SMALL,), {"model": "nope"}, ModelMissing, "ollama pull nope"),
        ((SMALL,), {"model": "nope", "llm": "ollama"}, ModelMissing, "ollama pull nope"),
        ((SMALL, CLOUD), {"model": CLOUD.name}, ModelRefused, "BYLINE_ALLOW_REMOTE=1"),
    ],
)
def test_a_named_model_that_is_not_to_be_had_is_an_error(
    settings: Settings,
    models: tuple[ModelFile, ...],
    changed: dict[str, Any],
    error: type[BylineError],
    hint: str,
) -> None:
    with OllamaStandin(models) as server, pytest.raises(error) as caught:
        choose(at(server, settings, **changed))
    assert hint in caught.value.hint


@pytest.mark.parametrize("changed", [{"llm": "ollama"}, {"model": "qwen2.5:0.5b"}])
def test_a_named_ollama_that_is_down_is_an_error(settings: Settings, changed: dict[str, Any]) -> None:
    with pytest.raises(OllamaDown, match=DEAD):
        choose(replace(settings, **changed))


def test_a_cloud_model_is_used_where_the_user_allows_it(settings: Settings) -> None:
    with OllamaStandin((CLOUD,)) as server:
        chosen = choose(at(server, settings, model=CLOUD.name, allow_remote=True))
    assert chosen.served is not None
    assert (chosen.served.name, chosen.served.remote) == (CLOUD.name, CLOUD.remote_host)


def test_a_file_of_ones_own_is_chosen(settings: Settings, tmp_path: Path) -> None:
    own = tmp_path / "mine.gguf"
    assert choose(replace(settings, llm="embedded", gguf=own)) == Choice("embedded", gguf=own)


def test_altered_weights_are_never_chosen(settings: Settings) -> None:
    folder = weights_folder(settings.home)
    folder.mkdir(parents=True)
    (folder / weights.EMBEDDED.file_name).write_bytes(b"GGUF and then nothing")
    with pytest.raises(WeightsError) as caught:
        choose(replace(settings, llm="embedded"))
    assert "byline model pull" in caught.value.hint


# Opening


def test_an_ollama_model_is_opened_with_its_window(settings: Settings) -> None:
    with OllamaStandin((SMALL,), lambda _: say("Yes.")) as server:
        llm = open_llm(at(server, settings, num_ctx=2048))
        assert llm.chat.invoke("?").text == "Yes."
        body = server.bodies("/api/chat")[-1]
    assert (llm.model, llm.context) == (Model("ollama", SMALL.name, SMALL.digest), 2048)
    assert body["options"] == {"num_ctx": 2048, "num_predict": ANSWER_TOKENS, **GREEDY}


def test_the_window_is_never_larger_than_the_models_own(settings: Settings) -> None:
    small = replace(SMALL, context_length=1024)
    with OllamaStandin((small,), lambda _: say("Yes.")) as server:
        llm = open_llm(at(server, settings, num_ctx=4096))
        assert llm.context == 1024
        assert {body["options"]["num_ctx"] for body in server.bodies("/api/chat")} == {1024}


def test_the_timeout_is_the_users(settings: Settings) -> None:
    from tests.ollama_chat import Fault

    hanging = OllamaStandin((SMALL,), lambda _: say("Yes.", fault=Fault("hang", 0)))
    with hanging as server, pytest.raises(ModelBroke, match="silent"):
        open_llm(at(server, settings, timeout=0.3))


def test_missing_weights_name_the_pull(settings: Settings) -> None:
    with pytest.raises(WeightsError) as caught:
        open_llm(replace(settings, llm="embedded"))
    assert caught.value.hint == "byline model pull"


@pytest.mark.parametrize("content", [None, b"", b"not a model at all"])
def test_a_file_that_is_no_model_is_refused_by_its_name(
    settings: Settings, tmp_path: Path, content: bytes | None
) -> None:
    own = tmp_path / "mine.gguf"
    if content is not None:
        own.write_bytes(content)
    with pytest.raises(WeightsError, match=r"mine\.gguf") as caught:
        open_llm(replace(settings, llm="embedded", gguf=own))
    assert "BYLINE_GGUF" in caught.value.hint


def test_a_folder_for_a_model_is_refused(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(WeightsError) as caught:
        open_llm(replace(settings, llm="embedded", gguf=tmp_path))
    assert "BYLINE_GGUF" in caught.value.hint


@pytest.mark.parametrize("text", ["", "a", "Europe paid 60% of it.", "Україна", "欧州は払った", "😀" * 9])
def test_the_estimate_is_no_less_than_the_words_and_marks(text: str) -> None:
    assert estimate_tokens(text) >= count_words(text)

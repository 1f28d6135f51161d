"""A model is loaded before it is asked and kept while a page is open; nobody else's is touched."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from index.errors import ModelMissing, OllamaDown
from rag.assistant.opening import open_assistant
from rag.front.live import Live
from rag.front.live.opening import Opening
from rag.models import warm
from rag.models.llm import open_llm
from rag.settings import Settings
from tests.fakes import HashEmbedder
from tests.ollama_chat import ModelFile
from tests.ollama_standin import OllamaStandin
from tests.scripted import well_read

MODEL, OTHER = ModelFile("a:3b", digest="a" * 64), ModelFile("b:3b", digest="b" * 64)
NOW = datetime.now(UTC)


def keep(server: OllamaStandin) -> None:
    warm.keep(server.url, MODEL.name, 4096, 5.0, datetime.now(UTC))


def test_opening_loads_the_model_with_its_window_and_reads_the_fixed_part(home: Path, corpus: Path) -> None:
    with OllamaStandin((MODEL,), well_read) as server:
        open_llm(Settings(corpus=corpus, home=home, ollama_host=server.url))
        first, *rest = server.bodies("/api/chat")
    assert (first["messages"], first["options"], "keep_alive" in first) == ([], {"num_ctx": 4096}, False)
    assert {body["options"]["num_ctx"] for body in rest} == {4096}
    assert rest[-1]["options"]["num_predict"] == 1
    assert not any("keep_alive" in body for body in rest)


def test_a_model_that_would_soon_go_is_kept_for_longer() -> None:
    with OllamaStandin((MODEL, OTHER)) as server:
        warm.load(server.url, MODEL.name, 4096, 5.0)
        warm.load(server.url, OTHER.name, 4096, 5.0)
        server.kept[MODEL.name] = 100.0
        keep(server)
        assert server.kept == {MODEL.name: warm.KEPT_SECONDS, OTHER.name: 300.0}


@pytest.mark.parametrize("seconds", [3600.0, -1.0])
def test_a_longer_stay_that_others_asked_for_is_not_shortened(seconds: float) -> None:
    with OllamaStandin((MODEL,)) as server:
        server.kept[MODEL.name] = seconds
        keep(server)
        assert (server.kept, server.bodies("/api/chat")) == ({MODEL.name: seconds}, [])


def test_a_model_that_is_not_loaded_any_more_is_left_alone() -> None:
    with OllamaStandin((MODEL,)) as server:
        keep(server)
        assert server.bodies("/api/chat") == []


def test_what_goes_wrong_is_our_error() -> None:
    with OllamaStandin((MODEL,)) as server:
        url = server.url
        with pytest.raises(ModelMissing):
            warm.load(url, "nobody:1b", 4096, 5.0)
        with pytest.raises(ModelMissing, match="can't be a model's name"):
            warm.load(url, "two words", 4096, 5.0)
    with pytest.raises(OllamaDown):
        warm.load(url, MODEL.name, 4096, 5.0)
    with pytest.raises(OllamaDown):
        warm.keep(url, MODEL.name, 4096, 5.0, NOW)


@pytest.mark.parametrize(
    ("expires", "soon"),
    [
        ((NOW + timedelta(seconds=10)).isoformat(), True),
        ((NOW + timedelta(seconds=3000)).isoformat(), False),
        ("2318-04-11T23:47:16.854775807Z", False),
        ("", False),
        ("never", False),
    ],
)
def test_only_a_time_that_is_near_is_soon(expires: str, soon: bool) -> None:
    assert warm._soon(expires, NOW) == soon


def test_an_open_assistant_keeps_its_model_and_says_what_it_loads(home: Path, corpus: Path) -> None:
    with OllamaStandin((MODEL,), well_read) as server:
        settings = Settings(corpus=corpus, home=home, ollama_host=server.url)
        seen: list[str] = []

        def opening(given: Settings):  # type: ignore[no-untyped-def]
            seen.append(str(live.opening))
            return open_assistant(given, llm=open_llm, embedder=lambda _: HashEmbedder())

        with Live(settings, opening) as live:
            live.keep()
            assert live.opening is None
            live.model()
            assert (seen[0].startswith("Loading a:3b, "), live.opening) == (True, None)
            server.kept[MODEL.name] = 30.0
            live.keep()
            assert server.kept[MODEL.name] == warm.KEPT_SECONDS
            server.models = ()
            server.kept.clear()
            live.keep()  # raises nothing


def test_how_long_a_model_has_been_loading_is_told() -> None:
    assert str(Opening("qwen2.5:3b", time.monotonic() - 4.2)) == "Loading qwen2.5:3b, 4 s"
    assert str(Opening("", time.monotonic())) == "Loading the model, 0 s"

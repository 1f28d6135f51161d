"""The model commands: what would answer, what is here, what is pulled."""

import io
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from index.errors import ModelMissing, OllamaDown, UsageError
from rag.front.modelling import list_models, pull, show_model
from rag.models import weights
from rag.settings import Settings
from tests.ollama_chat import ModelFile
from tests.ollama_standin import OllamaStandin

SMALL = ModelFile("qwen2.5:0.5b")
CLOUD = ModelFile("big:cloud", remote_host="https://ollama.com:443")
NEW = ModelFile("new", size=2_000_000)
DEAD = "http://127.0.0.1:9"
EMBEDDED = weights.EMBEDDED.name


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(corpus=tmp_path / "articles", home=tmp_path / "home", ollama_host=DEAD, embedder="minilm")


@pytest.fixture
def console() -> Console:
    return Console(file=io.StringIO(), width=200)


def printed(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_the_model_that_would_answer_is_named(settings: Settings, console: Console) -> None:
    with OllamaStandin((SMALL,)) as server:
        show_model(replace(settings, ollama_host=server.url), console)
    assert printed(console) == f"qwen2.5:0.5b would answer, through Ollama at {server.url}.\n"


def test_without_anything_the_pull_is_named_and_why(settings: Settings, console: Console) -> None:
    show_model(settings, console)
    assert printed(console) == (
        f"No Ollama answers at {DEAD}.\n"
        f"{EMBEDDED} would answer, embedded; it is not here yet: byline model pull\n"
    )


def test_a_file_of_ones_own_would_answer(settings: Settings, console: Console, tmp_path: Path) -> None:
    show_model(replace(settings, llm="embedded", gguf=tmp_path / "mine.gguf"), console)
    assert printed(console) == "mine would answer, embedded.\n"


def test_every_model_is_listed_with_where_it_runs(
    settings: Settings, console: Console, tmp_path: Path
) -> None:
    own = tmp_path / "mine.gguf"
    with OllamaStandin((SMALL, CLOUD)) as server:
        list_models(replace(settings, ollama_host=server.url, gguf=own), console)
    assert printed(console).splitlines() == [
        "ollama    qwen2.5:0.5b  398 MB  not checked",
        "ollama    big:cloud  runs on https://ollama.com:443",
        f"embedded  {EMBEDDED}  1.1 GB  not here yet: byline model pull",
        "embeds    minilm (BYLINE_EMBEDDER)",
        f"embedded  {own} (BYLINE_GGUF)",
    ]


def test_a_list_without_ollama_says_so(settings: Settings, console: Console) -> None:
    list_models(settings, console)
    assert printed(console).splitlines() == [
        f"No Ollama answers at {DEAD}.",
        f"embedded  {EMBEDDED}  1.1 GB  not here yet: byline model pull",
        "embeds    minilm (BYLINE_EMBEDDER)",
    ]


@pytest.mark.parametrize(("name", "model"), [("new", ""), (None, "new"), ("new", "other")])
def test_a_named_model_is_pulled_through_ollama(
    settings: Settings, console: Console, name: str | None, model: str
) -> None:
    with OllamaStandin(library=(NEW,)) as server:
        pull(replace(settings, ollama_host=server.url, model=model), name, console, only_if_needed=False)
        assert [one.full_name for one in server.models] == ["new:latest"]
    assert printed(console).endswith("new is here.\n")
    assert "2.0/2.0 MB" in printed(console)


def test_a_pull_of_what_does_not_exist_is_missing(settings: Settings, console: Console) -> None:
    with OllamaStandin() as server, pytest.raises(ModelMissing, match="nope"):
        pull(replace(settings, ollama_host=server.url), "nope", console, only_if_needed=False)


def test_a_pull_without_ollama_is_down(settings: Settings, console: Console) -> None:
    with pytest.raises(OllamaDown):
        pull(settings, "new", console, only_if_needed=False)


def test_ollama_must_be_told_what_to_pull(settings: Settings, console: Console) -> None:
    with pytest.raises(UsageError) as caught:
        pull(replace(settings, llm="ollama"), None, console, only_if_needed=False)
    assert "byline model pull " in caught.value.hint


def test_nothing_is_pulled_where_something_can_answer(settings: Settings, console: Console) -> None:
    with OllamaStandin((SMALL,), library=(NEW,)) as server:
        pull(replace(settings, ollama_host=server.url), None, console, only_if_needed=True)
    assert (server.bodies("/api/pull"), printed(console)) == ([], "")


def test_what_is_needed_is_pulled(settings: Settings, console: Console) -> None:
    with OllamaStandin((SMALL,), library=(NEW,)) as server:
        wanted = replace(settings, ollama_host=server.url, model="new")
        pull(wanted, None, console, only_if_needed=True)
        assert server.bodies("/api/pull") != []


@pytest.mark.model
def test_weights_that_are_here_are_not_fetched_again(
    settings: Settings, console: Console, weights_home: Path
) -> None:
    here = replace(settings, home=weights_home, llm="embedded", embedder="minilm")
    pull(here, None, console, only_if_needed=False)
    assert "is here and verified" in printed(console)
    pull(here, None, console, only_if_needed=True)
    list_models(here, console)
    assert printed(console).splitlines()[-2:] == [
        f"embedded  {EMBEDDED}  1.1 GB  not checked",
        "embeds    minilm (BYLINE_EMBEDDER)",
    ]

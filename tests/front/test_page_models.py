"""The models of a page: what may be used, what a pull is at, and that it goes on without a watcher."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import html

from index.errors import ModelBroke, ModelFault, ModelMissing, ModelRefused, OllamaDown, WeightsError
from rag.answer import Model
from rag.front.live import Live
from rag.front.page.models import EMBEDDED, Menu, menu, told, use
from rag.front.page.pulls import Pull, Pulls
from rag.models import ollama
from rag.models.ollama import Step
from rag.models.served import told_size
from rag.settings import Settings
from tests.commands import DEAD
from tests.models.test_ollama_faults import web_server
from tests.ollama_chat import Dropped, ModelFile
from tests.ollama_standin import OllamaStandin
from tests.page_server import ARTICLES, Mind, opener, write

SMALL = ModelFile("qwen2.5:0.5b", digest="b" * 64)
EMBEDS = ModelFile("minilm:22m", capabilities=("embedding",))
CLOUD = ModelFile("big:cloud", remote_host="https://far.example")
NEW = ModelFile("new:1b", size=1000)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Where no Ollama answers, and a file of one's own could."""
    gguf = tmp_path / "own.gguf"
    gguf.write_bytes(b"GGUF")
    corpus = write(ARTICLES, tmp_path / "articles")
    return Settings(corpus=corpus, home=tmp_path / "home", ollama_host=DEAD, gguf=gguf)


@pytest.fixture
def opened() -> Iterator[Callable[..., Live]]:
    """Opens a Live whose model is scripted, and says that it is embedded."""
    lives: list[Live] = []

    def opening(settings: Settings, **changed: object) -> Live:
        lives.append(Live(replace(settings, **changed), opener(Mind())))  # type: ignore[arg-type]
        return lives[-1]

    yield opening
    for live in lives:
        live.close()


Opened = Callable[..., Live]


# What may be used


def test_the_menu_is_what_ollama_has_and_the_embedded_model(settings: Settings, opened: Opened) -> None:
    with OllamaStandin((SMALL, EMBEDS, CLOUD)) as server:
        live = opened(settings, ollama_host=server.url)
        told = f"{SMALL.name}, 398 MB, not checked"
        choices = ((told, SMALL.name), ("own (embedded), 4 B, not checked", EMBEDDED))
        assert menu(live) == Menu(choices, EMBEDDED, listed=True, there=True)
        use(live, SMALL.name)
        assert menu(live) == Menu(choices, SMALL.name, listed=True, there=True)
        server.models = (EMBEDS,)
        lost = ((f"{SMALL.name} (not there)", SMALL.name), choices[1])
        assert menu(live) == Menu(lost, SMALL.name, listed=True, there=True)


def test_models_that_run_elsewhere_are_offered_where_they_are_allowed(
    settings: Settings, opened: Opened
) -> None:
    with OllamaStandin((SMALL, CLOUD)) as server:
        live = opened(settings, ollama_host=server.url, allow_remote=True)
        assert live.models() == (SMALL.name, CLOUD.name)


@pytest.mark.parametrize("changed", [{}, {"llm": "embedded"}, {"llm": "embedded", "ollama_host": "real"}])
def test_where_no_ollama_is_used_there_is_no_menu(
    settings: Settings, opened: Opened, changed: dict[str, str]
) -> None:
    with OllamaStandin((SMALL,)) as server:
        hosts = {"ollama_host": server.url} if "ollama_host" in changed else {}
        assert not menu(opened(settings, **changed | hosts)).there


def test_an_ollama_without_models_has_a_menu_all_the_same(settings: Settings, opened: Opened) -> None:
    with OllamaStandin() as server:
        found = menu(opened(settings, ollama_host=server.url, gguf=None))
    assert found == Menu((), None, listed=True, there=True)


def test_who_wants_ollama_alone_is_not_offered_another_model(settings: Settings, opened: Opened) -> None:
    with OllamaStandin((SMALL,)) as server:
        assert opened(settings, ollama_host=server.url, llm="ollama").embedded() == ""


def test_the_way_back_to_the_embedded_model_stays_where_the_chosen_one_is_gone(
    settings: Settings, opened: Opened
) -> None:
    with OllamaStandin((SMALL,)) as server:
        live = opened(settings, ollama_host=server.url)
        live.use(SMALL.name)
    assert (menu(live).there, menu(live).now, menu(live).choices[-1][1]) == (True, SMALL.name, EMBEDDED)
    use(live, EMBEDDED)
    assert (live.model().backend, live.model().name) == ("embedded", "own")
    assert not menu(live).there


@pytest.mark.parametrize(
    ("name", "error"), [(EMBEDS.name, ModelRefused), (CLOUD.name, ModelRefused), ("none:1b", ModelMissing)]
)
def test_what_can_not_answer_is_refused_when_it_is_chosen(
    settings: Settings, opened: Opened, name: str, error: type[ModelFault]
) -> None:
    with OllamaStandin((SMALL, EMBEDS, CLOUD)) as server:
        live = opened(settings, ollama_host=server.url)
        live.use(SMALL.name)
        with pytest.raises(error):
            live.use(name)
        assert 'class="fault"' in use(live, name)
        assert live.model() == Model("ollama", SMALL.name, SMALL.digest)


def test_weights_that_are_not_here_can_not_be_chosen(settings: Settings, opened: Opened) -> None:
    live = opened(settings, gguf=None)
    assert live.embedded() == ""
    with pytest.raises(WeightsError) as caught:
        live.use_embedded()
    assert caught.value.hint == "byline model pull"


# What a pull says


def test_the_bytes_of_a_pull_are_those_of_all_its_layers() -> None:
    layers = [("a", 0, 900), ("a", 900, 900), ("b", 50, 100), ("b", 100, 100)]
    lines = [{"status": f"pulling {d}", "digest": d, "total": t, "completed": c} for d, c, t in layers]
    said = [{"status": "pulling manifest"}, *lines, {"status": "success"}]
    with web_server(200, "\n".join(map(json.dumps, said)).encode()) as url:
        steps = list(ollama.pulling(url, "new"))
    assert [(step.done, step.total) for step in steps] == [
        (0, 0), (0, 900), (900, 900), (950, 1000), (1000, 1000), (0, 0)
    ]  # fmt: skip


def test_a_pull_that_is_left_is_stopped() -> None:
    def pace(line: int) -> None:
        time.sleep(0.1 if line > 3 else 0)

    with OllamaStandin(library=(NEW,), pace=pace) as server:
        steps = ollama.pulling(server.url, NEW.name)
        assert [next(steps).done for _ in range(3)] == [0, 0, 250]
        steps.close()  # type: ignore[attr-defined]
        time.sleep(1)
        assert server.models == ()


def dying(line: int) -> None:
    if line == 3:
        raise Dropped


@pytest.mark.parametrize(
    ("name", "said"),
    [(NEW.name, "Ollama stopped pulling new:1b."), ("two words", "There is no model 'two words' to pull.")],
)
def test_what_goes_wrong_with_a_pull_is_told_as_such(name: str, said: str) -> None:
    with OllamaStandin(library=(NEW,), pace=dying) as server, pytest.raises(ModelFault) as caught:
        list(ollama.pulling(server.url, name))
    assert str(caught.value) == said
    assert caught.value.hint


def test_a_pull_without_an_ollama_says_so() -> None:
    with pytest.raises(OllamaDown):
        list(ollama.pulling(DEAD, NEW.name))


@pytest.mark.parametrize(
    ("model", "said"), [(EMBEDS, "writes no text"), (CLOUD, "runs on https://far.example"), (NEW, "")]
)
def test_a_model_that_came_and_can_not_be_used_is_told_of(
    settings: Settings, opened: Opened, model: ModelFile, said: str
) -> None:
    with OllamaStandin(library=(model,)) as server:
        pulls = Pulls()
        pulls.begin(model.name, opened(settings, ollama_host=server.url).pulling)
        last = ended(pulls)
        assert [each.name for each in server.models] == [model.name]
    assert (last.end, said in str(last.error)) == ("fault" if said else "here", bool(said) or not last.error)


# A pull and who watches it


def ended(pulls: Pulls) -> Pull:
    """The latest pull, once it has ended."""
    deadline = time.monotonic() + 10
    while not (latest := pulls.latest) or not latest.end:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return latest


class Source:
    """Steps that wait to be let go."""

    def __init__(self, error: Exception | None = None) -> None:
        self.go, self.closed, self.asked = threading.Event(), threading.Event(), list[str]()
        self._error = error

    def __call__(self, name: str) -> Iterator[Step]:
        self.asked.append(name)
        try:
            yield Step("pulling a", 1, 2)
            self.go.wait(10)
            if self._error:
                raise self._error
            yield Step("pulling a", 2, 2)
        finally:
            self.closed.set()


def begun(pulls: Pulls, source: Source, name: str = "a") -> None:
    pulls.begin(name, source)
    deadline = time.monotonic() + 10
    while pulls.latest != Pull(name, Step("pulling a", 1, 2)):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_pull_goes_on_by_itself_and_one_at_a_time() -> None:
    pulls, source = Pulls(), Source()
    assert pulls.latest is None
    begun(pulls, source)
    pulls.begin("b", source)
    source.go.set()
    assert ended(pulls) == Pull("a", end="here")
    assert source.asked == ["a"]
    begun(pulls, again := Source(), "b")
    again.go.set()
    assert ended(pulls) == Pull("b", end="here")


def test_a_stop_is_told_at_once_and_closes_the_pull_at_its_next_step() -> None:
    pulls, source = Pulls(), Source()
    pulls.stop()
    begun(pulls, source)
    pulls.stop()
    assert pulls.latest == Pull("a", Step("pulling a", 1, 2), "stopped")
    assert not source.closed.is_set()
    source.go.set()
    assert source.closed.wait(10)
    pulls.stop()
    assert pulls.latest == Pull("a", Step("pulling a", 1, 2), "stopped")


def test_a_stopped_pull_does_not_speak_into_the_next_one() -> None:
    pulls, first, second = Pulls(), Source(), Source()
    begun(pulls, first)
    pulls.stop()
    begun(pulls, second, "b")
    first.go.set()
    assert first.closed.wait(10)
    assert pulls.latest == Pull("b", Step("pulling a", 1, 2))
    second.go.set()
    assert ended(pulls) == Pull("b", end="here")


def test_a_fault_ends_a_pull_and_is_kept() -> None:
    pulls, error = Pulls(), ModelBroke("Gone.", "pull it again")
    source = Source(error)
    begun(pulls, source)
    source.go.set()
    assert ended(pulls) == Pull("a", end="fault", error=error)


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (0, "0 B"), (999, "999 B"), (1000, "1 kB"), (397_821_319, "398 MB"), (1_929_912_432, "1.9 GB"),
    ],
)  # fmt: skip
def test_bytes_are_told_as_they_are_read(count: int, said: str) -> None:
    assert told_size(count) == said


@pytest.mark.parametrize(
    ("pull", "said"),
    [
        (Pull("a", Step("pulling manifest")), "Pulling a pulling manifest …"),
        (Pull("a", Step("pulling 1f", 250, 1000)), "Pulling a 250 B of 1 kB, 25%"),
        (Pull("a", Step("pulling 1f", 1200, 1000)), "Pulling a 1 kB of 1 kB, 100%"),
        (Pull("a", end="here"), "a is here: choose it above to let it answer, then check it."),
        (Pull("<i>a</i>", end="stopped"), "<i>a</i> is not pulled any further."),
        (Pull("a", end="fault", error=ModelBroke("Gone.", "pull it again")), "Gone. Next: pull it again"),
    ],
)
def test_a_pull_is_told_in_words_and_no_markup_comes_of_a_name(pull: Pull, said: str) -> None:
    tree = html.fragment_fromstring(told(pull), create_parent="div")
    assert " ".join(" ".join(tree.itertext()).split()) == said
    assert len(tree.xpath("//progress")) == (0 if pull.end else 1)

"""An assistant kept open: one question at a time, over the folder as it is, whatever dies on the way."""

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from index.catalog import Stats, Where
from index.errors import (
    CorpusError,
    IndexBusy,
    ModelBroke,
    ModelFault,
    ModelMissing,
    PromptTooLong,
    QuestionError,
    UsageError,
)
from index.store import index_folder
from index.sync import LOCK_FILE, sync
from rag.answer import Answer, Model
from rag.assistant import Assistant
from rag.assistant.opening import open_assistant
from rag.events import Found
from rag.front.live import FOLLOW_SECONDS, MOST_WAITING, Live, Waits
from rag.models.llm import LLM, open_llm
from rag.settings import Settings
from tests.commands import DEAD, QUOTE, SHARE, SMALL
from tests.fakes import HashEmbedder
from tests.ollama_chat import Brain, ChatReply, ChatRequest, ModelFile
from tests.ollama_standin import OllamaStandin
from tests.scripted import chat_of, scripted_llm, well_read

FERRY = "Which ferry did Olga Brandt sell?"


@dataclass
class Parts:
    """What a Live is made of in these tests, and what was opened of it."""

    brain: Brain = well_read
    embedders: list[HashEmbedder] = field(default_factory=list)
    llms: list[LLM] = field(default_factory=list)

    def llm(self, settings: Settings) -> LLM:  # noqa: ARG002
        self.llms.append(scripted_llm(self.brain))
        return self.llms[-1]

    def embedder(self, name: str | None) -> HashEmbedder:  # noqa: ARG002
        self.embedders.append(HashEmbedder())
        return self.embedders[-1]

    def open(self, settings: Settings) -> Assistant:
        return open_assistant(settings, llm=self.llm, embedder=self.embedder)


@pytest.fixture
def byline(corpus: Path, home: Path) -> Settings:
    return Settings(corpus=corpus, home=home, ollama_host=DEAD)


@pytest.fixture
def parts() -> Parts:
    return Parts()


@pytest.fixture
def live(byline: Settings, parts: Parts) -> Iterator[Live]:
    with Live(byline, parts.open) as opened:
        yield opened


def ask(live: Live, question: str = SHARE, where: Where | None = None) -> Answer:
    with closing(live.stream(question, where)) as events:
        *_, last = events
    assert isinstance(last, Answer)
    return last


def write(settings: Settings, path: str, text: str) -> None:
    (settings.corpus / path).write_text(text, encoding="utf-8")


def later() -> None:
    """Until the folder is looked at again."""
    time.sleep(FOLLOW_SECONDS)


def once(error: ModelFault) -> Brain:
    """A model that fails the first time it is asked, and is well read from then on."""
    faults = [error]

    def brain(request: ChatRequest) -> ChatReply:
        if faults:
            raise faults.pop()
        return well_read(request)

    return brain


# Opening and asking


def test_nothing_is_opened_before_it_is_needed(live: Live, parts: Parts) -> None:
    assert (live.sources(), live.stats(), parts.llms) == ([], Stats(0, 0, 0, ""), [])
    with pytest.raises(KeyError):
        live.article("aid.txt")
    model = live.model()
    assert model == parts.llms[0].model
    assert [source.path for source, _ in live.sources()] == ["aid.txt", "local/bridge.txt", "peace.md"]
    assert QUOTE in live.article("aid.txt").text
    assert live.stats().articles == 3


def test_a_question_is_answered(live: Live) -> None:
    with closing(live.stream(SHARE)) as events:
        seen = list(events)
    assert isinstance(seen[0], Found)
    assert isinstance(seen[-1], Answer)
    assert seen[-1].text == f"“{QUOTE}” [1]"
    assert [event for event in seen if isinstance(event, Answer | Waits)] == [seen[-1]]


def test_only_the_articles_that_were_chosen_are_read(live: Live) -> None:
    assert ask(live, where=Where(paths=("local/bridge.txt", "peace.md"))).refused
    assert not ask(live, where=Where(paths=("aid.txt",))).refused


def test_what_is_no_question_is_refused_before_anything_is_opened(live: Live, parts: Parts) -> None:
    for question in (" ", "why? " * 20_000):
        with pytest.raises(QuestionError):
            next(live.stream(question))
    assert parts.llms == []


def test_what_can_not_be_opened_is_tried_again(byline: Settings, parts: Parts) -> None:
    shutil.move(byline.corpus, byline.home)
    with Live(byline, parts.open) as live:
        with pytest.raises(CorpusError):
            ask(live)
        shutil.move(byline.home, byline.corpus)
        assert not ask(live).refused


# The folder


def test_a_new_article_answers_the_next_question(live: Live, byline: Settings, parts: Parts) -> None:
    assert ask(live, FERRY).refused
    write(byline, "ferry.txt", "Ferry\n\nOlga Brandt sold the Vesterhav ferry on Friday.\n")
    later()
    assert "Vesterhav" in ask(live, FERRY).text
    assert (len(parts.llms), len(parts.embedders)) == (1, 1)


def test_an_article_that_is_gone_answers_nothing(live: Live, byline: Settings) -> None:
    assert not ask(live).refused
    (byline.corpus / "aid.txt").unlink()
    later()
    assert ask(live).refused
    with pytest.raises(KeyError):
        live.article("aid.txt")


def test_quick_questions_do_not_list_the_folder_again(live: Live, byline: Settings) -> None:
    ask(live)
    write(byline, "ferry.txt", "Ferry\n\nOlga Brandt sold the Vesterhav ferry on Friday.\n")
    assert ask(live, FERRY).refused


def test_a_sync_is_in_force_at_once(live: Live, byline: Settings) -> None:
    ask(live)
    write(byline, "ferry.txt", "Ferry\n\nOlga Brandt sold the Vesterhav ferry on Friday.\n")
    stages: list[str] = []
    report = live.sync(lambda stage, done, total: stages.append(stage))  # noqa: ARG005
    assert (report.added, report.unchanged) == (("ferry.txt",), 3)
    assert set(stages) == {"reading", "embedding", "storing"}
    assert live.stats().articles == 4
    assert not ask(live, FERRY).refused


def test_a_sync_does_not_wait_for_the_answer_under_way(live: Live, byline: Settings) -> None:
    with closing(live.stream(SHARE)) as events:
        next(events)
        write(byline, "ferry.txt", "Ferry\n\nOlga Brandt sold the Vesterhav ferry on Friday.\n")
        assert live.sync().added == ("ferry.txt",)
        *_, answer = events
    assert isinstance(answer, Answer)
    assert answer.text == f"“{QUOTE}” [1]"
    assert not ask(live, FERRY).refused


def test_what_another_process_indexed_is_followed(live: Live, byline: Settings) -> None:
    ask(live)
    write(byline, "ferry.txt", "Ferry\n\nOlga Brandt sold the Vesterhav ferry on Friday.\n")
    sync(byline.corpus, byline.home, HashEmbedder())
    assert not ask(live, FERRY).refused


@pytest.mark.parametrize("rebuild", [True, False])
def test_an_index_that_is_rebuilt_or_lost_is_followed(live: Live, byline: Settings, rebuild: bool) -> None:
    ask(live)
    if rebuild:
        sync(byline.corpus, byline.home, HashEmbedder(), rebuild=True)
    else:
        shutil.rmtree(index_folder(byline.home, byline.corpus))
    later()
    assert not ask(live).refused


def test_while_another_process_indexes_what_was_indexed_answers(live: Live, byline: Settings) -> None:
    ask(live)
    write(byline, "ferry.txt", "Ferry\n\nOlga Brandt sold the Vesterhav ferry on Friday.\n")
    later()
    with FileLock(index_folder(byline.home, byline.corpus) / LOCK_FILE, is_singleton=False):
        assert not ask(live).refused
        with pytest.raises(IndexBusy):
            live.sync()
    later()
    assert not ask(live, FERRY).refused


def test_a_folder_that_is_gone_is_said_and_what_was_indexed_can_be_read(live: Live, byline: Settings) -> None:
    ask(live)
    shutil.move(byline.corpus, byline.corpus.with_name("away"))
    later()
    with pytest.raises(CorpusError):
        ask(live)
    assert QUOTE in live.article("aid.txt").text
    shutil.move(byline.corpus.with_name("away"), byline.corpus)
    assert not ask(live).refused


def test_a_question_over_a_still_folder_writes_no_index(live: Live, byline: Settings) -> None:
    ask(live)
    lock = index_folder(byline.home, byline.corpus) / LOCK_FILE
    lock.unlink()
    later()
    assert not ask(live).refused
    assert not lock.exists()


# One at a time


def test_questions_wait_their_turn_in_order(live: Live) -> None:
    first, second, third = (live.stream(SHARE) for _ in range(3))
    with closing(first), closing(second), closing(third):
        assert isinstance(next(first), Found)
        assert (next(second), next(third)) == (Waits(1), Waits(2))
        *_, answer = first
        assert isinstance(answer, Answer)
        assert (isinstance(next(second), Found), next(third)) == (True, Waits(1))


def test_who_waits_is_told_every_now_and_then_and_may_leave(live: Live) -> None:
    first, second, third = (live.stream(SHARE) for _ in range(3))
    with closing(first), closing(third):
        next(first)
        began = time.monotonic()
        assert [next(second) for _ in range(3)] == [Waits(1)] * 3
        assert 0.8 < time.monotonic() - began < 5
        assert next(third) == Waits(2)
        second.close()
        assert next(third) == Waits(1)


def test_a_question_may_go_on_in_another_thread(live: Live) -> None:
    events = live.stream(SHARE)
    seen: list[Any] = []
    while not seen or not isinstance(seen[-1], Answer):
        with ThreadPoolExecutor(1) as pool:
            seen.append(pool.submit(next, events).result())
    with pytest.raises(StopIteration):
        next(events)
    assert not ask(live).refused


def test_fifty_questions_at_once_are_answered_or_turned_away(live: Live) -> None:
    live.model()
    started = threading.Barrier(50)

    def one() -> str:
        started.wait()
        try:
            return ask(live).text
        except UsageError as error:
            return str(error)

    with ThreadPoolExecutor(50) as pool:
        told = [future.result() for future in [pool.submit(one) for _ in range(50)]]
    busy = f"{MOST_WAITING} questions are waiting already."
    assert set(told) <= {f"“{QUOTE}” [1]", busy}
    assert told.count(f"“{QUOTE}” [1]") > MOST_WAITING


def test_no_more_than_so_many_wait(live: Live) -> None:
    with closing(live.stream(SHARE)) as first:
        next(first)
        waiting = [live.stream(SHARE) for _ in range(MOST_WAITING)]
        assert [next(events) for events in waiting] == [Waits(n + 1) for n in range(MOST_WAITING)]
        with pytest.raises(UsageError) as caught:
            next(live.stream(SHARE))
        assert caught.value.hint
        waiting[-1].close()
        assert next(live.stream(SHARE)) == Waits(MOST_WAITING)
        for events in waiting:
            events.close()


def test_closing_a_stream_stops_the_model_and_frees_the_turn(live: Live, parts: Parts) -> None:
    events = live.stream(SHARE)
    live.model()
    chat = chat_of(parts.llms[0])
    while not chat.taken:
        next(events)
    events.close()
    assert len(chat.asked) == 1
    assert not ask(live).refused
    assert len(parts.llms) == 1


def test_closing_turns_away_who_waits_and_who_comes(byline: Settings, parts: Parts) -> None:
    with Live(byline, parts.open) as live, closing(live.stream(SHARE)) as first:
        next(first)
        waits = live.stream(SHARE)
        next(waits)
        closer = threading.Thread(target=live.close)
        closer.start()
        for events in (waits, first, live.stream(SHARE)):
            with pytest.raises(UsageError, match="closed"):
                list(events)
        closer.join()
    with pytest.raises(UsageError):
        live.sync()


# The model


@pytest.mark.parametrize(("fault", "opened"), [(ModelBroke("Gone."), 2), (PromptTooLong("Too long."), 1)])
def test_a_model_that_died_is_opened_anew_and_nothing_else(
    byline: Settings, fault: ModelFault, opened: int
) -> None:
    parts = Parts(once(fault))
    with Live(byline, parts.open) as live:
        with pytest.raises(type(fault)):
            ask(live)
        assert not ask(live).refused
        assert (len(parts.llms), len(parts.embedders)) == (opened, 1)


def test_a_model_that_can_not_be_opened_again_is_tried_at_each_question(byline: Settings) -> None:
    parts, faults = Parts(once(ModelBroke("Gone."))), [ModelMissing("None."), ModelMissing("None.")]

    def llm(settings: Settings) -> LLM:
        if parts.llms and faults:
            raise faults.pop()
        return parts.llm(settings)

    def opening(settings: Settings) -> Assistant:
        return open_assistant(settings, llm=llm, embedder=parts.embedder)

    with Live(byline, opening) as live:
        for fault in (ModelBroke, ModelMissing, ModelMissing):
            with pytest.raises(fault):
                ask(live)
            assert live.sync().unchanged == 3
        assert not ask(live).refused
        assert len(parts.embedders) == 1


@pytest.fixture
def served(byline: Settings, parts: Parts) -> Iterator[tuple[OllamaStandin, Callable[[], Live]]]:
    """An Ollama with two models and a cloud's, and what opens a Live on it."""
    cloud = ModelFile("far:1b", digest="d" * 64, remote_host="https://far.example")
    with OllamaStandin((SMALL, ModelFile("big:7b", digest="c" * 64), cloud), well_read) as server:
        settings = replace(byline, ollama_host=server.url, model=SMALL.name)

        def opening(given: Settings) -> Assistant:
            return open_assistant(given, llm=open_llm, embedder=parts.embedder)

        yield server, lambda: Live(settings, opening)


def test_another_model_of_ollama_answers_from_the_next_question_on(
    served: tuple[OllamaStandin, Callable[[], Live]], parts: Parts
) -> None:
    with served[1]() as live:
        assert ask(live).model.name == SMALL.name
        assert live.models() == (SMALL.name, "big:7b")
        live.use("big:7b")
        chosen = Model("ollama", "big:7b", "c" * 64)
        assert live.model() == chosen
        assert ask(live).model == live.model() == chosen
        assert (live.settings.llm, live.settings.model) == ("ollama", "big:7b")
        assert len(parts.embedders) == 1


@pytest.mark.parametrize("name", ["nobody:1b", "far:1b", "", "../x\n"])
def test_a_model_that_can_not_be_used_changes_nothing(
    served: tuple[OllamaStandin, Callable[[], Live]], name: str
) -> None:
    with served[1]() as live:
        before = (live.settings, live.model())
        with pytest.raises(ModelFault):
            live.use(name)
        assert (live.settings, live.model()) == before
        assert ask(live).model.name == SMALL.name


@pytest.mark.parametrize("llm", ["embedded", "auto"])
def test_where_no_ollama_is_used_there_are_no_models_of_it(byline: Settings, parts: Parts, llm: str) -> None:
    with Live(replace(byline, llm=llm), parts.open) as live:
        assert live.models() == ()

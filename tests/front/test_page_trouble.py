"""What the page makes of a fault: the next step in its own words, and a question that stays."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from index.errors import (
    BylineError,
    CorpusError,
    ModelBroke,
    ModelMissing,
    ModelRefused,
    ModelUnfit,
    OllamaDown,
    PromptTooLong,
)
from rag.front.live import Live
from rag.front.page.ask import answering
from rag.front.page.backend import Backend, open_backend
from rag.front.page.failures import MOST_EACH, Failure, Failures
from rag.front.page.fix import on_page
from rag.front.page.keep import exchange_at
from rag.front.page.running import Flag
from rag.front.page.view import Asked, View, order
from rag.settings import Settings
from tests.page_server import ARTICLES, BRIDGE, SHARE, Mind, opener, write

COMMANDS = ("byline ", "BYLINE_", "ollama pull")


@pytest.fixture
def mind() -> Mind:
    return Mind()


@pytest.fixture
def backend(tmp_path: Path, mind: Mind) -> Iterator[Backend]:
    gguf = tmp_path / "own.gguf"
    gguf.write_bytes(b"GGUF")
    settings = Settings(corpus=write(ARTICLES, tmp_path / "articles"), home=tmp_path / "home", gguf=gguf)
    with Live(settings, opener(mind)) as live:
        yield open_backend(live)


def asked(backend: Backend, conversation: str, question: str) -> View:
    everything = (None, None, None)
    views = answering(backend, conversation, Asked(question), everything, Flag())
    return [view for view in views if view][-1]


def told(view: View) -> list[str]:
    return [message["content"] for message in view.messages]


@pytest.mark.parametrize(
    ("kind", "hint", "says"),
    [
        (OllamaDown, "ollama serve, or BYLINE_LLM=embedded", "choose own under Model at the side"),
        (ModelMissing, "byline model pull x, or ollama pull x", "choose another model under Model"),
        (ModelUnfit, "byline model list, then byline model use NAME", "choose another model under Model"),
        (ModelRefused, "BYLINE_ALLOW_REMOTE=1 allows it", "choose another model under Model"),
        (PromptTooLong, "raise BYLINE_NUM_CTX", "shorten the question"),
        (ModelBroke, "byline doctor", "Ask again"),
    ],
)
def test_a_fault_names_what_the_page_offers(
    backend: Backend, kind: type[BylineError], hint: str, says: str
) -> None:
    found = on_page(kind("It broke.", hint), backend.live)
    assert (type(found), str(found)) == (kind, "It broke.")
    assert says in found.hint
    assert not any(each in found.hint for each in COMMANDS)


def test_what_the_page_can_not_mend_keeps_its_step(backend: Backend) -> None:
    error = CorpusError("There is no folder.", "byline --corpus DIR")
    assert on_page(error, backend.live) is error


def test_a_question_that_failed_stays_until_it_is_asked_again(backend: Backend, mind: Mind) -> None:
    mind.die("read")
    failed = asked(backend, "", SHARE)
    assert (len(failed.messages), failed.failed) == (2, True)
    second = asked(backend, failed.conversation, BRIDGE)
    assert second.conversation == failed.conversation
    assert len(second.messages) == 4
    assert told(second)[0] == told(failed)[0]
    assert "The model stopped in mid" in told(second)[1]
    assert "Ask again</button>" in told(second)[1]
    third = asked(backend, second.conversation, SHARE)
    assert len(third.messages) == 4
    assert not any("The model stopped" in each for each in told(third))
    assert [each.question for each in backend.conversation(third.conversation).exchanges] == [BRIDGE, SHARE]


def test_a_thumb_beside_a_failure_is_about_the_right_answer(backend: Backend, mind: Mind) -> None:
    mind.die("read")
    failed = asked(backend, "", SHARE)
    asked(backend, failed.conversation, BRIDGE)
    kept = backend.conversation(failed.conversation)
    failures = backend.failures.of(kept.id)
    (only,) = kept.exchanges
    assert [exchange_at(kept, n, failures) for n in (0, 1, 2, 3, 4)] == [None, None, only, only, None]
    assert [isinstance(each, Failure) for each in order(kept, failures)] == [True, False]


def test_failures_are_few_and_one_for_each_question() -> None:
    failures = Failures()
    for number in range(MOST_EACH + 5):
        failures.add("a", Failure(f"q{number}", "no", 0))
    failures.add("a", last := Failure("q10", "again", 3))
    assert len(failures.of("a")) == MOST_EACH
    assert failures.of("a")[-1] == last
    assert failures.of("b") == ()
    failures.settle("a", "q10")
    assert last not in failures.of("a")

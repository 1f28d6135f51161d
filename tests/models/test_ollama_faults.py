"""Whatever goes wrong at Ollama becomes one of our errors, with its next step."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import httpx
import ollama as client
import pytest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage

from index.errors import ModelBroke, ModelFault, ModelMissing, OllamaDown, PromptTooLong
from rag.models import ollama, served
from rag.models.ollama import OllamaChat, translated
from tests.ollama_chat import Fault, ModelFile, count_words, say
from tests.ollama_standin import OllamaStandin
from tests.scripted import odds

SMALL = ModelFile("qwen2.5:0.5b", digest="b" * 64)
CLOUD = ModelFile("gpt-oss:120b-cloud", remote_host="https://ollama.com:443")
EMBEDDER = ModelFile("nomic-embed-text", capabilities=("embedding",))
ASKED: list[BaseMessage] = [SystemMessage("Be brief."), HumanMessage("How much?"), AIMessage("Source:")]
DEAD = "http://127.0.0.1:9"
"""The discard port, on which nothing listens."""


def chat(server: OllamaStandin, name: str = SMALL.name, **changed: Any) -> OllamaChat:
    given = {"context": 4096, "timeout": 5.0, "max_tokens": 96} | changed
    return ollama.chat(server.url, name, **given)


def saying(text: str, fault: Fault | None = None) -> OllamaStandin:
    return OllamaStandin((SMALL,), lambda _: say(text, odds(" S2", " none", 0.8), fault))


@contextmanager
def web_server(status: int, body: bytes) -> Iterator[str]:
    """Something else than Ollama, at the address where Ollama is looked for."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET

        def log_message(self, format: str, *args: Any) -> None:
            """Silent."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


ENDS = "Ollama ended its answer early"
CUT = "stopped in the middle"


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize(
    ("fault", "kind", "message"),
    [
        (Fault("die", 2), ModelBroke, CUT),
        (Fault("die", 0), ModelBroke, CUT),
        (Fault("end", 2), ModelBroke, ENDS),
        (Fault("end", 0), ModelBroke, "Ollama"),
        (Fault("error", 0, "no memory"), ModelBroke, "no memory"),
        (Fault("error", 2, "no memory"), ModelBroke, "no memory"),
        (Fault("error", 2, "two\nlines"), ModelBroke, "two lines"),
        (Fault("hang", 2), ModelBroke, "went silent"),
        (Fault("hang", 0), ModelBroke, "went silent"),
    ],
)
def test_a_fault_in_an_answer_becomes_our_error(
    fault: Fault, kind: type[ModelFault], message: str, streamed: bool
) -> None:
    with saying(" S2\nAnswer: 60%", fault) as server:
        asked = chat(server, timeout=0.3)
        with pytest.raises(kind, match=message) as caught:
            list(asked.stream(ASKED)) if streamed else asked.invoke(ASKED)
    assert caught.value.hint


def test_what_came_before_a_fault_was_streamed() -> None:
    with saying(" S2\nAnswer: 60%", Fault("die", 2)) as server:
        stream = chat(server).stream(ASKED)
        assert [next(stream).text, next(stream).text] == [" S2", "\nAnswer:"]
        with pytest.raises(ModelBroke):
            next(stream)


def test_a_server_that_restarted_between_two_calls_is_asked_all_the_same() -> None:
    with saying(" S2\nAnswer: 60%") as server:
        port, asked = int(server.url.rpartition(":")[2]), chat(server)
        assert asked.invoke(ASKED).text == " S2\nAnswer: 60%"
    with pytest.raises(OllamaDown):
        asked.invoke(ASKED)
    again = OllamaStandin((SMALL,), lambda _: say(" none"), port=port)
    with again:
        assert asked.invoke(ASKED).text == " none"


def test_a_name_that_can_not_be_one_is_told_of_as_such() -> None:
    with saying("Yes.") as server, pytest.raises(ModelMissing, match="can't be a model's name") as caught:
        chat(server, "two words").invoke(ASKED)
    assert caught.value.hint == "byline model list"


def test_a_model_that_went_away_is_missing() -> None:
    with OllamaStandin() as server, pytest.raises(ModelMissing, match="'gone'") as caught:
        chat(server, "gone").invoke(ASKED)
    assert caught.value.hint == "ollama pull gone"


@pytest.mark.parametrize("version", ["0.12.6", "0.40.2"])
def test_a_prompt_too_long_is_refused_by_the_server(version: str) -> None:
    with OllamaStandin((SMALL,), version=version) as server, pytest.raises(PromptTooLong) as caught:
        chat(server, context=64).invoke([HumanMessage("word " * 100)])
    assert "BYLINE_NUM_CTX" in caught.value.hint


def test_a_prompt_that_an_old_server_cut_is_refused() -> None:
    def cut(text: str) -> int:
        return min(count_words(text), 64)

    with OllamaStandin((SMALL,), lambda _: say("60%"), count=cut, version="0.12.5") as server:
        assert chat(server, context=4096).invoke(ASKED).text == "60%"
        with pytest.raises(PromptTooLong, match="cut"):
            chat(server, context=64).invoke([HumanMessage("word " * 100)])


def test_no_server_is_down() -> None:
    down = ollama.chat(DEAD, "m", 4096, 5.0, 96)
    tries = (
        lambda: served.models(DEAD),
        lambda: served.server_version(DEAD),
        lambda: ollama.pull(DEAD, "m", lambda *_: None),
        lambda: down.invoke(ASKED),
        lambda: list(down.stream(ASKED)),
    )
    for attempt in tries:
        with pytest.raises(OllamaDown, match=DEAD) as caught:
            attempt()
        assert "ollama serve" in caught.value.hint


@pytest.mark.parametrize("host", ["http://exa mple", "ftp://127.0.0.1", "http://127.0.0.1:99999"])
def test_an_address_that_is_none_is_our_error(host: str) -> None:
    with pytest.raises(ModelFault) as caught:
        served.models(host)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("status", "body"),
    [(200, b"<html>"), (200, b"[]"), (200, b'{"models": [{}]}'), (404, b"no"), (502, b"<html>"), (200, b"")],
)
def test_what_is_no_ollama_is_our_error(status: int, body: bytes) -> None:
    with web_server(status, body) as url:
        chatting = ollama.chat(url, "m", 4096, 5.0, 96)
        for attempt in (lambda: served.models(url), lambda: chatting.invoke(ASKED)):
            with pytest.raises(ModelFault) as caught:
                attempt()
            assert (caught.value.hint != "", "\n" in str(caught.value)) == (True, False)


def test_what_accepts_and_never_answers_is_down_within_seconds() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(OllamaDown, match=url):
            served.models(url)


def foreign() -> list[type[Exception]]:
    """Every exception that httpx and the ollama client show."""
    shown = [*vars(httpx).values(), *vars(client).values(), *vars(client._types).values()]
    kinds = {kind for kind in shown if isinstance(kind, type) and issubclass(kind, Exception)}
    return sorted(kinds, key=lambda kind: kind.__name__)


def raised(kind: type[Exception]) -> Exception:
    request = httpx.Request("POST", DEAD)
    if issubclass(kind, httpx.HTTPStatusError):
        return kind("502", request=request, response=httpx.Response(502, request=request))
    takes_nothing = issubclass(kind, httpx.StreamError) and kind is not httpx.StreamError
    return kind() if takes_nothing else kind("what happened")


@pytest.mark.parametrize("kind", foreign(), ids=lambda kind: kind.__name__)
def test_no_foreign_error_gets_through(kind: type[Exception]) -> None:
    with pytest.raises(ModelFault) as caught, translated(DEAD, "m"):
        raise raised(kind)
    assert caught.value.hint
    assert isinstance(caught.value.__cause__, kind)


@pytest.mark.parametrize(
    "error",
    [ConnectionError("down"), ConnectionResetError("reset"), ValueError("x"), KeyError("x"), TypeError("x")],
)
def test_no_builtin_error_of_the_clients_gets_through(error: Exception) -> None:
    with pytest.raises(ModelFault), translated(DEAD, "m"):
        raise error


def test_our_own_errors_pass_unchanged() -> None:
    own = PromptTooLong("Too long.", "shorten it")
    with pytest.raises(PromptTooLong) as caught, translated(DEAD, "m"):
        raise own
    assert caught.value is own


# Pulling


def test_a_pull_reports_its_progress_and_brings_the_model() -> None:
    told: list[tuple[str, int, int]] = []
    new = ModelFile("new", size=1000)
    with OllamaStandin(library=(new,)) as server:
        ollama.pull(server.url, "new", lambda *step: told.append(step))
        assert [found.name for found in served.models(server.url)] == ["new:latest"]
    assert [done for _, done, total in told if total == new.size] == [0, 250, 500, 750, 1000]
    assert told[-1] == ("success", 0, 0)


def test_a_pull_of_what_does_not_exist_is_missing() -> None:
    with OllamaStandin() as server, pytest.raises(ModelMissing, match="'nope'") as caught:
        ollama.pull(server.url, "nope", lambda *_: None)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b'{"error": "pull model manifest: Get \\"https://x/v2/manifests\\": no such host"}', "no such host"),
        (b'{"status": "pulling manifest"}', "stopped pulling"),
        (b"", "stopped pulling"),
    ],
)
def test_a_pull_that_ends_early_is_broken(line: bytes, message: str) -> None:
    with web_server(200, line) as url, pytest.raises(ModelBroke, match=message) as caught:
        ollama.pull(url, "new", lambda *_: None)
    assert caught.value.hint


@contextmanager
def redirecting(to: str) -> Iterator[str]:
    """A server that sends whoever asks it on to another one."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(307)
            self.send_header("Location", to + self.path)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_POST = do_GET

        def log_message(self, format: str, *args: Any) -> None:
            """Silent."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


REDIRECTED = {
    "chat": lambda host: ollama.chat(host, SMALL.name, context=4096, timeout=5.0, max_tokens=9).invoke(ASKED),
    "pull": lambda host: list(ollama.pulling(host, SMALL.name)),
    "models": served.models,
    "version": served.server_version,
}


@pytest.mark.parametrize("does", REDIRECTED)
def test_a_prompt_is_sent_nowhere_else_whatever_the_server_says(does: str) -> None:
    with saying(" S2\nAnswer: 60%") as other, redirecting(other.url) as host:
        with pytest.raises(ModelBroke, match="points to another address, which is not asked") as caught:
            REDIRECTED[does](host)
        assert [other.bodies(path) for path in ("/api/chat", "/api/pull", "/api/show")] == [[], [], []]
    assert caught.value.hint

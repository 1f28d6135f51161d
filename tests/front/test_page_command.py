"""``byline chat`` as a process of its own: it says where the page is, and Ctrl-C leaves nothing behind."""

import json
import os
import re
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from filelock import FileLock

from index.store import index_folder
from index.sync import LOCK_FILE
from tests.commands import Run, contract, faulty, ollama, own_process, start
from tests.ollama_chat import Brain, Fault, ModelFile
from tests.ollama_standin import OllamaStandin
from tests.page_server import ARTICLES, BRIDGE, REOPENED, write
from tests.scripted import well_read

HERE: dict[str, Any] = {"trust_env": False, "timeout": 60}
READY_SECONDS = 120.0
"""Within which, on a loaded machine, the page is announced, and ended again after Ctrl-C."""
NEW = ModelFile("new:1b")


@dataclass(frozen=True)
class Chat:
    """A ``byline chat`` that runs, where it answers, and the Ollama behind it."""

    process: "subprocess.Popen[str]"
    url: str
    server: OllamaStandin
    corpus: Path
    home: Path

    def ask(self, question: str) -> str:
        """The name of the event that will be this question's answer."""
        call = f"{self.url}gradio_api/call/v2/ask"
        return str(httpx.post(call, json={"question": question}, **HERE).json()["event_id"])

    def answer(self, question: str) -> dict[str, Any]:
        """The answer, as a program gets it."""
        said = httpx.get(f"{self.url}gradio_api/call/ask/{self.ask(question)}", **HERE).text
        (answer,) = json.loads(said.rpartition("data: ")[2])
        return contract(json.dumps(answer))

    def pull(self, name: str) -> None:
        """What a browser sends when a model is pulled."""
        config = httpx.get(f"{self.url}config", **HERE).json()
        (button,) = (each["id"] for each in config["components"] if each["props"].get("elem_id") == "pull")
        (event,) = (
            each["id"] for each in config["dependencies"] if [button, "click"] in map(list, each["targets"])
        )
        body = {"data": [name], "fn_index": event, "session_hash": "tab"}
        httpx.post(f"{self.url}gradio_api/queue/join", json=body, **HERE).raise_for_status()

    def interrupt(self) -> tuple[int, str, str]:
        """Press Ctrl-C: the exit code, and what was printed since."""
        self.process.send_signal(signal.SIGINT)
        out, err = self.process.communicate(timeout=READY_SECONDS)
        return self.process.returncode, out, err


Start = Callable[..., Any]


@pytest.fixture
def chatting(tmp_path: Path, tiny_embedder: Path) -> Start:
    """Starts ``byline chat`` over the articles, in an empty home, with an Ollama to answer."""

    @contextmanager
    def started(brain: Brain = well_read, **changed: Any) -> Iterator[Chat]:
        corpus, home = write(ARTICLES, tmp_path / "articles"), tmp_path / "home"
        own = {"BYLINE_CORPUS": corpus, "BYLINE_HOME": home, "BYLINE_EMBEDDER": tiny_embedder}
        with own_process(tmp_path / "work", **own), ollama(brain, **changed) as server:
            process = start("chat", "--no-browser", "--port", "0", start_new_session=True)
            try:
                yield Chat(process, announced(process), server, corpus, home)
            finally:
                process.kill()
                process.communicate()

    return started


def announced(process: "subprocess.Popen[str]") -> str:
    """The address, once it is told."""
    assert process.stderr is not None
    late = threading.Timer(READY_SECONDS, process.kill)
    late.start()
    said = ""
    while not (found := re.search(r"^Byline is at (http://127\.0\.0\.1:\d+/)", said, re.MULTILINE)):
        line = process.stderr.readline()
        assert line, f"the program ended: {said}"
        said += line
    late.cancel()
    return found[1]


def waits(happened: Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def nothing_is_left(chat: Chat) -> None:
    """No process, no port, no lock, and no file on its way."""
    with pytest.raises(ProcessLookupError):
        os.killpg(chat.process.pid, 0)
    port = int(chat.url.rstrip("/").rpartition(":")[2])
    socket.create_server(("127.0.0.1", port)).close()
    folder = index_folder(chat.home, chat.corpus)
    if folder.exists():
        FileLock(folder / LOCK_FILE, is_singleton=False).acquire(timeout=0).lock.release()
    assert list(chat.home.glob("uploads-*")) == []


def test_the_page_is_announced_answers_and_ends_with_ctrl_c(chatting: Start) -> None:
    with chatting() as chat:
        reply = httpx.get(chat.url, **HERE)
        assert (reply.status_code, "Byline" in reply.text) == (200, True)
        assert REOPENED in chat.answer(BRIDGE)["answer"]
        assert chat.interrupt() == (130, "", "")
        nothing_is_left(chat)


def test_ctrl_c_before_anything_was_asked_ends_it(chatting: Start) -> None:
    with chatting() as chat:
        assert chat.interrupt() == (130, "", "")
        nothing_is_left(chat)


def test_ctrl_c_in_mid_answer_ends_it(chatting: Start) -> None:
    with chatting(faulty(Fault("hang", 1))) as chat:
        chat.ask(BRIDGE)
        waits(lambda: chat.server.bodies("/api/chat"))
        assert chat.interrupt() == (130, "", "")
        nothing_is_left(chat)


def test_ctrl_c_while_a_model_is_pulled_ends_it(chatting: Start) -> None:
    never = threading.Event()
    with chatting(library=(NEW,), pace=lambda line: never.wait(120 if line == 3 else 0)) as chat:
        chat.pull(NEW.name)
        waits(lambda: chat.server.bodies("/api/pull"))
        assert chat.interrupt() == (130, "", "")
        nothing_is_left(chat)
        never.set()


def test_a_port_that_is_taken_is_wrong_use_and_another_is_named(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ran = run("chat", "--no-browser", "--port", port)
    said = (
        f"Port {port} of 127.0.0.1 can't be had: address already in use.",
        f"byline chat --port {port + 1}",
    )
    assert (ran.code, ran.out, ran.complaint()) == (2, "", said)

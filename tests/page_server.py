"""The real page on a scripted model: its server in threads of this process, on a free loopback port.

The embedder is the hash embedder; Chroma and SQLite are real, in a folder of the test's.
"""

import json
import os
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from unittest.mock import patch

import httpx
from langchain_core.outputs import ChatGenerationChunk

from index.errors import ModelBroke
from rag.answer import Model
from rag.assistant import Assistant
from rag.assistant.opening import open_assistant
from rag.models.llm import LLM
from rag.settings import Settings
from tests.conversation import rewrites, rewriting
from tests.fakes import HashEmbedder
from tests.ollama_chat import Brain, ChatReply, ChatRequest, count_words
from tests.scripted import ScriptedChat, cites, looks, well_read

Purpose = Literal["rewrite", "read", "look"]
PATIENCE = 120.0
"""Seconds after which a held model speaks by itself, so that a failed test leaves no thread behind."""

SHARE, QUOTE = "What did Macron say that Europe paid?", "Europe paid 60% of the total, Macron said."
DEATHS = "How many people were killed by the flood in Valencia?"
BRIDGE, REOPENED = "When was the bridge reopened?", "The bridge was reopened on Monday."
ELSEWHERE = "Who won the football match?"
FOLLOWS, WHOLE = "And who paid it?", "Who paid 60% of the total?"
"""A follow-up, and what the scripted model makes of it."""

_FILLER = "\n\n".join(
    f"Paragraph {n} tells of the weather in the harbour, where the boats lay still all morning. "
    f"Nobody counted the gulls on pier {n}, and nobody minded."
    for n in range(1, 13)
)


def _dated(title: str, publisher: str, published: str, body: str) -> str:
    head = f"---\ntitle: {title}\npublisher: {publisher}\npublished: {published}\n---\n"
    return f"{head}\n{body}\n"


ARTICLES = {
    "aid.md": _dated(
        "Europe paid most of the aid",
        "The Herald",
        "2025-02-25",
        f"{_FILLER}\n\nThe two presidents met at noon. They spoke for an hour about money. "
        f"{QUOTE} Trump disagreed with him. The talks went on after lunch.\n\n"
        "Russia would not accept peacekeepers, the Kremlin said on Tuesday.\n\n"
        f"{_FILLER}",
    ),
    "flood-early.md": _dated(
        "Valencia counts its dead",
        "The Herald",
        "2025-03-01",
        "The flood in Valencia killed 12 people, the mayor said. Schools stayed shut.",
    ),
    "flood-late.md": _dated(
        "Valencia buries its dead",
        "The Courier",
        "2025-03-04",
        "The flood in Valencia killed 15 people, the mayor said. Schools opened again.",
    ),
    "local/bridge.txt": f"The bridge is open\n\n{REOPENED} It had been closed for 12 days after a storm.\n\n"
    "It belongs to Oakfield College. Oakfield College was founded by settlers in 1636.\n",
}


def _brief(request: ChatRequest) -> ChatReply:
    """A well-read brain that answers SHARE in a word."""
    asked = request.last("user")
    found = re.search(rf"^S(\d+): {re.escape(QUOTE)}$", asked, re.MULTILINE)
    asks_share = _purpose(request) == "read" and asked.rstrip().endswith(SHARE)
    return cites(int(found[1]), "60%") if found and asks_share else well_read(request)


class Mind:
    """What the model of a running page does, changed by a test while it runs. One test at a time.

    ``asked`` are the model's requests.
    """

    def __init__(self) -> None:
        self._go, self.held = threading.Event(), threading.Event()
        self.reset()

    def reset(self) -> None:
        """Let go of whatever waits, and be well-read from now on."""
        self._go.set()
        self.brain: Brain = rewriting(WHOLE, _brief)
        self._stop: tuple[Purpose, int] | None = None
        self._fault: tuple[Purpose, int] | None = None
        self._pause = 0.0
        self.asked: list[ChatRequest] = []

    def hold(self, purpose: Purpose, after: int = 0) -> None:
        """Wait, in the next call of this purpose, before token ``after`` (from 0), until ``release``."""
        self._go, self.held = threading.Event(), threading.Event()
        self._stop = (purpose, after)

    def release(self) -> None:
        """Go on."""
        self._stop = None
        self._go.set()

    def die(self, purpose: Purpose, after: int = 0) -> None:
        """Fail once, in the next call of this purpose, before token ``after``."""
        self._fault = (purpose, after)

    def dawdle(self, seconds: float) -> None:
        """Wait so long before each token."""
        self._pause = seconds

    def __call__(self, request: ChatRequest) -> ChatReply:
        self.asked.append(request)
        return self.brain(request)

    def before(self, purpose: Purpose, token: int) -> None:
        """Called by the chat model ahead of each token. Raises ModelBroke where it is to die."""
        if self._fault == (purpose, token):
            self._fault = None
            raise ModelBroke("The model stopped in mid-answer.", "ask again")
        if self._pause:
            threading.Event().wait(self._pause)
        if self._stop == (purpose, token):
            self.held.set()
            self._go.wait(PATIENCE)


class _Paced(ScriptedChat):
    """A scripted model that asks its ``mind`` ahead of each token."""

    mind: Any

    def _stream(self, *request: Any, **kwargs: Any) -> Iterator[ChatGenerationChunk]:
        for number, piece in enumerate(super()._stream(*request, **kwargs)):
            self.mind.before(_purpose(self.asked[-1]), number)
            yield piece


def _purpose(request: ChatRequest) -> Purpose:
    return "rewrite" if rewrites(request) else "look" if looks(request) else "read"


def minded_llm(mind: Mind) -> LLM:
    """An LLM that does what ``mind`` does."""
    return LLM(
        chat=_Paced(brain=mind, mind=mind),
        model=Model("embedded", "scripted", "0" * 64),
        context=8192,
        form="grammar",
        count_tokens=count_words,
    )


def write(articles: Mapping[str, str], folder: Path) -> Path:
    """The folder, with these articles in it."""
    for path, text in articles.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return folder


def opener(mind: Mind) -> Callable[[Settings], Assistant]:
    """Opens an assistant over the settings' corpus, with ``mind`` for a model."""
    return lambda settings: open_assistant(
        settings, llm=lambda _: minded_llm(mind), embedder=lambda _: HashEmbedder(), judge=lambda: None
    )


@dataclass(frozen=True)
class Served:
    """A page that runs, and what is behind it."""

    url: str
    mind: Mind
    settings: Settings

    def ask(self, question: str, **more: Any) -> dict[str, Any]:
        """The answer that the page's endpoint gives, with nothing but HTTP. Raises AssertionError."""
        asked = {"question": question, **more}
        call = f"{self.url}gradio_api/call/v2/ask"
        event = httpx.post(call, json=asked, timeout=60, trust_env=False).raise_for_status().json()
        told = httpx.get(f"{call}/{event['event_id']}", timeout=60, trust_env=False).text
        assert "event: complete" in told, told
        (answer,) = json.loads(told.rpartition("data: ")[2])
        return dict(answer)


@contextmanager
def serve(folder: Path, articles: Mapping[str, str]) -> Iterator[Served]:
    """The page over these articles, in ``folder``, until the block is left."""
    from rag.front.live import Live
    from rag.front.page import open_page

    mind = Mind()
    settings = Settings(corpus=write(articles, folder / "articles"), home=folder / "home")
    uploads = {"GRADIO_TEMP_DIR": str(folder / "uploads")}
    with (
        patch.dict(os.environ, uploads),
        Live(settings, opener(mind)) as live,
        open_page(live, port=0) as page,
    ):
        yield Served(page.url, mind, settings)

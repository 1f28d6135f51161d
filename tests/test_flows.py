"""The whole way from a folder of files to a cited answer: the same flows for every model there is.

One model speaks in two ways: in this process, and as Ollama would serve it, through ChatOllama.
"""

import dataclasses
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from index.catalog import Where
from index.embed import MINILM, Embedder, open_embedder
from index.errors import ModelFault
from rag.answer import REFUSAL, Answer, Draft
from rag.assistant import Assistant
from rag.assistant.opening import open_assistant
from rag.events import Compares, Found, Reads
from rag.models import weights
from rag.models.embedded import EmbeddedChat, Llama
from rag.models.llm import LLM, choose, open_llm
from rag.records.contract import to_json
from rag.settings import SEEDS, Settings, load_settings
from tests.ollama_chat import Brain, ChatReply, ChatRequest, ModelFile, Token
from tests.ollama_standin import OllamaStandin

SHARE = "What share of aid did Europe provide?"
Open = Callable[[Settings], LLM]


def spoken_by(llama: Llama) -> Brain:
    """A brain that asks the embedded model what Ollama was asked."""

    def brain(request: ChatRequest) -> ChatReply:
        tokens: list[Token] = []
        faults: list[Any] = []

        def on_data(event: dict[str, Any]) -> bool:
            faults.extend([event["error"]] if event.get("error") else [])
            for choice in event.get("choices") or ():
                tokens.extend(map(_token, (choice.get("logprobs") or {}).get("content") or ()))
            return False

        llama.chat(_body(request), on_data)
        assert not faults, faults
        return ChatReply(tuple(tokens))

    return brain


def _token(entry: dict[str, Any]) -> Token:
    top = tuple((option["token"], option["logprob"]) for option in entry["top_logprobs"])
    return Token(entry["token"], entry["logprob"], top)


def _body(request: ChatRequest) -> dict[str, Any]:
    body: dict[str, Any] = {
        "messages": [dict(message) for message in request.messages],
        "max_tokens": request.options["num_predict"],
        "temperature": request.options["temperature"],
        "stop": request.options.get("stop") or [],
        "stream": True,
        "cache_prompt": True,
        "logprobs": True,
        "top_logprobs": request.body["top_logprobs"],
    }
    if schema := request.body.get("format"):
        body["response_format"] = {"type": "json_schema", "json_schema": {"name": "reply", "schema": schema}}
    return body


@dataclass(frozen=True, slots=True)
class Backend:
    """A way in which the model speaks: settings to open it with, and how."""

    name: str
    settings: Settings
    open: Open
    embedder: Embedder

    def over(self, corpus: Path) -> Assistant:
        """An assistant over ``corpus``; the model stays loaded when it closes."""
        settings = dataclasses.replace(self.settings, corpus=corpus)
        return open_assistant(settings, llm=self.open, embedder=lambda _: self.embedder)


@pytest.fixture(scope="module", params=["embedded", "ollama"])
def backend(
    request: pytest.FixtureRequest, embedded: LLM, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Backend]:
    assert isinstance(embedded.chat, EmbeddedChat)
    llama = embedded.chat.llama
    settings = Settings(corpus=SEEDS, home=tmp_path_factory.mktemp("flows"), llm=request.param)
    model = ModelFile("qwen2.5-coder:1.5b", digest=weights.EMBEDDED.sha256)
    with ExitStack() as stack:
        opened: Open = lambda _: dataclasses.replace(embedded, close=lambda: None)  # noqa: E731
        if request.param == "ollama":
            served = OllamaStandin((model,), spoken_by(llama), count=llama.count_tokens)
            settings = dataclasses.replace(settings, ollama_host=stack.enter_context(served).url)
            opened = open_llm
        yield Backend(request.param, settings, opened, open_embedder(MINILM, settings.home))


@pytest.fixture(scope="module")
def seeds(backend: Backend) -> Iterator[Assistant]:
    """An assistant over the sample articles."""
    with backend.over(SEEDS) as assistant:
        yield assistant


def quotes_of(answer: Answer, corpus: Path) -> list[str]:
    """What the answer cites, each quotation seen to stand in its file at its place."""
    citations = [citation for claim in answer.claims for citation in claim.citations]
    for citation in citations:
        text = (corpus / citation.source.path).read_text(encoding="utf-8")
        assert text[citation.start : citation.end] == citation.quote != ""
    return [citation.quote for citation in citations]


@pytest.mark.model
def test_a_share_is_answered_step_by_step_with_its_sentence(seeds: Assistant, backend: Backend) -> None:
    events = list(seeds.stream(SHARE))
    answer = events[-1]
    assert isinstance(answer, Answer)
    assert not any(isinstance(event, Answer | Draft) for event in events[:-1])
    assert {type(event) for event in events} == {Found, Reads, Compares, Answer}
    assert ("60%" in answer.text or "60 per cent" in answer.text, answer.refused) == (True, False)
    assert any("60" in quote for quote in quotes_of(answer, SEEDS))
    assert answer.model == seeds.llm.model
    assert (answer.model.backend, answer.model.digest) == (backend.name, weights.EMBEDDED.sha256)
    assert answer.support is not None
    assert answer.support >= seeds.scales.fit.accept
    assert 0 < answer.seconds.retrieve < answer.seconds.first_token < answer.seconds.total
    assert (answer.tokens.prompt > 100, answer.tokens.completion > 3) == (True, True)


@pytest.mark.model
@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("Who is Putin's spokesperson?", "Peskov"),
        (
            "What did Trump say in the Oval Office about European troops?",
            "European troops may go into Ukraine",
        ),
        ("In which city were Lavrov and Rubio expected to meet this week?", "Riyadh"),
    ],
)
def test_a_name_a_quotation_and_a_place_are_answered(seeds: Assistant, question: str, said: str) -> None:
    answer = seeds.ask(question)
    assert said in answer.text
    assert any(said in quote for quote in quotes_of(answer, SEEDS))
    shown = json.loads(json.dumps(to_json(answer)))
    assert (shown["version"], shown["refused"], shown["answer"]) == (2, False, answer.text)


@pytest.mark.model
def test_what_the_articles_do_not_say_is_refused(seeds: Assistant) -> None:
    answer = seeds.ask("Who won the Nobel Prize in Physics in 2021?")
    assert (answer.text, answer.refused, answer.claims) == (REFUSAL, True, ())
    assert answer.also_read != ()


@pytest.mark.model
def test_one_article_alone_is_asked(seeds: Assistant) -> None:
    answer = seeds.ask(SHARE, Where(source="kremlin-*"))
    paths = {citation.source.path for claim in answer.claims for citation in claim.citations}
    assert paths | {hit.passage.source.path for hit in answer.also_read} == {"kremlin-peacekeepers.md"}
    assert "60" in answer.text


@pytest.mark.model
def test_the_answer_follows_the_files(backend: Backend, tmp_path: Path) -> None:
    article = tmp_path / "kremlin-peacekeepers.md"
    shutil.copy(SEEDS / article.name, article)
    (tmp_path / "bridge.txt").write_text("The bridge reopened on Monday, after a flood.\n", encoding="utf-8")
    article.write_text(article.read_text(encoding="utf-8").replace("60%", "40%"), encoding="utf-8")
    with backend.over(tmp_path) as assistant:
        answer = assistant.ask(SHARE)
    assert ("40%" in answer.text, "60" in answer.text) == (True, False)
    assert any("40%" in quote for quote in quotes_of(answer, tmp_path))
    article.unlink()
    with backend.over(tmp_path) as assistant:
        answer = assistant.ask(SHARE)
    assert answer.refused
    assert {hit.passage.source.path for hit in answer.also_read} == {"bridge.txt"}


def live_settings(home: Path) -> Settings:
    """Settings for the Ollama at OLLAMA_HOST; skips where none answers with a model."""
    if not os.environ.get("OLLAMA_HOST"):
        pytest.skip("OLLAMA_HOST is not set")
    settings = load_settings(home=home, corpus=SEEDS, llm="ollama")
    try:
        found = choose(settings).served
    except (ModelFault, httpx.HTTPError) as error:
        pytest.skip(str(error))
    if found is None:
        pytest.skip(f"the Ollama at {settings.ollama_host} has no model that can chat")
    return settings


@pytest.mark.live
def test_a_running_ollama_answers_with_a_sentence(home: Path) -> None:
    with open_assistant(live_settings(home)) as assistant:
        answer = assistant.ask(SHARE)
    assert answer.model.backend == "ollama"
    assert "60" in answer.text
    assert any("60" in quote for quote in quotes_of(answer, SEEDS))

"""The model menu over an Ollama: what may answer, what is chosen, what is pulled, an Ollama that goes."""

import os
import re
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal
from unittest.mock import patch

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, expect

from rag.assistant import Assistant
from rag.assistant.opening import open_assistant
from rag.front.live import Live
from rag.front.page import open_page as page_open
from rag.models.llm import LLM, choose, open_llm
from rag.settings import Settings
from tests.browser.conftest import ARTEFACTS, WIDE, Open
from tests.browser.reader import BUSY, Reader
from tests.fakes import HashEmbedder
from tests.ollama_chat import Dropped, ModelFile
from tests.ollama_standin import OllamaStandin
from tests.page_server import (
    ARTICLES,
    BRIDGE,
    PATIENCE,
    QUOTE,
    REOPENED,
    SHARE,
    Mind,
    Served,
    minded_llm,
    write,
)

SMALL = ModelFile("qwen2.5:0.5b", digest="b" * 64)
BIG = ModelFile("llama3.2:3b", digest="c" * 64)
EMBEDS = ModelFile("minilm:22m", digest="d" * 64, capabilities=("embedding",))
CLOUD = ModelFile("big:cloud", digest="e" * 64, remote_host="https://far.example")
NEW = ModelFile("phi4:mini", digest="f" * 64, size=2_491_000_000)
EMBEDDED = "scripted (embedded)"
HALF = 4
"""The line of a pull, from 0, ahead of which half of the model has been told of."""


@dataclass
class Gate:
    """Holds a pull at its half, until it goes on or dies; and then goes slowly."""

    go: threading.Event = field(default_factory=threading.Event)
    reached: threading.Event = field(default_factory=threading.Event)
    dies: bool = False

    def __call__(self, line: int) -> None:
        if line == HALF:
            self.reached.set()
            self.go.wait(PATIENCE)
            if self.dies:
                raise Dropped
        if line > HALF:
            time.sleep(0.1)  # so that a client that has left is seen to have

    def releases(self, *, dies: bool = False) -> None:
        self.dies = dies
        self.go.set()


class Ollama:
    """An Ollama at one address, which comes and goes; ``gate`` is where its pulls wait, if at all."""

    def __init__(self, standin: OllamaStandin) -> None:
        self._stack, self.standin = ExitStack(), standin
        self.comes()

    def comes(self) -> None:
        self.standin = self._stack.enter_context(replace(self.standin, stopping=threading.Event()))
        self.standin.port = int(self.standin.url.rpartition(":")[2])

    def goes(self) -> None:
        self._stack.close()

    def holds_pulls(self) -> Gate:
        self.standin.pace = gate = Gate()
        return gate

    @property
    def answered_last(self) -> str:
        """The name of the model that was asked last."""
        return str(self.standin.bodies("/api/chat")[-1]["model"])


@pytest.fixture
def mind() -> Mind:
    return Mind()


@pytest.fixture
def held() -> tuple[ModelFile, ...]:
    """What Ollama has; a test may have it otherwise."""
    return (SMALL, BIG, EMBEDS, CLOUD)


@pytest.fixture
def ollama(mind: Mind, held: tuple[ModelFile, ...]) -> Iterator[Ollama]:
    library = (NEW, replace(EMBEDS, name="other-minilm"), replace(CLOUD, name="other:cloud"))
    running = Ollama(OllamaStandin(held, mind, library=library))
    yield running
    running.goes()


@pytest.fixture
def running(tmp_path: Path, mind: Mind, ollama: Ollama) -> Iterator[Served]:
    """A page of the test's own, over that Ollama and an embedded model."""
    gguf = tmp_path / "scripted.gguf"
    gguf.write_bytes(b"GGUF")
    settings = Settings(
        corpus=write(ARTICLES, tmp_path / "articles"),
        home=tmp_path / "home",
        ollama_host=ollama.standin.url,
        gguf=gguf,
    )

    def llm(given: Settings) -> LLM:
        return open_llm(given) if choose(given).served else minded_llm(mind)

    def opening(given: Settings) -> Assistant:
        return open_assistant(given, llm=llm, embedder=lambda _: HashEmbedder())

    uploads = {"GRADIO_TEMP_DIR": str(tmp_path / "uploads")}
    with patch.dict(os.environ, uploads), Live(settings, opening) as live, page_open(live, port=0) as page:
        yield Served(page.url, mind, settings)


@dataclass
class Menu:
    """The menu as a reader uses it."""

    reader: Reader

    @property
    def whole(self) -> Locator:
        return self.reader.page.locator("#models")

    @property
    def models(self) -> Locator:
        """What may answer."""
        return self.reader.page.locator("#model").get_by_role("radio")

    @property
    def chosen(self) -> Locator:
        """What answers."""
        return self.reader.page.locator("#model").get_by_role("radio", checked=True)

    @property
    def said(self) -> Locator:
        """What became of it, or how far it is."""
        return self.reader.page.locator("#pulled")

    @property
    def bar(self) -> Locator:
        return self.said.get_by_role("progressbar")

    @property
    def stop(self) -> Locator:
        return self.whole.get_by_role("button", name="Stop pulling")

    def opens(self) -> "Menu":
        expect(self.whole).to_be_visible()
        self.whole.get_by_role("button", name="Model").first.click()
        expect(self.models).not_to_have_count(0)
        return self

    def offers(self, *names: str) -> None:
        """What may answer is this, in this order."""
        told = [re.compile(rf"^\s*{re.escape(name)}(, .* not checked)?\s*$") for name in names]
        expect(self.reader.page.locator("#model label")).to_have_text(told)

    def chooses(self, name: str) -> None:
        self.models.and_(self.reader.page.get_by_label(re.compile(rf"^\s*{re.escape(name)}\s*(,|$)"))).check()

    def pulls(self, name: str) -> None:
        self.whole.get_by_label("Get another through Ollama").fill(name)
        self.whole.get_by_role("button", name="Pull", exact=True).click()


@pytest.fixture
def menu(reader: Reader) -> Menu:
    return Menu(reader).opens()


def answers(reader: Reader, name: str, backend: str) -> None:
    """The side says that this model answers, on this backend."""
    expect(reader.page.locator("#stats")).to_contain_text(f"{name} ({backend}) answers")


def test_only_models_that_may_be_used_are_offered(menu: Menu) -> None:
    answers(menu.reader, SMALL.name, "ollama")
    expect(menu.chosen).to_have_attribute("value", SMALL.name)
    menu.offers(SMALL.name, BIG.name, EMBEDDED)


def test_the_chosen_model_gives_the_next_answer(menu: Menu, ollama: Ollama) -> None:
    first = menu.reader.asks(SHARE)
    expect(first).to_contain_text(QUOTE)
    expect(first.locator(".model")).to_contain_text(SMALL.name)
    menu.chooses(BIG.name)
    expect(menu.said).to_have_text(f"{BIG.name} answers from the next question on.")
    answers(menu.reader, BIG.name, "ollama")
    second = menu.reader.asks(BRIDGE)
    expect(second).to_contain_text(REOPENED)
    expect(second.locator(".model")).to_contain_text(BIG.name)
    expect(first.locator(".model")).to_contain_text(SMALL.name)
    assert ollama.answered_last == BIG.name


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_radio_button_of_the_model_that_answers_can_be_told_from_the_others(
    menu: Menu, scheme: Literal["light", "dark"]
) -> None:
    menu.reader.wants(scheme)
    style = "each => (s => [s.backgroundColor, s.backgroundImage, s.borderTopColor])(getComputedStyle(each))"
    expect(menu.chosen).to_have_count(1)
    ground, dot, edge = menu.chosen.evaluate(style)
    other, none, _ = menu.models.nth(1).evaluate(style)
    assert ground != other
    assert edge == ground
    assert "radial-gradient" in dot
    assert "radial-gradient" not in none
    assert contrast(ground, dot.partition("gradient(")[2]) >= 3, "the dot on its ground"
    assert contrast(ground, other) >= 3, "the button among the others"


def contrast(one: str, other: str) -> float:
    """The contrast of two colours as WCAG counts it; each is the first that its text names."""

    def light(text: str) -> float:
        parts = [int(each) / 255 for each in re.findall(r"rgba?\((\d+), (\d+), (\d+)", text)[0]]
        red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted((light(one), light(other)))
    return (high + 0.05) / (low + 0.05)


def test_the_model_that_answers_can_be_checked(menu: Menu) -> None:
    menu.whole.get_by_role("button", name="Check the model that answers").click()
    expect(menu.said).to_contain_text(re.compile(r"Checked: \d+ of 12, "), timeout=120_000)
    expect(menu.reader.page.locator("#model label").first).to_contain_text(" of 12, ")


def test_the_embedded_model_can_be_chosen_and_left_again(menu: Menu, ollama: Ollama) -> None:
    before = len(ollama.standin.bodies("/api/chat"))
    menu.chooses(EMBEDDED)
    answers(menu.reader, "scripted", "embedded")
    expect(menu.reader.asks(SHARE).locator(".model")).to_contain_text("scripted")
    assert len(ollama.standin.bodies("/api/chat")) == before
    menu.chooses(SMALL.name)
    answers(menu.reader, SMALL.name, "ollama")
    menu.reader.asks(SHARE)
    assert ollama.answered_last == SMALL.name


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_pull_shows_how_far_it_is_and_brings_a_model_that_can_be_chosen(
    menu: Menu, ollama: Ollama, scheme: Literal["light", "dark"]
) -> None:
    gate, reader = ollama.holds_pulls(), menu.reader
    reader.wants(scheme)
    menu.pulls(NEW.name)
    assert gate.reached.wait(60)
    expect(menu.said).to_contain_text("Pulling phi4:mini")
    expect(menu.said).to_contain_text("1.2 GB of 2.5 GB, 50%")
    expect(menu.bar).to_have_js_property("position", 0.5)
    menu.bar.scroll_into_view_if_needed()
    reader.page.screenshot(path=ARTEFACTS / f"pull-{scheme}.png")
    reader.page.set_viewport_size({"width": 360, "height": 740})
    assert reader.page.evaluate("document.documentElement.scrollWidth") <= 360
    reader.page.set_viewport_size(WIDE)
    found = Axe().run(reader.page, context="#models").response["violations"]
    assert [each["id"] for each in found if each["impact"] in ("serious", "critical")] == []
    expect(reader.asks(SHARE)).to_contain_text(QUOTE)
    gate.releases()
    expect(menu.said).to_have_text("phi4:mini is here: choose it above to let it answer, then check it.")
    expect(menu.stop).to_be_disabled()
    menu.offers(NEW.name, SMALL.name, BIG.name, EMBEDDED)
    menu.chooses(NEW.name)
    answers(reader, NEW.name, "ollama")
    reader.asks(BRIDGE)
    assert ollama.answered_last == NEW.name


def test_a_tab_that_is_loaded_anew_goes_on_watching_the_pull(
    menu: Menu, ollama: Ollama, open_page: Open
) -> None:
    gate = ollama.holds_pulls()
    menu.pulls(NEW.name)
    expect(menu.said).to_contain_text("50%")
    menu.reader.page.close()
    other = Menu(open_page(apart=True)).opens()
    expect(other.said).to_contain_text("1.2 GB of 2.5 GB, 50%")
    gate.releases()
    expect(other.said).to_contain_text("phi4:mini is here")
    other.offers(NEW.name, SMALL.name, BIG.name, EMBEDDED)
    assert len(ollama.standin.bodies("/api/pull")) == 1


def test_a_pull_that_is_stopped_brings_nothing_and_can_be_begun_again(menu: Menu, ollama: Ollama) -> None:
    gate = ollama.holds_pulls()
    menu.pulls(NEW.name)
    expect(menu.said).to_contain_text("50%")
    menu.stop.click()
    expect(menu.said).to_have_text("phi4:mini is not pulled any further.")
    gate.releases()
    menu.reader.page.wait_for_timeout(1000)
    menu.offers(SMALL.name, BIG.name, EMBEDDED)
    menu.pulls(NEW.name)
    expect(menu.said).to_contain_text("phi4:mini is here")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("no-such-model", "There is no model 'no-such-model' to pull."),
        ("<b>two</b> words", "There is no model '<b>two</b> words' to pull."),
        ("  ", "Name a model, as in qwen2.5:3b."),
        ("other-minilm", "other-minilm:latest writes no text, so it can't answer."),
        ("other:cloud", "other:cloud runs on https://far.example, not on this machine."),
    ],
)
def test_what_can_not_be_pulled_or_used_is_told_in_a_sentence(menu: Menu, name: str, said: str) -> None:
    menu.pulls(name)
    expect(menu.said).to_contain_text(said)
    menu.offers(SMALL.name, BIG.name, EMBEDDED)
    expect(menu.reader.asks(SHARE)).to_contain_text(QUOTE)


def test_an_ollama_that_dies_while_it_pulls_is_told_and_the_pull_can_be_begun_again(
    menu: Menu, ollama: Ollama
) -> None:
    gate = ollama.holds_pulls()
    menu.pulls(NEW.name)
    assert gate.reached.wait(60)
    gate.releases(dies=True)
    expect(menu.said).to_contain_text("Ollama stopped pulling phi4:mini.")
    expect(menu.reader.asks(SHARE)).to_contain_text(QUOTE)
    ollama.holds_pulls().releases()
    menu.pulls(NEW.name)
    expect(menu.said).to_contain_text("phi4:mini is here")


def test_an_ollama_that_goes_is_told_and_asked_again_once_it_is_back(menu: Menu, ollama: Ollama) -> None:
    reader, gone = menu.reader, f"No Ollama answers at {ollama.standin.url}."
    menu.chooses(BIG.name)
    answers(reader, BIG.name, "ollama")
    reader.asks(SHARE)
    ollama.goes()
    reader.types(BRIDGE)
    expect(reader.chat).to_contain_text(gone)
    expect(reader.answers).to_have_count(1)
    menu.pulls(NEW.name)
    expect(menu.said).to_contain_text(gone)
    menu.chooses(SMALL.name)
    expect(menu.chosen).to_have_attribute("value", BIG.name)
    menu.offers(SMALL.name, BIG.name, EMBEDDED)
    ollama.comes()
    expect(reader.asks(BRIDGE)).to_contain_text(REOPENED)
    expect(reader.answers.nth(0)).to_contain_text(QUOTE)
    assert ollama.answered_last == BIG.name


def test_where_the_chosen_ollama_is_gone_the_way_back_to_the_embedded_model_stays(
    menu: Menu, ollama: Ollama
) -> None:
    menu.chooses(BIG.name)
    answers(menu.reader, BIG.name, "ollama")
    ollama.goes()
    menu.reader.visits()
    again = Menu(menu.reader).opens()
    again.offers(f"{BIG.name} (not there)", EMBEDDED)
    again.chooses(EMBEDDED)
    answers(again.reader, "scripted", "embedded")
    expect(again.reader.asks(SHARE).locator(".model")).to_contain_text("scripted")


@pytest.mark.parametrize("held", [()])
@pytest.mark.usefixtures("held")
def test_an_ollama_without_models_can_be_given_one(menu: Menu) -> None:
    answers(menu.reader, "scripted", "embedded")
    menu.offers(EMBEDDED)
    menu.pulls(NEW.name)
    expect(menu.said).to_contain_text("phi4:mini is here")
    menu.chooses(NEW.name)
    answers(menu.reader, NEW.name, "ollama")
    expect(menu.reader.asks(SHARE).locator(".model")).to_contain_text(NEW.name)


def test_without_an_ollama_there_is_no_menu(ollama: Ollama, open_page: Open) -> None:
    ollama.goes()
    reader = open_page()
    answers(reader, "scripted", "embedded")
    expect(reader.asks(SHARE)).to_contain_text(QUOTE, timeout=BUSY)
    expect(Menu(reader).whole).to_be_hidden()

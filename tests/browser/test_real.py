"""The main way through the page, on the real embedded models, over the sample articles."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import expect

from rag.assistant.opening import open_assistant
from rag.front.live import Live
from rag.front.page import open_page as opened_page
from rag.models.llm import LLM
from rag.settings import SEEDS, Settings
from tests.browser.conftest import Open
from tests.page_server import ELSEWHERE, Mind, Served

pytestmark = pytest.mark.model
SHARE = "What share of the aid did Europe provide, according to Macron?"
SLOW = 300_000
"""Milliseconds for an answer of the real model on a busy machine."""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, embedded: LLM, weights_home: Path) -> Iterator[Served]:
    """The page over seeds/ on the models that a user gets."""
    home: Path = tmp_path_factory.mktemp("real")
    (home / "weights").symlink_to(weights_home / "weights")
    settings = Settings(corpus=SEEDS, home=home, llm="embedded")
    shared = replace(embedded, close=lambda: None)  # other tests go on with it
    with (
        Live(settings, lambda now: open_assistant(now, llm=lambda _: shared)) as live,
        opened_page(live, port=0) as page,
    ):
        yield Served(page.url, Mind(), settings)


def test_a_question_is_answered_its_source_shown_and_what_is_not_there_refused(open_page: Open) -> None:
    reader = open_page()
    reader.types(SHARE)
    expect(reader.chat).to_contain_text(re.compile(r"Reading passage 1 of \d"), timeout=SLOW)
    expect(reader.panel).to_contain_text("Byline Demo")
    expect(reader.answers).to_have_count(1, timeout=SLOW)
    answer = reader.answered(1)
    expect(answer).to_contain_text(re.compile(r"60(%| per cent)"))
    expect(answer.locator(".claim .badge").first).to_be_visible()
    reader.cites(answer).click()
    mark = reader.card(1).locator("mark")
    expect(mark).to_be_in_viewport()
    expect(mark).to_contain_text(re.compile(r"60(%| per cent)"))
    reader.opens()
    expect(reader.article.locator("mark")).to_be_in_viewport()
    reader.page.keyboard.press("Escape")
    reader.types(ELSEWHERE)
    expect(reader.answers).to_have_count(2, timeout=SLOW)
    expect(reader.answered(2)).to_contain_text("The articles don't say.")

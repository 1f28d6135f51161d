"""Start-up: the line that says where the page is comes when it is there, and it is drawn at once."""

import re
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import WIDE
from tests.browser.reader import Reader
from tests.commands import ollama, own_process, start
from tests.page_server import ARTICLES, BRIDGE, REOPENED, write

FIRST_PAINT = 2.0
"""Seconds from the line that announces the page."""
PAINTED = """async () => {
  const painted = () => performance.getEntriesByName("first-contentful-paint")[0];
  while (!painted()) await new Promise(requestAnimationFrame);
  return (performance.timeOrigin + painted().startTime) / 1000;
}"""
"""When something was first drawn, in seconds since 1970."""


@pytest.fixture
def started(tmp_path: Path, tiny_embedder: Path) -> Iterator[tuple[str, float]]:
    """``byline`` in a process of its own: the address that it announces, and when it did."""
    corpus = write(ARTICLES, tmp_path / "articles")
    own = {"BYLINE_CORPUS": corpus, "BYLINE_HOME": tmp_path / "home", "BYLINE_EMBEDDER": tiny_embedder}
    with own_process(tmp_path / "work", **own), ollama():
        said, process = "", start("chat", "--no-browser", "--port", str(free_port()))
        try:
            assert process.stderr is not None
            while not (found := re.search(r"http://127\.0\.0\.1:\d+/", said)):
                line = process.stderr.readline()
                assert line, f"the program ended: {said}"
                said += line
            yield found[0], time.time()
        finally:
            process.send_signal(signal.SIGINT)
            _, left = process.communicate(timeout=60)
    assert "Traceback" not in said + left


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def test_the_page_is_drawn_within_two_seconds_of_its_announcement_and_answers(
    browser: Browser, started: tuple[str, float]
) -> None:
    url, announced = started
    with browser.new_context(viewport=WIDE) as context:
        reader = Reader(context.new_page(), url)
        reader.page.goto(url, wait_until="commit")
        assert reader.page.evaluate(PAINTED) - announced <= FIRST_PAINT
        expect(reader.box).to_be_editable(timeout=30_000)
        expect(reader.asks(BRIDGE)).to_contain_text(REOPENED)
        assert reader.faults() == []

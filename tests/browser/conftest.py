"""A browser, and the page in it: whatever the page asks of another host, or complains of, fails the test."""

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ViewportSize, expect, sync_playwright

from tests.browser.reader import Reader
from tests.page_server import ARTICLES, Served, serve

CHROMIUM = shutil.which("chromium")
FLAGS = (
    "--no-sandbox --disable-gpu --disable-background-networking --disable-component-update --disable-sync "
    "--no-first-run --disable-dev-shm-usage"
).split()
WIDE: ViewportSize = {"width": 1280, "height": 900}
PATIENCE = 30_000
"""Milliseconds within which whatever is waited for must come."""
ARTEFACTS = Path(__file__).resolve().parent.parent / "artefacts"
Open = Callable[..., Reader]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test here is one of the browser's."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's chromium; where it is missing the test is skipped."""
    if CHROMIUM is None:
        pytest.skip("chromium is not installed: apt install chromium")
    with sync_playwright() as playwright:
        expect.set_options(timeout=PATIENCE)
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield found
        found.close()


@pytest.fixture(scope="module")
def articles() -> dict[str, str]:
    """What the page's corpus holds; a module may have its own."""
    return ARTICLES


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, articles: dict[str, str]) -> Iterator[Served]:
    """One page for a module's tests."""
    with serve(tmp_path_factory.mktemp("page"), articles) as served:
        yield served


@pytest.fixture
def served(running: Served) -> Iterator[Served]:
    """The module's page, with a model that does nothing odd before the test and after it."""
    running.mind.reset()
    yield running
    running.mind.reset()


@pytest.fixture(scope="session")
def context(browser: Browser) -> BrowserContext:
    """One browser for all tests, which has the page's own files at hand after the first of them."""
    return _fresh(browser)


def _fresh(browser: Browser) -> BrowserContext:
    """A browser that never saw the page."""
    made = browser.new_context(viewport=WIDE, permissions=["clipboard-read", "clipboard-write"])
    made.set_default_timeout(PATIENCE)
    return made


@pytest.fixture
def open_page(
    browser: Browser, context: BrowserContext, served: Served, request: pytest.FixtureRequest
) -> Iterator[Open]:
    """Opens the page, in a tab of one browser that remembers nothing of earlier tests.

    With ``apart`` in a browser of its own; without ``listed`` before its articles are listed. At the end
    no tab may have asked another host for anything or complained of anything, but for what the test
    allowed with ``Reader.expects``.
    """
    readers: list[Reader] = []

    def opened(*, apart: bool = False, listed: bool = True) -> Reader:
        reader = Reader((_fresh(browser) if apart else context).new_page(), served.url)
        if not readers:
            reader.forgets()
        readers.append(reader)
        return reader.visits() if listed else reader.arrives()

    yield opened
    leave(readers, request.node.name, context)


def leave(readers: list[Reader], test: str, shared: BrowserContext) -> None:
    """Take a picture of each tab, named by the test, close it, and see that nothing was wrong in it."""
    ARTEFACTS.mkdir(exist_ok=True)
    faults = [fault for reader in readers for fault in reader.faults()]
    for number, reader in enumerate(readers):
        name = re.sub(r"[^\w-]+", "-", test)[:90] + (f"-{number}" if number else "")
        if not reader.page.is_closed():
            reader.page.screenshot(path=ARTEFACTS / f"{name}.png")
            reader.page.close()
        if reader.page.context is not shared:
            reader.page.context.close()
    assert faults == []


@pytest.fixture
def reader(open_page: Open) -> Reader:
    """The page, opened and ready."""
    return open_page()

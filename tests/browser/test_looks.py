"""Looks: small and large, light and dark, by keyboard, read aloud."""

import re
from collections.abc import Callable, Iterator
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, expect

from tests.browser.conftest import WIDE, leave
from tests.browser.reader import Reader
from tests.page_server import DEATHS, ELSEWHERE, QUOTE, SHARE, Served

STATES: dict[str, Callable[[Reader], object]] = {
    "nothing": lambda _: None,
    "an answer": lambda reader: reader.asks(SHARE),
    "a conflict": lambda reader: reader.asks(DEATHS),
    "a refusal": lambda reader: reader.asks(ELSEWHERE),
    "an article": lambda reader: (reader.asks(SHARE), reader.opens()),
}
"""What the page may show."""
GRAVE = ("serious", "critical")


@pytest.fixture(scope="module", params=STATES)
def standing(context: BrowserContext, running: Served, request: pytest.FixtureRequest) -> Iterator[Reader]:
    """The page in each of its states."""
    reader = Reader(context.new_page(), running.url)
    reader.forgets()
    STATES[request.param](reader.visits())
    yield reader
    leave([reader], f"the page with {request.param}", context)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_grave_keeps_anyone_from_reading(standing: Reader, scheme: Literal["light", "dark"]) -> None:
    standing.wants(scheme)
    found = Axe().run(standing.page).response["violations"]
    grave = {(v["id"], node["html"][:200]) for v in found if v["impact"] in GRAVE for node in v["nodes"]}
    assert grave == set()


def test_dark_is_dark_and_light_is_light(reader: Reader) -> None:
    reader.wants("light")
    assert brightness(reader) > 200
    reader.wants("dark")
    assert brightness(reader) < 60


def brightness(reader: Reader) -> float:
    """Mean of red, green and blue behind the page, 0 to 255."""
    colour = reader.page.evaluate("getComputedStyle(document.body).backgroundColor")
    return sum(int(part) for part in re.findall(r"\d+", colour)[:3]) / 3


@pytest.mark.parametrize("width", [360, 768, 1920])
def test_nothing_is_wider_than_the_window(standing: Reader, width: int) -> None:
    standing.page.set_viewport_size({"width": width, "height": 740})
    standing.settles()
    assert standing.page.evaluate("document.documentElement.scrollWidth") <= width
    assert standing.page.evaluate(CUT_OFF) == []
    standing.page.set_viewport_size(WIDE)


CUT_OFF = """() => [...document.querySelectorAll('button, a, input, textarea, mark, .claim, .card')]
  .filter(e => e.checkVisibility({visibilityProperty: true, opacityProperty: true}))
  .map(e => [e.outerHTML.slice(0, 120), e.getBoundingClientRect()])
  .filter(([_, box]) => box.width > 1 && box.height > 1 && box.right > 0)
  .filter(([_, box]) => box.right > innerWidth + 1 || box.left < -1)
  .map(([what]) => what)"""
"""What can be seen or pressed, and sticks out at a side of the window."""


def test_everything_is_within_reach_of_a_small_window(reader: Reader) -> None:
    reader.page.set_viewport_size({"width": 360, "height": 740})
    reader.visits()
    answer = reader.asks(SHARE)
    reader.cites(answer).click()
    expect(reader.card(1).locator("mark")).to_be_in_viewport()
    reader.opens()
    expect(reader.article.locator("mark")).to_be_in_viewport()
    reader.page.keyboard.press("Escape")
    reader.shows_corpus()
    expect(reader.source("Valencia buries its dead")).to_be_visible()
    reader.source("Valencia buries its dead").uncheck()
    reader.hides_corpus()
    reader.box.scroll_into_view_if_needed()
    expect(reader.asks(SHARE)).to_contain_text(QUOTE)


def test_the_whole_way_can_be_gone_with_the_keyboard(reader: Reader) -> None:
    reader.box.focus()
    reader.page.keyboard.type(SHARE)
    reader.page.keyboard.press("Enter")
    answer = reader.answered(1)
    reader.tabs_to(reader.cites(answer))
    reader.page.keyboard.press("Enter")
    expect(reader.card(1)).to_have_class(re.compile(r"\bcurrent\b"))
    expect(reader.card(1).locator("mark")).to_be_in_viewport()
    reader.tabs_to(reader.card(1).locator("button.open"))
    reader.page.keyboard.press("Enter")
    expect(reader.article).to_be_visible()
    reader.page.keyboard.press("Escape")
    expect(reader.card(1).locator("button.open")).to_be_focused()
    reader.tabs_to(reader.source("Valencia buries its dead"))
    reader.page.keyboard.press("Space")
    expect(reader.source("Valencia buries its dead")).not_to_be_checked()
    reader.tabs_to(reader.box)


def test_what_has_the_focus_can_be_seen(reader: Reader) -> None:
    answer = reader.asks(SHARE)
    for control in (
        reader.cites(answer),
        reader.card(1).locator("button.open"),
        answer.locator("a.evidence"),
    ):
        plain = control.evaluate(OUTLINE)
        reader.tabs_to(control)
        assert control.evaluate(OUTLINE) != plain


OUTLINE = (
    "e => { const s = getComputedStyle(e); return [s.outlineStyle, s.outlineWidth, s.boxShadow].join() }"
)


NAMELESS = re.compile(r"^\s*- (?:button|link|checkbox|textbox|combobox)(?: \[[^]]*\])*:?$", re.MULTILINE)


def test_whatever_can_be_pressed_has_a_name(standing: Reader) -> None:
    assert NAMELESS.findall(standing.heard()) == []


def test_a_new_answer_is_announced(reader: Reader) -> None:
    reader.asks(SHARE)
    announced = reader.page.locator("[role=log], [role=status], [aria-live=polite], [aria-live=assertive]")
    expect(announced.filter(has_text=QUOTE).first).to_be_attached()

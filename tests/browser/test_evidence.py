"""Evidence: each sentence leads to its card, the card to the article, and an older answer to its own."""

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.reader import Reader
from tests.page_server import BRIDGE, DEATHS, ELSEWHERE, QUOTE, REOPENED, SHARE, Served


def test_a_card_tells_who_says_it_and_when_around_the_marked_span(reader: Reader) -> None:
    reader.asks(SHARE)
    card = reader.card(1)
    expect(card.locator("mark")).to_have_text(QUOTE)
    for told in ("Europe paid most of the aid", "The Herald", "25 February 2025", "ago"):
        expect(card).to_contain_text(told)
    before = "The two presidents met at noon. They spoke for an hour about money."
    expect(card).to_contain_text(re.compile(rf"{before}\s*{QUOTE}\s*Trump disagreed with him."))


def test_a_number_brings_its_card_and_mark_into_view(reader: Reader) -> None:
    reader.page.set_viewport_size({"width": 1280, "height": 500})
    answer = reader.asks(DEATHS)
    for number, said in ((2, "12 people"), (1, "15 people"), (2, "12 people")):
        reader.cites(answer, number).click()
        expect(reader.card(number)).to_have_class(re.compile(r"\bcurrent\b"))
        expect(reader.panel.locator(".current")).to_have_count(1)
        expect(reader.card(number).locator("mark")).to_be_in_viewport(ratio=1)
        expect(reader.card(number).locator("mark")).to_contain_text(said)


def test_an_older_message_brings_its_evidence_back(reader: Reader) -> None:
    older = reader.asks(SHARE)
    reader.asks(BRIDGE)
    shown(reader, REOPENED)
    older.locator("a.evidence").click()
    shown(reader, QUOTE)
    reader.answers.nth(1).locator("a.evidence").click()
    shown(reader, REOPENED)
    reader.cites(older).click()
    shown(reader, QUOTE)


def shown(reader: Reader, quote: str) -> None:
    """The panel shows the evidence of one answer, and it is this."""
    expect(reader.evidence).to_have_count(1)
    expect(reader.card(1).locator("mark")).to_have_text(quote)


def test_a_number_clicked_as_the_answer_is_drawn_brings_its_card_and_mark(reader: Reader) -> None:
    reader.page.set_viewport_size({"width": 360, "height": 740})
    reader.visits()
    for question in (SHARE, BRIDGE, SHARE):
        reader.clicks_when_there("#chat a.cite")
        reader.asks(question)
        expect(reader.card(1)).to_have_class(re.compile(r"\bcurrent\b"))
        expect(reader.card(1).locator("mark")).to_be_in_viewport(ratio=1)


def test_an_older_number_clicked_while_an_answer_comes_keeps_its_evidence(
    reader: Reader, served: Served
) -> None:
    older = reader.asks(SHARE)
    served.mind.hold("read")
    reader.types(BRIDGE)
    expect(reader.evidence).to_contain_text("Found")
    reader.cites(older).click()
    shown(reader, QUOTE)
    served.mind.release()
    reader.answered(2)
    expect(reader.panel.locator("section.evidence")).to_have_count(2)
    expect(reader.panel.locator("section.evidence.pending")).to_have_count(0)
    shown(reader, QUOTE)


def test_who_scrolls_on_is_not_brought_back(reader: Reader) -> None:
    reader.page.set_viewport_size({"width": 360, "height": 740})
    reader.visits()
    reader.cites(reader.asks(SHARE)).click()
    expect(reader.card(1)).to_be_in_viewport()
    reader.page.mouse.wheel(0, -5_000)
    reader.page.wait_for_timeout(1_000)  # longer than the page holds on to a card
    assert reader.page.evaluate("scrollY") == 0


def test_a_new_answer_brings_its_own_evidence(reader: Reader) -> None:
    older = reader.asks(SHARE)
    reader.asks(BRIDGE)
    older.locator("a.evidence").click()
    reader.asks(DEATHS)
    expect(reader.evidence).to_have_count(1)
    expect(reader.card(1).locator("mark")).to_contain_text("people")


def opened(reader: Reader) -> Locator:
    """The article of the first card, opened."""
    reader.asks(SHARE)
    reader.card(1).locator("button.open").click()
    expect(reader.article).to_be_visible()
    return reader.article


def test_the_whole_article_opens_at_its_mark(reader: Reader) -> None:
    article = opened(reader)
    expect(article.locator("mark")).to_have_text(QUOTE)
    expect(article.locator("mark")).to_be_in_viewport(ratio=1)
    expect(article).to_contain_text("Paragraph 1 tells of the weather")
    expect(article).to_contain_text("Paragraph 12 tells of the weather")


@pytest.mark.parametrize("way", ["Escape", "button"])
def test_closing_the_article_gives_the_focus_back(reader: Reader, way: str) -> None:
    article = opened(reader)
    if way == "Escape":
        reader.page.keyboard.press("Escape")
    else:
        article.get_by_role("button", name=re.compile("close", re.IGNORECASE)).click()
    expect(article).to_be_hidden()
    expect(reader.card(1).locator("button.open")).to_be_focused()


def test_an_open_article_holds_the_focus(reader: Reader) -> None:
    opened(reader)
    for _ in range(6):
        reader.page.keyboard.press("Tab")
        inside = "document.activeElement.closest('[role=dialog], dialog') !== null"
        assert reader.page.evaluate(inside) or reader.page.evaluate(
            "document.activeElement === document.body"
        )


def test_an_article_that_is_gone_says_so(reader: Reader, served: Served) -> None:
    reader.asks(BRIDGE)
    file = served.settings.corpus / "local" / "bridge.txt"
    text = file.read_text(encoding="utf-8")
    file.unlink()
    reader.page.wait_for_timeout(1_100)  # the folder is listed once a second at most
    reader.asks(SHARE)
    reader.answers.first.locator("a.evidence").click()
    expect(reader.card(1).locator("mark")).to_have_text(REOPENED)
    reader.card(1).locator("button.open").click()
    expect(reader.page.get_by_text(re.compile(r"no longer|is gone|not there"))).to_be_visible()
    file.write_text(text, encoding="utf-8")


def test_a_refusal_says_so_and_shows_the_nearest_passages(reader: Reader) -> None:
    answer = reader.asks(ELSEWHERE)
    expect(answer).to_contain_text("The articles don't say.")
    expect(answer.locator(".claim, a.cite")).to_have_count(0)
    answer.locator("a.evidence").click()
    expect(reader.evidence).to_contain_text(re.compile("nearest", re.IGNORECASE))
    expect(reader.evidence).to_contain_text("Europe paid most of the aid")
    expect(reader.evidence).to_contain_text("What might help")


def test_a_refusal_names_the_limits_that_might_be_widened(reader: Reader) -> None:
    reader.dates(since="2025-03-02", until="")
    reader.source("Valencia buries its dead").uncheck()
    reader.asks(SHARE).locator("a.evidence").click()
    expect(reader.evidence).to_contain_text("Widen the dates")
    expect(reader.evidence).to_contain_text("Choose more sources")


def test_both_sides_of_a_conflict_are_shown_newest_first(reader: Reader) -> None:
    reader.asks(DEATHS)
    for place in (reader.answers.first, reader.evidence):
        sides = place.locator(".differs li, .conflict li, .conflict .side")
        expect(sides).to_have_count(2)
        for side, told in zip(sides.all(), ONE_SIDE_THEN_THE_OTHER, strict=True):
            expect(side).to_contain_text(told)


ONE_SIDE_THEN_THE_OTHER = (
    re.compile(r"15 people.*The Courier.*4 March 2025", re.DOTALL),
    re.compile(r"12 people.*The Herald.*1 March 2025", re.DOTALL),
)


def test_what_else_was_read_is_folded(reader: Reader) -> None:
    reader.asks(SHARE)
    also = reader.evidence.locator("details.also")
    expect(also).not_to_have_attribute("open", re.compile(".*"))
    expect(also.locator("mark, p, article").first).to_be_hidden()
    also.locator("summary").first.click()
    expect(also).to_contain_text("Paragraph")


def test_every_sentence_has_a_badge_that_can_be_read_aloud(reader: Reader) -> None:
    answer = reader.asks(DEATHS)
    for claim in answer.locator(".claim").all():
        badges = claim.locator(".badge")
        assert badges.count() >= 1
        for badge in badges.all():
            assert badge.get_attribute("title")
            assert badge.inner_text().strip()

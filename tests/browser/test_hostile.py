"""Hostile text: what articles, file names, titles and questions hold is shown as text, and nothing runs."""

import json

import pytest
from playwright.sync_api import expect

from tests.browser.reader import Reader
from tests.page_server import Served

SCRIPT = "<script>window.ran = 1</script>"
IMAGE = "<img src=x onerror='window.ran = 1'>"
LINK = "[click](javascript:window.ran=1)"
PICTURE = "![seen](http://198.51.100.7/seen.png)"
FORMULA = r"$$\href{javascript:window.ran=1}{x}$$"
ANCHOR = "<a href='javascript:window.ran=1'>anchor</a>"
BOLD = "<b onmouseover='window.ran=1'>bold</b>"
OPEN = "<img src=x onerror='window.ran = 1'"
"""A tag without an end, which takes the page's own next one for its end where it is not escaped."""
MARKS = [ANCHOR, BOLD, OPEN, LINK, FORMULA, "**stars**", "`code`", "http://198.51.100.7/link"]
"""What may stand inside a sentence; tags that a browser acts on by themselves stand between sentences."""
TURNED, ABSENT = "\u202eright-to-left\u202c", "zero\u200bwidth\u2060"
SENTENCE = f"The lighthouse keeper wrote {' '.join(MARKS)} {TURNED} {ABSENT} on the lighthouse wall."
CLOSING = "</mark></section></div></textarea></details>"
QUESTION = "What did the lighthouse keeper write on the lighthouse wall?"
NAME = "<img src=x onerror=window.ran=1> [a](b) $$x$$ `c`.md"
TITLE = f"Lighthouse {IMAGE} {LINK} {FORMULA} {SCRIPT}"


@pytest.fixture(scope="module")
def articles() -> dict[str, str]:
    """One article, hostile in every part."""
    fields = {"title": TITLE, "publisher": f"{IMAGE} & Sons", "author": SCRIPT, "published": "2025-02-25"}
    head = "".join(f"{name}: {json.dumps(value)}\n" for name, value in fields.items())
    return {
        NAME: f"---\n{head}---\n\nBefore it {IMAGE} stood a fence. {SENTENCE} After it {SCRIPT} came rain.\n",
        "x' onmouseover='window.ran=1.txt": f"{IMAGE}\n\nThe moon rose over {PICTURE} at nine.\n",
    }


def harmless(reader: Reader) -> None:
    """Nothing ran, and nothing of the articles became an element."""
    reader.settles()
    assert reader.page.evaluate("window.ran") is None
    for selector in ("img[src='x']", "[onerror]", "[onmouseover]", "a[href*=javascript]", "[src*='198.51']"):
        expect(reader.page.locator(selector)).to_have_count(0)
    expect(reader.page.locator("a[href*='198.51'], .katex, mjx-container")).to_have_count(0)


def test_an_article_s_text_is_shown_as_text(reader: Reader) -> None:
    answer = reader.asks(QUESTION)
    for mark in MARKS:
        expect(answer).to_contain_text(mark)
        expect(reader.card(1).locator("mark")).to_contain_text(mark)
    for shown in (answer, reader.card(1)):
        text = shown.inner_text()
        assert {*text} & {*"\u202e\u202c\u200b\u2060"} == set()
        assert "zerowidth" in text
    expect(reader.card(1)).to_contain_text(IMAGE)
    expect(reader.card(1)).to_contain_text("After it")
    harmless(reader)


def test_titles_publishers_and_names_are_shown_as_text(reader: Reader) -> None:
    reader.asks(QUESTION)
    for part in (IMAGE, LINK, SCRIPT):
        expect(reader.card(1)).to_contain_text(part)
        expect(reader.corpus).to_contain_text(part)
    expect(reader.card(1)).to_contain_text(f"{IMAGE} & Sons")
    harmless(reader)


def test_the_whole_article_is_shown_as_text(reader: Reader) -> None:
    reader.asks(QUESTION)
    reader.opens()
    for mark in MARKS:
        expect(reader.article.locator("mark")).to_contain_text(mark)
    expect(reader.article).to_contain_text(f"After it {SCRIPT} came rain.")
    harmless(reader)


def test_what_is_read_and_what_streams_is_shown_as_text(reader: Reader, served: Served) -> None:
    served.mind.hold("read")
    reader.types(QUESTION)
    expect(reader.chat).to_contain_text(f"Lighthouse {IMAGE}")
    assert served.mind.held.wait(60)
    harmless(reader)
    served.mind.release()
    expect(reader.answered(1)).to_contain_text("onmouseover='window.ran=1'>bold")


def test_questions_are_shown_as_text_also_after_a_reload(reader: Reader) -> None:
    questions = [f"Who saw {mark} ?" for mark in (*MARKS, SCRIPT, IMAGE, PICTURE, CLOSING)]
    for question in questions:
        reader.asks(question)
    for _ in range(2):
        for question in questions:
            expect(reader.chat).to_contain_text(question)
        harmless(reader)
        reader.reloads()
        expect(reader.answers).to_have_count(len(questions))


def test_a_refusal_and_its_nearest_passages_are_shown_as_text(reader: Reader) -> None:
    answer = reader.asks("Who won the football match?")
    answer.locator("a.evidence").click()
    expect(reader.evidence).to_contain_text(f"Before it {IMAGE} stood a fence.")
    harmless(reader)


def test_a_hostile_name_can_be_unticked_and_opened(reader: Reader) -> None:
    reader.source("Lighthouse").uncheck()
    expect(reader.asks(QUESTION)).to_contain_text("The articles don't say.")
    reader.source("Lighthouse").check()
    reader.asks(QUESTION)
    reader.opens()
    expect(reader.article).to_contain_text("After it")
    harmless(reader)

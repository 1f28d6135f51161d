"""Trouble: what breaks is told in a sentence, nothing is lost, and the page goes on."""

import re
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import expect

from index.sync import sync
from rag.front.live import FOLLOW_SECONDS
from tests.browser.conftest import Open
from tests.browser.reader import BUSY, Reader
from tests.fakes import HashEmbedder
from tests.page_server import (
    ARTICLES,
    BRIDGE,
    ELSEWHERE,
    QUOTE,
    REOPENED,
    SHARE,
    Purpose,
    Served,
    write,
)


@pytest.fixture(autouse=True)
def _no_traceback(reader: Reader) -> Iterator[None]:
    """Whatever happens, no program text is shown."""
    yield
    if not reader.page.is_closed():
        expect(reader.page.locator("body")).not_to_contain_text(re.compile(r"Traceback|Error:|Exception"))


@pytest.mark.parametrize("purpose", ["read", "look"])
def test_a_model_that_dies_is_told_and_the_next_question_is_answered(
    reader: Reader, served: Served, purpose: Purpose
) -> None:
    reader.asks(BRIDGE)
    served.mind.die(purpose)
    reader.types(SHARE)
    expect(reader.page.get_by_text("The model stopped in mid-answer")).to_be_visible()
    expect(reader.pending).to_have_count(0)
    expect(reader.answers).to_have_count(1)
    expect(reader.chat).to_contain_text(SHARE)
    expect(reader.asks(SHARE)).to_contain_text(QUOTE)


def test_what_could_not_be_answered_can_be_asked_again(reader: Reader, served: Served) -> None:
    served.mind.die("read")
    reader.types(SHARE)
    expect(reader.page.get_by_text("The model stopped in mid-answer")).to_be_visible()
    reader.retry.click()
    expect(reader.answered(1)).to_contain_text(QUOTE)


def test_a_question_that_failed_stays_when_the_next_is_asked_and_can_be_asked_again(
    reader: Reader, served: Served
) -> None:
    served.mind.die("read")
    reader.types(SHARE)
    expect(reader.page.get_by_text("The model stopped in mid-answer")).to_be_visible()
    reader.asks(BRIDGE)
    expect(reader.page.get_by_text("The model stopped in mid-answer")).to_be_visible()
    expect(reader.chat).to_contain_text(SHARE)
    reader.chat.get_by_role("button", name="Ask again").click()
    expect(reader.answered(2)).to_contain_text("60%")
    expect(reader.page.get_by_text("The model stopped in mid-answer")).to_have_count(0)


def test_a_question_without_an_answer_is_back_in_the_box_until_it_has_one(
    reader: Reader, served: Served
) -> None:
    served.mind.die("read")
    reader.types(SHARE)
    expect(reader.page.get_by_text("The model stopped in mid-answer")).to_be_visible()
    expect(reader.box).to_have_value(SHARE)
    reader.retry.click()
    reader.answered(1)
    expect(reader.box).to_have_value("")


def test_what_is_typed_while_a_failure_is_told_stays_in_the_box(reader: Reader) -> None:
    reader.types_while_told("word " * 20_000, BRIDGE)
    expect(reader.retry).to_be_enabled()
    expect(reader.box).to_have_value(BRIDGE)
    reader.send.click()
    expect(reader.answered(1)).to_contain_text(REOPENED)


def test_a_text_too_long_for_a_question_is_refused_and_kept(reader: Reader, served: Served) -> None:
    reader.types("word " * 20_000)
    expect(reader.page.get_by_text(re.compile("characters; 2,000 are read at most"))).to_be_visible()
    assert served.mind.asked == []
    assert reader.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    expect(reader.asks(SHARE)).to_contain_text(QUOTE)


def test_a_tab_closed_in_mid_answer_leaves_the_model_and_the_page_to_others(
    open_page: Open, reader: Reader, served: Served
) -> None:
    served.mind.dawdle(0.02)
    served.mind.hold("read", after=3)
    reader.types(SHARE)
    assert served.mind.held.wait(60)
    reader.page.close()
    served.mind.release()
    served.mind.dawdle(0)
    expect(open_page(apart=True).asks(BRIDGE)).to_contain_text(REOPENED)


def test_a_tab_that_waits_for_another_is_told_so_and_answered(
    open_page: Open, reader: Reader, served: Served
) -> None:
    other = open_page(apart=True)
    served.mind.hold("read")
    reader.types(SHARE)
    assert served.mind.held.wait(60)
    other.types(BRIDGE)
    expect(other.chat).to_contain_text(re.compile("wait", re.IGNORECASE))
    served.mind.release()
    expect(reader.answered(1)).to_contain_text(QUOTE)
    expect(other.answered(1)).to_contain_text(REOPENED)


def test_an_index_rebuilt_while_the_page_is_open_answers_from_the_new_one(
    reader: Reader, served: Served
) -> None:
    reader.asks(BRIDGE)
    settings = served.settings
    write({"local/bridge.txt": "The bridge is shut\n\nThe bridge was reopened on Friday.\n"}, settings.corpus)
    sync(settings.corpus, settings.home, HashEmbedder(), rebuild=True)
    expect(reader.asks(BRIDGE)).to_contain_text("The bridge was reopened on Friday.")
    reader.cites(reader.answers.first).click()
    expect(reader.card(1).locator("mark")).to_have_text(REOPENED)
    write(ARTICLES, settings.corpus)


def test_a_folder_that_is_gone_is_told_and_the_page_goes_on_when_it_is_back(
    reader: Reader, served: Served
) -> None:
    corpus = served.settings.corpus
    aside = corpus.with_name("aside")
    shutil.move(corpus, aside)
    try:
        reader.page.wait_for_timeout(1000 * FOLLOW_SECONDS)
        reader.types(SHARE)
        expect(reader.chat).to_contain_text(re.compile("folder|corpus|does not exist", re.IGNORECASE))
        expect(reader.stop).not_to_be_enabled()
    finally:
        shutil.move(aside, corpus)
    expect(reader.asks(SHARE)).to_contain_text(QUOTE)


def test_a_connection_that_broke_is_taken_up_again_with_the_conversation_and_the_question(
    reader: Reader, served: Served
) -> None:
    reader.expects("ERR_CONNECTION_RESET|Failed to fetch|Connection errored out")
    reader.asks(SHARE)
    served.mind.hold("read")  # else it may be answered, and kept, before the page is loaded anew
    with reader.page.expect_event("load"):
        reader.loses_connection()
        reader.types(BRIDGE)
        expect(reader.page.get_by_text("Connection to the server was lost").first).to_be_visible()
    expect(reader.answered(1)).to_contain_text(QUOTE)
    expect(reader.box).to_have_value(BRIDGE)
    served.mind.release()
    reader.send.click()
    expect(reader.answers.last).to_contain_text(REOPENED)
    expect(reader.stop).not_to_be_enabled()
    reader.reloads()
    expect(reader.answers.last).to_contain_text(REOPENED)
    expect(reader.box).to_have_value("")


def test_a_page_loaded_anew_in_mid_answer_gives_the_question_back_as_text(
    reader: Reader, served: Served
) -> None:
    question = f'<img src="x" onerror="document.title = 1"> & "{SHARE}"\n</textarea>'
    served.mind.hold("read")
    reader.types(question)
    assert served.mind.held.wait(60)
    reader.reloads()
    served.mind.reset()
    expect(reader.box).to_have_value(question)
    expect(reader.answers).to_have_count(0)
    assert reader.page.title() == "Byline"
    reader.asks(SHARE)
    reader.reloads()
    expect(reader.answers).to_have_count(1)
    expect(reader.box).to_have_value("")


def test_a_question_is_given_back_in_its_own_tab_alone_and_not_after_a_new_conversation(
    open_page: Open, reader: Reader, served: Served
) -> None:
    served.mind.hold("read")
    reader.types(SHARE)
    assert served.mind.held.wait(60)
    expect(open_page().box).to_have_value("")
    reader.page.locator("#new").click()
    expect(reader.chat).not_to_contain_text(SHARE)
    reader.reloads()
    expect(reader.box).to_have_value("")


def test_fifty_quick_questions_are_all_answered(served: Served, reader: Reader) -> None:
    questions = [SHARE, BRIDGE, ELSEWHERE, SHARE, BRIDGE] * 10
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(served.ask, questions))
    assert [answer["question"] for answer in answers] == questions
    told = {SHARE: f"“{QUOTE}” [1]", BRIDGE: f"“{REOPENED}” [1]", ELSEWHERE: "The articles don't say."}
    assert [answer["answer"] for answer in answers] == [told[question] for question in questions]
    expect(reader.asks(SHARE)).to_contain_text(QUOTE, timeout=BUSY)
    expect(reader.card(1).locator("mark")).to_have_text(QUOTE)

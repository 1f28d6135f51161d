"""Asking: what is typed, what is shown on the way, how an answer is stopped, repeated, changed, copied."""

import re

import pytest
from playwright.sync_api import expect

from rag.question.unfit import instead
from tests.browser.conftest import Open
from tests.browser.reader import Reader
from tests.page_server import BRIDGE, ELSEWHERE, FOLLOWS, QUOTE, REOPENED, SHARE, WHOLE, Served

SUMMARY = "Summarise the articles about the aid."


def test_enter_sends_the_question_and_a_checked_answer_comes(reader: Reader) -> None:
    answer = reader.asks(SHARE)
    expect(answer.locator(".claim")).to_have_count(1)
    expect(answer.locator(".claim")).to_contain_text(QUOTE)
    expect(reader.cites(answer)).to_have_text("[1]")
    expect(reader.box).to_have_value("")


def test_the_button_sends_the_question(reader: Reader) -> None:
    reader.box.fill(BRIDGE)
    reader.send.click()
    expect(reader.answered(1)).to_contain_text(REOPENED)


def test_shift_and_enter_break_the_line_and_send_nothing(reader: Reader, served: Served) -> None:
    reader.box.fill("What did Macron say")
    reader.box.press("Shift+Enter")
    reader.box.press_sequentially("that Europe paid?")
    expect(reader.box).to_have_value("What did Macron say\nthat Europe paid?")
    assert served.mind.asked == []
    reader.box.press("Enter")
    expect(reader.answered(1)).to_contain_text(QUOTE)


def test_a_question_asked_before_the_articles_are_listed_is_answered(open_page: Open) -> None:
    expect(open_page(listed=False).asks(SHARE)).to_contain_text(QUOTE)


def test_a_question_sent_the_moment_an_answer_appears_is_answered(reader: Reader) -> None:
    for _ in range(5):
        expect(reader.asks(SHARE)).to_contain_text(QUOTE)
        expect(reader.asks(BRIDGE)).to_contain_text(REOPENED)


@pytest.mark.parametrize("question", ["", "   "])
def test_an_empty_question_asks_nothing(reader: Reader, served: Served, question: str) -> None:
    reader.types(question)
    reader.asks(BRIDGE)
    expect(reader.answers).to_have_count(1)
    assert all(BRIDGE in request.prompt for request in served.mind.asked)


def test_what_is_being_done_is_told_in_words(reader: Reader, served: Served) -> None:
    served.mind.hold("read")
    reader.types(SHARE)
    expect(reader.chat).to_contain_text(re.compile(r"Reading passage 1 of \d: Europe paid most of the aid"))
    served.mind.release()
    reader.answered(1)
    expect(reader.chat).not_to_contain_text("Reading passage")


def test_evidence_is_there_before_the_first_word_of_the_answer(reader: Reader, served: Served) -> None:
    served.mind.hold("read")
    reader.types(SHARE)
    expect(reader.panel).to_contain_text(QUOTE)
    assert served.mind.held.wait(0), "the model has not said a word"
    expect(reader.answers).to_have_count(0)
    served.mind.release()
    reader.answered(1)


def test_nothing_that_the_model_said_is_shown_before_it_is_checked(reader: Reader, served: Served) -> None:
    served.mind.hold("look")
    reader.types(SHARE)
    expect(reader.pending).to_have_text("Checking …")
    assert served.mind.held.wait(60)
    expect(reader.answers).to_have_count(0)
    expect(reader.chat).not_to_contain_text("60%")
    served.mind.release()
    expect(reader.answered(1).locator("mark")).to_have_text("60%")


def test_what_can_not_be_quoted_is_told_at_once_without_the_model(reader: Reader, served: Served) -> None:
    answer = reader.asks(SUMMARY)
    expect(answer.locator(".refusal")).to_have_text(instead(SUMMARY))
    expect(answer.locator(".claim")).to_have_count(0)
    assert served.mind.asked == []
    expect(reader.asks(SHARE)).to_contain_text(QUOTE)


def test_stop_ends_the_answer_and_the_model_and_the_next_question_is_answered(
    reader: Reader, served: Served
) -> None:
    served.mind.dawdle(0.1)
    served.mind.hold("read", after=3)
    reader.types(SHARE)
    assert served.mind.held.wait(60)
    reader.stop.click()
    served.mind.release()
    expect(reader.chat).to_contain_text(re.compile("stopped", re.IGNORECASE))
    expect(reader.pending).to_have_count(0)
    expect(reader.answers).to_have_count(0)
    served.mind.reset()
    expect(reader.asks(BRIDGE)).to_contain_text(REOPENED)


def test_stop_is_offered_only_while_an_answer_is_under_way(reader: Reader, served: Served) -> None:
    served.mind.hold("read")
    reader.types(SHARE)
    expect(reader.stop).to_be_enabled()
    served.mind.release()
    reader.answered(1)
    expect(reader.stop).not_to_be_enabled()


def test_an_answer_can_be_asked_for_again(reader: Reader, served: Served) -> None:
    reader.asks(SHARE)
    served.mind.hold("read")
    reader.retry.click()
    assert served.mind.held.wait(60), "the model is asked again"
    served.mind.release()
    expect(reader.answered(1)).to_contain_text(QUOTE)


def test_a_question_can_be_changed_and_asked_anew(reader: Reader) -> None:
    reader.asks(SHARE)
    reader.edits(BRIDGE)
    expect(reader.answered(1)).to_contain_text(REOPENED)
    expect(reader.chat).not_to_contain_text(SHARE)


def test_an_answer_is_copied_as_plain_text(reader: Reader) -> None:
    reader.asks(SHARE)
    reader.copies()
    copied = reader.page.evaluate("navigator.clipboard.readText()")
    assert QUOTE in copied
    assert re.search(r"<\w|&\w+;", copied) is None


def test_the_examples_are_answered_by_the_articles(reader: Reader) -> None:
    question = reader.examples.first
    asked = question.inner_text()
    question.click()
    reader.answered(1)
    expect(reader.chat).to_contain_text(asked)
    assert re.fullmatch(r"What did .+ say\?", asked)
    expect(reader.answers.locator(".claim")).to_have_count(1)
    expect(reader.answers.locator(".refusal")).to_have_count(0)


def test_a_follow_up_is_answered_and_shown_as_it_was_understood(reader: Reader) -> None:
    reader.asks(SHARE)
    answer = reader.asks(FOLLOWS)
    expect(answer).to_contain_text(QUOTE)
    expect(answer).to_contain_text(WHOLE)


def test_a_question_that_stands_alone_is_not_shown_twice(reader: Reader) -> None:
    reader.asks(SHARE)
    expect(reader.asks(BRIDGE)).not_to_contain_text(BRIDGE)


def test_a_refusal_is_no_end_of_the_conversation(reader: Reader) -> None:
    reader.asks(ELSEWHERE)
    expect(reader.asks(SHARE)).to_contain_text(QUOTE)


def test_a_new_conversation_begun_as_an_answer_is_drawn_stays_empty(reader: Reader) -> None:
    for _ in range(5):
        reader.clicks_when_there("#new")
        reader.types(SHARE)
        expect(reader.chat).to_contain_text(SHARE)
        expect(reader.chat).not_to_contain_text(SHARE)
        reader.page.wait_for_timeout(300)
        expect(reader.chat).not_to_contain_text(SHARE)
        expect(reader.send).to_be_enabled()
    expect(reader.asks(FOLLOWS)).not_to_contain_text("Understood as")

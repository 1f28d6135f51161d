"""A message of the chat: sentences, numbers that lead to cards, badges, and nothing unchecked."""

import re
from dataclasses import replace

import pytest
from lxml import html

from rag.answer import Claim
from rag.page.message import message, provisional
from tests.page_samples import (
    ANSWER,
    ANSWERED,
    CHECKED,
    DIFFERING,
    FAILED,
    FIRST,
    ID,
    PASSED,
    QUOTE,
    REFUSED,
    SECOND,
    VERBATIM,
)
from tests.test_page_text import HOSTILE


def words(shown: str, path: str) -> list[str]:
    """What is seen of each element that ``path`` finds, on one line."""
    tree = html.fromstring(shown)
    for unseen in tree.xpath("//*[@class='unseen']"):
        unseen.drop_tree()
    return [" ".join(each.text_content().split()) for each in tree.xpath(path)]


def test_every_sentence_names_its_source_and_what_was_checked() -> None:
    assert words(message(ANSWERED), "//p[@class='claim']") == [
        "Europe provided 60%, Macron said. [1]The Herald, 28 February 2025"
        " Stands on the cited sentence Figures and names checked",
        "Trump disagreed, twice [2]Peace, no date Shown verbatim instead",
    ]


def test_the_numbers_lead_to_cards_and_the_answer_to_its_evidence() -> None:
    tree = html.fromstring(message(ANSWERED))
    assert tree.get("id") == f"answer-{ID}"
    assert tree.xpath("//a[@class='cite']/@href") == [f"#card-{ID}-1", f"#card-{ID}-2"]
    assert tree.xpath("//a[@class='evidence']/@href") == [f"#evidence-{ID}"]


@pytest.mark.parametrize(
    ("claim", "kinds"),
    [
        (CHECKED, ["badge stands", "badge checked"]),
        (Claim(QUOTE, True, PASSED, (FIRST,)), ["badge own"]),
        (VERBATIM, ["badge instead"]),
        (Claim(QUOTE, False, FAILED, (FIRST,)), ["badge instead"]),
        (Claim(QUOTE, False, (), (FIRST,)), ["badge stands"]),
    ],
)
def test_a_badge_claims_no_check_that_did_not_pass(claim: Claim, kinds: list[str]) -> None:
    shown = message(replace(ANSWERED, answer=replace(ANSWER, claims=(claim,))))
    assert html.fromstring(shown).xpath("//span[starts-with(@class, 'badge')]/@class") == kinds


def test_a_sentence_that_stands_on_two_articles_names_both() -> None:
    both = replace(CHECKED, citations=(FIRST, SECOND))
    shown = message(replace(ANSWERED, answer=replace(ANSWER, claims=(both,))))
    assert words(shown, "//span[@class='byline']") == ["The Herald, 28 February 2025", "Peace, no date"]


def test_a_rewritten_question_is_shown_and_one_that_stood_alone_is_not() -> None:
    assert words(message(ANSWERED), "//p[@class='understood']") == [
        "Understood as: What share of aid did Europe provide?"
    ]
    alone = replace(ANSWER, standalone_question=ANSWER.question)
    assert words(message(replace(ANSWERED, answer=alone)), "//p[@class='understood']") == []


def test_both_values_of_a_conflict_stand_with_publisher_and_date_in_the_order_given() -> None:
    assert words(message(DIFFERING), "//div[@class='differs']//li") == [
        "60% The Herald, 28 February 2025 [1]",
        "less than half Peace, no date [2]",
    ]


def test_a_part_of_the_question_that_nothing_answers_is_told() -> None:
    partly = replace(ANSWERED, answer=replace(ANSWER, unanswered=("and <who> paid?",)))
    assert words(message(partly), "//p[@class='note left']") == ["The articles don’t say: and <who> paid?"]
    assert words(message(ANSWERED), "//p[@class='note left']") == []


def test_a_refusal_says_so_and_has_no_sentence_or_badge() -> None:
    shown = message(REFUSED)
    assert words(shown, "//p[@class='refusal']") == ["The articles don't say."]
    assert words(shown, "//p[@class='claim'] | //span[starts-with(@class, 'badge')]") == []


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_adds_no_element_and_no_line(text: str) -> None:
    def hostile(of: str) -> str:
        source = replace(FIRST.source, title=of, publisher=of, published=of, path=of)
        claim = replace(CHECKED, text=of, citations=(replace(FIRST, source=source),))
        model = replace(ANSWER.model, name=of)
        answer = replace(ANSWER, standalone_question=of, claims=(claim,), model=model)
        return message(replace(ANSWERED, answer=answer)) + provisional(of.replace("\n", " "))

    def elements(shown: str) -> list[tuple[str, list[str]]]:
        return [(each.tag, sorted(each.attrib)) for each in html.fromstring(f"<div>{shown}</div>").iter()]

    assert elements(hostile(text)) == elements(hostile("plain"))
    assert "\n" not in hostile(text)


def test_a_message_uses_only_what_the_chat_keeps() -> None:
    names = {name for each in html.fromstring(message(DIFFERING)).iter() for name in each.attrib}
    assert names <= {"class", "id", "href", "title", "dir", "type", "tabindex", "datetime"}


def test_streamed_text_is_marked_as_not_checked() -> None:
    shown = provisional("Europe <b>paid</b>\n60%")
    assert words(shown, "//div[@class='provisional']/p") == ["Europe <b>paid</b>60%", "Not checked yet"]
    assert re.search("</?b>", shown) is None

"""A message of the chat: quotations, marks, numbers that lead to cards, and nothing unchecked."""

from dataclasses import replace

import pytest
from lxml import html

from rag.front.page.message import message
from rag.verify import text_of
from tests.front.test_page_text import HOSTILE
from tests.page_samples import ANSWER, ANSWERED, DIFFERING, FIRST, ID, QUOTE, REFUSED, SECOND, SHARE, WRITTEN


def words(shown: str, path: str) -> list[str]:
    """What is seen of each element that ``path`` finds, on one line."""
    tree = html.fromstring(shown)
    for unseen in tree.xpath("//*[@class='unseen']"):
        unseen.drop_tree()
    return [" ".join(each.text_content().split()) for each in tree.xpath(path)]


OWN = "The article's own words"


def test_every_claim_is_a_quotation_that_names_its_source() -> None:
    assert words(message(ANSWERED), "//blockquote[@class='claim']") == [
        f"{QUOTE} [1]The Herald, 28 February 2025 {OWN}",
        f"Trump disagreed, twice [2]Peace, no date {OWN}",
    ]
    assert words(message(ANSWERED), "//q[@class='said']") == [QUOTE, "Trump disagreed, twice"]


def test_the_words_that_answer_are_marked_and_nothing_where_they_do_not_stand_there() -> None:
    assert words(message(ANSWERED), "//mark") == ["60%"]
    several = replace(SHARE, marks=((0, 6), (12, 15)))
    shown = message(replace(ANSWERED, answer=replace(ANSWER, claims=(several,))))
    assert words(shown, "//mark") == ["Europe", "60%"]
    assert words(shown, "//q[@class='said']") == [QUOTE]


def test_what_a_model_wrote_in_an_earlier_version_is_no_quotation() -> None:
    shown = message(replace(ANSWERED, answer=replace(ANSWER, claims=(WRITTEN,))))
    assert words(shown, "//blockquote[@class='claim written']") == [
        "Europe provided 60%, Macron said. [1]The Herald, 28 February 2025"
        " Written by a model in an earlier version"
    ]
    assert words(shown, "//blockquote//q") == []


def test_the_numbers_lead_to_cards_and_the_answer_to_its_evidence() -> None:
    tree = html.fromstring(message(ANSWERED))
    assert tree.get("id") == f"answer-{ID}"
    assert tree.xpath("//a[@class='cite']/@href") == [f"#card-{ID}-1", f"#card-{ID}-2"]
    assert tree.xpath("//a[@class='evidence']/@href") == [f"#evidence-{ID}"]


def test_a_sentence_that_stands_on_two_articles_names_both() -> None:
    both = replace(SHARE, text=text_of((FIRST, SECOND)), citations=(FIRST, SECOND))
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
    assert words(shown, "//blockquote | //span[starts-with(@class, 'badge')]") == []


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_adds_no_element_and_no_line(text: str) -> None:
    def hostile(of: str) -> str:
        source = replace(FIRST.source, title=of, publisher=of, published=of, path=of)
        claim = replace(SHARE, text=of, marks=(), citations=(replace(FIRST, source=source),))
        model = replace(ANSWER.model, name=of)
        answer = replace(ANSWER, standalone_question=of, claims=(claim,), model=model)
        return message(replace(ANSWERED, answer=answer))

    def elements(shown: str) -> list[tuple[str, list[str]]]:
        return [(each.tag, sorted(each.attrib)) for each in html.fromstring(f"<div>{shown}</div>").iter()]

    assert elements(hostile(text)) == elements(hostile("plain"))
    assert "\n" not in hostile(text)


def test_a_message_uses_only_what_the_chat_keeps() -> None:
    names = {name for each in html.fromstring(message(DIFFERING)).iter() for name in each.attrib}
    assert names <= {"class", "id", "href", "title", "dir", "type", "tabindex", "datetime"}


def test_what_can_be_done_instead_is_said_in_place_of_a_refusal() -> None:
    told = "Byline can't sum up; ask for one thing."
    shown = message(replace(REFUSED, answer=replace(REFUSED.answer, text=told, told=told)))
    assert words(shown, "//p[@class='refusal']") == [told]
    assert words(shown, "//p[@class='note']") == []

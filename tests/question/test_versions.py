"""Each article's version: who asks for it, told by form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.question.versions import asked_of_each, asks_versions


@pytest.mark.parametrize(
    ("question", "thing"),
    [
        ("What did the wall cost according to each report?", "What did the wall cost?"),
        ("What did the wall cost in both accounts?", "What did the wall cost?"),
        ("What did Berg call it? I have seen two different wordings.", "What did Berg call it?"),
        ("What did Berg call it? the articles don't seem to match", "What did Berg call it?"),
        ("Who paid? Reports vary, I think.", "Who paid?"),
        ("Which walls fell? Show both versions if they aren't the same.", "Which walls fell?"),
        ("There are conflicting figures. How many boats sank?", "How many boats sank?"),
        ("Do the reports agree on who paid?", "Do the reports agree on who paid?"),
        ("Are the reports at odds over who paid?", "Are the reports at odds over who paid?"),
        (
            "One report says that Oslo paid, another the opposite. What does each say?",
            "Is it true that Oslo paid?",
        ),
        ("One report says 8,000 while another says 10,000. How many left?", "How many left?"),
        ("How many boats did the U.S. send? U.S. reports vary.", "How many boats did the U.S. send?"),
        ("When, according to each article, did it fall?", "When did it fall?"),
        ("According to each article, who paid?", "Who paid?"),
        ("How many drowned? the reports dont agree", "How many drowned?"),
        ("How many drowned? I've seen two different numbers.", "How many drowned?"),
        ("There are conflicting reports about the Oslo wall. Who paid?",) * 2,
        ("One article says that Dahl paid 3 million, another 5. How much was he fined?",) * 2,
        ("Some reports say that the pilot was drunk, others deny it. Was he?",) * 2,
        ("Is the date of the hearing the same in both articles?",) * 2,
        ("What do the two articles say about the wall?", "What do the two articles say about the wall?"),
        ("What does each report say?", "What does each report say?"),
    ],
)
def test_what_each_article_is_asked_for_is_what_is_left_without_the_articles(
    question: str, thing: str
) -> None:
    assert asks_versions(question)
    assert asked_of_each(question) == thing


@pytest.mark.parametrize(
    "question",
    [
        "What did the wall cost?",
        "Which two stories did Berg tell?",
        "Who signed both papers?",
        "What did the report say?",
        "How do Oslo and Bergen differ?",
        "Did the two sides agree on a price?",
        "How many versions of the ship were built?",
        "What do the articles cost?",
        "How much power comes from each source?",
        "What did the judge find in each document seized in Oslo?",
        "What was the toll according to both reports from Oslo?",
        "Did the newspapers agree to a settlement?",
        "Did the report contradict the minister's claim?",
        "Does the witness's account differ from the officer's?",
        "Why did the witnesses give conflicting accounts of the crash?",
        "What changed between the two versions of the bill?",
        "Why did one newspaper buy another?",
        "What did each newspaper pay for the photos?",
    ],
)
def test_a_question_for_one_thing_is_none_for_versions_of_it(question: str) -> None:
    assert not asks_versions(question)
    assert asked_of_each(question) == question


@given(st.text(max_size=80))
def test_something_is_always_left_to_ask(question: str) -> None:
    assert asked_of_each(question).strip() or not question.strip()

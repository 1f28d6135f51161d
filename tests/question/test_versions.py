"""Each article's version: who asks for it, told by form."""

import pytest

from rag.question.versions import asks_versions


@pytest.mark.parametrize(
    "question",
    [
        "What did the wall cost according to each report?",
        "What did the wall cost in both accounts?",
        "According to each article, who paid?",
        "What did Berg call it? the articles don't seem to match",
        "Who paid? Reports vary, I think.",
        "Do the reports agree on who paid?",
        "Are the reports at odds over who paid?",
        "What does each report say?",
        "How many drowned? I've seen different numbers.",
    ],
)
def test_who_asks_whether_reports_match_asks_for_each_ones_version(question: str) -> None:
    assert asks_versions(question)


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
        "How much power comes from each source?",
        "What did the judge find in each document seized in Oslo?",
        "Did the newspapers agree to a settlement?",
        "Did the report contradict the minister's claim?",
        "What changed between the two versions of the bill?",
    ],
)
def test_a_question_for_one_thing_is_none_for_versions_of_it(question: str) -> None:
    assert not asks_versions(question)

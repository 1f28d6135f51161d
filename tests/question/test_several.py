"""One thing or several: told by the form of a question."""

import pytest

from rag.question.several import asks_several

SEVERAL = (
    "What do Macron and Trump disagree on?",
    "What did Trump and Macron agree about?",
    "On what points do Trump and Macron differ?",
    "How do Europe and the United States differ over Ukraine?",
    "How does Europe's share compare with that of the United States?",
    "What is the difference between the two proposals?",
    "What disagreements came up at the meeting?",
    "Over which matters are Europe and the United States at odds?",
    "Macron versus Trump: who wants what?",
    "Which issues have strained the transatlantic alliance?",
    "Which three issues have strained the transatlantic alliance?",
    "What reasons did Lavrov give?",
    "What are the reasons for the split?",
    "What were the two main demands of Washington?",
    "Which countries sent aircraft?",
    "List the issues that strain the alliance.",
    "list all countries that were named",
    "Name three issues that divide them.",
    "Name the leaders who met.",
    "Name the people who spoke.",
    "Name Macron's demands.",
    "Please list the topics of the talks.",
    "Summarise what Lavrov said.",
    "summarize the dispute",
    "Which agency carried Ulyanov's promise, and what worry has it hardly eased?",
    "When did they meet and in which city?",
    "How is Trump's reply characterised, and what were his actual words?",
    "I need two things: the issues that divide them, and how Washington voted.",
)
ONE = (
    "What share of aid did Europe provide?",
    "Who is Putin's spokesperson?",
    "When did Trump and Macron agree on peacekeepers?",
    "Where did they agree on the deal?",
    "Who disagreed about the money?",
    "How many leaders agreed on it?",
    "How much does Europe's share differ?",
    "Over how many issues are Europe and the United States at odds?",
    "Why do they disagree about the war?",
    "Were Europe's contributions loans?",
    "In which city were Lavrov and Rubio expected to meet?",
    "Which issue has strained the alliance most?",
    "Which country sent aircraft?",
    "What was the reason for the scramble?",
    "Name the capital of France.",
    "Name Putin's spokesperson.",
    "Name the boss.",
    "What did Trump and Macron say, and do, about the aid?",
    "Who said that Russia and Ukraine would meet?",
    "What did Peskov answer when reporters asked?",
    "",
    "?",
)


@pytest.mark.parametrize("question", SEVERAL)
def test_lists_and_comparisons_ask_for_several_things(question: str) -> None:
    assert asks_several(question)
    assert asks_several(question.upper())


@pytest.mark.parametrize("question", ONE)
def test_all_else_asks_for_one_thing(question: str) -> None:
    assert not asks_several(question)
    assert not asks_several(question.upper())

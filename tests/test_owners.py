"""Whose a figure is: what another passage gives to somebody else is not that of the one asked about."""

from dataclasses import replace

import pytest

from rag.answer import Statement
from rag.owners import is_anothers, owned
from rag.prompt import number
from rag.reader import NOTHING
from tests.scripted import hit

WE = '"We paid 60 per cent of the total," Berg said.'
OSLO = "Oslo had paid 60% of the aid to Molde, Berg told Dahl."
GIVEN = "Oslo had paid 60% of the aid, Berg told Dahl."
RAISED = "Molde raised the rent by 60%."


@pytest.mark.parametrize(
    ("question", "short", "told", "anothers"),
    [
        ("What share of aid did Molde pay?", "60 percent", [WE, "Oslo had paid 60% of the aid."], True),
        (
            "What share of aid did the Molde council pay to Oslo?",
            "60%",
            [OSLO.replace(" to Molde", "")],
            True,
        ),
        ("What share of aid did Oslo pay?", "60%", [WE, OSLO], False),
        ("What share of the aid did Oslo pay to Molde, as Berg told Dahl?", "60%", [OSLO], False),
        ("Which share was paid as aid by Molde?", "60%", ["Oslo had paid 60% of the aid."], True),
        ("Which share was paid as aid by Oslo, not Trondheim?", "60%", [OSLO], False),
        ("What share of aid did Molde pay?", "60%", [WE], False),
        ("What share of aid did Molde pay?", "60%", [WE, RAISED], False),
        ("What share of aid did Molde pay?", "60%", ["Oslo had paid 40% of the aid."], False),
        ("What share of aid did Molde pay?", "real money", ["Oslo had paid 60% of the aid."], False),
        ("What number of boats did Molde pay?", "60", ["Oslo had paid 60 boats for it."], False),
        ("What share of aid did they pay?", "60%", ["Oslo had paid 60% of the aid."], False),
        ("What share of aid did Berg pay?", "60%", ["Oslo had paid 60% of the aid."], False),
    ],
)
def test_a_share_that_another_sentence_gives_to_somebody_else_is_no_answer(
    question: str, short: str, told: list[str], anothers: bool
) -> None:
    assert is_anothers(question, short, WE, told) is anothers


@pytest.mark.parametrize(("question", "left"), [("What share of aid did Molde pay?", 0), ("And Oslo?", 1)])
def test_a_reading_loses_the_figure_that_is_anothers(question: str, left: int) -> None:
    here, there = hit(WE), hit("Oslo had paid 60% of the aid.", path="oslo.txt")
    reading = replace(NOTHING, sentences=number([here]), statements=(Statement("60%", (1,)),), support=0.9)
    assert len(owned(question, reading, [here, there]).statements) == left

"""A question for two things is asked as two."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.question.parts import parts


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("Who won the race and when did it start?", ["Who won the race?", "When did it start?"]),
        (
            "In which town did Berg speak, and with whom did she dine?",
            ["In which town did Berg speak?", "With whom did she dine?"],
        ),
        (
            "How many ships sailed, but how many came back?",
            ["How many ships sailed?", "How many came back?"],
        ),
        (
            "Why did the mill stop and what does Dahl want and who pays for it?",
            ["Why did the mill stop?", "What does Dahl want?", "Who pays for it?"],
        ),
        (
            "For a page I need two things: the price of the bridge, and the day of its opening.",
            ["The price of the bridge?", "The day of its opening?"],
        ),
        ("Tell me the following things: the price; the day", ["The price?", "The day?"]),
        ("Compare Oslo with Bergen.", ["What is said of Oslo?", "What is said of Bergen?"]),
        (
            "Please compare the mill's plan to the union's",
            ["What is said of the mill's plan?", "What is said of the union's plan?"],
        ),
        ("How does Oslo differ from Bergen?", ["What is said of Oslo?", "What is said of Bergen?"]),
        (
            "What is the difference between Oslo's plan and the plan of Bergen?",
            ["What is said of Oslo's plan?", "What is said of the plan of Bergen?"],
        ),
        (
            "What is the difference between what Oslo asked and what Bergen gave?",
            ["What Oslo asked?", "What Bergen gave?"],
        ),
        (
            "What did Anna Berg and Carl Dahl each promise?",
            ["What did Anna Berg promise?", "What did Carl Dahl promise?"],
        ),
        (
            "Anna Berg vs. Carl Dahl on the mill: what did each of them say?",
            ["What did Anna Berg say on the mill?", "What did Carl Dahl say on the mill?"],
        ),
    ],
)
def test_a_question_for_several_things_is_asked_as_several(question: str, found: list[str]) -> None:
    assert parts(question) == tuple(found)


@pytest.mark.parametrize(
    "question",
    [
        "Who won the race?",
        "who won the race",
        "",
        " ?! ",
        "Who won the race, and when?",
        "Who and when?",
        "What did Berg say about where and when the mill opens?",
        "Who said when and where the mill opens?",
        "What happens when the mill opens and who pays for it?",
        "What did Oslo and Bergen promise?",
        "How does Oslo compare?",
        "Did Berg agree and who paid the bill?",
        "I need two things: the price and the day.",
        "Why did it stop and what did Dahl want and who pays for it and when did the strike begin?",
        "What is the difference in price?",
    ],
)
def test_a_question_for_one_thing_is_asked_as_it_stands(question: str) -> None:
    assert parts(question) == (question,)


PLAIN = st.lists(st.sampled_from("the mill Oslo Berg opened paid with of in bridges 60%".split()), max_size=8)
ANY = st.lists(
    st.sampled_from(
        [
            *("who", "What", "when", "in which", "and", "but", ",", ";", ":", "?", "each", "both", "compare"),
            *("two things", "with", "versus", "on", "Anna Berg", "Oslo's", "the plan", "differ", "between"),
        ]
    ),
    max_size=12,
).map(" ".join)


@given(st.sampled_from(["Who", "What", "How many", "In which town"]), PLAIN)
def test_a_single_clause_is_one_question(asks: str, rest: list[str]) -> None:
    question = f"{' '.join([asks, *rest])}?"
    assert parts(question) == (question,)


@given(st.one_of(ANY, st.text(max_size=60)))
def test_a_question_is_itself_or_two_or_three_that_are_questions(question: str) -> None:
    found = parts(question)
    assert found == (question,) or (2 <= len(found) <= 3 and all(part.endswith("?") for part in found))

"""Words around a question: a greeting and a frame are taken off, all else is kept word for word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.question.restate import restated


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("Hello! Who paid?", "Who paid?"),
        ("Hi there, who paid?", "Who paid?"),
        ("Thanks. Next question: who paid?", "Who paid?"),
        ("Can you tell me what it cost?", "What it cost?"),
        ("Could you please tell me in which city they met?", "In which city they met?"),
        ("Good morning! I'd like to know how many boats sank", "How many boats sank"),
        ("Do the articles say who paid?", "Who paid?"),
        ("Do you know  where\nit stood?", "Where it stood?"),
    ],
)
def test_a_greeting_and_a_frame_are_taken_off(typed: str, asked: str) -> None:
    assert restated(typed) == asked


@pytest.mark.parametrize(
    "typed",
    [
        "Who paid?",
        "who paid",
        "Hello!",
        "Please?",
        "Did Berg say hello, as he came in?",
        "Can you tell me about Berg?",
        "Do the articles say that Oslo paid?",
        "Do you know Berg?",
        "Who will tell us what it cost?",
        "Is it true that Oslo paid?",
        "",
    ],
)
def test_every_other_question_stays_as_it_is(typed: str) -> None:
    assert restated(typed) == typed


@given(st.text(max_size=80))
def test_what_is_left_ends_as_the_question_does(typed: str) -> None:
    left = restated(typed)
    assert left == typed or " ".join(typed.split()).lower().endswith(left[1:].lower())

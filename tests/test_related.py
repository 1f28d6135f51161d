"""Whether an answer's sentences speak of what is asked: what shares neither word nor meaning does not."""

from dataclasses import replace

import pytest

from rag.answer import Statement
from rag.nearness import Nearness
from rag.prompt import number
from rag.reader import NOTHING
from rag.related import FAR, is_unrelated, related
from tests.scripted import hit

TALKS = "In which city were the talks about the wall to go on this week?"
ENVOY = "Anna Berg represents Norway at the embassies in Vienna."


def at(cosine: float) -> Nearness:
    """Every text lies at this cosine."""
    return lambda _, others: [cosine for _ in others]


@pytest.mark.parametrize(
    ("question", "span", "cosine", "unrelated"),
    [
        (TALKS, ENVOY, FAR - 0.05, True),
        (TALKS, ENVOY, FAR, False),
        (TALKS, "Anna Berg goes to Vienna for the talks.", 0.0, False),
        (TALKS, "It went on in Vienna.", 0.0, False),
        (TALKS, '"No, to be frank, Vienna was picked," Berg said.', 0.0, False),
        (TALKS, "No, we chose Vienna, Berg said.", 0.0, False),
        (TALKS, "Anna Berg represents her country in Vienna.", 0.0, True),
        (TALKS, "There they met Anna Berg in Vienna.", 0.0, False),
        (TALKS, "Many of them met in Vienna.", 0.0, False),
        (TALKS, "Vienna is where such meetings are held.", 0.0, False),
        (TALKS, "However, Vienna was chosen.", 0.0, False),
        (TALKS, "“For example, Vienna was chosen.”", 0.0, False),
        (TALKS, "Herewith Vienna was chosen.", 0.0, True),
        ("Who won?", "Molde beat Oslo 3-1.", 0.0, False),
        ("Who won the final?", "Molde beat Oslo 3-1.", 0.0, False),
    ],
)
def test_a_sentence_that_stands_alone_far_from_the_question_tells_of_something_else(
    question: str, span: str, cosine: float, unrelated: bool
) -> None:
    assert is_unrelated(question, span, at(cosine)) is unrelated


@pytest.mark.parametrize(("cosine", "left"), [(0.2, 0), (0.4, 1)])
def test_a_reading_loses_the_answer_that_tells_of_something_else(cosine: float, left: int) -> None:
    sentences = number([hit(ENVOY)])
    reading = replace(NOTHING, sentences=sentences, statements=(Statement("Vienna", (1,)),), support=0.9)
    assert len(related(TALKS, reading, at(cosine)).statements) == left

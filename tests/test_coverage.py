"""Coverage: what a passage says of the question's subject shifts the odds of an answer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.coverage import MIDDLE, coverage, weighed
from rag.reader import Reading, read
from rag.support import shifted
from tests.scripted import cites, enqueued, hit, scripted_llm

AID = hit("Europe provided 60% of the aid, Macron said.", title="Money for Ukraine")


@pytest.mark.parametrize(
    ("question", "share"),
    [
        ("What share of aid did Europe provide?", 3 / 4),
        ("How much aid has Ukraine been provided with?", 1.0),
        ("Who won the football match?", 0.0),
        ("EUROPE providing?", 1.0),
        ("What is 60?", 1.0),
        ("What is 6?", 0.0),
        ("How much was it?", MIDDLE),
        ("?", MIDDLE),
    ],
)
def test_coverage_is_the_share_of_content_words_by_stem_with_the_title(question: str, share: float) -> None:
    assert coverage(question, (AID,)) == pytest.approx(share)


def test_several_passages_cover_together() -> None:
    other = hit("Poland scrambled aircraft.", path="other.txt")
    assert coverage("Did Europe or Poland pay?", (AID, other)) == pytest.approx(2 / 3)


shares = st.floats(0, 1)


@given(st.floats(0.001, 0.999), shares, shares)
def test_more_coverage_never_lowers_support(support: float, one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert weighed(support, low) <= weighed(support, high)
    assert 0 <= weighed(support, low) <= 1


@given(shares)
def test_certainty_and_the_middle_are_left_alone(share: float) -> None:
    assert (weighed(0.0, share), weighed(1.0, share)) == (0.0, 1.0)
    assert weighed(share, MIDDLE) == pytest.approx(share)


@given(st.floats(0.01, 0.99), shares, st.floats(0, 8))
def test_what_tells_against_an_answer_is_taken_from_its_log_odds(
    support: float, share: float, against: float
) -> None:
    assert weighed(support, share, against) == pytest.approx(shifted(weighed(support, share), -against))
    assert (weighed(0.0, share, against), weighed(1.0, share, against)) == (0.0, 1.0)


def test_a_reading_is_weighed_by_what_its_passage_covers() -> None:
    def support(question: str) -> float | None:
        work = read(question, [AID], scripted_llm(enqueued(cites(1, "60%", 0.9))))
        while True:
            try:
                next(work)
            except StopIteration as end:
                reading: Reading = end.value
                return reading.support

    on, off = support("What share of aid did Europe provide?"), support("Who won the football match?")
    assert on == pytest.approx(weighed(0.9, 3 / 4))
    assert off == pytest.approx(weighed(0.9, 0.0))

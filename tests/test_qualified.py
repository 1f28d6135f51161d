"""What narrows a figure or a superlative stays with it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.qualified import unqualified


@pytest.mark.parametrize(
    ("claim", "span", "kept"),
    [
        ("Europe paid 60%.", "Europe paid about 60% of it.", False),
        ("Europe paid around 60%.", "Europe paid about 60% of it.", True),
        ("Oslo sent 40 boats.", "Oslo sent more than 40 boats.", False),
        ("Oslo sent at least 40 boats.", "Oslo sent more than 40 boats.", True),
        ("Oslo sent 40 boats.", "Oslo sent 40 boats.", True),
        ("Oslo sent 40 boats.", "Oslo sent 40 boats, and up to 90 later.", True),
        ("It ended in 1962.", "It ended around 1962.", True),
        ("The college has the lowest rate.", "It has the second lowest rate.", False),
        ("The college has the second lowest rate.", "It has the second-lowest rate.", True),
        ("It is the oldest.", "It is one of the oldest.", False),
        ("It is the oldest.", "It is the oldest, one of the oldest known.", True),
        ("Most boats came.", "Most boats came.", True),
        ("The forest is the third.", "The third forest is it.", True),
    ],
)
def test_what_narrows_stays_with_what_it_narrows(claim: str, span: str, kept: bool) -> None:
    assert (unqualified(claim, span) == ()) is kept


@given(st.text(alphabet="about 06% second lowest.", max_size=60))
def test_every_text_keeps_what_it_narrows_itself(text: str) -> None:
    assert unqualified(text, text) == ()

"""A sentence that tells the opposite of what its question takes for granted answers another question."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.stance import is_opposite

ACCEPTED, REJECTED = "Oslo approved the plan.", "Oslo rejected the plan."


@pytest.mark.parametrize(
    ("question", "span", "opposite"),
    [
        ("Why did Oslo accept the plan?", REJECTED, True),
        ("On what terms did Oslo vote for the plan?", "Oslo ruled out the plan.", True),
        ("Why was Oslo against the plan?", ACCEPTED, True),
        ("who endorsed the plan", REJECTED, True),
        ("Why did Oslo accept the plan?", ACCEPTED, False),
        ("Who turned down the plan?", REJECTED, False),
        ("Did Oslo accept the plan?", REJECTED, False),
        ("Is it true that Oslo accepted the plan?", REJECTED, False),
        ("Why did Oslo not accept the plan?", REJECTED, False),
        ("Why did Oslo accept the plan?", "Oslo rejected one plan and accepted another.", False),
        ("Why did Oslo reject the plan?", "Oslo did not accept the plan.", False),
        ("Why did Oslo delay the plan?", REJECTED, False),
        ("Why did Oslo accept the plan?", "Oslo read the plan.", False),
    ],
)
def test_who_asks_why_it_was_accepted_is_not_told_that_it_was_rejected(
    question: str, span: str, opposite: bool
) -> None:
    assert is_opposite(question, span) is opposite


@given(st.text(max_size=60))
def test_no_text_is_the_opposite_of_itself(text: str) -> None:
    assert not is_opposite(f"Why {text}", f"Why {text}")

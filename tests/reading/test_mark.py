"""Marks: only what stands in the text is marked, in order, without overlap."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.reading.mark import marks

PAID = "Europe paid 60 per cent of the total, or $500 billion, Macron said."


@pytest.mark.parametrize(
    ("short", "text", "marked"),
    [
        ("Europe", PAID, ["Europe"]),
        ("europe paid", PAID, ["Europe paid"]),
        ("60 per cent", PAID, ["60 per cent"]),
        ("60%", PAID, ["60 per cent"]),
        ("60 percent of the total", PAID, ["60 per cent of the total"]),
        ("sixty percent of the total", PAID, ["60 per cent of the total"]),
        ("sixty percent of the aid", PAID, []),
        ("fifty percent of the total", PAID, []),
        ("$500bn", PAID, ["$500 billion"]),
        ("five hundred billion dollars", PAID, ["$500 billion"]),
        ("60 per cent", "It was sixty percent of it.", ["sixty percent"]),
        ("“Europe.”", PAID, ["Europe"]),
        ("40%", PAID, []),
        ("Macron paid", PAID, []),
        ("urop", PAID, []),
        ("", PAID, []),
        ("?!", PAID, []),
        ("“calm” “boats”", "He wants “calm” and then “boats”.", ["calm", "boats"]),
        ("“boats” “calm”", "He wants “calm” and then “boats”.", ["calm", "boats"]),
        ("“calm” “gold”", "He wants “calm” and then “boats”.", []),
        ("12 people", "12\u00a0people died, and 12 people were hurt.", ["12\u00a0people"]),
    ],
)
def test_what_stands_in_the_text_is_marked_and_nothing_else(short: str, text: str, marked: list[str]) -> None:
    assert [text[start:end] for start, end in marks(short, text)] == marked


WORDS = st.lists(
    st.sampled_from('60 % 60% per cent of Europe “calm” “boats” $5 bn ( . \\ "'.split()), max_size=9
)


@given(WORDS.map(" ".join) | st.text(max_size=20), WORDS.map(" ".join) | st.text(max_size=60))
def test_marks_lie_inside_the_text_in_order_and_apart(short: str, text: str) -> None:
    ends = [edge for mark in marks(short, text) for edge in mark]
    assert ends == sorted(ends)
    assert all(start < end for start, end in marks(short, text))
    assert all(0 <= edge <= len(text) for edge in ends)

"""A list that is left open, and what one text says and another lacks."""

import pytest

from rag.english.lacking import lacks
from rag.english.lists import is_left_open


@pytest.mark.parametrize(
    ("text", "left_open"),
    [
        ("They quarrel over fish, tolls and many other matters.", True),
        ("Fish and tolls divide them, among others.", True),
        ("Several further points were raised.", True),
        ("They quarrel over fish and tolls.", False),
        ("Many boats came.", False),
        ("", False),
    ],
)
def test_a_list_is_left_open_by_its_words(text: str, left_open: bool) -> None:
    assert is_left_open(text) is left_open


@pytest.mark.parametrize(
    ("there", "text", "lacking"),
    [
        ("Europe paid 60 per cent of the total.", "60%", False),
        ("Europe paid 40 per cent.", "60%", True),
        ("Oslo paid for the wall.", "Oslo", False),
        ("Oslo paid for the wall.", "Bergen", True),
        ("Oslo paid for the walls.", "the wall", False),
        ("Oslo paid.", "through loans", True),
        ("The United States paid.", "the US", False),
        ("Oslo paid.", "because she said so", False),
        ("Oslo paid.", "", False),
    ],
)
def test_a_figure_a_name_or_a_content_word_may_be_lacking(there: str, text: str, lacking: bool) -> None:
    assert lacks(there, text) is lacking

"""Content words: two texts speak of the same as far as their stems say."""

import pytest

from rag.english.words import stems


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("What share of aid did Europe provide?", {"share", "aid", "europ", "provid"}),
        ("providing EUROPE", {"europ", "provid"}),
        ("How much was it?", set()),
        ("the U.S. aid", {"us", "aid"}),
        ("café, cafe", {"cafe"}),
        ("6 of 60", {"6", "60"}),
        ("?", set()),
        ("", set()),
    ],
)
def test_content_words_count_by_stem_and_words_that_ask_or_join_do_not(text: str, found: set[str]) -> None:
    assert stems(text) == found

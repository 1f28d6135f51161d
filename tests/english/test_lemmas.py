"""Base forms of words."""

import pytest

from rag.english.lemmas import with_lemmas


@pytest.mark.parametrize(
    ("word", "base"),
    [("lent", "lend"), ("Repaid", "repay"), ("borrowed", "borrow"), ("loans", "loan"), ("gave", "give")],
)
def test_a_form_of_a_word_brings_its_base_form(word: str, base: str) -> None:
    assert {word.lower(), base} <= with_lemmas([word])


def test_a_base_form_and_a_name_stay_alone() -> None:
    assert with_lemmas(["lend", "Zelenskyy"]) == {"lend", "zelenskyy"}


def test_no_words_have_no_forms() -> None:
    assert with_lemmas([]) == frozenset()

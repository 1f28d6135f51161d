"""One sentence denies another's word where both speak of the same thing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.english.denials import contradiction, denials
from rag.english.words import stems


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The grants were not loans.", {"loan": "not loans"}),
        ("They weren't given as a loan.", {"given": "n't given"}),
        ("It isn't a form of loan.", {"loan": "n't a form of loan"}),
        ("It isn’t the loan.", {"loan": "n’t the loan"}),
        ("They came without weapons.", {"weapon": "without weapons"}),
        ("Oslo sent boats rather than money.", {"money": "rather than money"}),
        ("Oslo sent boats instead of money.", {"money": "instead of money"}),
        ("Neither boats nor money came.", {"boat": "Neither boats", "money": "nor money"}),
        ("It was never paid, and no boats sailed.", {"paid": "never paid", "boat": "no boats"}),
        ("It was not to be.", {}),
        ("No Norwegian mayor had come.", {}),
        ("Not only boats came.", {}),
        ("It is no doubt true.", {}),
        ("They sent not only money but no less than nine boats.", {}),
        ("Nothing but boats came.", {}),
        ("The knot boats came.", {}),
        ("", {}),
    ],
)
def test_a_denial_is_found_with_its_word(text: str, found: dict[str, str]) -> None:
    assert denials(text) == found


PAID = "Oslo paid for the harbour wall through loans."
NOT = "Oslo's harbour wall was paid by gifts, not loans."


@pytest.mark.parametrize(
    ("one", "other", "says"),
    [
        (PAID, NOT, {"loan": "not loans"}),
        (NOT, PAID, {"loan": "loans"}),
        (PAID, "Bergen's bridge is not on loan.", {}),
        (PAID, "The harbour of Oslo took not loans.", {}),
        (PAID, "The harbour wall of Oslo took not loans.", {"loan": "not loans"}),
        (PAID, PAID, {}),
        (NOT, NOT, {}),
        (NOT, "No loans were paid for the harbour wall of Oslo.", {}),
        (PAID, "No loans were paid for the harbour wall of Oslo.", {"loan": "No loans"}),
        (PAID, "No wall of Oslo's harbour had been paid through loans before.", {}),
        (
            f"{PAID[:-1]} and a café.",
            "Oslo's harbour wall was paid by loans, not a cafe\u0301.",
            {"cafe": "not a cafe"},
        ),
        (NOT, "There were no loans, Oslo paid for its harbour wall.", {}),
        (PAID, "Oslo paid for the harbour wall not only through loans.", {}),
        (PAID, "Oslo paid for the harbour wall, but not for boats.", {}),
        ("", NOT, {}),
    ],
)
def test_what_another_sentence_says_against_one(one: str, other: str, says: dict[str, str]) -> None:
    assert contradiction(one, other) == says


WORDS = "Oslo mayor harbour wall loans loan paid boats not never without no doubt only rather than the in"
TEXTS = st.lists(st.sampled_from(WORDS.split()), max_size=14).map(" ".join)


@given(TEXTS, TEXTS)
def test_two_sentences_contradict_each_other_in_the_same_words(one: str, other: str) -> None:
    assert contradiction(one, other).keys() == contradiction(other, one).keys()


@given(TEXTS, TEXTS)
def test_a_contradiction_is_a_shared_word_that_only_one_side_denies(one: str, other: str) -> None:
    here, there = denials(one), denials(other)
    for stem, said in contradiction(one, other).items():
        assert stem in stems(one) & stems(other)
        assert said == there[stem] if stem in there else (stem in here and stems(said) == {stem})


@given(TEXTS)
def test_no_sentence_contradicts_itself(text: str) -> None:
    assert contradiction(text, text) == {}

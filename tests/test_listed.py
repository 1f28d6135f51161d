"""Whose each figure of a list is: a claim that gives it to another gives way to the sentence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.listed import keeps_owners
from rag.verify import attribution

FOREST = (
    "Most of the forest lies in Brazil, with 60% of it, followed by Peru with 13%, Colombia with 10%, and "
    "with smaller parts in Ecuador and Bolivia."
)
GROWTH = "Growth was 5.1% in 2010, up from 4% in 2009."
ASIDE = "Berg, who met Dahl in Oslo, paid 60% and Olsen 40%."


@pytest.mark.parametrize(
    ("claim", "span", "keeps"),
    [
        ("60% of the forest is in Ecuador.", FOREST, False),
        ("60% of the forest is in Brazil.", FOREST, True),
        ("Peru has 60% of the forest.", FOREST, False),
        ("Peru has 13% of the forest.", FOREST, True),
        ("Colombia has 13% of the forest.", FOREST, False),
        ("Brazil has 60% of the forest, more than Ecuador.", FOREST, True),
        ("60% of the forest is there.", FOREST, True),
        ("60% of the forest is in Chile.", FOREST, True),
        ("Growth was 5.1% in 2009.", GROWTH, False),
        ("Growth was 4% in 2009.", GROWTH, True),
        ("Growth was 5.1% in 2010.", GROWTH, True),
        ("Berg paid 60%.", ASIDE, True),
        ("Olsen paid 60%.", ASIDE, False),
        ("Olsen paid 40%.", ASIDE, True),
        ("Peru has 60% of the forest.", "Brazil has 60% of the forest, and Peru none.", True),
        ("Peru sent 60 letters.", "Brazil sent 60 letters, Peru 13.", True),
        ("Peru paid $60.", "Brazil paid $60. Peru paid $13.", True),
        ("Peru paid $60.", "Brazil paid $60; Peru paid $13.", False),
        ("It fell by 60%.", "By 60%, then by 13%, it fell in Peru.", True),
    ],
)
def test_a_figure_of_a_list_belongs_to_the_name_or_year_beside_it(claim: str, span: str, keeps: bool) -> None:
    assert keeps_owners(claim, span) is keeps


def test_a_figure_that_is_anothers_fails_the_gate_that_keeps_who_did_what() -> None:
    found = attribution("60% of the forest is in Ecuador.", FOREST)
    assert (found.passed, found.detail) == (False, "the figure is another's in that list")


WORDS = st.sampled_from(
    "Brazil Peru Berg 60% 13% $5 5.1% 2009 2010 in and with, by; growth who paid while Oslo. It".split()
)


@given(st.lists(WORDS, max_size=14).map(" ".join))
def test_a_sentence_keeps_its_own_owners(text: str) -> None:
    assert keeps_owners(text, text)

"""Who did it to whom: a claim keeps it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.roles import keeps_roles

BRUSHED = "Kremlin spokesperson Dmitry Peskov brushed Trump's remarks aside."
BEAT = "On Monday Oslo beat Bergen. The rain in Bergen went on."


@pytest.mark.parametrize(
    ("claim", "span", "kept"),
    [
        ("Trump brushed aside Dmitry Peskov's remarks.", BRUSHED, False),
        ("Dmitry Peskov brushed aside Trump's remarks.", BRUSHED, True),
        ("Trump's remarks were brushed aside by Dmitry Peskov.", BRUSHED, True),
        ("Peskov brushed the remarks aside.", BRUSHED, True),
        ("Bergen beat Oslo.", BEAT, False),
        ("Bergen beats Oslo.", BEAT, False),
        ("Oslo beat Bergen on Monday.", BEAT, True),
        ("Bergen was beaten by Oslo.", BEAT, True),
        ("Berg said that Dahl had left.", "Dahl had left, said Berg.", True),
        ("Berg left on Monday.", "On Monday he left, Berg's son wrote.", True),
        ("Oslo owes Bergen money.", "Bergen owes Oslo money, and Oslo owes Bergen more.", True),
        ("It rained.", "", True),
    ],
)
def test_two_names_that_changed_places_around_a_word_do_not_pass(claim: str, span: str, kept: bool) -> None:
    assert keeps_roles(claim, span) is kept


@given(st.text(alphabet="ABab .'’,", max_size=60))
def test_every_text_keeps_its_own_roles(text: str) -> None:
    assert keeps_roles(text, text)

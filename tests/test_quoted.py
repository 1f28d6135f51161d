"""A sentence within a quotation is cited with the sentence that opens it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.prompt import number
from rag.quoted import FURTHEST, with_opening
from tests.scripted import hit


@pytest.mark.parametrize(
    ("texts", "numbers", "wider"),
    [
        (("Berg said that “we want calm.", "The plan is bold."), (2,), (1, 2)),
        (("Berg said: “We want calm.", "It rains.", "The plan is bold.”"), (3,), (1, 2, 3)),
        (("Berg said: “We want calm.", "It rains.", "The plan is bold.”"), (2, 3), (1, 2, 3)),
        (("Berg said: “We want calm.”", "The plan is bold."), (2,), (2,)),
        (("“We want calm,” Berg said, “and boats.", "The plan is bold.”"), (2,), (1, 2)),
        (("“We want calm,” Berg said.", "The plan is bold.”"), (2,), (2,)),
        (('Berg said: "We want calm.', "The plan is bold."), (2,), (1, 2)),
        (('Berg said: "We want calm."', "The plan is bold."), (2,), (2,)),
        (('"We want calm," Berg said.', "The plan is bold."), (2,), (2,)),
        (("It rained.", "The plan is bold."), (2,), (2,)),
        (("Berg said: “We want calm.",), (1,), (1,)),
        (("Berg said: “We want calm.", "The plan is bold."), (7,), (7,)),
        (("Berg said: “We want calm.",), (), ()),
    ],
)
def test_what_opens_the_quotation_comes_before_the_sentence(
    texts: tuple[str, ...], numbers: tuple[int, ...], wider: tuple[int, ...]
) -> None:
    assert with_opening(numbers, number([hit(*texts)])) == wider


def test_a_quotation_does_not_reach_into_another_passage() -> None:
    sentences = number([hit("Berg said: “We want calm.", path="a.txt"), hit("It rains.", path="b.txt")])
    assert with_opening((2,), sentences) == (2,)


def test_a_beginning_too_far_away_is_not_looked_for() -> None:
    sentences = number([hit("Berg said: “We want calm.", *["It rains."] * (FURTHEST + 1))])
    assert with_opening((FURTHEST + 1,), sentences) == tuple(range(1, FURTHEST + 2))
    assert with_opening((FURTHEST + 2,), sentences) == (FURTHEST + 2,)


@given(st.lists(st.text('ab “”"', min_size=1, max_size=12), min_size=1, max_size=8), st.data())
def test_the_numbers_stay_in_order_and_end_as_they_did(texts: list[str], data: st.DataObject) -> None:
    sentences = number([hit(*(f"{text}." for text in texts))])
    at = data.draw(st.integers(1, len(sentences)))
    wider = with_opening((at,), sentences)
    assert wider[-1] == at
    assert list(wider) == list(range(wider[0], at + 1))
    assert at - FURTHEST <= wider[0]

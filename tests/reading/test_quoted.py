"""A sentence within a quotation is cited with what opens it; exact words are looked for in quotations."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.reading.prompt import number
from rag.reading.quoted import FURTHEST, narrowed, quotation_of, with_opening
from tests.readings import asked
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


BERG = "“We want calm,” Berg said."
OPENED = ("Berg, asked by Oslo Radio, went on, saying: “We want calm.", "The plan is bold.”")
DAHL = "“It is late,” said Dahl."
MARK = "“It is late,” said Mark."
SOME = "The wall is old."


@pytest.mark.parametrize(
    ("question", "passages", "left"),
    [
        ("What were Berg's exact words?", [(SOME, BERG, DAHL)], [(BERG,)]),
        ("What were Berg's exact words?", [(SOME, DAHL), (BERG, SOME)], [(BERG,)]),
        ("What were Mark's exact words?", [(BERG, MARK)], [(MARK,)]),
        ("Berg's quote about the plan?", [(SOME, *OPENED, SOME)], [OPENED]),
        ("What were the mayor's exact words?", [(SOME, BERG, DAHL)], [(BERG, DAHL)]),
        ("What were Lund's exact words?", [(SOME, BERG), (DAHL,)], [(BERG,), (DAHL,)]),
        ("What were Berg's exact words?", [(SOME,), ("Berg said no.",)], [(SOME,), ("Berg said no.",)]),
        ("What did Berg say?", [(SOME, BERG, DAHL)], [(SOME, BERG, DAHL)]),
    ],
)
def test_exact_words_are_looked_for_among_the_quotations_of_whom_the_question_names(
    question: str, passages: list[tuple[str, ...]], left: list[tuple[str, ...]]
) -> None:
    found = narrowed(asked(question), [hit(*texts, path=f"{n}.txt") for n, texts in enumerate(passages)])
    assert [tuple(s.text for s in one.passage.sentences) for one in found] == left


WHOLE = "“We want calm. The plan is bold.”"


@pytest.mark.parametrize(
    ("texts", "at", "said", "numbers"),
    [
        ((BERG,), 1, "“We want calm,”", (1,)),
        ((*OPENED, SOME), 1, WHOLE, (1, 2)),
        ((SOME, *OPENED), 3, WHOLE, (2, 3)),
        (OPENED[:1], 1, "“We want calm.", (1,)),
        (("“We want calm,” Berg said, “and boats.”", DAHL), 1, "“We want calm,” “and boats.”", (1,)),
        (('Berg said "calm" and that Dahl "is late."',), 1, '"calm" "is late."', (1,)),
        (("Berg refused.", BERG), 1, "", ()),
    ],
)
def test_a_quotation_is_taken_to_its_ends(
    texts: tuple[str, ...], at: int, said: str, numbers: tuple[int, ...]
) -> None:
    assert quotation_of((at,), number([hit(*texts)])) == ((said, numbers) if numbers else None)

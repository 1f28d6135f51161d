"""Quotation marks: what stands in them, where one stays open, whether two texts quote the same words."""

import pytest

from rag.english.quotes import ends_within, has_mark, is_told_by, quoted, requotes, words_apart


@pytest.mark.parametrize(
    ("text", "open_"),
    [
        ("Berg said: “We want calm.", True),
        ("“We want calm,” Berg said.", False),
        ("“We want calm,” Berg said, “and boats.", True),
        ('Berg said: "We want calm.', True),
        ('Berg said: "We want calm."', False),
        ("Berg said no.", None),
        ("", None),
    ],
)
def test_the_last_mark_tells_whether_a_quotation_stays_open(text: str, open_: bool | None) -> None:
    assert ends_within(text) is open_
    assert has_mark(text) is (open_ is not None)


def test_what_is_quoted_keeps_its_marks() -> None:
    assert quoted("“We want calm,” Berg said, “and boats.") == ("“We want calm,”", "“and boats.")
    assert quoted("Berg said no.") == ()


@pytest.mark.parametrize(
    ("span", "told"),
    [
        ("“We want calm,” Berg said.", True),
        ("Berg brushed Dahl's words aside, saying the wall was safe.", True),
        ("“We want calm,” Dahl said.", False),
        ("Berg built the wall.", False),
    ],
)
def test_somebody_tells_it_where_a_verb_of_saying_is_theirs(span: str, told: bool) -> None:
    assert is_told_by(frozenset({"berg"}), span) is told


PRAISED = 'Berg told the council: "The wall is a very good one."'


@pytest.mark.parametrize(
    ("other", "apart"),
    [
        ('Berg called it a "good wall" and said that it was late.', True),
        ('Berg said that it was "a very good one".', False),
        ('Berg said: "The wall is a very good one. We thank Oslo."', False),
        ('Dahl said that it was a "good wall".', False),
        ("Berg said that the wall was good.", False),
    ],
)
def test_two_reports_quote_a_person_differently_where_neither_holds_the_words_of_the_other(
    other: str, apart: bool
) -> None:
    assert words_apart(PRAISED, other) is apart
    assert words_apart(other, PRAISED) is apart


@pytest.mark.parametrize(
    ("other", "again"),
    [
        ('Berg called it a "good wall" on Monday.', True),
        ('Dahl said: "It is a good wall."', False),
        ('Berg said: "We want boats."', False),
        (PRAISED, False),
    ],
)
def test_the_same_quotation_in_other_words_is_told_by_the_words_it_shares(other: str, again: bool) -> None:
    assert requotes(PRAISED, other) is again

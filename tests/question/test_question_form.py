"""The form of a question is told once: what it asks for, and of whom."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answer import Form
from rag.question.form import form_of, understood
from rag.question.unfit import instead


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("Did Berg pay?", {"closed": True, "verb_first": True}),
        ("Did Berg pay or lend it?", {"closed": False, "verb_first": True}),
        ("Weren't they loans?", {"closed": True, "denies": False}),
        ("Did Berg not pay?", {"closed": True, "denies": True}),
        ("Who did not pay?", {"closed": False, "denies": True}),
        ("Which countries sent boats?", {"several": True}),
        ("Who paid according to each report?", {"each": True}),
        ("What were Berg's exact words?", {"exact": True}),
        ("With what words did Berg confirm it?", {"exact": True}),
        ("What did Berg say?", {"exact": False}),
        ("Who paid?", {"one_name": True, "counting": False}),
        ("What was the toll?", {"one_name": False, "counting": True, "how_many": False}),
        ("How many boats sank?", {"counting": True, "how_many": True}),
        ("How many per cent did Oslo pay?", {"counting": True, "how_many": False}),
        ("How did the boats sink?", {"how_many": False}),
        ("What did Anna Berg pay in 1999?", {"names": frozenset({"anna", "berg"})}),
        ("WHO PAID BERG?", {"names": frozenset()}),
    ],
)
def test_what_is_asked_is_told_by_form(question: str, told: dict[str, Any]) -> None:
    form = form_of(question)
    assert {name: getattr(form, name) for name in told} == told


def test_each_version_is_told_by_the_words_as_asked() -> None:
    question = understood("Who paid according to each report?", "Who paid?")
    assert (question.asked, question.text) == ("Who paid according to each report?", "Who paid?")
    assert question.form.each
    assert not form_of("Who paid?").each


@given(st.text(max_size=80))
def test_every_text_has_a_form(text: str) -> None:
    assert isinstance(form_of(text), Form)
    assert instead(text).endswith("said.") or not instead(text)


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Summarize the article", "A new text"),
        ("Give me a short summary of it.", "A new text"),
        ("Write me a poem about the bridge.", "A new text"),
        ("Translate it into French.", "A new text"),
        ("What do you think about the wall?", "An opinion"),
        ("Are you in favour of the wall?", "An opinion"),
        ("Why should I care?", "Advice"),
        ("What would you recommend?", "Advice"),
        ("Which book would you recommend?", "Advice"),
        ("What book do you suggest?", "Advice"),
        ("Which articles would you recommend on the wall?", ""),
        ("Which book would Berg recommend?", ""),
        ("Which book did you recommend, Berg asked?", ""),
        ("Which dam would you say is the oldest?", ""),
        ("What did the summary say?", ""),
        ("Who should pay, in Berg's view?", ""),
        ("What does Berg think about the wall?", ""),
        ("Did Berg write a poem?", ""),
        ("", ""),
    ],
)
def test_what_can_not_be_quoted_is_told_by_form(question: str, kind: str) -> None:
    told = instead(question)
    assert told.startswith(kind) if kind else told == ""

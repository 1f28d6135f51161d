"""Whether a claim's words stand in its sentences, or came from somewhere else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.grounds import absent, added, leaked
from rag.prompt import example_words

PAID = "Oslo paid 60% of the wall, Berg said on Monday."


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (PAID, ""),
        ("Berg says: Oslo has paid for walls on Mondays.", ""),
        ("Because it said so, they told us.", ""),
        ("Oslo promised the wall.", "promised"),
        ("Bergen paid gladly.", "bergen gladly"),
        ("Oslo paid 61 million dollars.", ""),
        ("Oslo paid half.", ""),
        ("Oslo paid the rain-soaked wall.", "rain soaked"),
        ("", ""),
    ],
)
def test_content_words_that_a_span_does_not_hold_are_added(text: str, words: str) -> None:
    assert added(text, PAID) == frozenset(words.split())


@pytest.mark.parametrize(
    ("text", "known", "words"),
    [
        ("The ferry was late.", "The boat was late.", "ferry"),
        ("The ferry was late.", "The ferry was early.", ""),
        ("The council sold the ferry.", "", "council ferry"),
        ("The boat was late.", "", ""),
        ("The board approved two plans.", "", ""),
    ],
)
def test_words_that_only_the_examples_have_are_leaked(text: str, known: str, words: str) -> None:
    assert {"ferry", "council", "board"} <= example_words()
    assert leaked(text, known) == frozenset(words.split())


@pytest.mark.parametrize(
    ("text", "asked", "lacking"),
    [
        ("Oslo paid sixty per cent.", "", ()),
        ("Oslo paid 61%.", "", ("61 percent",)),
        ("Dahl promised 61%.", "What did Dahl promise?", ("61 percent", "dahl", "promised")),
        ("Oslo accepted the wall.", "What did Oslo accept?", ("accepted",)),
        ("The ferry paid.", "Who paid the ferry?", ("ferry",)),
        ("", "Who paid?", ()),
    ],
)
def test_what_is_absent_is_told_once_figures_first(text: str, asked: str, lacking: tuple[str, ...]) -> None:
    assert absent(text, PAID, asked) == lacking


TEXTS = st.lists(st.sampled_from([*PAID.split(), "ferry", "Dahl", "61%", "12", "won't"]), max_size=10).map(
    " ".join
)


@given(TEXTS, TEXTS)
def test_what_a_span_says_itself_is_never_absent(text: str, asked: str) -> None:
    assert [*absent(text, text, asked), *added(text, text), *leaked(text, text)] == []


@given(TEXTS, TEXTS, TEXTS)
def test_more_sentences_never_lack_more(text: str, span: str, more: str) -> None:
    assert added(text, f"{span} {more}") <= added(text, span)
    assert leaked(text, f"{span} {more}") <= leaked(text, span)

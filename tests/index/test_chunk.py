"""Passages: exact tiling, bounds, and what joins what."""

import hashlib
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.article import Article, Passage, Source
from index.chunk import SHORT, chunk, content_hash, embedded_text
from index.embed import MINILM, Embedder, open_embedder

SOURCE = Source("a.txt", "The Title", None, None, "2025-02-25")
HOSTILE = (
    st.text(st.sampled_from('ab.!?”“"\n\r\t \x1c\x85\u2028\u200b\u202e\ufeff漢\U0001f600e\u0301-#1'))
    | st.text()
)


def words(text: str) -> int:
    return len(re.findall(r"\w+|[^\w\s]", text))


def cut(text: str, limit: int = 180, body_start: int = 0) -> tuple[Passage, ...]:
    return chunk(Article(SOURCE, text, body_start), words, limit)


def texts(passages: tuple[Passage, ...]) -> list[str]:
    return [passage.text for passage in passages]


@given(HOSTILE, st.integers(1, 12), st.integers(0, 4))
def test_passages_tile_the_body_and_sentences_stand_at_their_offsets(
    text: str, limit: int, skip: int
) -> None:
    body_start = min(skip, len(text))
    passages = cut(text, limit, body_start)
    assert "".join(texts(passages)) == (text[body_start:] if text[body_start:].strip() else "")
    for passage in passages:
        assert text[passage.start : passage.end] == passage.text
        assert passage.sentences
        assert "".join(passage.text.split()) == "".join("".join(s.text for s in passage.sentences).split())
        for sentence in passage.sentences:
            assert passage.start <= sentence.start < sentence.end <= passage.end
            assert text[sentence.start : sentence.end] == sentence.text == sentence.text.strip()


@given(st.lists(st.text(st.sampled_from("abc "), min_size=1, max_size=60), min_size=1), st.integers(2, 30))
def test_no_passage_is_over_the_limit(sentences: list[str], limit: int) -> None:
    assert all(words(passage.text) <= limit for passage in cut(". ".join(sentences) + ".", limit))


def test_white_space_between_passages_goes_to_the_earlier_one() -> None:
    first, second = "One two three. " * 20, "Four five six. " * 20
    assert texts(cut(f"  {first.strip()} \n\n\t{second}", 80)) == [f"  {first.strip()} \n\n\t", second]


def test_a_heading_joins_the_paragraph_that_follows_it() -> None:
    body = "A sentence of the body. " * 18
    text = f"The Headline\n\n{body}\n\nA Subheading\n\n{body}"
    assert texts(cut(text)) == [f"The Headline\n\n{body}\n\n", f"A Subheading\n\n{body}"]


def test_short_paragraphs_join_until_there_is_enough_to_stand_alone() -> None:
    said = (
        "A sentence of news stands in a paragraph of its own, and has twenty words to it, this one too.\n\n"
    )
    enough = -(-SHORT // words(said))
    assert [words(text) for text in texts(cut(said * enough * 3))] == [words(said) * enough] * 3


def test_a_paragraph_that_does_not_fit_after_a_short_one_is_shared_out_evenly() -> None:
    first, second = "One two three. " * 15 + "\n\n", "Four five six seven. " * 16
    cuts = cut(first + second, 100)
    assert [words(text) for text in texts(cuts)] == [70, 70]


def test_a_short_last_paragraph_joins_the_one_before() -> None:
    body = "A sentence of the body. " * 18
    assert texts(cut(f"{body}\n\nThe end.\n")) == [f"{body}\n\nThe end.\n"]


def test_a_paragraph_over_the_limit_is_shared_out_evenly() -> None:
    assert [words(text) for text in texts(cut("One two three four. " * 42, 180))] == [105, 105]


def test_a_sentence_over_the_limit_is_cut_at_white_space() -> None:
    assert texts(cut("one two three four five six seven", 3)) == ["one two three ", "four five six ", "seven"]


def test_a_word_over_the_limit_is_cut_anywhere() -> None:
    assert texts(cut("x" * 500, 20)) == ["x" * 200, "x" * 200, "x" * 100]


@pytest.mark.parametrize("text", ["", " \n\t\u2003"])
def test_a_blank_body_has_no_passage(text: str) -> None:
    assert cut(text) == ()


def test_what_is_embedded_begins_with_title_and_date() -> None:
    [passage] = cut(" Hello there. \n")
    assert embedded_text(passage) == "The Title\n2025-02-25\nHello there."
    assert content_hash(passage) == hashlib.sha256(b"The Title\n2025-02-25\nHello there.").hexdigest()


def test_the_content_hash_leaves_the_path_out_and_the_id_does_not() -> None:
    [one] = cut("Hello there.")
    [moved] = chunk(Article(replace(SOURCE, path="b.txt"), "Hello there."), words)
    [again] = cut("Hello there.")
    assert content_hash(one) == content_hash(moved)
    assert one.id != moved.id
    assert one == again


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return open_embedder(MINILM, Path())


@pytest.mark.parametrize(
    "title", ["T" * 200, "각" * 200, "漢" * 200, "😀 " * 100, "A long title of words " * 9]
)
@pytest.mark.parametrize(
    "body", ["A plain sentence of news. " * 90, "각하 " * 900, "漢字" * 900, "x1?" * 900]
)
def test_prefix_and_text_fit_the_models_window(embedder: Embedder, title: str, body: str) -> None:
    passages = chunk(Article(replace(SOURCE, title=title), body), embedder.count_tokens, 180, embedder.window)
    assert max(embedder.count_tokens(embedded_text(passage)) + 2 for passage in passages) <= embedder.window

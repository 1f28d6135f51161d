"""Retrieval: two searches over a real index become one list of hits."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest
from fakes import HashEmbedder
from hypothesis import given
from hypothesis import strategies as st

from index.article import Hit
from index.catalog import Where
from index.store import Index, open_index
from index.sync import sync
from rag.retrieve import DEPTH, PassageRetriever, fuse, hits_of

IDS = st.lists(st.sampled_from("abcdefghij"), unique=True)


def rrf(id: str, *rankings: list[str]) -> Fraction:
    """The formula of the paper, in exact numbers."""
    return sum((Fraction(1, 60 + ranking.index(id) + 1) for ranking in rankings if id in ranking), Fraction())


@pytest.mark.parametrize(
    ("dense", "text", "fused"),
    [
        ([], [], []),
        (["a", "b"], [], ["a", "b"]),
        ([], ["a", "b"], ["a", "b"]),
        (["a", "b"], ["a", "b"], ["a", "b"]),
        (["a", "b"], ["b", "a"], ["a", "b"]),  # a tie keeps the order of arrival
        (["a", "b", "c"], ["c", "b", "d"], ["c", "b", "a", "d"]),  # 1/61 + 1/63 > 2/62 > 1/61 > 1/63
        (["a", "b"], ["c", "b"], ["b", "a", "c"]),  # 2/62 > 1/61
    ],
)
def test_rankings_are_fused_by_reciprocal_rank(dense: list[str], text: list[str], fused: list[str]) -> None:
    assert fuse(dense, text) == fused


@given(IDS, IDS)
def test_fusion_is_the_formula(dense: list[str], text: list[str]) -> None:
    fused = fuse(dense, text)
    assert sorted(fused) == sorted({*dense, *text})
    assert all(rrf(a, dense, text) >= rrf(b, dense, text) for a, b in pairwise(fused))


@given(st.sampled_from("abc"), IDS, IDS)
def test_what_is_first_in_both_is_first(best: str, dense: list[str], text: list[str]) -> None:
    rankings = [[best, *(id for id in ranking if id != best)] for ranking in (dense, text)]
    assert fuse(*rankings)[0] == best


ARTICLES = {
    "aid.txt": ("2025-02-25", "Europe paid 60% of the total, Macron said. Trump disagreed with Macron."),
    "local/bridge.txt": ("2024-01-31", "The bridge reopened on Monday after a flood."),
    "local/copy.txt": ("2024-02-01", "The bridge reopened on Monday after a flood."),
    "peace.txt": ("2025-02-27", "Russia would not accept peacekeepers, the Kremlin said."),
}


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    """Four articles, two of them with the same words, in real Chroma and SQLite."""
    corpus = tmp_path / "articles"
    for path, (published, text) in ARTICLES.items():
        (corpus / path).parent.mkdir(parents=True, exist_ok=True)
        front = f"---\ntitle: {path}\npublished: {published}\n---\n"
        (corpus / path).with_suffix(".md").write_text(front + text + "\n", encoding="utf-8")
    sync(corpus, tmp_path / "home", HashEmbedder())
    with open_index(corpus, tmp_path / "home") as opened:
        yield opened


def found(index: Index, question: str, where: Where | None = None, k: int = 6) -> tuple[Hit, ...]:
    retriever = PassageRetriever(index=index, embedder=HashEmbedder(), where=where or Where(), k=k)
    return hits_of(retriever.invoke(question))


def paths(hits: tuple[Hit, ...]) -> list[str]:
    return [hit.passage.source.path for hit in hits]


def test_hits_carry_their_ranks_and_score(index: Index) -> None:
    question = "Would Russia accept peacekeepers?"
    dense = index.search_dense(HashEmbedder().embed_query(question), DEPTH)
    text = index.search_text(question, DEPTH)
    hits = found(index, question)
    assert paths(hits)[0] == "peace.md"
    assert (hits[0].dense_rank, hits[0].text_rank) == (1, 1)
    for hit in hits:
        id = hit.passage.id
        assert hit.dense_rank == (dense.index(id) + 1 if id in dense else None)
        assert hit.text_rank == (text.index(id) + 1 if id in text else None)
        assert hit.score == pytest.approx(float(rrf(id, dense, text)))
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_what_only_one_search_finds_has_no_rank_in_the_other(index: Index) -> None:
    hits = found(index, "Kremlin")
    assert [path for path, hit in zip(paths(hits), hits, strict=True) if hit.text_rank] == ["peace.md"]
    assert sorted(hit.dense_rank or 0 for hit in hits)[0] > 0
    assert len(hits) == 3


def test_a_document_is_its_passage(index: Index) -> None:
    retriever = PassageRetriever(index=index, embedder=HashEmbedder())
    for document in retriever.invoke("Europe"):
        assert document.page_content == document.metadata["hit"].passage.text
        passage = document.metadata["hit"].passage
        assert index.article(passage.source.path).text[passage.start : passage.end] == passage.text


def test_the_same_text_counts_once_and_the_best_ranked_stays(index: Index) -> None:
    for wanted in ("local/bridge.md", "local/copy.md"):
        question = f"When was the bridge reopened after the flood? {wanted}"
        dense = index.search_dense(HashEmbedder().embed_query(question), DEPTH)
        text = index.search_text(question, DEPTH)
        best = index.passages(fuse(dense, text))[0]
        assert [p for p in paths(found(index, question)) if p.startswith("local/")] == [best.source.path]


@pytest.mark.parametrize(
    ("where", "left"),
    [
        (Where(), {"aid.md", "peace.md", "local"}),
        (Where(source="local/*"), {"local"}),
        (Where(source="*.txt"), set()),
        (Where(since="2025-02-25"), {"aid.md", "peace.md"}),
        (Where(since="2025-02-26"), {"peace.md"}),
        (Where(until="2024-12-31"), {"local"}),
        (Where(source="a*", since="2025-02-26"), set()),
    ],
)
def test_hits_are_only_from_where_was_asked(index: Index, where: Where, left: set[str]) -> None:
    hits = found(index, "What did Macron, the Kremlin and the bridge say?", where)
    assert {path.split("/")[0] for path in paths(hits)} == left


@pytest.mark.parametrize("k", [1, 2, 3])
def test_no_more_hits_come_than_were_asked_for(index: Index, k: int) -> None:
    question = "What did Macron, the Kremlin and the bridge say?"
    assert found(index, question, k=k) == found(index, question, k=10)[:k]
    assert len(found(index, question, k=k)) == k


def test_a_question_that_full_text_can_not_read_is_still_searched(index: Index) -> None:
    hits = found(index, '"*? OR (')
    assert len(hits) == 3
    assert {hit.text_rank for hit in hits} == {None}

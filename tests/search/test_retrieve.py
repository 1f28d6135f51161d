"""Retrieval: two searches over a real index become one list of hits."""

import math
from collections.abc import Iterator
from dataclasses import replace
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
from rag.search import DEPTH, NEAREST, PassageRetriever, Span, by_sentences, fuse, hits_of
from tests.scripted import hit

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


def found(
    index: Index,
    question: str,
    where: Where | None = None,
    k: int = 6,
    without: tuple[Span, ...] = (),
) -> tuple[Hit, ...]:
    where = where or Where()
    retriever = PassageRetriever(index=index, embedder=HashEmbedder(), where=where, without=without)
    return hits_of(retriever.invoke(question))[:k]


def paths(hits: tuple[Hit, ...]) -> list[str]:
    return [hit.passage.source.path for hit in hits]


def test_hits_carry_their_ranks_and_score(index: Index) -> None:
    question = "Would Russia accept peacekeepers?"
    dense = index.search_dense(HashEmbedder().embed_query(question), DEPTH)
    text = index.search_text(question, DEPTH)
    hits = found(index, question)
    assert paths(hits)[0] == "peace.md"
    assert (hits[0].dense_rank, hits[0].text_rank) == (1, 1)
    for one in hits:
        id = one.passage.id
        assert one.dense_rank == (dense.index(id) + 1 if id in dense else None)
        assert one.text_rank == (text.index(id) + 1 if id in text else None)
        assert one.score == pytest.approx(float(rrf(id, dense, text)))
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
        (Where(paths=("aid.md", "local/copy.md", "gone.md")), {"aid.md", "local"}),
        (Where(paths=("aid.md", "peace.md"), since="2025-02-26"), {"peace.md"}),
        (Where(paths=("aid.md", "peace.md"), source="p*"), {"peace.md"}),
        (Where(paths=("aid.md", *(f"{n}.md" for n in range(5000)))), {"aid.md"}),
        (Where(paths=()), set()),
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


# Left out


def body(index: Index, path: str) -> tuple[int, int]:
    article = index.article(path)
    return article.body_start, len(article.text)


@pytest.mark.parametrize(
    ("before", "after"),
    [(0, 0), (5, -5), (-9, 9), (5, 9)],
    ids=["the whole passage", "a part of it", "more than it", "its end and more"],
)
def test_passages_that_overlap_a_span_are_left_out(index: Index, before: int, after: int) -> None:
    start, end = body(index, "peace.md")
    hits = found(index, "Would Russia accept it?", without=(("peace.md", start + before, end + after),))
    assert sorted(path.split("/")[0] for path in paths(hits)) == ["aid.md", "local"]


@pytest.mark.parametrize("path", ["aid.md", "nowhere.md"])
def test_a_span_of_another_article_leaves_a_passage_where_it_is(index: Index, path: str) -> None:
    start, end = body(index, "peace.md")
    assert paths(found(index, "Would Russia accept it?", without=((path, start, end),)))[0] == "peace.md"


def test_a_span_that_only_touches_a_passage_leaves_it_where_it_is(index: Index) -> None:
    start, end = body(index, "peace.md")
    beside = (("peace.md", 0, start), ("peace.md", end, end + 9))
    assert found(index, "Would Russia accept it?", without=beside) == found(index, "Would Russia accept it?")


def test_the_twin_of_a_passage_that_is_left_out_takes_its_place(index: Index) -> None:
    question = "When was the bridge reopened after the flood?"
    first = paths(found(index, question))[0]
    other = {"local/bridge.md": "local/copy.md", "local/copy.md": "local/bridge.md"}[first]
    assert paths(found(index, question, without=((first, *body(index, first)),)))[0] == other


WORDS = ("bridge", "flood", "river", "mayor", "budget")


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """More articles than a search is deep, each of one passage that speaks of the bridge."""
    corpus, home = tmp_path_factory.mktemp("large"), tmp_path_factory.mktemp("home")
    for number in range(4 * DEPTH):
        text = f"Report {number}. The bridge {' '.join(WORDS[: number % 5])} was built in {1800 + number}."
        (corpus / f"{number:03}.md").write_text(f"---\ntitle: A bridge\n---\n{text}\n", encoding="utf-8")
    sync(corpus, home, HashEmbedder())
    with open_index(corpus, home) as opened:
        yield opened


@pytest.mark.parametrize("count", [1, 6, DEPTH, 2 * DEPTH])
def test_others_are_fetched_in_the_place_of_what_is_left_out(large: Index, count: int) -> None:
    question = "Which bridge was built beside the river?"
    vector, all_of_them = HashEmbedder().embed_query(question), 4 * DEPTH
    searches = large.search_dense(vector, all_of_them), large.search_text(question, all_of_them)
    gone = set(fuse(*searches)[:count])
    dense, text = ([id for id in ids if id not in gone][:DEPTH] for ids in searches)
    wanted = [
        (p.id, dense.index(p.id) + 1 if p.id in dense else None)
        for p in large.passages(fuse(dense, text)[:DEPTH])
    ]
    without = tuple((p.source.path, p.start, p.end) for p in large.passages(sorted(gone)))
    hits = found(large, question, without=without, k=DEPTH)
    assert {(hit.passage.id, hit.dense_rank) for hit in hits} == set(wanted)


def test_where_everything_is_left_out_nothing_is_found(large: Index) -> None:
    everywhere = tuple((source.path, 0, 10_000) for source, _ in large.sources())
    assert found(large, "Which bridge?", without=everywhere) == ()


NEARNESSES = st.lists(st.sampled_from([-0.5, 0.0, 0.25, 0.5, 0.9]), min_size=0, max_size=NEAREST + 4)


ASKED = (1.0, 0.0)
"""The vector of a question."""


class Near(HashEmbedder):
    """Has a sentence that ends in a number as near to ASKED as that says; others are far."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        told = [float(text.split()[-1]) if text.startswith("Near") else -1.0 for text in texts]
        return [[one, math.sqrt(1 - one * one)] for one in told]


def of_nearness(values: list[float]) -> list[Hit]:
    """Hits as searches ranked them, each with a sentence as near to any question as ``values`` say."""
    texts = [(f"Far, far {n}.", f"Near {value}") for n, value in enumerate(values)]
    return [replace(hit(*text), score=1 / (60 + n)) for n, text in enumerate(texts)]


@given(NEARNESSES)
def test_the_nearest_sentence_is_a_third_ranking_of_the_first_hits(values: list[float]) -> None:
    hits = of_nearness(values)
    ordered = by_sentences(Near())(ASKED, hits)
    first = list(range(min(len(hits), NEAREST)))
    ranked = sorted(first, key=lambda n: -values[n])
    scores = {hits[n].passage.text: hits[n].score + 1 / (60 + ranked.index(n) + 1) for n in first}
    assert {h.passage.text: h.score for h in ordered[:NEAREST]} == pytest.approx(scores)
    assert all(a.score >= b.score for a, b in pairwise(ordered))
    assert ordered[NEAREST:] == hits[NEAREST:]


@given(st.integers(0, NEAREST + 4))
def test_where_nothing_is_nearer_the_order_of_the_searches_stays(count: int) -> None:
    hits = of_nearness([0.25] * count)
    assert [h.passage for h in by_sentences(Near())(ASKED, hits)] == [h.passage for h in hits]


def test_a_passage_whose_sentence_is_nearer_comes_first_of_two_that_are_found_alike() -> None:
    hits = [replace(one, score=0.03) for one in of_nearness([0.25, 0.9])]
    first, second = by_sentences(Near())(ASKED, hits)
    assert (first.passage, second.passage) == (hits[1].passage, hits[0].passage)


def test_a_passage_without_a_sentence_is_found_too() -> None:
    bare = replace(hit("Near 0.9"), passage=replace(hit("Near 0.9").passage, sentences=()))
    assert [h.passage for h in by_sentences(Near())(ASKED, [bare])] == [bare.passage]

"""What holds for any article and any reply.

Claims are citations, quotes are slices of the article, passages tile its body.
"""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.article import Hit
from index.errors import ModelUnfit
from index.store import open_index
from index.sync import sync
from rag.answer import Draft
from rag.assistant.chain import Means, build_chain
from rag.judging.nearness import unknown
from rag.plain import flat, visible
from rag.verify import verify
from tests.fakes import HashEmbedder
from tests.ollama_chat import ChatReply, say
from tests.readings import asked
from tests.scripted import NONE, SCALES, SURE, cites, hit, in_json, odds, refuses, scripted_llm, shelf

SENTENCES = st.lists(
    st.lists(
        st.sampled_from("Europe paid 60% “we want” not may Dow said\u200b he The 12 boats, it,".split(" ")),
        min_size=1,
    )
    .map(" ".join)
    .map(lambda text: f"{text}."),
    min_size=1,
    max_size=5,
)
SHORTS = st.sampled_from(["60%", "12 boats", "Dow", "yes", "No", "they paid", "“we want”", "x"]) | st.text(
    max_size=12
)
REPLIES = st.one_of(
    st.builds(cites, st.integers(0, 9), SHORTS),
    st.builds(in_json, st.integers(0, 9), SHORTS),
    st.builds(lambda text: say(text, odds(" S1", NONE, SURE)), st.text(max_size=40)),
    st.just(refuses()),
    st.just(ChatReply(())),
)
QUESTIONS = st.sampled_from(
    [
        "Who paid?",
        "How many boats were there?",
        "Did Dow pay?",
        "What were Dow's exact words?",
        "List the boats.",
    ]
)


@given(st.lists(SENTENCES, min_size=1, max_size=3), st.lists(REPLIES, min_size=1, max_size=4), QUESTIONS)
def test_whatever_a_model_says_a_claim_is_its_citations_and_a_quote_a_slice_of_its_article(
    articles: list[list[str]], replies: list[ChatReply], question: str
) -> None:
    hits: list[Hit] = [hit(*texts, path=f"{n}.txt", title=f"T{n}") for n, texts in enumerate(articles)]
    said = iter(replies * 9)
    llm = scripted_llm(lambda _: next(said), "lines")
    try:
        events = list(build_chain(shelf(*hits), Means(llm, SCALES, 3, unknown)).stream(asked(question)))
    except ModelUnfit:
        return
    answer = verify(next(event for event in events if isinstance(event, Draft)))
    texts = {found.passage.source.path: found.passage.text for found in hits}
    for claim in answer.claims:
        assert claim.text == flat(visible(" ".join(citation.quote for citation in claim.citations)))
        for each in claim.citations:
            assert each.quote == texts[each.source.path][each.start : each.end]
        edges = [edge for mark in claim.marks for edge in mark]
        assert edges == sorted(edges)
        assert all(0 <= edge <= len(claim.text) for edge in edges)


@pytest.mark.parametrize("length", [1, 40])
@settings(max_examples=10)
@given(texts=st.lists(SENTENCES, min_size=1, max_size=6))
def test_passages_tile_an_articles_body(
    tmp_path_factory: pytest.TempPathFactory, length: int, texts: list[list[str]]
) -> None:
    folder: Path = tmp_path_factory.mktemp("tiled")
    (folder / "articles").mkdir()
    body = "\n\n".join(" ".join(each) for each in texts * length)
    (folder / "articles" / "a.txt").write_text(f"A title\n\n{body}\n", encoding="utf-8")
    sync(folder / "articles", folder / "home", HashEmbedder())
    with open_index(folder / "articles", folder / "home") as index:
        article = index.article("a.txt")
        ids = index.search_dense(HashEmbedder().embed_query("boats"), 10_000)
        passages = sorted(index.passages(ids), key=lambda passage: passage.start)
    assert all(passage.text == article.text[passage.start : passage.end] for passage in passages)
    assert "".join(passage.text for passage in passages) == article.text[article.body_start :]

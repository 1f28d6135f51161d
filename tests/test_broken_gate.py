"""A gate that is broken shows: the eval that passes with the gates whole fails when one is taken out."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import HashEmbedder

from eval.__main__ import main
from eval.bench import Bench, OpenBench, open_texts
from eval.cases import Case
from index.catalog import Where
from index.store import open_index
from index.sync import sync
from rag.answer import Answer, Draft
from rag.chain import build_chain
from rag.llm import Thresholds
from rag.retrieve import PassageRetriever
from rag.verify import verify
from tests.ollama_chat import ChatReply, ChatRequest
from tests.scripted import cites, composing, scripted_llm

QUESTION = "What did Macron say that Europe paid?"
CASE = {
    "id": "share",
    "question": QUESTION,
    "answers": ["60%"],
    "source": "aid.txt",
    "evidence": "Europe paid 60% of the total, Macron said.",
    "unanswerable": False,
}
OFF = {"id": "off", "question": "Who won the match?", "answers": [], "unanswerable": True}
Gates = Callable[[Draft], Answer]


def liar(request: ChatRequest) -> ChatReply:
    """A model that alters the figure, and is half sure of an answer to anything else."""
    altered = QUESTION in request.last("user")
    return cites(2, "66% of the total, Macron said") if altered else cites(2, "Macron", 0.5)


def without_values(draft: Draft) -> Answer:
    """The gates, but for the second and the fourth: what the model said is shown."""
    answer = verify(draft)
    shown = zip(answer.claims, draft.statements, strict=False)
    claims = tuple(replace(claim, text=said.text, verbatim=False) for claim, said in shown)
    return replace(answer, claims=claims, text=" ".join(claim.text for claim in claims) or answer.text)


def without_support(draft: Draft) -> Answer:
    """The gates, but for the third: whatever the support."""
    return verify(replace(draft, threshold=0.0))


def without_citations(draft: Draft) -> Answer:
    """The gates, but for the first: a quote is what the model says it is."""
    answer = verify(draft)
    claims = tuple(
        replace(claim, citations=tuple(replace(c, quote=f"{c.quote} Indeed.") for c in claim.citations))
        for claim in answer.claims
    )
    return replace(answer, claims=claims)


def opener(corpus: Path, home: Path, gates: Gates, accept: float = 0.88) -> OpenBench:
    @contextmanager
    def open_bench(*_: object, **__: object) -> Iterator[Bench]:
        sync(corpus, home, HashEmbedder())
        llm = scripted_llm(composing(liar), thresholds=Thresholds(accept, 0.97))
        with open_index(corpus, home) as index:
            retriever = PassageRetriever(index=index, embedder=HashEmbedder(), where=Where())

            def ask(case: Case) -> Answer:
                events = build_chain(retriever, llm, 1).stream(case.question)
                return next(gates(event) for event in events if isinstance(event, Draft))

            yield Bench(ask, open_texts(corpus), ask)

    return open_bench


@pytest.mark.parametrize(
    ("gates", "accept", "code"),
    [
        (verify, 0.88, 0),
        (without_values, 0.88, 1),
        (without_citations, 0.88, 1),
        (without_support, 0.0, 1),
    ],
)
def test_the_eval_fails_where_a_gate_is_taken_out(
    corpus: Path, home: Path, tmp_path: Path, gates: Gates, accept: float, code: int
) -> None:
    cases = tmp_path / "cases.jsonl"
    cases.write_text("".join(json.dumps(case) + "\n" for case in (CASE, OFF)), encoding="utf-8")
    argv = ["--corpus", str(corpus), "--cases", str(cases), "--no-probes", "--fresh"]
    assert main(argv, open_bench=opener(corpus, home, gates, accept)) == code

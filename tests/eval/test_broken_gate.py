"""What is broken shows: a gate taken out, a rule that never fires, a weight with its sign turned."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fakes import HashEmbedder

from eval.__main__ import main
from eval.bench import Bench, OpenBench, open_texts
from eval.cases import Case
from index.catalog import Where
from index.store import open_index
from index.sync import sync
from rag.answer import Answer, Draft
from rag.assistant.chain import Means, build_chain
from rag.judging.accounts import AGAINST, ALSO, DISPUTES
from rag.judging.nearness import nearness
from rag.judging.score import Fit, shipped, support
from rag.judging.signals import BOUND, TABLE
from rag.judging.weigh import Scales
from rag.question.form import understood
from rag.rules import Rule
from rag.search import PassageRetriever
from rag.verify import verify
from tests.judging.test_accounts import FIRING
from tests.ollama_chat import ChatReply, ChatRequest
from tests.scripted import FIT, NO, UNSURE, cites, looking, scripted_llm

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


def reader(request: ChatRequest) -> ChatReply:
    """A model that reads the share, and hardly believes in an answer to anything else."""
    return (
        cites(1, "60% of the total", UNSURE) if QUESTION in request.last("user") else cites(1, "Macron", NO)
    )


def without_sentences(draft: Draft) -> Answer:
    """The gates, but for the first: a quote is what a draft says it is."""
    answer = verify(draft)
    claims = tuple(
        replace(claim, citations=tuple(replace(c, quote=f"{c.quote} Indeed.") for c in claim.citations))
        for claim in answer.claims
    )
    return replace(answer, claims=claims)


def without_support(draft: Draft) -> Answer:
    """The gates, but for the second: whatever the support."""
    return verify(replace(draft, threshold=0.0))


def without_refusal(draft: Draft) -> Answer:
    """The gates, but for the last: never a refusal."""
    return replace(verify(draft), refused=False)


def opener(corpus: Path, home: Path, gates: Gates, fit: Fit) -> OpenBench:
    """Benches where everything is stated, and the gates alone refuse."""

    @contextmanager
    def open_bench(*_: object, **__: object) -> Iterator[Bench]:
        sync(corpus, home, HashEmbedder())
        means = Means(
            scripted_llm(looking(reader)), Scales(replace(fit, accept=0.0)), 1, nearness(HashEmbedder())
        )
        with open_index(corpus, home) as index:
            retriever = PassageRetriever(index=index, embedder=HashEmbedder(), where=Where())

            def ask(case: Case) -> Answer:
                events = build_chain(retriever, means).stream(understood(case.question, case.question))
                drafts = (replace(e, threshold=fit.accept) for e in events if isinstance(e, Draft))
                return gates(next(drafts))

            yield Bench(ask, open_texts(corpus), ask)

    return open_bench


@pytest.mark.parametrize(
    ("gates", "code"),
    [(verify, 0), (without_sentences, 1), (without_support, 1), (without_refusal, 1)],
)
def test_the_eval_fails_where_a_gate_is_taken_out(
    corpus: Path, home: Path, tmp_path: Path, gates: Gates, code: int
) -> None:
    assert evaluated(corpus, home, tmp_path, gates, FIT) == code


@pytest.mark.parametrize(("turned", "code"), [(1, 0), (-1, 1)])
def test_the_eval_fails_where_a_weight_has_its_sign_turned(
    corpus: Path, home: Path, tmp_path: Path, turned: int, code: int
) -> None:
    fit = replace(FIT, weights={"first": turned * FIT.weights["first"]})
    assert evaluated(corpus, home, tmp_path, verify, fit) == code


def evaluated(corpus: Path, home: Path, folder: Path, gates: Gates, fit: Fit) -> int:
    cases = folder / "cases.jsonl"
    cases.write_text("".join(json.dumps(case) + "\n" for case in (CASE, OFF)), encoding="utf-8")
    argv = ["--corpus", str(corpus), "--cases", str(cases), "--no-probes", "--fresh"]
    return main(argv, open_bench=opener(corpus, home, gates, fit))


LEADING = ("first", "look")
"""The signals that every fit must follow: what the model says itself."""
FORMS = ("grammar", "lines", "turn", "json")


def against_the_model(fit: Fit) -> list[str]:
    """The leading signals by which a candidate that the model is sure of has no more support than another."""
    least = [(signal.name, 0.0) for signal in TABLE if signal.name not in LEADING]

    def told(name: str, value: float) -> float:
        return support(fit, [*least, (name, value)])

    return [name for name in LEADING if told(name, BOUND) <= told(name, -BOUND)]


@pytest.mark.parametrize("form", FORMS)
def test_a_shipped_fit_follows_the_model_and_a_turned_sign_is_seen(form: str) -> None:
    fit = shipped("", form)
    assert against_the_model(fit) == []
    for name in LEADING:
        weights = {**fit.weights, name: -fit.weights[name]}
        assert against_the_model(replace(fit, weights=weights)) == [name]


RULES: tuple[Rule[Any, Any], ...] = (*AGAINST, *ALSO, *DISPUTES)


def silent(rules: Sequence[Rule[Any, Any]]) -> list[str]:
    """The rules that do not fire on what they were written for."""
    return [rule.name for rule in rules if not rule.run(FIRING[rule.name])]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_that_never_fires_is_seen(rule: Rule[Any, Any]) -> None:
    assert silent(RULES) == []
    dead = [replace(each, run=lambda _: ()) if each == rule else each for each in RULES]
    assert silent(dead) == [rule.name]

"""The real bench, over real indexes, with a scripted model: what it asks, withholds and keeps open."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fakes import HashEmbedder

from eval.bench import Opener, evidence_spans, open_texts
from eval.cases import Case
from index.errors import CorpusError
from rag.judging.nearness import nearness
from rag.models.llm import LLM
from rag.settings import Settings
from tests.scripted import NO, chat_of, cites, looking, scripted_llm, well_read

SHARE = Case("share", "What did Macron say that Europe paid?", ("60%",), "aid.txt", None, False)
PAID = "Europe paid 60% of the total, Macron said."


class Models:
    """How models are opened in these tests, and how often they were opened and closed."""

    def __init__(self, llm: LLM) -> None:
        self.loaded = self.closed = self.embedders = 0
        self._llm = llm

    def open_llm(self, _: Settings) -> LLM:
        self.loaded += 1
        return replace(self._llm, close=self._close)

    def open_embedder(self, _: str | None) -> HashEmbedder:
        self.embedders += 1
        return HashEmbedder()

    def how(self) -> dict[str, Any]:
        """What an Opener opens models with."""
        small = {"judge": lambda: None, "near": lambda _: nearness(HashEmbedder())}
        return {"llm": self.open_llm, "embedder": self.open_embedder, **small}

    def _close(self) -> None:
        self.closed += 1


Opening = Callable[..., tuple[Opener, Models]]


@pytest.fixture
def opening(corpus: Path, home: Path) -> Iterator[Opening]:
    """Make an opener over the corpus with a scripted model."""
    openers: list[Opener] = []

    def make(llm: LLM | None = None) -> tuple[Opener, Models]:
        models = Models(llm or scripted_llm(well_read))
        settings = Settings(corpus=corpus, home=home)
        openers.append(Opener(settings, **models.how()))
        return openers[-1], models

    yield make
    for opener in openers:
        opener.__exit__(None, None, None)


def test_a_case_is_asked_over_the_corpus(opening: Opening) -> None:
    opener, _ = opening()
    with opener, opener(None) as bench:
        answer = bench.ask(SHARE)
    assert [one.quote for claim in answer.claims for one in claim.citations] == [PAID]
    assert bench.text_of("aid.txt") == f"Europe paid most of the aid\n\n{PAID} Trump disagreed.\n"


def test_one_model_serves_every_corpus_and_is_closed_at_the_end(opening: Opening, tmp_path: Path) -> None:
    opener, models = opening()
    other = tmp_path / "other"
    other.mkdir()
    (other / "aid.txt").write_text("Aid\n\nMacron did say that Europe paid 40%.\n")
    with opener:
        for corpus, says in ((None, "60%"), (other, "40%"), (None, "60%")):
            with opener(corpus) as bench:
                assert says in bench.ask(SHARE).text
        assert (models.loaded, models.embedders, models.closed) == (1, 1, 0)
    assert models.closed == 1


def test_a_rule_that_is_off_does_not_fire_and_makes_another_state(opening: Opening, tmp_path: Path) -> None:
    walls = tmp_path / "walls"
    walls.mkdir()
    (walls / "lent.txt").write_text("Lent\n\nOslo paid for the harbour wall through loans.\n")
    (walls / "given.txt").write_text("Given\n\nGifts, not loans, paid for the harbour wall of Oslo.\n")
    case = Case("walls", "Did Oslo pay for the harbour wall through loans?", ("loans",), None, None, False)
    fired, states = [], set()
    with opening()[0] as opener:
        for off in (frozenset[str](), frozenset({"other.denies"})):
            with opener(walls, off=off) as bench:
                fired.append("other.denies" in bench.ask(case).fired)
                states.add(bench.state)
    assert (fired, len(states)) == ([True, False], 2)


def test_a_bench_says_which_model_answers(opening: Opening) -> None:
    opener, _ = opening()
    with opener, opener(None) as bench:
        assert bench.made == ("0" * 64, "grammar", "script")


def test_what_was_recorded_is_not_asked_again(corpus: Path, home: Path, tmp_path: Path) -> None:
    answers, asked = [], []
    for _ in range(2):
        llm = scripted_llm(well_read)
        settings, models = Settings(corpus=corpus, home=home), Models(llm)
        with Opener(settings, **models.how(), recorded=tmp_path / "calls") as opener, opener(None) as bench:
            answers.append(bench.ask(SHARE))
        asked.append(len(chat_of(llm).asked))
    assert asked[0] > 0
    assert asked[1] == 0
    assert answers[0].claims == answers[1].claims != ()
    signals = [[(one.signals, one.support) for one in answer.judged] for answer in answers]
    assert signals[0] == signals[1]


def test_an_opener_that_never_opened_loads_and_closes_nothing(opening: Opening) -> None:
    opener, models = opening()
    with opener:
        pass
    assert (models.loaded, models.closed) == (0, 0)


def test_the_index_of_another_corpus_does_not_stay(opening: Opening, home: Path, tmp_path: Path) -> None:
    opener, _ = opening()
    other = tmp_path / "other"
    other.mkdir()
    (other / "a.txt").write_text("One article.\n\nIt rained.\n")
    with opener:
        with opener(None):
            kept = sorted(home.iterdir())
        with opener(other):
            pass
        assert sorted(home.iterdir()) == kept


def test_a_loose_bench_refuses_nothing_and_looks_at_every_candidate(opening: Opening) -> None:
    llm = scripted_llm(looking(lambda _: cites(1, PAID, NO), NO))
    opener, _ = opening(llm)
    with opener:
        with opener(None) as bench:
            assert bench.ask(SHARE).refused
        looked = len(chat_of(llm).asked)
        with opener(None, loose=True) as bench:
            answer = bench.ask(SHARE)
    assert not answer.refused
    assert all(one.candidate.yes is not None for one in answer.judged)
    assert len(chat_of(llm).asked) > looked


def test_a_follow_up_is_asked_after_what_it_follows(opening: Opening) -> None:
    opener, _ = opening()
    case = replace(SHARE, question="And who disagreed with Macron on that?", after=(SHARE.question,))
    llm = scripted_llm(well_read)
    opener, _ = opening(llm)
    with opener, opener(None) as bench:
        answer = bench.ask(case)
    heard = "\n".join(request.prompt for request in chat_of(llm).asked)
    assert answer.question == case.question
    assert SHARE.question in heard
    assert heard.index(SHARE.question) < heard.index(case.question)


@pytest.mark.parametrize("evidence", [PAID, "60% of the total", "words that are not there", None])
def test_without_its_evidence_a_case_is_not_answered(opening: Opening, evidence: str | None) -> None:
    opener, _ = opening()
    case = replace(SHARE, evidence=evidence)
    with opener, opener(None) as bench:
        assert not bench.ask(case).refused
        without = bench.ask_without(case)
    assert without.refused
    assert "aid.txt" not in {hit.passage.source.path for hit in without.hits}


def test_a_case_without_an_article_loses_nothing(opening: Opening) -> None:
    opener, _ = opening()
    with opener, opener(None) as bench:
        assert bench.ask_without(replace(SHARE, source=None)).text == bench.ask(SHARE).text


@pytest.mark.parametrize(
    ("evidence", "spans"),
    [
        ("ab", (("x", 0, 2), ("x", 3, 5))),
        ("c", (("x", 5, 6),)),
        ("none", (("x", 0, 6),)),
        (None, (("x", 0, 6),)),
        ("", (("x", 0, 6),)),
    ],
)
def test_evidence_is_withheld_wherever_it_stands(
    evidence: str | None, spans: tuple[tuple[str, int, int], ...]
) -> None:
    case = replace(SHARE, source="x", evidence=evidence)
    assert evidence_spans(case, {"x": "ab abc"}.get) == spans
    assert evidence_spans(replace(case, source="gone"), {"x": "ab abc"}.get) == ()


def test_the_state_changes_with_what_answers_depend_on_and_with_nothing_else(
    opening: Opening, corpus: Path
) -> None:
    def state(llm: LLM | None = None, loose: bool = False) -> str:
        opener, _ = opening(llm)
        with opener, opener(None, loose=loose) as bench:
            return bench.state

    plain = scripted_llm(well_read)
    first = state(plain)
    assert first == state(plain)
    other_model = replace(plain, model=replace(plain.model, digest="1" * 64))
    others = {state(other_model), state(plain, True), state(replace(plain, context=2048))}
    (corpus / "aid.txt").write_text("Europe paid most of the aid\n\nEurope paid 61% of the total.\n")
    changed = state(plain)
    assert len({first, changed, *others}) == 5


def test_texts_are_those_of_the_corpus_and_of_nothing_beside_it(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    (corpus / "deep").mkdir(parents=True)
    (corpus / "deep" / "a.md").write_bytes("---\ntitle: A\n---\nZürich said no.\r\nTwice.\n".encode())
    (corpus / "broken.txt").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "outside.txt").write_text("Secret.")
    text_of = open_texts(corpus)
    assert text_of("deep/a.md") == "---\ntitle: A\n---\nZürich said no.\nTwice.\n"
    for path in ("broken.txt", "gone.md", "../outside.txt", "deep", ""):
        assert text_of(path) is None


def test_texts_of_a_missing_corpus_are_a_corpus_error(tmp_path: Path) -> None:
    with pytest.raises(CorpusError):
        open_texts(tmp_path / "none")

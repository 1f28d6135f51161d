"""Which model answers unasked: the one chosen last, else what did best, else the newest that is large."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from index.errors import ModelMissing, ModelRefused
from rag.judging import score
from rag.models import chosen, earned
from rag.models.chosen import Chosen, best, named, remember, remembered
from rag.models.earned import Check
from rag.models.llm import choose
from rag.models.served import OllamaModel
from rag.settings import Settings
from tests.commands import Run, ollama
from tests.ollama_chat import ModelFile
from tests.ollama_standin import OllamaStandin

CHECK = Check(10, 12, 5, 6, 4.2, "2026-01-02T03:04:05+00:00", "0.1.0")
TINY = ModelFile("gemma3:270m", digest="1" * 64, parameter_size="268.10M")
BIG = ModelFile("big:7b", digest="7" * 64, parameter_size="7.6B")
MID = ModelFile("mid:3b", digest="3" * 64, parameter_size="3.1B")


def model(name: str, billions: float = 3.0, **changed: Any) -> OllamaModel:
    digest = name[0] * 64
    return replace(OllamaModel(name, digest, 4096, True, "", digest, billions), **changed)


A, B, C = model("a:3b"), model("b:7b", 7.0), model("c:2b", 2.0)
SMALL = model("s:270m", 0.27)


def checked(home: Path, model: OllamaModel, right: int, seconds: float = 4.0) -> None:
    earned.keep(home, model.weights, "lines", replace(CHECK, right=right, seconds=seconds))


def test_the_newest_that_is_large_enough_answers_where_nothing_is_known(home: Path) -> None:
    assert best([SMALL, A, B], home, False) == A
    assert best([SMALL], home, False) is None
    assert best([model("n:x", 0.0)], home, False) is None


def test_what_was_chosen_last_comes_first_however_small_it_is(home: Path) -> None:
    checked(home, B, 12)
    remember(home, Chosen("ollama", SMALL.name))
    assert best([A, B, SMALL], home, False) == SMALL
    assert best([A, B], home, False) == B, "it is gone: the best answers"
    remember(home, None)
    assert (best([A, B, SMALL], home, False), remembered(home)) == (B, None)


@pytest.mark.parametrize(
    ("rights", "seconds", "wanted"),
    [((9, 11, 10), (1, 9, 1), B), ((10, 10, 10), (4, 3, 2), C), ((8, 7, 7), (9, 1, 1), A)],
)
def test_the_best_of_those_that_were_checked_answers_and_the_quicker_of_two_equals(
    home: Path, rights: tuple[int, int, int], seconds: tuple[int, int, int], wanted: OllamaModel
) -> None:
    for each, right, took in zip((A, B, C), rights, seconds, strict=True):
        checked(home, each, right, took)
    assert best([A, B, C], home, False) == wanted


def test_what_failed_its_check_does_not_answer_unasked(home: Path) -> None:
    checked(home, A, 5)
    assert best([A, B], home, False) == B
    checked(home, B, 0)
    assert best([A, B], home, False) is None


def test_a_small_model_that_did_well_answers_only_where_it_is_named(home: Path) -> None:
    checked(home, SMALL, 12)
    assert best([SMALL, A], home, False) == A
    assert named([SMALL, A], SMALL.name, False) == SMALL


def test_what_was_fitted_comes_before_what_nothing_is_known_of(home: Path) -> None:
    score.store(replace(score.shipped("", "json"), digest=B.weights), home)
    assert best([A, B], home, False) == B
    checked(home, A, 9)
    assert best([A, B], home, False) == A


def test_only_what_writes_text_here_answers(home: Path) -> None:
    away, embeds = model("w:9b", remote="https://far.example"), model("e:9b", completes=False)
    assert best([away, embeds, A], home, False) == A
    assert best([away, embeds, A], home, True) == away
    with pytest.raises(ModelRefused, match="writes no text"):
        named([embeds], embeds.name, False)
    with pytest.raises(ModelRefused, match=r"far\.example"):
        named([away], away.name, False)
    with pytest.raises(ModelMissing) as caught:
        named([A], "two words", False)
    assert "ollama pull two words" in caught.value.hint


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"last": 3}', b'{"last": {"backend": "x"}}'])
def test_a_file_that_can_not_be_read_is_as_none(home: Path, content: bytes) -> None:
    (home / "models").mkdir(parents=True)
    for name in ("chosen", "checks", "replies"):
        (home / "models" / f"{name}.json").write_bytes(content)
    assert (remembered(home), earned.checks(home), best([A], home, False)) == (None, {}, A)


# As a user meets it


def test_a_small_newest_model_is_not_chosen_unasked_and_the_way_is_told(home: Path, corpus: Path) -> None:
    with OllamaStandin((TINY,)) as server:
        settings = Settings(corpus=corpus, home=home, ollama_host=server.url)
        found = choose(settings)
        assert (found.backend, "byline model use gemma3:270m" in found.note) == ("embedded", True)
        with pytest.raises(ModelMissing) as caught:
            choose(replace(settings, llm="ollama"))
        assert "byline model use gemma3:270m" in caught.value.hint
        server.models = (TINY, BIG)
        assert choose(settings).served is not None
        assert choose(settings).served.name == BIG.name  # type: ignore[union-attr]
        chosen_ = choose(replace(settings, model=TINY.name)).served
        assert chosen_ is not None
        assert chosen_.name == TINY.name


def test_byline_model_use_is_remembered_and_auto_forgets_it(run: Run) -> None:
    with ollama(lambda _: None, BIG, MID, TINY):  # type: ignore[arg-type, return-value]
        assert run("model").out.startswith(BIG.name)
        assert run("model", "use", TINY.name).out == f"{TINY.name} answers from now on.\n"
        assert run("model").out.startswith(TINY.name)
        assert run("model", "use", "auto").code == 0
        assert run("model").out.startswith(BIG.name)
        missing = run("model", "use", "nobody:1b")
        assert (missing.code, "ollama pull nobody:1b" in missing.err) == (1, True)
        assert "byline model pull" in run("model", "use", "embedded").err


def test_a_model_that_was_chosen_and_is_gone_is_told_of(run: Run) -> None:
    with ollama(lambda _: None, BIG, MID) as server:  # type: ignore[arg-type, return-value]
        run("model", "use", MID.name)
        server.models = (BIG,)
        said = run("model").out.splitlines()[0]
    assert said == f"{MID.name}, which was chosen last, is not to be had any more."


def test_the_list_tells_size_and_what_each_has_earned(run: Run, home: Path) -> None:
    earned.keep(home, BIG.digest, "json", CHECK)
    with ollama(lambda _: None, BIG, MID):  # type: ignore[arg-type, return-value]
        lines = run("model", "list").out.splitlines()
    assert lines[0] == "ollama    big:7b  398 MB  10 of 12, 4 s an answer"
    assert lines[1] == "ollama    mid:3b  398 MB  not checked"


def test_two_hundred_models_are_listed_in_seconds(run: Run) -> None:
    import time

    many = tuple(ModelFile(f"m{n}:3b", digest=f"{n:064x}") for n in range(200))
    began = time.monotonic()
    with ollama(lambda _: None, *many):  # type: ignore[arg-type, return-value]
        assert len([each for each in run("model", "list").out.splitlines() if ":3b" in each]) == 200
    assert time.monotonic() - began < 30


def test_a_check_is_told_in_a_few_words() -> None:
    assert str(CHECK) == "10 of 12, 4 s an answer"
    assert str(replace(CHECK, seconds=0.44)) == "10 of 12, 0.4 s an answer"
    assert replace(CHECK, right=8).share >= chosen.PASSES

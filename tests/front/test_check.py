"""A check: twelve questions through the whole assistant; what came of them is kept by weights and form."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from index.errors import ModelBroke
from rag.answer import Model
from rag.front.check import ARTICLES, check
from rag.front.check.questions import QUESTIONS
from rag.models import earned
from rag.settings import Settings
from tests.commands import Run, ollama
from tests.fakes import HashEmbedder
from tests.ollama_chat import ChatReply, ChatRequest, ModelFile, say
from tests.scripted import scripted_llm, well_read

MODEL = ModelFile("qwen2.5:3b", digest="d" * 64, weights="e" * 64)


def test_half_of_the_questions_are_answered_in_the_articles_and_half_are_not() -> None:
    text = " ".join(path.read_text(encoding="utf-8") for path in ARTICLES.glob("*.md"))
    assert len(QUESTIONS) == 12
    assert sum(bool(each.answers) for each in QUESTIONS) == 6
    assert all(each.answers[0] in text for each in QUESTIONS if each.answers)


def test_a_check_tells_how_much_was_right_refused_and_how_long_it_took(home: Path) -> None:
    told: list[int] = []
    llm = replace(scripted_llm(lambda _: say(" none")), model=Model("ollama", "m", "e" * 64))
    found = check(llm, HashEmbedder(), Settings(home, home), told.append)
    assert (found.right, found.asked, found.refused, found.unanswerable) == (6, 12, 6, 6)
    assert (told, found.seconds > 0) == (list(range(1, 13)), True)
    assert earned.of(earned.checks(home), "sha256:" + "e" * 64) == found


def test_a_model_whose_replies_can_not_be_read_has_nothing_right(home: Path) -> None:
    llm = scripted_llm(lambda _: ChatReply(()), "json")
    found = check(llm, HashEmbedder(), Settings(home, home))
    assert (found.right, found.refused) == (0, 0)


def test_a_fault_ends_a_check_and_nothing_is_kept(home: Path) -> None:
    def dies(_: ChatRequest) -> ChatReply:
        raise ModelBroke("It stopped.", "ask again")

    with pytest.raises(ModelBroke):
        check(scripted_llm(dies), HashEmbedder(), Settings(home, home))
    assert earned.checks(home) == {}


def test_checks_of_two_forms_stand_beside_each_other(home: Path) -> None:
    one = earned.Check(6, 12, 3, 6, 1.0, "2026-01-02T03:04:05+00:00", "0.1.0")
    earned.keep(home, "e" * 64, "grammar", one)
    assert earned.of(earned.checks(home), "e" * 64) == one
    earned.keep(home, "e" * 64, "json", better := replace(one, right=9))
    assert earned.of(earned.checks(home), "e" * 64) == better
    assert earned.of(earned.checks(home), "f" * 64) is None


@pytest.fixture
def checked(run: Run) -> Callable[..., str]:
    def running(*arguments: str) -> str:
        ran = run("model", *arguments)
        assert ran.code == 0, ran.err
        return ran.out + ran.err

    return running


def test_byline_model_check_keeps_what_the_list_and_the_doctor_tell(
    checked: Callable[..., str], run: Run
) -> None:
    with ollama(well_read, MODEL):
        assert "qwen2.5:3b: " in checked("check", MODEL.name)
        told = next(line for line in checked("list").splitlines() if MODEL.name in line)
        assert " of 12, " in told
        assert " of 12, " in run("doctor").out


def test_a_pull_ends_with_a_check(checked: Callable[..., str]) -> None:
    with ollama(well_read, ModelFile("other:3b"), library=(MODEL,)):
        said = checked("pull", MODEL.name)
    assert said.index("qwen2.5:3b is here.") < said.rindex(" of 12, ")


def test_a_model_that_came_and_can_not_be_checked_came_all_the_same(checked: Callable[..., str]) -> None:
    embeds = ModelFile("embeds:3b", capabilities=("embedding",))
    with ollama(well_read, ModelFile("other:3b"), library=(embeds,)):
        said = checked("pull", embeds.name)
    assert "embeds:3b is here." in said
    assert "It could not be checked: embeds:3b writes no text" in said

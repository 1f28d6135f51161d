"""The golden answers are given again, from recorded calls alone: `make golden` keeps them."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from eval_answers import answer, cite, refusal
from fakes import HashEmbedder

from eval.bench import Opener
from eval.cases import Case, load_cases
from eval.golden import answered, changed, golden_file, known, make, told
from eval.options import CASES
from rag.judging.nearness import nearness
from rag.settings import Settings, load_settings
from tests.ollama_chat import ChatReply, ChatRequest
from tests.scripted import chat_of, scripted_llm, well_read

SHARE = Case("share", "What did Macron say that Europe paid?", ("60%",), "aid.txt", None, False)


def test_what_changed_is_told_a_line_a_case() -> None:
    was = told(SHARE, answer("?", "It paid 60%.", cite("x", "It paid 60%.", "It paid 60%."), short="60%"))
    now = told(SHARE, refusal("?"))
    assert changed([was], [was]) == []
    assert changed([was], [now]) == ["share: 60% (It paid 60%.) -> refused"]
    assert changed([], [now]) == ["share: no case -> refused"]


def test_what_is_made_is_found_again_without_a_model(corpus: Path, home: Path, tmp_path: Path) -> None:
    cases = tmp_path / "cases.jsonl"
    cases.write_text(
        '{"id": "share", "question": "' + SHARE.question + '", "answers": ["60%"], "unanswerable": false}'
    )
    settings = Settings(corpus=corpus, home=home)
    first, second = scripted_llm(well_read), scripted_llm(nothing_more)
    how: dict[str, Any] = {"embedder": lambda _: HashEmbedder(), "judge": lambda: None}
    how |= {"near": lambda _: nearness(HashEmbedder()), "recorded": home / "recorded"}
    with Opener(settings, llm=lambda _: first, **how) as opener:
        path = make(settings, cases, opener)
    [kept] = known(path)
    assert path == golden_file(home)
    assert (kept["refused"], kept["quotes"]) == (False, ["Europe paid 60% of the total, Macron said."])
    with Opener(settings, llm=lambda _: second, **how) as opener, opener(None) as bench:
        assert changed([kept], answered(load_cases(cases), bench)) == []
    assert chat_of(second).asked == []


def nothing_more(_: ChatRequest) -> ChatReply:
    raise AssertionError("the model would be asked what was not recorded: make golden")


@pytest.mark.model
def test_the_golden_answers_are_given_again() -> None:
    settings = load_settings()
    golden, recorded = golden_file(settings.home), settings.home / "recorded"
    if not golden.exists() or not recorded.is_dir():
        pytest.skip(f"no golden answers in {settings.home}: make golden")
    from rag.models.llm import open_llm

    def unasked(settings: Settings) -> Any:
        llm = open_llm(settings)
        return replace(llm, chat=chat_of(scripted_llm(nothing_more)))

    with Opener(settings, llm=unasked, recorded=recorded) as opener, opener(None) as bench:
        now = answered(load_cases(CASES), bench)
    lines = changed(known(golden), now)
    assert not lines, "answers that changed:\n" + "\n".join(lines)

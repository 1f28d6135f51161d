"""Replay: the same question again, the two answers compared, and what has changed since."""

import io
import json
import os
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from index.store import index_folder
from rag.answer import Model
from rag.assistant import Assistant
from rag.assistant.opening import open_assistant
from rag.front.replay import replay_to_terminal
from rag.question.followup import Turn
from rag.records.receipt import (
    Digest,
    Indexed,
    Quoted,
    Receipt,
    Told,
    make_receipt,
    read_receipt,
    write_receipt,
)
from rag.records.receipt.values import Named, ToldClaim
from rag.records.replay import replay
from rag.records.replay.compare import Changes, changes, kept_quotes
from rag.settings import Settings
from tests.commands import ELSEWHERE, QUOTE, SHARE, SMALL, Run, contract, ollama
from tests.fakes import HashEmbedder
from tests.ollama_chat import Brain, ModelFile
from tests.scripted import cites, looking, scripted_llm, well_read

NOW = datetime.fromisoformat("2025-03-01T12:00:00+01:00")


@pytest.fixture
def ask(run: Run, tmp_path: Path) -> Callable[..., Path]:
    """Ask with a receipt, through the command line and the stand-in; where the receipt is."""

    def asked(question: str = SHARE, *options: object) -> Path:
        file = tmp_path / "r.json"
        with ollama():
            run("ask", question, "--receipt", file, *options)
        return file

    return asked


@pytest.fixture
def again(run: Run) -> Callable[..., dict[str, Any]]:
    """Replay through the command line; the object it prints, and the exit code it must end with."""

    def replayed(file: Path, code: int, **how: Any) -> dict[str, Any]:
        with ollama(**how):
            ran = run("replay", file, "--json")
        assert (ran.code, ran.err) == (code, "")
        value: dict[str, Any] = json.loads(ran.out)
        contract(json.dumps(value["then"]))
        contract(json.dumps(value["now"]))
        return value

    return replayed


Ask, Again = Callable[..., Path], Callable[..., dict[str, Any]]
UNCHANGED = asdict(Changes(3)) | {"same": True}


def listed(value: object) -> Any:
    """A value as JSON has it."""
    return json.loads(json.dumps(value))


# The same answer


@pytest.mark.parametrize(
    ("question", "options"),
    [(SHARE, ()), (ELSEWHERE, ()), (SHARE, ("--source", "local/*")), (SHARE, ("--until", "2090-01-01"))],
)
def test_over_the_same_index_the_same_answer_comes(
    ask: Ask, again: Again, question: str, options: tuple[str, ...]
) -> None:
    replayed = again(ask(question, *options), 0)
    assert (replayed["same"], replayed["differences"]) == (True, [])
    assert replayed["evidence"] == {"hits": True, "prompts": True, "candidates": True}
    assert replayed["index"] == listed(UNCHANGED)
    assert replayed["model"]["same"]
    assert replayed["then"]["answer"] == replayed["now"]["answer"]


def test_a_replay_says_what_was_compared(run: Run, ask: Ask) -> None:
    file = ask()
    with ollama():
        ran = run("replay", file)
    lines = ran.out.splitlines()
    assert lines[0] == f"Asked {read_receipt(file).asked_at}: {SHARE}"
    assert lines[1:9] == [
        "The same answer: the same sentences of the same articles.",
        "Hits: the same",
        "Prompts: the same",
        "Candidates: the same",
        f"Model: the same, {SMALL.name} (ollama, {SMALL.digest[:12]})",
        "Index: the same, 3 articles",
        "  [1] stands word for word in aid.txt",
        "",
    ]
    assert lines[9] == f"“{QUOTE}” [1]"
    assert (ran.code, ran.err) == (0, "")


def test_the_receipt_s_corpus_and_limits_are_taken_and_everything_else_is_the_reader_s(
    run: Run, ask: Ask, again: Again, tmp_path: Path
) -> None:
    os.environ["BYLINE_READS"] = "1"
    file = ask(ELSEWHERE)
    os.environ |= {"BYLINE_READS": "9", "BYLINE_CORPUS": str(tmp_path / "nowhere")}
    assert again(file, 0)["same"]
    with ollama() as server:
        run("replay", file)
        assert [ELSEWHERE in str(body) for body in server.bodies("/api/chat")].count(True) == 1


# A changed index


def test_an_edited_article_gives_another_answer_and_names_the_quote_that_is_gone(
    run: Run, ask: Ask, again: Again, corpus: Path
) -> None:
    file = ask()
    aid = corpus / "aid.txt"
    aid.write_text(aid.read_text(encoding="utf-8").replace("60%", "40%"), encoding="utf-8")
    replayed = again(file, 3)
    assert (replayed["same"], replayed["differences"]) == (False, ["words", "citations"])
    assert replayed["index"] == listed(UNCHANGED | {"same": False, "changed": ["aid.txt"]})
    (quote,) = replayed["quotes"]
    assert (quote["quote"], quote["then"]["path"], quote["now"]) == (QUOTE, "aid.txt", None)
    assert replayed["now"]["answer"] == f"“{QUOTE.replace('60', '40')}” [1]"
    with ollama():
        shown = run("replay", file)
    assert shown.out.splitlines()[1:4] == [
        "Another answer. What differs: words, citations.",
        f"  then: “{QUOTE}” [1]",
        f"  now:  “{QUOTE.replace('60', '40')}” [1]",
    ]
    assert "  ~ aid.txt" in shown.out.splitlines()
    assert f"  [1] no longer in aid.txt: “{QUOTE}”" in shown.out.splitlines()
    assert shown.code == 3


def test_a_quote_that_moved_in_its_article_is_the_same_quote(
    run: Run, ask: Ask, again: Again, corpus: Path
) -> None:
    file = ask()
    aid = corpus / "aid.txt"
    aid.write_text(aid.read_text(encoding="utf-8").replace("\n\n", "\n\nIt was cold.\n\n"), encoding="utf-8")
    replayed = again(file, 0)
    assert replayed["index"]["changed"] == ["aid.txt"]
    (quote,) = replayed["quotes"]
    moved = len("It was cold.\n\n")
    assert quote["now"] == {
        "path": "aid.txt",
        "start": quote["then"]["start"] + moved,
        "end": quote["then"]["end"] + moved,
    }
    with ollama():
        assert "stands word for word in aid.txt, moved from" in run("replay", file).out


def test_articles_that_came_went_and_moved_are_named(run: Run, ask: Ask, again: Again, corpus: Path) -> None:
    file = ask()
    (corpus / "aid.txt").rename(corpus / "local" / "moved.txt")
    (corpus / "peace.md").unlink()
    (corpus / "new.txt").write_text("Nothing\n\nNothing happened.\n", encoding="utf-8")
    replayed = again(file, 0)
    assert replayed["index"] == listed(
        UNCHANGED
        | {
            "same": False,
            "added": ["new.txt"],
            "removed": ["peace.md"],
            "moved": [("aid.txt", "local/moved.txt")],
        }
    )
    assert replayed["quotes"][0]["now"]["path"] == "local/moved.txt"
    with ollama():
        lines = run("replay", file).out.splitlines()
    assert [line for line in lines if line[:4] in ("  + ", "  - ", "  > ", "  [1")] == [
        "  + new.txt",
        "  - peace.md",
        "  > aid.txt -> local/moved.txt",
        "  [1] stands word for word, now in local/moved.txt",
    ]


def test_what_was_refused_may_be_answered_now(ask: Ask, again: Again, corpus: Path) -> None:
    file = ask(ELSEWHERE)
    (corpus / "sport.txt").write_text("Sport\n\nAda won the football match.\n", encoding="utf-8")
    replayed = again(file, 3)
    assert replayed["differences"][:2] == ["refusal", "words"]
    assert (replayed["then"]["refused"], replayed["now"]["refused"]) == (True, False)
    assert replayed["index"]["added"] == ["sport.txt"]


# Another model


def test_another_model_is_named(run: Run, ask: Ask) -> None:
    file = ask()
    other = ModelFile("other:1b", digest="c" * 64)
    with ollama(well_read, other):
        ran = run("replay", file)
    assert f"Model: another, other:1b (ollama, {'c' * 12}); then {SMALL.name} (ollama, {'b' * 12})" in ran.out
    assert ran.code == 0


# Conversations, and models that answer otherwise


@pytest.fixture
def byline(corpus: Path, home: Path) -> Settings:
    return Settings(corpus=corpus, home=home)


def opened(byline: Settings, brain: Brain = well_read, model: Model | None = None) -> Assistant:
    def llm(_: Settings) -> Any:
        scripted = scripted_llm(brain)
        return replace(scripted, model=model or scripted.model)

    return open_assistant(byline, llm=llm, embedder=lambda _: HashEmbedder(), judge=lambda: None)


DISAGREED = "And who disagreed?"


def conversation(byline: Settings, *questions: str) -> Receipt:
    """The receipt of the last question, asked after the others."""
    turns: list[Turn] = []
    with opened(byline) as assistant:
        for question in questions:
            answer = assistant.ask(question, history=turns)
            turns.append(Turn(question, answer.standalone_question, answer))
        return make_receipt(answer, assistant, byline, NOW, history=questions[:-1])


def test_a_follow_up_is_asked_after_the_questions_before_it(byline: Settings) -> None:
    receipt = conversation(byline, SHARE, DISAGREED)
    assert (receipt.history, receipt.standalone_question == DISAGREED) == ((SHARE,), False)
    with opened(byline) as assistant:
        replayed = replay(receipt, assistant, byline)
        alone = replay(replace(receipt, history=()), assistant, byline)
    assert (replayed.same, replayed.answer.standalone_question) == (True, receipt.standalone_question)
    assert replayed.evidence == (("hits", True), ("prompts", True), ("candidates", True))
    with opened(byline) as assistant:
        other = replay(replace(receipt, fired=("other.denies",)), assistant, byline)
    assert other.evidence == (("hits", True), ("prompts", True), ("candidates", False))
    assert "rewritten question" in alone.differences


def test_a_model_that_answers_otherwise_over_the_same_prompts_differs(byline: Settings) -> None:
    receipt = conversation(byline, "Which disagreed total did Europe pay 60% of?")
    with opened(byline, looking(lambda _: cites(2, "Trump"))) as assistant:
        replayed = replay(receipt, assistant, byline)
    assert (replayed.same, replayed.same_model, replayed.changes.any) == (False, True, False)
    assert replayed.differences == ("words", "citations")


def test_the_same_words_of_another_model_are_the_same_answer(byline: Settings) -> None:
    receipt = conversation(byline, SHARE)
    with opened(byline, model=Model("scripted", "script", "1" * 64)) as assistant:
        replayed = replay(receipt, assistant, byline)
    assert (replayed.same, replayed.same_model) == (True, False)


def test_what_decided_then_and_now_is_told(byline: Settings) -> None:
    receipt = replace(conversation(byline, SHARE), threshold=0.21, byline="0.0.1")
    with opened(byline) as assistant:
        replayed = replay(receipt, assistant, byline)
    file = io.StringIO()
    replay_to_terminal(replayed, Console(file=file, soft_wrap=True))
    assert f"Threshold: {replayed.answer.threshold:g}; then 0.21\n" in file.getvalue()
    assert f"Byline: {replayed.now.byline}; then 0.0.1\n" in file.getvalue()


# A receipt from anywhere


def test_a_folder_that_was_never_indexed_is_not_indexed_for_a_receipt(
    run: Run, ask: Ask, tmp_path: Path, home: Path
) -> None:
    private = tmp_path / "private papers"
    private.mkdir()
    (private / "diary.txt").write_text("Dear diary.\n", encoding="utf-8")
    file = ask()
    write_receipt(replace(read_receipt(file), corpus=str(private)), file)
    ran = run("replay", file)
    assert ran.complaint() == (
        f"The receipt is of {private}, which has not been indexed here.",
        f"if these are your articles: byline index '{private}'",
    )
    assert ran.code == 2
    assert not index_folder(home, private).exists()


def test_a_corpus_that_is_gone_is_wrong_use(run: Run, ask: Ask, corpus: Path) -> None:
    file = ask()
    corpus.rename(corpus.with_name("elsewhere"))
    with ollama():
        ran = run("replay", file)
    assert (str(corpus) in ran.complaint()[0], ran.code, ran.out) == (True, 2, "")


def test_a_path_in_a_receipt_opens_no_file(ask: Ask, again: Again, corpus: Path) -> None:
    file = ask()
    outside = corpus.parent / "secret.txt"
    outside.write_text(QUOTE, encoding="utf-8")
    data = json.loads(file.read_text(encoding="utf-8"))
    for path in ("../secret.txt", str(outside)):
        data["answer"]["claims"][0]["citations"][0]["article"]["path"] = path
        file.write_text(json.dumps(data), encoding="utf-8")
        (quote,) = again(file, 3)["quotes"]
        assert (quote["then"]["path"], quote["now"]) == (path, None)


def test_what_a_receipt_says_steers_no_terminal(run: Run, ask: Ask) -> None:
    file = ask()
    text = file.read_text(encoding="utf-8")
    data = json.loads(text.replace("aid.txt", "a\\u001b[31m\\u202e.txt").replace(QUOTE, "Q\\u001b\\u009b"))
    data |= {"byline": "\x1b[0m", "asked_at": "2025-01-01\x1b10:00+00:00"}
    data["model"] |= {"name": "\x1b\u2066", "digest": "\x1b"}
    file.write_text(json.dumps(data), encoding="utf-8")
    with ollama():
        ran = run("replay", file)
    assert not {"\x1b", "\x9b", "\u202e", "\u2066"} & set(ran.out + ran.err)
    assert ran.code == 3


def test_without_a_model_a_replay_is_a_fault(run: Run, ask: Ask) -> None:
    file = ask()
    ran = run("replay", file)
    assert (ran.complaint()[1], ran.code, ran.out) == ("byline model pull", 1, "")


# What changed, by itself


PATHS = st.sampled_from("abcdef").map(lambda name: f"{name}.txt")
STATES = st.dictionaries(PATHS, st.sampled_from("123456"))


def state(files: dict[str, str], fingerprint: str = "") -> Indexed:
    return Indexed(
        fingerprint or json.dumps(files, sort_keys=True),
        "hash",
        "d",
        tuple(Digest(path, files[path]) for path in sorted(files)),
    )


@given(STATES, STATES)
def test_the_changes_lead_from_the_old_state_to_the_new(old: dict[str, str], new: dict[str, str]) -> None:
    found = changes(state(old), state(new))
    built = {path: digest for path, digest in old.items() if path not in found.removed}
    built = {dict(found.moved).get(path, path): digest for path, digest in built.items()}
    assert built | {path: new[path] for path in (*found.added, *found.changed)} == new
    assert all(old[path] != new[path] for path in found.changed)
    assert (found.any, found.reread, found.articles) == (old != new, False, len(new))


def test_the_same_files_read_otherwise_are_a_changed_index() -> None:
    files = {"a.txt": "1"}
    assert changes(state(files), state(files, "other")) == Changes(1, reread=True)
    embedded = replace(state(files, "other"), embedder_digest="e")
    assert changes(state(files), embedded) == Changes(1, embedder=True)


@given(st.text("ab. ", max_size=30), st.text("ab", min_size=1, max_size=3), st.integers(0, 40))
def test_a_quote_stands_where_it_is_nearest_to_where_it_stood(text: str, quote: str, start: int) -> None:
    answer = told_of(quote, start)
    (kept,) = kept_quotes(answer, Changes(1), {"a.txt": text}.get)
    places = [at for at in range(len(text)) if text.startswith(quote, at)]
    if not places:
        assert kept.now is None
    else:
        assert kept.now is not None
        assert text[kept.now.start : kept.now.end] == quote
        assert abs(kept.now.start - start) == min(abs(at - start) for at in places)


def told_of(quote: str, start: int) -> Told:
    """An answer that cites one quote of a.txt."""
    cited = Quoted(1, Named("a.txt"), start, start + len(quote), quote)
    return Told("Who?", "It.", False, (ToldClaim("It.", "", (cited,)),), ())

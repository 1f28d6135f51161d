"""Wrong use ends with 2 and a fault with 1, each told in one line, with the next step."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from index.sync import sync
from tests.commands import DEAD, SHARE, Run, faulty, hanging, ollama, start
from tests.fakes import HashEmbedder
from tests.ollama_chat import ChatRequest, Fault
from tests.scripted import looks, reads

# Wrong use: exit code 2


@pytest.mark.parametrize(
    ("arguments", "fault", "step"),
    [
        (["ask"], "no question", "byline ask"),
        (["ask", ""], "empty", "byline ask"),
        (["ask", " \n "], "empty", "byline ask"),
        (["ask", "x" * 100_000], "100,000 characters", "one thing"),
        (["ask", "-"], "empty", "byline ask"),
        (["ask", "Who?", "--since", "nonsense"], "--since 'nonsense'", "--since 2"),
        (["ask", "Who?", "--until", "2025-13-01"], "--until '2025-13-01'", "--until 2"),
        (["ask", "Who?", "--cases", "x.jsonl"], "don't go together", "--cases"),
        (["ask", "--cases", "x.jsonl", "--why"], "--why and --cases don't go together", "--cases"),
        (["ask", "--cases", "nowhere.jsonl"], "nowhere.jsonl does not exist", "--cases"),
        (["ask", "Who?", "--corpus", "nowhere"], "nowhere", "byline index"),
        (["index", "nowhere"], "nowhere", "byline index"),
    ],
)
def test_wrong_use_is_told_in_one_line_with_the_next_step(
    run: Run, arguments: list[str], fault: str, step: str
) -> None:
    ran = run(*arguments)
    told, following = ran.complaint()
    assert (fault in told, step in following, ran.code, ran.out) == (True, True, 2, "")


@pytest.mark.parametrize(
    "arguments",
    [["nonsense"], ["ask", "--nonsense"], ["ask", "one", "two"], ["model", "nonsense"], ["--nonsense"]],
)
def test_an_unknown_word_is_wrong_use(run: Run, arguments: list[str]) -> None:
    ran = run(*arguments)
    assert (ran.code, ran.out, "Traceback" in ran.err) == (2, "", False)
    assert "Usage" in ran.err


def make_empty(corpus: Path) -> Path:
    (corpus / "empty").mkdir()
    return corpus / "empty"


@pytest.mark.parametrize(
    "place", [lambda corpus: corpus / "gone", make_empty, lambda corpus: corpus / "aid.txt"]
)
@pytest.mark.parametrize("command", [["ask", "Who?"], ["index"], ["chat"]])
def test_a_corpus_that_can_not_be_is_wrong_use(
    run: Run, corpus: Path, command: list[str], place: Callable[[Path], Path]
) -> None:
    with ollama():
        ran = run(*command, "--corpus", place(corpus))
    told, step = ran.complaint()
    assert (ran.code, ran.out, bool(told), bool(step)) == (2, "", True, True)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("BYLINE_NUM_CTX", "many"),
        ("BYLINE_LLM", "both"),
        ("OLLAMA_HOST", "ftp://x"),
        ("BYLINE_THRESHOLD", "2"),
    ],
)
def test_a_setting_that_can_not_be_is_wrong_use(run: Run, variable: str, value: str) -> None:
    os.environ[variable] = value
    ran = run("ask", "Who?")
    assert (ran.code, variable in ran.complaint()[0]) == (2, True)


# Faults: exit code 1


def test_missing_weights_name_the_pull(run: Run) -> None:
    ran = run("ask", SHARE)
    assert ran.complaint() == ("The embedded model's weights are not here yet.", "byline model pull")
    assert ran.code == 1


@pytest.mark.parametrize(
    ("setting", "value", "fault", "step"),
    [
        ("BYLINE_LLM", "ollama", f"No Ollama answers at {DEAD}.", "ollama serve"),
        ("BYLINE_MODEL", "qwen2.5:0.5b", f"No Ollama answers at {DEAD}.", "ollama serve"),
        ("BYLINE_GGUF", "/nowhere/mine.gguf", "no model file /nowhere/mine.gguf", "BYLINE_GGUF"),
        ("BYLINE_EMBEDDER", ".", "No weights of an embedding model", "Name a folder"),
    ],
)
def test_what_was_named_and_is_not_there_is_a_fault(
    run: Run, setting: str, value: str, fault: str, step: str
) -> None:
    os.environ[setting] = value
    ran = run("ask", SHARE)
    told, following = ran.complaint()
    assert (fault in told, step in following, ran.code, ran.out) == (True, True, 1, "")


def test_a_model_that_was_not_pulled_names_the_pull(run: Run) -> None:
    os.environ["BYLINE_MODEL"] = "llama3.2"
    with ollama():
        ran = run("ask", SHARE)
    told, step = ran.complaint()
    assert ("'llama3.2'" in told, "ollama pull llama3.2" in step, ran.code) == (True, True, 1)


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (Fault("die", 2), "in the middle of an answer"),
        (Fault("end", 2), "ended its answer early"),
        (Fault("error", 2, "no memory left"), "no memory left"),
        (Fault("hang", 2), "went silent"),
    ],
)
def test_an_answer_that_breaks_off_is_a_fault_and_shows_nothing(run: Run, fault: Fault, told: str) -> None:
    os.environ["BYLINE_TIMEOUT"] = "1"
    with ollama(faulty(fault)):
        ran = run("ask", SHARE)
    assert (told in ran.complaint()[0], ran.code, ran.out) == (True, 1, "")


def test_an_index_of_another_embedding_model_names_the_rebuild(run: Run) -> None:
    run("index")
    os.environ["BYLINE_EMBEDDER"] = "minilm"
    with ollama():
        ran = run("ask", SHARE)
        assert ("byline index --rebuild" in ran.complaint()[1], ran.code) == (True, 1)
        assert run("index", "--rebuild").code == 0
        assert run("ask", SHARE).code == 0


def test_sources_without_an_index_name_the_command(run: Run) -> None:
    ran = run("sources")
    assert ("byline index" in ran.complaint()[1], ran.code) == (True, 1)


# The process: pipes and signals


@pytest.mark.usefixtures("environ")
def test_a_reader_that_leaves_early_causes_no_traceback(corpus: Path) -> None:
    for number in range(300):
        (corpus / f"{number}.txt").write_text(f"{'A long title ' * 30}{number}\n\nText {number}.\n")
    sync(corpus, Path(os.environ["BYLINE_HOME"]), HashEmbedder())
    process = start("sources")
    assert process.stdout is not None
    assert process.stderr is not None
    assert "A long title" in process.stdout.readline()
    process.stdout.close()
    assert process.stderr.read() == ""
    process.stderr.close()
    assert process.wait(20) in (0, 1)


@pytest.mark.usefixtures("environ")
@pytest.mark.parametrize("purpose", [lambda _: True, reads, looks], ids=["opening", "reading", "looking"])
def test_ctrl_c_ends_with_130_and_without_a_traceback(purpose: Callable[[ChatRequest], bool]) -> None:
    asked = threading.Event()
    with ollama(hanging(purpose, asked)):
        process = start("ask", SHARE)
        wait_until(asked.is_set, process)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out, "Traceback" in err, "Error" in err) == (130, "", False, False)


def wait_until(happened: Callable[[], bool], process: "subprocess.Popen[str]") -> None:
    deadline = time.monotonic() + 180
    while not happened():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.05)

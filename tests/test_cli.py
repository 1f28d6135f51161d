"""The commands, from the arguments to the exit code: what a user types, sees and is told."""

import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import jsonschema
import pytest
import typer

import app
from index.store import index_folder
from index.sync import sync
from rag.answer import REFUSAL
from tests.fakes import HashEmbedder
from tests.ollama_chat import Brain, Fault, ModelFile
from tests.ollama_standin import OllamaStandin
from tests.scripted import well_read

ROOT = Path(app.__file__).parent
SMALL = ModelFile("qwen2.5:0.5b", digest="b" * 64)
DEAD = "http://127.0.0.1:9"
SHARE = "What did Macron say that Europe paid?"
QUOTE = "Europe paid 60% of the total, Macron said."
ELSEWHERE = "Who won the football match?"


@dataclass(frozen=True, slots=True)
class Ran:
    """What one run of the program left behind."""

    code: int
    out: str
    err: str

    def complaint(self) -> tuple[str, str]:
        """The fault and the next step: two lines on standard error, and no more than that."""
        fault, step = self.err.splitlines()
        assert fault.startswith("byline: ")
        assert step.startswith("  next: ")
        return fault.removeprefix("byline: "), step.removeprefix("  next: ")


Run = Callable[..., Ran]


@pytest.fixture(autouse=True)
def environ(corpus: Path, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A process of its own: an empty working folder, and no settings but the corpus and the home."""
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    noisy = ("BYLINE_", "OLLAMA_", "FORCE_COLOR", "NO_COLOR", "COLUMNS", "CLICOLOR")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(noisy)}
    own = {"BYLINE_HOME": str(home), "BYLINE_CORPUS": str(corpus), "OLLAMA_HOST": DEAD}
    with patch.dict(os.environ, kept | own, clear=True):
        yield


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run ``byline`` with these arguments, in this process."""

    def byline(*arguments: object, stdin: str | bytes = "") -> Ran:
        given = stdin if isinstance(stdin, bytes) else stdin.encode()
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given), encoding="utf-8"))
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            app.main([str(argument) for argument in arguments])
        shown = capsys.readouterr()
        return Ran(int(ended.value.code or 0), shown.out, shown.err)

    return byline


@contextmanager
def ollama(brain: Brain = well_read, *models: ModelFile, **changed: Any) -> Iterator[OllamaStandin]:
    """A stand-in at OLLAMA_HOST."""
    with OllamaStandin(models or (SMALL,), brain, **changed) as server:
        os.environ["OLLAMA_HOST"] = server.url
        yield server


def faulty(fault: Fault) -> Brain:
    return lambda request: replace(well_read(request), fault=fault)


ARTICLE = {
    "type": "object",
    "required": ["path", "title", "publisher", "published"],
    "properties": {
        "path": {"type": "string"},
        "title": {"type": "string"},
        "publisher": {"type": ["string", "null"]},
        "published": {"type": ["string", "null"]},
    },
    "additionalProperties": False,
}


def record(**fields: Any) -> dict[str, Any]:
    """A schema of an object with exactly these fields."""
    shape = {"type": "object", "required": list(fields), "properties": fields}
    return shape | {"additionalProperties": False}


TEXT, WHOLE, REAL, YES_NO = ({"type": kind} for kind in ("string", "integer", "number", "boolean"))
CITATION = record(n=WHOLE, article=ARTICLE, start=WHOLE, end=WHOLE, quote=TEXT)
CLAIM = record(
    text=TEXT,
    verbatim=YES_NO,
    checks={"type": "object", "required": ["values"], "additionalProperties": YES_NO},
    citations={"type": "array", "minItems": 1, "items": CITATION},
)
CONTRACT = record(
    version={"const": 1},
    question=TEXT,
    standalone_question=TEXT,
    answer=TEXT,
    refused=YES_NO,
    claims={"type": "array", "items": CLAIM},
    conflicts={"type": "array"},
    also_read={"type": "array", "items": record(article=ARTICLE, start=WHOLE, end=WHOLE, text=TEXT, score=REAL)},
    support={"type": ["number", "null"]},
    model=record(backend={"enum": ["ollama", "embedded"]}, name=TEXT, digest=TEXT),
    tokens=record(prompt=WHOLE, completion=WHOLE, context=WHOLE),
    seconds=record(retrieve=REAL, first_token=REAL, total=REAL),
)  # fmt: skip


def contract(text: str) -> dict[str, Any]:
    """The one object in ``text``, as the contract has it."""
    value: dict[str, Any] = json.loads(text)
    jsonschema.validate(value, CONTRACT)
    return value


# byline ask


def test_an_answer_is_shown_with_its_sentence_and_article(run: Run) -> None:
    with ollama():
        ran = run("ask", SHARE)
    lines = [line for line in ran.out.splitlines() if line]
    assert lines[0] == f"{QUOTE} [1]"
    assert lines[1] == f"[1] “{QUOTE}”"
    assert ("Europe paid most of the aid" in lines[2], lines[2].endswith("aid.txt")) == (True, True)
    assert lines[-1].startswith("qwen2.5:0.5b (ollama), ")
    assert (ran.code, ran.err) == (0, "")


def test_an_answer_as_json_keeps_the_contract_and_cites_the_file(run: Run, corpus: Path) -> None:
    with ollama():
        ran = run("ask", SHARE, "--json")
    answer = contract(ran.out)
    (citation,) = answer["claims"][0]["citations"]
    text = (corpus / citation["article"]["path"]).read_text(encoding="utf-8")
    assert text[citation["start"] : citation["end"]] == citation["quote"] == QUOTE
    assert (answer["question"], answer["refused"]) == (SHARE, False)
    assert answer["model"] == {"backend": "ollama", "name": SMALL.name, "digest": SMALL.digest}
    assert (ran.code, ran.err) == (0, "")


def test_a_refusal_shows_the_nearest_passages_and_ends_with_3(run: Run) -> None:
    with ollama():
        ran = run("ask", ELSEWHERE)
        answer = contract(run("ask", ELSEWHERE, "--json").out)
    assert (ran.code, ran.out.splitlines()[0], ran.err) == (3, REFUSAL, "")
    assert "The nearest passages:" in ran.out
    assert (answer["refused"], answer["claims"], answer["answer"]) == (True, [], REFUSAL)
    assert len(answer["also_read"]) > 0


def test_a_question_is_read_from_standard_input(run: Run) -> None:
    with ollama():
        ran = run("ask", "-", "--json", stdin=f"{SHARE}\n")
        assert contract(ran.out)["question"] == SHARE
        strange = run("ask", "-", "--json", stdin=b"What did M\xff say?")
    assert contract(strange.out)["question"] == "What did M\ufffd say?"


def test_cases_are_answered_a_line_each_and_end_with_0(run: Run, tmp_path: Path) -> None:
    cases = tmp_path / "cases.jsonl"
    rows = [{"id": str(n), "question": text} for n, text in enumerate((SHARE, ELSEWHERE, SHARE))]
    cases.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    with ollama() as server:
        ran = run("ask", "--cases", cases, "--json")
        assert len(server.bodies("/api/tags")) == 1
        text = run("ask", "--cases", cases)
    answers = [contract(line) for line in ran.out.splitlines()]
    assert [(answer["question"], answer["refused"]) for answer in answers] == [
        (SHARE, False),
        (ELSEWHERE, True),
        (SHARE, False),
    ]
    assert (ran.code, ran.err, text.code) == (0, "", 0)
    assert [line for line in text.out.splitlines() if line.startswith("> ")] == [
        f"> {SHARE}",
        f"> {ELSEWHERE}",
        f"> {SHARE}",
    ]


@pytest.mark.parametrize(
    ("options", "refused"),
    [
        (["--source", "*.txt"], False),
        (["--source", "local/*"], True),
        (["--since", "2025-02-25"], False),
        (["--until", "2020-01-01"], True),
        (["--since", "2090-01-01"], True),
    ],
)
def test_only_the_articles_asked_for_answer(run: Run, options: list[str], refused: bool) -> None:
    with ollama():
        ran = run("ask", SHARE, "--json", *options)
    assert (contract(ran.out)["refused"], ran.code) == (refused, 3 if refused else 0)


def test_piped_output_is_plain_and_unwrapped(run: Run, corpus: Path) -> None:
    long = "Europe paid 60% of the total, said Macron, " + "and went on to explain it at length, " * 9
    (corpus / "aid.txt").write_text(f"Aid\n\n{long}he said.\n", encoding="utf-8")
    with ollama():
        runs = [run("ask", SHARE), run("sources"), run("doctor"), run("model"), run("index")]
    assert not any("\x1b" in ran.out + ran.err for ran in runs)
    assert f"[1] “{long}he said.”" in runs[0].out.splitlines()


def test_the_text_of_an_article_steers_no_terminal(run: Run, corpus: Path) -> None:
    (corpus / "aid.txt").write_text("Aid\n\nEurope paid \x1b[31m60% of it, Macron\u202e said.\n", encoding="utf-8")
    with ollama():
        ran = run("ask", SHARE)
    assert ("[31m60%" in ran.out, "\x1b" in ran.out, "\u202e" in ran.out) == (True, False, False)


def test_two_questions_in_turn_index_once(run: Run) -> None:
    with ollama():
        run("ask", SHARE)
        assert "3 unchanged; 4 passages, 0 embedded" in run("index").out


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
        (["ask", "--cases", "nowhere.jsonl"], "nowhere.jsonl does not exist", "--cases"),
        (["ask", "Who?", "--corpus", "nowhere"], "nowhere", "--corpus"),
        (["index", "nowhere"], "nowhere", ""),
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
    [("BYLINE_NUM_CTX", "many"), ("BYLINE_LLM", "both"), ("OLLAMA_HOST", "ftp://x"), ("BYLINE_THRESHOLD", "2")],
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


def test_an_index_of_another_embedding_model_names_the_rebuild(run: Run, corpus: Path, home: Path) -> None:
    sync(corpus, home, HashEmbedder())
    with ollama():
        ran = run("ask", SHARE)
        assert ("byline index --rebuild" in ran.complaint()[1], ran.code) == (True, 1)
        assert run("index", "--rebuild").code == 0
        assert run("ask", SHARE).code == 0


def test_sources_without_an_index_name_the_command(run: Run) -> None:
    ran = run("sources")
    assert ("byline index" in ran.complaint()[1], ran.code) == (True, 1)


# byline index, sources, model, doctor, chat


def test_an_index_run_says_what_it_did(run: Run, corpus: Path) -> None:
    first = run("index")
    assert first.out.splitlines()[:3] == ["+ aid.txt", "+ local/bridge.txt", "+ peace.md"]
    assert re.fullmatch(r"3 added; 4 passages, 4 embedded, \d+\.\d s", first.out.splitlines()[3])
    (corpus / "aid.txt").rename(corpus / "moved.txt")
    (corpus / "peace.md").unlink()
    (corpus / "local" / "bridge.txt").write_text("The bridge is closed.\n", encoding="utf-8")
    (corpus / "copy.txt").write_bytes((corpus / "moved.txt").read_bytes())
    (corpus / "junk.txt").write_bytes(bytes(range(256)) * 40)
    second = run("index", corpus)
    marks = {line[:1] for line in second.out.splitlines()[:-1]}
    assert marks == {"+", "~", "-", ">", "=", "!"}
    assert (first.code, first.err, second.code, second.err) == (0, "", 0, "")


def test_a_dry_run_says_what_would_be_and_leaves_nothing(run: Run, home: Path) -> None:
    ran = run("index", "--dry-run")
    assert ran.out.splitlines()[-1] == "Would be: 3 added. Nothing was changed."
    assert (ran.code, home.exists()) == (0, False)


def test_a_rebuild_embeds_everything_anew(run: Run) -> None:
    run("index")
    assert "3 unchanged; 4 passages" in run("index", "--rebuild").out


def test_an_index_that_another_process_makes_is_busy(run: Run, corpus: Path, home: Path) -> None:
    from filelock import FileLock

    from index.sync import LOCK_FILE

    run("index")
    with FileLock(index_folder(home, corpus) / LOCK_FILE, is_singleton=False):
        ran = run("index")
        with ollama():
            asked = run("ask", SHARE)
    assert (ran.code, bool(ran.complaint()[1])) == (1, True)
    assert (asked.code, "another process is indexing" in asked.err) == (0, True)


def test_sources_are_listed_a_line_each(run: Run) -> None:
    run("index")
    ran = run("sources")
    rows = [line.split("\t") for line in ran.out.splitlines()]
    assert rows[2] == ["Troops for Ukraine", "The Herald", "25 February 2025", "1", "peace.md"]
    assert ([row[-1] for row in rows], ran.code) == (["aid.txt", "local/bridge.txt", "peace.md"], 0)


def test_what_could_not_be_read_is_told_beside_the_answer(run: Run, corpus: Path) -> None:
    (corpus / "junk.txt").write_bytes(bytes(range(256)) * 40)
    with ollama():
        ran = run("ask", SHARE, "--json")
    assert ran.err.startswith("byline: left out junk.txt: ")
    assert (contract(ran.out)["refused"], ran.code) == (False, 0)


def test_the_models_are_shown_listed_and_pulled(run: Run) -> None:
    with ollama(well_read, SMALL, library=(ModelFile("new"),)) as server:
        assert run("model").out == f"qwen2.5:0.5b would answer, through Ollama at {server.url}.\n"
        assert run("model", "list").out.splitlines()[0] == "ollama    qwen2.5:0.5b"
        pulled = run("model", "pull", "new")
        assert (pulled.code, pulled.out, "new is here." in pulled.err) == (0, "", True)
        assert "ollama    new:latest" in run("model", "list").out.splitlines()
        assert "no model 'nope' to pull" in run("model", "pull", "nope").err
        assert run("model", "pull", "--auto") == Ran(0, "", "")


def test_the_doctor_ends_with_0_only_where_all_is_well(run: Run) -> None:
    with ollama():
        before = run("doctor")
        run("index")
        after = run("doctor")
    faults = [[line for line in ran.out.splitlines() if line.startswith("fault")] for ran in (before, after)]
    assert (before.code, len(faults[0])) == (1, 1)
    assert "fix: " in before.out.splitlines()[before.out.splitlines().index(faults[0][0]) + 1]
    assert (after.code, faults[1]) == (0, [])


def test_a_chat_answers_line_after_line_until_an_empty_one(run: Run) -> None:
    with ollama():
        ran = run("chat", stdin=f"{SHARE}\n{ELSEWHERE}\n\nnever asked\n")
        bare = run(stdin=f"{SHARE}\n")
    assert [line for line in ran.out.splitlines() if line in (f"{QUOTE} [1]", REFUSAL)] == [
        f"{QUOTE} [1]",
        REFUSAL,
    ]
    assert (ran.code, ran.err) == (0, "")
    assert (bare.code, bare.out.splitlines()[0]) == (0, f"{QUOTE} [1]")


def test_a_fault_ends_one_answer_of_a_chat_not_the_chat(run: Run) -> None:
    with ollama():
        ran = run("chat", stdin=f"{'x' * 5000}\n{SHARE}\n")
    assert ("5,000 characters" in ran.complaint()[0], ran.code) == (True, 0)
    assert f"{QUOTE} [1]" in ran.out.splitlines()


def test_the_settings_are_read_from_a_file_in_the_working_folder(run: Run) -> None:
    Path(".env").write_text('BYLINE_JSON=1\nBYLINE_SOURCE="local/*"\nBYLINE_HOME=/nowhere\n', encoding="utf-8")
    with ollama():
        ran = run("ask", SHARE)
    assert contract(ran.out)["refused"]


# The options


def commands(group: Any = None, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command with the words that call it."""
    group = group or typer.main.get_command(app.cli)
    yield path, group
    for name, command in getattr(group, "commands", {}).items():
        yield from commands(command, (*path, name))


@pytest.mark.parametrize("words", [words for words, _ in commands()], ids=" ".join)
def test_every_command_has_help(run: Run, words: tuple[str, ...]) -> None:
    ran = run(*words, "--help")
    assert (ran.code, ran.err, "usage" in ran.out.lower()) == (0, "", True)


def options() -> list[tuple[str, Any]]:
    """Every option of Byline's own, by command."""
    own = [(" ".join(words), option) for words, command in commands() for option in command.params]
    return [(words, o) for words, o in own if o.param_type_name == "option" and "completion" not in o.name]


def test_every_option_has_its_variable_and_its_help() -> None:
    found = options()
    assert {option.name for _, option in found} > {"corpus", "json", "cases", "source", "since", "until"}
    for words, option in found:
        if option.name == "help":
            continue
        assert (words, option.envvar) == (words, f"BYLINE_{option.name.upper()}")
        assert option.help


def test_one_variable_means_one_thing() -> None:
    from rag.settings import TABLE

    named = {option.envvar: option.opts for _, option in options() if option.envvar}
    shared = {row.variable for row in TABLE} & set(named)
    assert shared == {"BYLINE_CORPUS"}


# The process: pipes and signals


def start(*arguments: str, **how: Any) -> "subprocess.Popen[str]":
    command = [sys.executable, str(ROOT / "app.py"), *arguments]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(command, **(pipes | how))


def test_a_reader_that_leaves_early_causes_no_traceback(run: Run, corpus: Path) -> None:
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


def test_ctrl_c_ends_with_130_and_without_a_traceback(run: Run) -> None:
    run("index")
    with ollama(faulty(Fault("hang", 1))) as server:
        process = start("ask", SHARE)
        wait_until(lambda: bool(server.bodies("/api/chat")), process)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out, "Traceback" in err, "Error" in err) == (130, "", False, False)


def wait_until(happened: Callable[[], bool], process: "subprocess.Popen[str]") -> None:
    deadline = time.monotonic() + 60
    while not happened():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.05)

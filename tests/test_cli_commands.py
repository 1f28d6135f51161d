"""The other commands, and what all of them share: help, options, variables, settings."""

import os
import re
import signal
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

import app
from index.store import index_folder
from rag.answer import REFUSAL
from tests.commands import ELSEWHERE, QUOTE, SHARE, SMALL, Ran, Run, contract, ollama, start
from tests.ollama_chat import ModelFile
from tests.scripted import well_read

# byline index, sources, model, doctor, chat


def test_an_index_run_says_what_it_did(run: Run, corpus: Path) -> None:
    first = run("index")
    assert first.out.splitlines()[:3] == ["+ aid.txt", "+ local/bridge.txt", "+ peace.md"]
    assert re.fullmatch(r"3 added; 3 passages, 3 embedded, \d+\.\d s", first.out.splitlines()[3])
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
    assert "3 unchanged; 3 passages" in run("index", "--rebuild").out


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


def test_a_terminal_gets_a_table_and_colour(run: Run) -> None:
    os.environ |= {"FORCE_COLOR": "1", "COLUMNS": "120", "TERM": "xterm-256color"}
    with ollama():
        answer = run("ask", SHARE)
    listed = run("sources")
    assert "\x1b[1m" in answer.out
    assert [word in listed.out.splitlines()[0] for word in ("title", "publisher", "passages")] == [True] * 3
    assert len(listed.out.splitlines()) == 4


@pytest.mark.usefixtures("environ")
def test_an_index_is_kept_in_line_with_its_folder_until_ctrl_c(corpus: Path) -> None:
    process = start("index", "--watch")
    assert process.stdout is not None
    assert any(line.startswith("3 added") for line in process.stdout)
    seen = threading.Event()
    threading.Thread(target=keep_writing, args=(corpus, seen, process), daemon=True).start()
    found = any(line.startswith("+ new-") for line in process.stdout)
    seen.set()
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert found
    assert (process.returncode, "Watching" in err, "Traceback" in err) == (130, True, False)


def keep_writing(corpus: Path, seen: threading.Event, process: "subprocess.Popen[str]") -> None:
    """Write a new article every half second until one is seen; end the process where none ever is."""
    for number in range(60):
        if seen.wait(0.5):
            return
        (corpus / f"new-{number}.txt").write_text("A new article came.\n", encoding="utf-8")
    process.kill()


def test_what_could_not_be_read_is_told_beside_the_answer(run: Run, corpus: Path) -> None:
    (corpus / "junk.txt").write_bytes(bytes(range(256)) * 40)
    with ollama():
        ran = run("ask", SHARE, "--json")
    assert ran.err.startswith("byline: left out junk.txt: ")
    assert (contract(ran.out)["refused"], ran.code) == (False, 0)


def test_the_models_are_shown_listed_and_pulled(run: Run) -> None:
    with ollama(well_read, SMALL, library=(ModelFile("new"),)) as server:
        assert run("model").out == f"qwen2.5:0.5b would answer, through Ollama at {server.url}.\n"
        assert run("model", "list").out.splitlines()[0] == "ollama    qwen2.5:0.5b  398 MB  not checked"
        pulled = run("model", "pull", "new")
        assert (pulled.code, pulled.out, "new is here." in pulled.err) == (0, "", True)
        listed = run("model", "list").out.splitlines()
        told = r"ollama    new:latest  398 MB  \d+ of 12, \d+(\.\d)? s an answer"
        assert any(re.fullmatch(told, line) for line in listed)
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
        ran = run("chat", "--terminal", stdin=f"{SHARE}\n{ELSEWHERE}\n\nnever asked\n")
        os.environ["BYLINE_TERMINAL"] = "1"
        bare = run(stdin=f"{SHARE}\n")
    assert [line for line in ran.out.splitlines() if line in (f"“{QUOTE}” [1]", REFUSAL)] == [
        f"“{QUOTE}” [1]",
        REFUSAL,
    ]
    assert (ran.code, ran.err) == (0, "")
    assert (bare.code, bare.out.splitlines()[0]) == (0, f"“{QUOTE}” [1]")


def test_a_fault_ends_one_answer_of_a_chat_not_the_chat(run: Run) -> None:
    with ollama():
        ran = run("chat", "--terminal", stdin=f"{'x' * 5000}\n{SHARE}\n")
    assert ("5,000 characters" in ran.complaint()[0], ran.code) == (True, 0)
    assert f"“{QUOTE}” [1]" in ran.out.splitlines()


def test_the_settings_are_read_from_a_file_in_the_working_folder(run: Run) -> None:
    lines = ("BYLINE_JSON=1", 'BYLINE_SOURCE="local/*"', "BYLINE_HOME=/nowhere")
    Path(".env").write_text("\n".join(lines), encoding="utf-8")
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

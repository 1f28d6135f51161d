"""byline ask: what a user types and sees, from the arguments to the exit code."""

import json
import re
from pathlib import Path

import pytest

from rag.answer import REFUSAL
from tests.commands import ELSEWHERE, QUOTE, SHARE, SMALL, Run, contract, ollama


def test_an_answer_is_shown_with_its_sentence_and_article(run: Run) -> None:
    with ollama():
        ran = run("ask", "What would Russia not accept, the Kremlin said?")
    lines = [line for line in ran.out.splitlines() if line]
    assert lines[:2] == [
        "“Russia would not accept peacekeepers, the Kremlin said.” [1]",
        "    Troops for Ukraine · The Herald · 25 February 2025  peace.md",
    ]
    assert re.fullmatch(r"qwen2.5:0.5b \(ollama\), \d+\.\d s", "\n".join(lines[2:]))
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
    assert f"“{long}he said.” [1]" in runs[0].out.splitlines()


def test_the_text_of_an_article_steers_no_terminal(run: Run, corpus: Path) -> None:
    text = "Aid\n\nEurope paid \x1b[31m60% of it, Macron\u202e said.\n"
    (corpus / "aid.txt").write_text(text, encoding="utf-8")
    with ollama():
        ran = run("ask", SHARE)
    assert ("[31m60%" in ran.out, "\x1b" in ran.out, "\u202e" in ran.out) == (True, False, False)


def test_two_questions_in_turn_index_once(run: Run) -> None:
    with ollama():
        run("ask", SHARE)
        assert "3 unchanged; 3 passages, 0 embedded" in run("index").out

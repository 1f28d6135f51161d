"""byline ask --why: what was read, and what told for and against it."""

import re
from dataclasses import replace

import pytest
from rich.console import Console

from rag.answer import Call
from rag.front.why import NO_LOOK, why_to_terminal
from rag.judging.accounts import AGAINST
from rag.judging.score import Fit
from rag.judging.weigh import Scales, judged, unlooked
from rag.question.unfit import instead
from tests.commands import ELSEWHERE, QUOTE, SHARE, Run, contract, ollama
from tests.exchanges import answered
from tests.readings import asked, candidate
from tests.scripted import hit

AID = "Europe paid most of the aid Europe paid 60% of the total, Macron said. Trump disagreed."
BRIDGE = "The bridge reopened on Monday. It had been closed for 12 days after a flood."
PEACE = "Russia would not accept peacekeepers, the Kremlin said."
JUDGED = ["", "Judged by the fit of any model (lines): shown from a support of # on."]
NONE = ["", "Nothing in the passages was pointed at, so nothing was judged.", JUDGED[1]]


def passage(title: str, text: str, *said: str) -> list[str]:
    """What is told of one passage."""
    return ["", f"Read: {title}", f"  {text}", *(said or ("  No sentence was pointed at.",))]


def masked(text: str) -> list[str]:
    """The lines of a text, each of its decimal numbers as #, but for that of the model's name."""
    return [re.sub(r"(?<![n:])(?:^ +)?[+-]?\d+\.\d+", "#", line) for line in text.splitlines()]


def test_under_the_answer_stands_what_was_read_and_what_counted(run: Run) -> None:
    with ollama():
        ran = run("ask", SHARE, "--why")
    lines = masked(ran.out)
    signals = lines[lines.index(f"  “{QUOTE}”: support # reaches #") + 1 :]
    assert lines[-len(signals) - 6 : -len(signals)] == [
        *JUDGED,
        *passage("Europe paid most of the aid", AID, f"  “{QUOTE}”: support # reaches #"),
    ]
    assert {line.split()[1] for line in signals} == {"look", "first", "judge"}
    assert "#  look #: log odds of yes in the second look" in signals
    counted = [abs(float(found)) for found in re.findall(r"(?m)^ +([+-]\d+\.\d\d) ", ran.out)]
    assert counted == sorted(counted, reverse=True)
    assert (lines[0], ran.code, ran.err) == (f"“{QUOTE}” [1]", 0, "")


def test_a_look_that_was_not_made_is_told_as_none(capsys: pytest.CaptureFixture[str]) -> None:
    found = hit("Europe paid 60% of the total, Macron said.")
    scales = Scales(Fit("", "grammar", "m", 2.0, {"look": 1.0}, 0.5, 0.9, unlooked=1.0))
    sure = unlooked(judged(asked(SHARE), candidate(found, "60%", 1), scales), scales)
    call = Call("read", (("user", f"S1: {found.passage.text}"),), "", (0, 0), 0.0)
    answer = replace(answered(), hits=(found,), judged=(sure,), calls=(call,), threshold=0.5)
    why_to_terminal(answer, scales.fit, Console(width=200))
    assert f"+1.00  look 1.00: {NO_LOOK}" in capsys.readouterr().out


def test_a_rule_that_fired_is_told_in_its_words_with_its_name(capsys: pytest.CaptureFixture[str]) -> None:
    answer = replace(answered(), fired=("other.denies",))
    why_to_terminal(answer, Fit("", "grammar", "m", 0.0, {}, 0.5, 0.9), Console(width=200))
    (rule,) = (rule for rule in AGAINST if rule.name == "other.denies")
    assert capsys.readouterr().out.splitlines()[-1] == f"{rule.says} (other.denies)"


def test_beside_json_the_reasons_go_to_standard_error(run: Run) -> None:
    with ollama():
        ran = run("ask", ELSEWHERE, "--why", "--json")
    assert contract(ran.out)["refused"]
    read = [
        *passage("The bridge reopened on Monday.", BRIDGE),
        *passage("Europe paid most of the aid", AID),
        *passage("Troops for Ukraine", PEACE),
    ]
    assert (masked(ran.err), ran.code) == ([*NONE, *read], 3)


@pytest.mark.parametrize("question", ["Summarise the articles.", "Do you agree with Macron?"])
def test_what_can_not_be_quoted_is_told_at_once_and_nothing_is_read(run: Run, question: str) -> None:
    with ollama() as server:
        ran = run("ask", question, "--why")
        assert not any(question in str(body) for body in server.bodies("/api/chat"))
        told = contract(run("ask", question, "--json").out)
    assert masked(ran.out) == [
        instead(question), "", "qwen2.5:0.5b (ollama), # s", "", "Nothing was read.",
    ]  # fmt: skip
    assert (ran.code, ran.err) == (3, "")
    assert (told["told"], told["answer"], told["claims"]) == (instead(question), instead(question), [])

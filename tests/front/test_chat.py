"""byline chat --terminal: a conversation in the terminal."""

import os
import signal
import threading
from collections.abc import Callable

import pytest

from rag.answer import REFUSAL
from tests.commands import ELSEWHERE, QUOTE, SHARE, Run, faulty, ollama
from tests.conversation import rewrites, rewriting
from tests.ollama_chat import Brain, ChatReply, ChatRequest, Fault
from tests.scripted import looks, reads, well_read

FOLLOWS, WHOLE = "And who paid it?", "Who paid 60% of the total?"
ANSWERED = f"“{QUOTE}” [1]"
UNDERSTOOD = f"Understood as: {WHOLE}"
BESIDE = "Understood as: And who paid it (Macron say that Europe paid)?"
LATER = rewriting(WHOLE, well_read)


def gist(out: str) -> list[str]:
    """The answers, and how questions were understood."""
    return [line for line in out.splitlines() if line in (ANSWERED, REFUSAL) or "Understood as" in line]


@pytest.mark.parametrize(
    ("variable", "arguments"), [("", ("chat", "--terminal")), ("1", ("chat",)), ("1", ())]
)
def test_a_follow_up_is_answered_and_shown_as_it_is_understood(
    run: Run, variable: str, arguments: tuple[str, ...]
) -> None:
    os.environ["BYLINE_TERMINAL"] = variable
    with ollama(LATER):
        ran = run(*arguments, stdin=f"{SHARE}\n{FOLLOWS}\n")
    assert gist(ran.out) == [ANSWERED, UNDERSTOOD, ANSWERED]
    assert (ran.code, ran.err) == (0, "")


def test_a_question_that_stands_alone_is_shown_as_it_is(run: Run) -> None:
    with ollama(LATER):
        ran = run("chat", "--terminal", stdin=f"{SHARE}\n{ELSEWHERE}\n{SHARE}\n")
    assert gist(ran.out) == [ANSWERED, REFUSAL, ANSWERED]


def test_a_refused_question_is_remembered_without_an_answer(run: Run) -> None:
    with ollama(LATER) as server:
        run("chat", "--terminal", stdin=f"{ELSEWHERE}\nWhy?\n")
        bodies = [body["messages"] for body in server.bodies("/api/chat") if body["messages"]]
    (told,) = {turns[-1]["content"] for turns in bodies if "Last question" in turns[-1]["content"]}
    assert told.rpartition("\n\n")[2] == f"Question: {ELSEWHERE}\nAnswer: unknown\nLast question: Why?"


def test_a_new_subject_forgets_what_was_said(run: Run) -> None:
    with ollama(LATER):
        ran = run("chat", "--terminal", stdin=f"{SHARE}\n/new\n{FOLLOWS}\n{SHARE}\n{FOLLOWS}\n")
    assert ran.out.count("Understood as") == 1
    assert gist(ran.out)[-3:] == [ANSWERED, UNDERSTOOD, ANSWERED]
    assert ran.err == "A new subject.\n"


def test_the_commands_are_listed_and_reach_no_model(run: Run) -> None:
    with ollama() as server:
        run("chat", "--terminal")
        learned = len(server.bodies("/api/chat"))
        run("chat", "--terminal")
        opening = server.bodies("/api/chat")[learned:]
        ran = run("chat", "--terminal", stdin="/help\n/sources\n/nothing\n")
        assert server.bodies("/api/chat")[learned:] == [*opening, *opening]
        listed = run("sources").out
    named = [line.split()[0] for line in ran.out.splitlines() if line.startswith("/")]
    assert named == ["/new", "/sources", "/help"]
    assert ran.out.endswith(listed)
    assert ran.err == "byline: there is no command /nothing; /help lists them\n"


@pytest.mark.parametrize("end", ["", "\n", "   \n", "\nnever asked\n"])
def test_an_empty_line_or_the_end_ends_it(run: Run, end: str) -> None:
    with ollama():
        ran = run("chat", "--terminal", stdin=f"{SHARE}\n{end}")
    assert (gist(ran.out), ran.code, ran.err) == ([ANSWERED], 0, "")


def interrupting(brain: Brain) -> Brain:
    """``brain``, with Ctrl-C pressed as it is asked."""

    def answer(request: ChatRequest) -> ChatReply:
        main = threading.main_thread().ident
        assert main is not None
        signal.pthread_kill(main, signal.SIGINT)
        return brain(request)

    return answer


@pytest.mark.parametrize(
    ("purpose", "answered"),
    [
        (rewrites, [ANSWERED, ANSWERED, UNDERSTOOD, ANSWERED]),
        (reads, [ANSWERED, UNDERSTOOD, ANSWERED, UNDERSTOOD, ANSWERED]),
        (looks, [ANSWERED, UNDERSTOOD, ANSWERED, UNDERSTOOD, ANSWERED]),
    ],
)
def test_ctrl_c_stops_an_answer_and_keeps_the_conversation(
    run: Run, purpose: Callable[[ChatRequest], bool], answered: list[str]
) -> None:
    stops = [interrupting(LATER)]
    with ollama(lambda request: (stops.pop() if stops and purpose(request) else LATER)(request)):
        ran = run("chat", "--terminal", stdin=f"{SHARE}\n{SHARE}\n{FOLLOWS}\n{FOLLOWS}\n")
    assert (gist(ran.out), ran.err, ran.code) == (answered, "Stopped.\n", 0)


def test_a_fault_in_a_rewriting_ends_one_answer_and_not_the_conversation(run: Run) -> None:
    broken = faulty(Fault("error"))
    faults = [broken]

    def brain(request: ChatRequest) -> ChatReply:
        return faults.pop()(request) if rewrites(request) and faults else LATER(request)

    with ollama(brain):
        ran = run("chat", "--terminal", stdin=f"{SHARE}\n{FOLLOWS}\n{FOLLOWS}\n")
    assert ran.complaint()[1]
    assert gist(ran.out) == [ANSWERED, UNDERSTOOD, ANSWERED]


def test_a_rewriting_that_invents_is_dropped(run: Run) -> None:
    with ollama(rewriting("Who paid for the paper mill?", well_read)):
        ran = run("chat", "--terminal", stdin=f"{SHARE}\n{FOLLOWS}\n")
    assert gist(ran.out)[:2] == [ANSWERED, BESIDE]

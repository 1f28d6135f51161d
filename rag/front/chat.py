"""A conversation in the terminal: questions are typed, checked answers come back.

Law: a question is asked with the turns before it; where it was rewritten, the rewritten question is
shown. Ctrl-C ends one answer and a fault spoils one, and neither ends the conversation. Lines that
begin with a slash are commands and reach no model.

Does not know: options, how a question is rewritten or answered.
"""

import sys
from typing import TYPE_CHECKING

from index.errors import BylineError
from rag.front.show import to_terminal
from rag.front.terminal import complain, err, out, print_sources, watched
from rag.plain import line

if TYPE_CHECKING:
    from rag.assistant import Assistant
    from rag.question.followup import Turn

HELP = """\
/new       a new subject: what was said before is forgotten
/sources   what is indexed
/help      this list
Ctrl-C stops an answer; an empty line or Ctrl-D ends."""


def converse(assistant: "Assistant") -> None:
    """Ask what is typed until an empty line or the end of input."""
    if sys.stdin.isatty():
        count, name = len(assistant.index.sources()), assistant.llm.model.name
        err().print(f"{count} articles, {name}. Ask; /help lists commands, an empty line ends.")
    history: tuple[Turn, ...] = ()
    while said := _typed().strip():
        history = _command(said, assistant, history) if said[0] == "/" else _turn(said, assistant, history)


def _typed() -> str:
    try:
        return input("> " if sys.stdin.isatty() else "")
    except EOFError:
        return ""


def _command(said: str, assistant: "Assistant", history: "tuple[Turn, ...]") -> "tuple[Turn, ...]":
    """Do what a line with a slash says; returns the conversation that goes on."""
    if said == "/new":
        err().print("A new subject.", style="dim")
        return ()
    if said == "/sources":
        print_sources(assistant.index)
    elif said == "/help":
        out().print(HELP)
    else:
        err().print(f"byline: there is no command {line(said)}; /help lists them", style="yellow")
    return history


def _turn(question: str, assistant: "Assistant", history: "tuple[Turn, ...]") -> "tuple[Turn, ...]":
    """Ask and print; returns the conversation with this turn, or as it was where no answer came."""
    from index.catalog import Where
    from rag.question.followup import TURNS, Turn

    try:
        answer = watched(assistant, question, Where(), history)
    except BylineError as error:
        complain(error)
        return history
    except KeyboardInterrupt:
        err().print("Stopped.", style="dim")
        return history
    console = out()
    to_terminal(answer, console)
    console.print()
    return (*history, Turn(answer.question, answer.standalone_question, answer))[-TURNS:]

"""An Answer becomes terminal text.

Law: only an Answer is shown: the articles' own sentences, the words that answer bold, who says so under them.
Text from articles and models is data, so control characters never reach the terminal; what is piped is plain.

Does not know: where answers come from, which command asked.
"""

from collections.abc import Iterable

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from index.article import Hit, Source
from rag.answer import Answer, Claim, Conflict
from rag.plain import day, inline, line, pieces, shortened
from rag.records.contract import numbers


def to_terminal(answer: Answer, console: Console) -> None:
    """Print each claim with its article under it, conflicts, and what nothing answers.

    Before it, how the question was understood, where not as asked; after a refusal, the nearest passages.
    """
    if line(answer.standalone_question) != line(answer.question):
        console.print(Text(f"Understood as: {line(answer.standalone_question)}", style="dim"))
    if answer.refused:
        console.print(Text(line(answer.text), style="bold"))
    for n, claim in enumerate(answer.claims):
        _claim(claim, console, first=n == 0)
    for conflict in answer.conflicts:
        _sides(conflict, console)
    for part in answer.unanswered:
        console.print(Text(f"The articles don't say: “{line(part)}”", style="dim"))
    if answer.refused and answer.also_read:
        _nearest(answer.also_read, console)
    console.print()
    console.print(Text(_footer(answer), style="dim"))


def _claim(claim: Claim, console: Console, *, first: bool) -> None:
    if not first:
        console.print()
    console.print(Text.assemble("“", _marked(claim), "” ", (numbers(claim), "cyan")))
    for source in dict.fromkeys(citation.source for citation in claim.citations):
        indented(origin(source), 4, console)


def _marked(claim: Claim) -> Text:
    cut = ((inline(piece), "bold" if marked else "") for piece, marked in pieces(claim.text, claim.marks))
    return Text.assemble(*cut)


def _sides(conflict: Conflict, console: Console) -> None:
    """Each value under a heading, with who says so and when, in the order given: newest first."""
    console.print(Text("\nThe articles differ, newest first:", style="bold yellow"))
    for side in conflict.sides:
        source = side.claim.citations[0].source
        who = (line(source.publisher or source.title), line(day(source.published)) or "no date")
        said = (f"{line(side.value)}  ", (" · ".join(who), "italic"), (f" {numbers(side.claim)}", "cyan"))
        indented(Text.assemble(*said), 2, console)


def origin(source: Source) -> Text:
    """Who says so, when, and in which file."""
    parts = [line(part) for part in (source.title, source.publisher or "", day(source.published)) if part]
    return Text.assemble((" · ".join(parts), "italic"), (f"  {line(source.path)}", "dim"))


def _nearest(hits: Iterable[Hit], console: Console) -> None:
    console.print(Text("\nThe nearest passages:", style="dim"))
    for hit in hits:
        console.print()
        indented(Text(shortened(line(hit.passage.text)), style="dim"), 2, console)
        indented(origin(hit.passage.source), 4, console)


def indented(text: Text, by: int, console: Console) -> None:
    """Print with a margin that wrapped lines keep; where nothing wraps, one long line."""
    if console.soft_wrap:
        console.print(Text(" " * by).append_text(text))
    else:
        console.print(Padding(text, (0, 0, 0, by), expand=False))


def _footer(answer: Answer) -> str:
    model, seconds = answer.model, answer.seconds
    return f"{line(model.name)} ({model.backend}), {seconds.total:.1f} s"

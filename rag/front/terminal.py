"""What the commands print: answers, progress, tables.

Law: answers go to standard output, everything else to standard error; colour, width and progress
follow the terminal, and what is piped is plain, unwrapped text.

Does not know: options, exit codes, how anything is done.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any, cast

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from index.errors import BylineError, IndexBusy
from rag.answer import Answer
from rag.front.show import to_terminal
from rag.plain import day, line
from rag.records.contract import to_json
from rag.settings import Settings

if TYPE_CHECKING:
    from index.catalog import Where
    from index.store import Index
    from index.sync import SyncReport
    from rag.assistant import Assistant
    from rag.events import Event
    from rag.question.followup import Rewrites, Rewritten, Turn


def out() -> Console:
    """Standard output; not wrapped where it is no terminal."""
    return Console(highlight=False, markup=False, emoji=False, soft_wrap=not sys.stdout.isatty())


def err() -> Console:
    """Standard error."""
    return Console(stderr=True, highlight=False, markup=False, emoji=False, soft_wrap=not sys.stderr.isatty())


def complain(error: BylineError) -> None:
    """One line for the fault, and the next step under it."""
    console = err()
    console.print(Text.assemble(("byline: ", "red"), line(str(error))))
    if error.hint:
        console.print(Text.assemble(("  next: ", "dim"), line(error.hint)))


def warn(sentences: Sequence[str]) -> None:
    """A line for each thing that the user must know, and that stops nothing."""
    for sentence in sentences:
        err().print(f"byline: {line(sentence)}", style="yellow")


@contextmanager
def opened(settings: Settings) -> Iterator["Assistant"]:
    """An open assistant, with a line about what it is doing while it opens."""
    console = err()
    with console.status("Opening …") as status:
        from rag.assistant.opening import open_assistant

        assistant = open_assistant(
            settings,
            progress=lambda stage, done, total: status.update(f"{stage.capitalize()} {done}/{total} …"),
            notify=lambda news: _notice(news, console),
        )
    with assistant:
        yield assistant


def _notice(news: "SyncReport | IndexBusy", console: Console) -> None:
    """Say what a reader must know: what could not be read, or that the index may be old."""
    if isinstance(news, IndexBusy):
        console.print(
            "byline: another process is indexing; answering from what was indexed before", style="yellow"
        )
        return
    for skipped in news.skipped:
        console.print(f"byline: left out {line(skipped.path)}: {line(skipped.reason)}", style="yellow")


def answer_one(
    assistant: "Assistant", question: str, where: "Where", *, as_json: bool, why: bool = False
) -> Answer:
    """Ask and print; with ``why``, also what was read and what told for and against it."""
    _warn_of_nothing(assistant, where)
    answer = watched(assistant, question, where)
    if as_json:
        _print_json(answer, indent=2)
    else:
        to_terminal(answer, out())
    if why:
        from rag.front.why import why_to_terminal

        why_to_terminal(answer, assistant.scales.fit, err() if as_json else out())
    return answer


def _warn_of_nothing(assistant: "Assistant", where: "Where") -> None:
    if not assistant.index.holds(where):
        err().print("byline: no article has such a path and date; byline sources lists them", style="yellow")


def watched(assistant: "Assistant", question: str, where: "Where", history: "Sequence[Turn]" = ()) -> Answer:
    """Ask, with a line about what is being done."""
    with (
        err().status("Searching …") as status,
        closing(cast(Any, assistant.stream(question, where, history))) as events,
    ):
        for event in events:
            if isinstance(event, Answer):
                return event
            if said := stage(event):
                status.update(Text(said, overflow="ellipsis", no_wrap=True))
    raise AssertionError("a stream ends with an Answer")


def stage(event: "Event | Rewrites | Rewritten") -> str:
    """What is being done; "" for what a reader needs not know."""
    from rag.events import Compares, Looks, Reads
    from rag.question.followup import Rewrites, Rewritten

    if isinstance(event, Reads):
        return f"Reading passage {event.number} of {event.of}: {line(event.hit.passage.source.title)}"
    if isinstance(event, Rewrites):
        return "Understanding the question …"
    if isinstance(event, Rewritten):
        return f"Understood as: {line(event.question)}"
    if isinstance(event, Looks):
        return "Checking …"
    return "Comparing with other articles …" if isinstance(event, Compares) else ""


def answer_all(assistant: "Assistant", questions: Sequence[str], where: "Where", *, as_json: bool) -> None:
    """Ask every question in turn; one JSON object a line, or text. A bar on a terminal."""
    _warn_of_nothing(assistant, where)
    with _bar() as bar:
        task = bar.add_task("Asking", total=len(questions))
        for question in questions:
            answer = assistant.ask(question, where)
            if as_json:
                _print_json(answer)
            else:
                out().print(Text(f"> {line(question)}", style="cyan"))
                to_terminal(answer, out())
                out().print()
            bar.advance(task)


def _print_json(answer: Answer, indent: int | None = None) -> None:
    print_object(to_json(answer), indent)


def print_object(value: dict[str, Any], indent: int | None = None) -> None:
    """Print a JSON object; one line without ``indent``."""
    foreign = (sys.stdout.encoding or "").lower().replace("-", "") != "utf8"
    sys.stdout.write(json.dumps(value, ensure_ascii=foreign, indent=indent) + "\n")
    sys.stdout.flush()


def _bar() -> Progress:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
    )
    console = err()
    quiet = not console.is_terminal
    return Progress(*columns, TimeRemainingColumn(), console=console, transient=True, disable=quiet)


def index_once(settings: Settings, *, dry_run: bool = False, rebuild: bool = False) -> None:
    """Sync and print what changed."""
    from index.sync import sync
    from rag.models.embedding import embedder_of

    with _bar() as bar:
        task = bar.add_task("Looking", total=None)
        report = sync(
            settings.corpus,
            settings.home,
            lambda: embedder_of(settings),
            chroma_url=settings.chroma_url or None,
            rebuild=rebuild,
            dry_run=dry_run,
            progress=lambda stage, done, total: bar.update(
                task, description=stage.capitalize(), completed=done, total=total
            ),
        )
    _print_report(report, out())


def _print_report(report: "SyncReport", console: Console) -> None:
    marks = (("+", "green", report.added), ("~", "yellow", report.changed), ("-", "red", report.removed))
    for mark, style, paths in marks:
        for path in paths:
            console.print(Text(f"{mark} {line(path)}", style=style))
    for old, new in report.moved:
        console.print(Text(f"> {line(old)} -> {line(new)}", style="cyan"))
    for group in report.duplicates:
        console.print(Text(f"= the same text: {', '.join(map(line, group))}", style="dim"))
    for skipped in report.skipped:
        console.print(Text(f"! left out {line(skipped.path)}: {line(skipped.reason)}", style="yellow"))
    console.print(_summary(report))


def _summary(report: "SyncReport") -> str:
    counts = (
        (len(report.added), "added"),
        (len(report.changed), "changed"),
        (len(report.moved), "moved"),
        (len(report.removed), "removed"),
        (report.unchanged, "unchanged"),
        (len(report.skipped), "left out"),
    )
    said = ", ".join(f"{count} {what}" for count, what in counts if count) or "nothing to do"
    if report.dry_run:
        return f"Would be: {said}. Nothing was changed."
    return f"{said}; {report.passages} passages, {report.embedded} embedded, {report.seconds:.1f} s"


def watch_folder(settings: Settings) -> None:
    """Sync again at each change of the folder, until Ctrl-C."""
    from watchfiles import watch

    console = err()
    console.print(f"Watching {settings.corpus}. Ctrl-C ends.")
    for _ in watch(settings.corpus, raise_interrupt=True):
        try:
            index_once(settings)
        except BylineError as error:
            complain(error)


def list_sources(settings: Settings) -> None:
    """Print what is indexed."""
    from index.store import open_index

    with open_index(settings.corpus, settings.home, settings.chroma_url or None) as index:
        print_sources(index)


def print_sources(index: "Index") -> None:
    """Print what an index holds as a table, or as tab-separated lines where it is piped."""
    rows = [
        (line(s.title), line(s.publisher or ""), day(s.published), str(passages), line(s.path))
        for s, passages in index.sources()
    ]
    console = out()
    if not console.is_terminal:
        console.file.writelines("\t".join(row) + "\n" for row in rows)  # print would expand the tabs
        return
    table = Table(box=None, header_style="dim")
    for name in ("title", "publisher", "date", "passages", "file"):
        table.add_column(name, justify="right" if name == "passages" else "left")
    for row in rows:
        table.add_row(*map(Text, row))
    console.print(table)


def examine(settings: Settings) -> bool:
    """Print every finding; True where all is well."""
    from rag.front.doctor import examine as findings

    console, well = out(), True
    for finding in findings(settings):
        well = well and finding.well
        mark = ("ok    ", "green") if finding.well else ("fault ", "red")
        console.print(Text.assemble(mark, f"{finding.what:<22}", line(finding.seen)))
        if finding.fix:
            console.print(Text.assemble(" " * 28, ("fix: ", "dim"), line(finding.fix)))
    return well

"""The front door: the commands, thin. The only importer of typer.

Law: the environment is read here, errors are caught and printed here, and nothing else happens here.
Exit codes: 0 answered, 3 refused (the articles don't say), 2 wrong use, 1 a fault, 130 after Ctrl-C; of a
replay 0 the same answer, 3 another one.

Does not know: how anything is done.
"""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from index.errors import BylineError, UsageError

if TYPE_CHECKING:
    from rag.assistant import Assistant
    from rag.settings import Settings

REFUSED = 3
DIFFERS = 3

cli = typer.Typer(
    name="byline",
    help="Ask your articles. Every sentence of an answer stands on exact sentences of the articles.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)
model_cli = typer.Typer(help="What would answer; pull, list, check, use.", invoke_without_command=True)
cli.add_typer(model_cli, name="model")


def _option(flag: str, help: str, metavar: str | None = None) -> Any:
    """An option with its environment variable: BYLINE_DRY_RUN for --dry-run."""
    variable = "BYLINE_" + flag.removeprefix("--").replace("-", "_").upper()
    return typer.Option(flag, envvar=variable, help=help, metavar=metavar)


Corpus = Annotated[Path | None, _option("--corpus", "The folder of articles. Default: seeds/.", "DIR")]
Json = Annotated[bool, _option("--json", "Print one JSON object instead of text.")]
Cases = Annotated[Path | None, _option("--cases", "Ask every question of a JSONL file.", "FILE")]
Source = Annotated[str | None, _option("--source", 'Only these files, as in "2025/*.md".', "GLOB")]
Since = Annotated[str | None, _option("--since", "Only articles from this day on.", "YYYY-MM-DD")]
Until = Annotated[str | None, _option("--until", "Only articles up to this day.", "YYYY-MM-DD")]
Receipt = Annotated[
    Path | None, _option("--receipt", "Write what the answer was made from; not with --cases.", "FILE")
]


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line (by default the process's own) and end the process with its exit code."""
    from rag.front.terminal import warn
    from rag.settings import prepare_process

    _tolerate_foreign_bytes()
    try:
        warn(prepare_process())
        cli(args=argv, prog_name="byline")
    except BylineError as error:
        from rag.front.terminal import complain

        complain(error)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)


def _tolerate_foreign_bytes() -> None:
    """What is no text in the terminal's encoding is read and written as a mark, not as a fault."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")


@cli.callback(invoke_without_command=True)
def root(context: typer.Context) -> None:
    """Without a command: byline chat."""
    if context.invoked_subcommand is None:
        command = cast(Any, context.command).commands["chat"]
        with command.make_context("chat", [], parent=cast(Any, context)) as made:
            command.invoke(made)


@cli.command()
def chat(
    corpus: Corpus = None,
    terminal: Annotated[bool, _option("--terminal", "Converse in this terminal.")] = False,
    host: Annotated[str, _option("--host", "Where the page is served.", "NAME")] = "127.0.0.1",
    port: Annotated[int, _option("--port", "At which port.", "NUMBER")] = 7860,
    mcp: Annotated[bool, _option("--mcp", "Programs may ask through MCP too.")] = False,
    no_browser: Annotated[bool, _option("--no-browser", "Open no browser.")] = False,
) -> None:
    """Open the page: a chat in the browser where every sentence shows its source. Ctrl-C ends it.

    With --terminal it is a chat in this terminal: /help lists the commands, an empty line or Ctrl-D ends it.
    """
    if terminal:
        from rag.front.chat import converse

        with _assistant(corpus) as (_, assistant):
            converse(assistant)
    else:
        from rag.front.page.command import show_page
        from rag.front.terminal import err

        out, browser = err(), not no_browser
        show_page(_settings(corpus), host, port, os.environ, out.print, mcp=mcp, browser=browser)


@cli.command()
def ask(
    question: Annotated[
        str | None, typer.Argument(help="The question; - reads it from standard input.")
    ] = None,
    corpus: Corpus = None,
    json: Json = False,
    cases: Cases = None,
    source: Source = None,
    since: Since = None,
    until: Until = None,
    receipt: Receipt = None,
    why: Annotated[bool, _option("--why", "Tell what was read, and what told for and against.")] = False,
) -> None:
    """Answer one question, with the sentences that the answer stands on.

    byline ask "What share of aid did Europe provide?"

    Exit code 3 means that the articles don't say.
    """
    from index.catalog import Where
    from rag.assistant import checked
    from rag.front.given import day
    from rag.front.given import question as typed
    from rag.front.terminal import answer_all, answer_one
    from rag.records.receipt import make_receipt, refuse_target, write_receipt

    where = Where(source, day("--since", since), day("--until", until))
    if cases is not None:
        questions = _questions(cases, question, receipt, why=why)
        with _assistant(corpus) as (_, assistant):
            answer_all(assistant, questions, where, as_json=json)
        return
    text = checked(typed(question, sys.stdin))
    if receipt is not None:
        refuse_target(receipt, _settings(corpus).corpus)
    with _assistant(corpus) as (settings, assistant):
        answer = answer_one(assistant, text, where, as_json=json, why=why)
        if receipt is not None:
            now = datetime.now().astimezone()
            write_receipt(make_receipt(answer, assistant, settings, now, where), receipt)
    raise typer.Exit(REFUSED if answer.refused else 0)


@cli.command()
def replay(
    file: Annotated[Path, typer.Argument(help="A receipt, as byline ask --receipt FILE writes it.")],
    json: Json = False,
) -> None:
    """Ask a receipt's question again, and say whether the same answer comes.

    byline replay receipt.json

    Exit code 0 means the same answer: the same words on the same quotes; 3 means another one. What has
    changed since, in the articles, the model or the settings, is said either way.
    """
    from rag.front.replay import replay_file

    raise typer.Exit(0 if replay_file(file, _settings(None), as_json=json) else DIFFERS)


@cli.command()
def index(
    folder: Annotated[Path | None, typer.Argument(help="The folder of articles.", metavar="[DIR]")] = None,
    corpus: Corpus = None,
    dry_run: Annotated[bool, _option("--dry-run", "Say what would change; change nothing.")] = False,
    watch: Annotated[bool, _option("--watch", "Keep on, each time the folder changes.")] = False,
    rebuild: Annotated[bool, _option("--rebuild", "Index everything anew.")] = False,
) -> None:
    """Bring the index in line with the folder.

    Only what is new or changed is read and embedded. `ask` and `chat` do the same by themselves.
    """
    from rag.front.terminal import index_once, watch_folder

    settings = _settings(folder or corpus)
    index_once(settings, dry_run=dry_run, rebuild=rebuild)
    if watch and not dry_run:
        watch_folder(settings)


@cli.command()
def sources(corpus: Corpus = None) -> None:
    """List what is indexed: title, publisher, date, passages."""
    from rag.front.terminal import list_sources

    list_sources(_settings(corpus))


@cli.command(
    "eval",
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []},
)
def evaluate(context: typer.Context) -> None:
    """Measure the answers on labelled cases; the same as python -m eval."""
    from eval.__main__ import main as run

    raise typer.Exit(run(context.args))


@model_cli.callback()
def model(context: typer.Context) -> None:
    """Say what would answer."""
    from rag.front import modelling, terminal

    if context.invoked_subcommand is None:
        modelling.show_model(_settings(None), terminal.out())


@model_cli.command()
def pull(
    name: Annotated[
        str | None, typer.Argument(help="An Ollama model; without it, the configured one.")
    ] = None,
    auto: Annotated[bool, _option("--auto", "Only where nothing else could answer.")] = False,
) -> None:
    """Get a model: the embedded one's weights (1.1 GB), or one for Ollama, which is then checked."""
    from rag.front import modelling, terminal

    modelling.pull(_settings(None), name, terminal.err(), only_if_needed=auto, then=modelling.check)


@model_cli.command("list")
def list_models() -> None:
    """List the models that are here, with what each has earned."""
    from rag.front import modelling, terminal

    modelling.list_models(_settings(None), terminal.out())


@model_cli.command()
def use(name: Annotated[str, typer.Argument(help="An Ollama model; embedded; or auto: the best.")]) -> None:
    """Let a model answer from now on."""
    from rag.front import modelling, terminal

    modelling.use(_settings(None), name, terminal.out())


@model_cli.command()
def check(name: Annotated[str | None, typer.Argument(help="An Ollama model, or embedded.")] = None) -> None:
    """Ask a model, or what would answer, twelve questions whose answers are known; keep how it did."""
    from rag.front import modelling, terminal

    modelling.check(_settings(None), name, terminal.out())


@cli.command()
def doctor(corpus: Corpus = None) -> None:
    """Say what is installed, reachable and indexed, with the fix beside each fault."""
    from rag.front.terminal import examine

    raise typer.Exit(0 if examine(_settings(corpus)) else 1)


def _settings(corpus: Path | None) -> "Settings":
    from rag.settings import load_settings

    return load_settings(corpus=corpus)


@contextmanager
def _assistant(corpus: Path | None) -> Iterator[tuple["Settings", "Assistant"]]:
    from rag.front.terminal import opened

    settings = _settings(corpus)
    with opened(settings) as assistant:
        yield settings, assistant


def _questions(cases: Path, question: str | None, receipt: Path | None, *, why: bool) -> list[str]:
    """The questions of a file, which stands alone: a receipt and its reasons are of one answer."""
    from eval.cases import load_questions
    from rag.assistant import checked

    for given, what in ((question, "A question"), (receipt, "--receipt"), (why or None, "--why")):
        if given is not None:
            raise UsageError(f"{what} and --cases don't go together.", "byline ask --cases FILE.jsonl --json")
    return [checked(row.question) for row in load_questions(cases)]


if __name__ == "__main__":
    main()

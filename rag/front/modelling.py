"""What the model commands do: say what would answer, list what is here, choose, check, pull what is not.

Law: nothing is fetched unless asked for; a fetch shows its progress and can be ended and gone on with.

Does not know: how weights are verified, how a model is chosen where none was named, what a check asks.
"""

from collections.abc import Callable
from dataclasses import replace

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from index.errors import BylineError, ModelFault, UsageError, WeightsError
from rag.models import chosen, earned, embedding, ollama, served, weights
from rag.models.chosen import Chosen
from rag.models.earned import Check
from rag.models.llm import Choice, choose, open_llm, weights_folder
from rag.plain import line
from rag.settings import Settings

NOT_CHECKED = "not checked"
EMBEDDED, AUTO = "embedded", "auto"
"""In place of a name: the embedded model; whichever is best."""


def show_model(settings: Settings, out: Console) -> None:
    """Print what would answer, and how to get it where it isn't here."""
    choice = choose(settings)
    if choice.note:
        out.print(choice.note)
    if choice.served:
        out.print(f"{line(choice.served.name)} would answer, through Ollama at {settings.ollama_host}.")
    elif choice.gguf:
        out.print(f"{choice.gguf.stem} would answer, embedded.")
    else:
        out.print(f"{weights.EMBEDDED.name} would answer, embedded; it is not here yet: byline model pull")


def list_models(settings: Settings, out: Console) -> None:
    """Print the models that Ollama has and the embedded one."""
    try:
        found = served.models(settings.ollama_host)
    except ModelFault as error:
        found = ()
        out.print(Text(str(error), style="dim"))
    known = earned.checks(settings.home)
    for model in found:
        out.print(f"ollama    {line(model.name)}  {_told(model, known)}")
    here = weights.find(weights_folder(settings.home))
    check = earned.of(known, weights.EMBEDDED.sha256)
    told = (check or NOT_CHECKED) if here else "not here yet: byline model pull"
    out.print(f"embedded  {weights.EMBEDDED.name}  {served.told_size(weights.EMBEDDED.size)}  {told}")
    if settings.embedder:
        out.print(f"embeds    {line(settings.embedder)} (BYLINE_EMBEDDER)")
    else:
        made = "" if embedding.is_here(settings) else "  not here yet: byline model pull"
        out.print(f"embeds    {weights.EMBEDDER.name}{made}")
    if settings.gguf:
        out.print(f"embedded  {settings.gguf} (BYLINE_GGUF)")


def _told(model: served.OllamaModel, known: dict[str, Check]) -> str:
    """A model's size, and what it has earned, or why it can't answer."""
    size = f"{served.told_size(model.size)}  "
    if model.remote:
        return f"runs on {line(model.remote)}"
    if not model.completes:
        return f"{size}writes no text"
    return f"{size}{earned.of(known, model.weights) or NOT_CHECKED}"


def use(settings: Settings, name: str, out: Console) -> None:
    """Let this model answer from now on: one of Ollama's, ``embedded``, or ``auto`` for whichever is best.

    Raises OllamaDown, ModelBroke, ModelMissing, ModelRefused, WeightsError, StorageError.
    """
    if name == AUTO:
        chosen.remember(settings.home, None)
        out.print("From now on the best model that is here answers: byline model says which.")
        return
    choice = choose(_named(settings, name))
    if choice.served:
        chosen.remember(settings.home, Chosen("ollama", choice.served.name))
    elif choice.gguf:
        chosen.remember(settings.home, Chosen("embedded"))
    else:
        raise WeightsError("The embedded model's weights are not here yet.", "byline model pull")
    out.print(f"{line(name)} answers from now on.")
    if settings.model or settings.llm != "auto":
        out.print("But BYLINE_MODEL or BYLINE_LLM is set, and comes first.")


def check(settings: Settings, name: str | None, console: Console) -> None:
    """Ask a model the shipped questions, the one that would answer where none is named; print and keep it.

    Raises ModelFault, StorageError.
    """
    from rag.front.check import check as run
    from rag.front.check.questions import QUESTIONS

    llm = open_llm(_named(settings, name) if name else settings)
    try:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
            task = bar.add_task(f"Checking {line(llm.model.name)}", total=len(QUESTIONS))
            embedder = embedding.embedder_of(settings)
            found = run(llm, embedder, settings, lambda done: bar.update(task, completed=done))
    finally:
        llm.close()
    refused = f"{found.refused} of {found.unanswerable} that the articles don't answer refused"
    console.print(f"{line(llm.model.name)}: {found} ({refused}).")


def _named(settings: Settings, name: str) -> Settings:
    """The settings under which the model of this name answers."""
    if name == EMBEDDED:
        return replace(settings, llm="embedded", model="")
    return replace(settings, llm="ollama", model=name)


def pull(
    settings: Settings,
    name: str | None,
    console: Console,
    *,
    only_if_needed: bool,
    then: Callable[[Settings, str, Console], None] | None = None,
) -> None:
    """Pull ``name`` or the configured model through Ollama; without either, the embedded weights.

    The embedding model, without which nobody answers, is pulled first, unless ``name`` asks for another one
    alone. ``then`` is done with a model that Ollama pulled. Raises UsageError, WeightsError, EmbedderError,
    and what ``rag.models.ollama`` raises.
    """
    wanted = name or settings.model
    if not name and not embedding.is_here(settings):
        _pull_embedder(settings, console)
    if only_if_needed and _can_answer(settings):
        return
    if wanted and settings.llm != "embedded":
        _pull_ollama(settings, wanted, console)
        if then:
            _afterwards(then, settings, wanted, console)
    elif settings.llm == "ollama":
        raise UsageError("Say which model Ollama is to pull.", "byline model pull qwen2.5:3b")
    else:
        _pull_weights(settings, console)


def _afterwards(
    then: Callable[[Settings, str, Console], None], settings: Settings, name: str, console: Console
) -> None:
    """What is done with a model that came; where that fails, it came all the same."""
    try:
        then(settings, name, console)
    except BylineError as error:
        console.print(Text(f"It could not be checked: {line(str(error))}", style="yellow"))
        console.print(Text(f"  next: {line(error.hint)}", style="dim"))


def _can_answer(settings: Settings) -> bool:
    try:
        choice: Choice = choose(settings)
    except BylineError:
        return False
    return bool(choice.served or choice.gguf)


def _pull_embedder(settings: Settings, console: Console) -> None:
    name = weights.EMBEDDER.name
    with _bar(console) as bar:

        def progress(stage: str) -> weights.Progress:
            task = bar.add_task(f"{name}: {stage}", total=None)
            return lambda done, total: bar.update(task, completed=done, total=total)

        folder = embedding.make(settings, progress, lambda text: _note(bar, text))
    console.print(f"{name} is here and verified: {folder}")


def _note(bar: Progress, text: str) -> None:
    bar.console.print(Text(line(text), style="dim"))


def _pull_weights(settings: Settings, console: Console) -> None:
    with _bar(console) as bar:
        task = bar.add_task(weights.EMBEDDED.name, total=weights.EMBEDDED.size)
        path = weights.pull(
            weights_folder(settings.home),
            progress=lambda done, total: bar.update(task, completed=done, total=total),
            notice=lambda text: _note(bar, text),
        )
    console.print(f"{weights.EMBEDDED.name} is here and verified: {path}")


def _pull_ollama(settings: Settings, name: str, console: Console) -> None:
    with _bar(console) as bar:
        task = bar.add_task(line(name), total=None)

        def progress(status: str, done: int, total: int) -> None:
            bar.update(task, description=f"{line(name)}: {line(status)}")
            if total:  # steps without bytes leave the bar where it is
                bar.update(task, completed=done, total=total)

        ollama.pull(settings.ollama_host, name, progress)
    console.print(f"{line(name)} is here.")


def _bar(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TimeRemainingColumn(),
        console=console,
    )

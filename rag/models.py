"""What the model commands do: say what would answer, list what is here, pull what is not.

Law: nothing is fetched unless asked for; a fetch shows its progress and can be ended and gone on with.

Does not know: how weights are verified, how a model is chosen.
"""

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from index.errors import BylineError, ModelFault, UsageError
from rag import embedding, ollama, weights
from rag.llm import Choice, choose, weights_folder
from rag.settings import Settings
from rag.show import line


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
        found = ollama.models(settings.ollama_host)
    except ModelFault as error:
        found = ()
        out.print(Text(str(error), style="dim"))
    for model in found:
        where = f"  runs on {line(model.remote)}" if model.remote else ""
        out.print(f"ollama    {line(model.name)}{where}")
    here = weights.find(weights_folder(settings.home))
    out.print(f"embedded  {weights.EMBEDDED.name}{'' if here else '  not here yet: byline model pull'}")
    if settings.embedder:
        out.print(f"embeds    {line(settings.embedder)} (BYLINE_EMBEDDER)")
    else:
        made = "" if embedding.is_here(settings) else "  not here yet: byline model pull"
        out.print(f"embeds    {weights.EMBEDDER.name}{made}")
    if settings.gguf:
        out.print(f"embedded  {settings.gguf} (BYLINE_GGUF)")


def pull(settings: Settings, name: str | None, console: Console, *, only_if_needed: bool) -> None:
    """Pull ``name`` or the configured model through Ollama; without either, the embedded weights.

    The embedding model, without which nobody answers, is pulled first, unless ``name`` asks for another one
    alone. Raises UsageError, WeightsError, EmbedderError, and what ``rag.ollama`` raises.
    """
    wanted = name or settings.model
    if not name and not embedding.is_here(settings):
        _pull_embedder(settings, console)
    if only_if_needed and _can_answer(settings):
        return
    if wanted and settings.llm != "embedded":
        _pull_ollama(settings, wanted, console)
    elif settings.llm == "ollama":
        raise UsageError("Say which model Ollama is to pull.", "byline model pull qwen2.5:3b")
    else:
        _pull_weights(settings, console)


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

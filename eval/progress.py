"""How far an eval is: a bar on a terminal, else a line now and then.

Law: it goes where the console goes; what the eval finds is not told here.

Does not know: what is asked.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

EVERY = 10
Step = Callable[[bool | None], None]
"""Called when one more is done: whether it came out as wanted, None where that is not judged."""


@contextmanager
def progress(what: str, total: int | None, console: Console) -> Iterator[Step]:
    """Tell of ``total`` steps (None: nobody knows how many), named ``what``."""
    if not console.is_terminal:
        yield _teller(what, total, console)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as shown:
        bar = shown.add_task(what, total=total)
        yield lambda _: shown.advance(bar)


def _teller(what: str, total: int | None, console: Console) -> Step:
    """Say after every tenth step how many are done, and how many of them came out as wanted."""
    seen: list[bool | None] = []

    def step(passed: bool | None) -> None:
        seen.append(passed)
        if len(seen) % EVERY == 0:
            of = f" of {total}" if total else ""
            judged = [one for one in seen if one is not None]
            told = f": {sum(judged)} passed, {len(judged) - sum(judged)} failed" if judged else ""
            console.print(f"{what} {len(seen)}{of}{told}", highlight=False)

    return step

"""Results -> what the terminal shows.

Law: the last line counts what passed and what failed, whatever stands above it.

Does not know: files.
"""

from collections.abc import Iterator

from rich import box
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from eval.report.table import Table, facts, figures, last_line, lists
from eval.results import Results


def show(results: Results, console: Console) -> None:
    """Print the figures, what failed, what changed and, last, ``N passed, N failed``."""
    for table in figures(results):
        console.print(_table(table))
    for line in [*_lines(results), *facts(results), last_line(results)]:
        console.print(Text(line), soft_wrap=True)


def _table(table: Table) -> RichTable:
    """Where it is narrow, headings break before figures do."""
    rich = RichTable(title=table.title, title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for number, heading in enumerate(table.headings):
        rich.add_column(heading, min_width=max((len(row[number]) for row in table.rows), default=0))
    for row in table.rows:
        rich.add_row(*(Text(cell) for cell in row))
    return rich


def _lines(results: Results) -> Iterator[str]:
    """A line for each failed case, failed probe and change."""
    for table in lists(results):
        for identity, what, question, *said in table.rows:
            yield f"{what}: {identity}: {question} -> {' -> '.join(said)}"

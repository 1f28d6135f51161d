"""Results -> report.md.

Law: a cell's text can't break out of its cell, nor a line's out of its line.

Does not know: files, plots.
"""

import html
from collections.abc import Sequence

from eval.report.table import facts, figures, last_line, lists, plain
from eval.results import Results


def to_markdown(results: Results) -> str:
    """The results as a page: the figures, then what failed and what changed."""
    parts = ["# Eval report"]
    for table in [*figures(results), *lists(results)]:
        parts += [f"## {_escaped(table.title.capitalize())}", _grid(table.headings, table.rows)]
    return "\n\n".join([*parts, *map(_escaped, facts(results)), last_line(results)]) + "\n"


def _grid(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    rule = ["---"] * len(headings)
    return "\n".join(f"| {' | '.join(_cell(cell) for cell in row)} |" for row in (headings, rule, *rows))


def _cell(text: str) -> str:
    return _escaped(text).replace("\\", "\\\\").replace("|", "\\|")


def _escaped(text: str) -> str:
    return html.escape(plain(text), quote=False)

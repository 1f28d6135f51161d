"""Results -> report.html: one page that holds all it shows.

Law: the page names no host and runs no script, and its policy lets it load nothing; every text is
escaped by the template engine.

Does not know: files but its own template.
"""

from pathlib import Path

from eval.report.plot import plots
from eval.report.table import facts, figures, last_line, lists, plain
from eval.results import MEANING, Results

TEMPLATE = Path(__file__).with_name("page.html.j2")


def to_html(results: Results) -> str:
    """The page: the figures, the plots, what failed and changed, then every case with its quotes."""
    from jinja2 import Environment, StrictUndefined

    engine = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    engine.filters["plain"] = plain
    return engine.from_string(TEMPLATE.read_text(encoding="utf-8")).render(
        title="Byline: eval report",
        summary=(last_line(results), *facts(results)),
        meanings=MEANING.items(),
        figures=figures(results),
        plots=plots(results),
        lists=lists(results),
        outcomes=results.run.outcomes,
        findings=results.findings,
    )

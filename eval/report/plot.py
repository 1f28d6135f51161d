"""Results -> plots, as SVG that stands inside a page.

Law: a plot names no host, runs no script and takes its colours from the page, light or dark; its alt
text gives the figures that it draws. Text in it is text, never mathematics.

Does not know: the page.
"""

import html
import io
import logging
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from eval.report.table import plain
from eval.results import Results
from eval.score import Rate

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.typing import RcKeyType

INK, ACCENT, FAINT = "#010101", "#020202", "#030303"
"""Stand-ins in what is drawn, for the page's own colours."""
COLOURS = {INK: "currentColor", ACCENT: "var(--accent)", FAINT: "var(--faint)"}
STYLE: "dict[RcKeyType, Any]" = {
    "svg.fonttype": "none",
    "font.family": ["sans-serif"],
    "text.parse_math": False,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": FAINT,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": FAINT,
    "ytick.color": FAINT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "grid.color": FAINT,
    "grid.linewidth": 0.5,
}
WIDTH, ROW = 7.0, 0.32
"""Inches."""


@dataclass(frozen=True, slots=True)
class Plot:
    """A title, what is to be seen in words, and an ``svg`` element, safe to put into a page."""

    title: str
    alt: str
    svg: str


def plots(results: Results) -> tuple[Plot, ...]:
    """The plots there is something to draw for: risk by coverage, right by kind, seconds by stage."""
    passed = {plain(kind): rates["passed"] for kind, rates in results.scores.kinds.items()}
    made = (
        _risk(results) if results.curve.points else None,
        _kinds(passed) if passed else None,
        _stages(results) if results.run.outcomes else None,
    )
    return tuple(plot for plot in made if plot)


def _risk(results: Results) -> Plot:
    curve = results.curve
    coverage, risk = [p.coverage for p in curve.points], [p.risk for p in curve.points]

    def draw(axes: "Axes") -> None:
        axes.plot(coverage, risk, color=ACCENT, linewidth=1.8, marker="o", markersize=2.5)
        axes.set(xlim=(0, 1), ylim=(0, max(0.1, *risk) * 1.1))
        axes.set(xlabel="coverage: share of the cases answered", ylabel="risk: share of them wrong")
        axes.grid()

    first, last = curve.points[0], curve.points[-1]
    alt = (
        f"A line from {first.risk:.2f} wrong at {first.coverage:.2f} answered to {last.risk:.2f} wrong at "
        f"{last.coverage:.2f} answered; area under it {curve.aurc:.3f}."
    )
    return _plot("Risk by coverage: how often answers are wrong, the surest taken first", alt, draw, 2.8)


def _kinds(passed: dict[str, Rate]) -> Plot:
    shares = [rate.share or 0.0 for rate in passed.values()]
    below = [share - rate.low for share, rate in zip(shares, passed.values(), strict=True)]
    above = [rate.high - share for share, rate in zip(shares, passed.values(), strict=True)]

    def draw(axes: "Axes") -> None:
        axes.barh(list(passed), shares, color=ACCENT, height=0.62)
        axes.errorbar(
            shares, range(len(shares)), xerr=(below, above), fmt="none", color=INK, elinewidth=1, capsize=2.5
        )
        axes.set(xlim=(0, 1.02), xlabel="share as wanted, with its 95% interval")
        axes.invert_yaxis()
        axes.grid(axis="x")

    told = ", ".join(f"{kind} {share:.2f}" for kind, share in zip(passed, shares, strict=True))
    return _plot("As wanted, by kind of case", f"Bars: {told}.", draw, 0.9 + ROW * len(passed))


def _stages(results: Results) -> Plot:
    spreads = {"all": results.scores.seconds, **results.scores.stages}
    medians = [spread.median for spread in spreads.values()]
    beyond = [max(spread.p90 - spread.median, 0.0) for spread in spreads.values()]

    def draw(axes: "Axes") -> None:
        axes.barh(list(spreads), medians, color=ACCENT, height=0.62)
        rest = ([0.0] * len(beyond), beyond)
        axes.errorbar(
            medians, range(len(beyond)), xerr=rest, fmt="none", color=INK, elinewidth=1, capsize=2.5
        )
        axes.set(xlabel="seconds an answer: median, and what nine in ten keep within")
        axes.set_xlim(left=0)
        axes.invert_yaxis()
        axes.grid(axis="x")

    told = ", ".join(f"{name} {spread.median:.2f} ({spread.p90:.2f})" for name, spread in spreads.items())
    return _plot("Seconds by stage", f"Bars, median and 90%: {told}.", draw, 0.9 + ROW * len(spreads))


def _plot(title: str, alt: str, draw: Callable[["Axes"], None], height: float) -> Plot:
    """Draw on axes of this height in inches. Glyphs that matplotlib's font lacks, the reader's may have."""
    import matplotlib
    from matplotlib.figure import Figure

    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    out = io.StringIO()
    with matplotlib.rc_context({**STYLE, "svg.hashsalt": title}), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        figure = Figure(figsize=(WIDTH, height), layout="constrained")
        draw(figure.add_subplot())
        nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        figure.savefig(out, format="svg", transparent=True, metadata=nothing)
    return Plot(title, alt, _inline(out.getvalue(), alt))


def _inline(document: str, alt: str) -> str:
    """The ``svg`` element alone, named, in the page's colours, without ids that nothing refers to."""
    svg = document[document.index("<svg") :]
    svg = re.sub(r' xmlns(:\w+)?="[^"]*"', "", svg)
    used = set(re.findall(r"#([\w.-]+)", svg))
    svg = re.sub(r' id="([^"]*)"', lambda found: found[0] if found[1] in used else "", svg)
    for stand_in, colour in COLOURS.items():
        svg = svg.replace(stand_in, colour)
    return svg.replace("<svg ", f'<svg role="img" aria-label="{html.escape(alt)}" ', 1)

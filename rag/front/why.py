"""Why this answer: what was read, and what told for and against each candidate.

Law: everything comes from the Answer and the fit that judged it; nothing is measured again. Signals and rules
are told in the words of their own tables.

Does not know: how signals are measured, weights fitted.
"""

from collections.abc import Iterator, Mapping

from rich.console import Console
from rich.text import Text

from index.article import Hit
from rag.answer import Answer, Judged
from rag.front.show import indented
from rag.judging.accounts import AGAINST, ALSO, DISPUTES
from rag.judging.score import Fit
from rag.judging.signals import LOOK, TABLE
from rag.models.prompt import inert
from rag.plain import line, shortened
from rag.reading.prompt import number

FIRST_WORDS = 100
"""Characters of a passage that are shown."""
NO_LOOK = "counted so without a second look: the rest is sure enough"
_SAYS = {signal.name: signal.says for signal in TABLE}
_RULES = {rule.name: rule.says for rule in (*AGAINST, *ALSO)} | {rule.name: rule.says for rule in DISPUTES}


def why_to_terminal(answer: Answer, fit: Fit, console: Console) -> None:
    """Print every passage that was read, its candidate's support and signals, and what rules found."""
    console.print()
    if answer.told:
        console.print("Nothing was read.")
        return
    if answer.support is None:
        console.print("Nothing in the passages was pointed at, so nothing was judged.")
    shown = f"shown from a support of {answer.threshold:.3f} on"
    console.print(Text(f"Judged by the fit of {line(fit.name)}: {shown}."))
    candidates = {each.candidate.reading.hit.passage.id: each for each in answer.judged}
    for hit in read_in(answer):
        console.print()
        console.print(Text.assemble("Read: ", (line(hit.passage.source.title), "italic")))
        indented(Text(shortened(line(hit.passage.text), FIRST_WORDS), style="dim"), 2, console)
        found = candidates.get(hit.passage.id)
        told = _judged(found, answer.threshold, fit.weights) if found else ["No sentence was pointed at."]
        for said in told:
            indented(Text(said), 2, console)
    for name in answer.fired:
        console.print(Text(f"\n{_RULES.get(name, name)} ({name})"))


def read_in(answer: Answer) -> tuple[Hit, ...]:
    """The passages that were read for an answer, in that order: those whose sentences a prompt shows."""
    prompts = [call.messages[-2:] for call in answer.calls if call.purpose == "read"]
    every = (*answer.hits, *(each.candidate.reading.hit for each in answer.judged))
    shown = [(hit, _lines(hit)) for hit in {hit.passage.id: hit for hit in every}.values()]
    read = (
        hit for turns in prompts for hit, lines in shown if lines and any(lines in text for _, text in turns)
    )
    return tuple(dict.fromkeys(read))


def _lines(hit: Hit) -> str:
    """A passage as a prompt shows it."""
    return "\n".join(f"S{each.number}: {inert(each.sentence.text)}" for each in number([hit]))


def _judged(found: Judged, threshold: float, weights: Mapping[str, float]) -> Iterator[str]:
    reached = "reaches" if found.support >= threshold else "is below"
    yield f"“{line(found.candidate.short)}”: support {found.support:.3f} {reached} {threshold:.3f}"
    told = [(name, value, weights.get(name, 0.0) * value) for name, value in found.signals]
    for name, value, counts in sorted(told, key=lambda each: -abs(each[2])):
        unlooked = name == LOOK and value and found.candidate.yes is None
        yield f"  {counts:+6.2f}  {name} {value:.2f}: {NO_LOOK if unlooked else _SAYS.get(name, name)}"

"""Cases are asked, and each answer becomes a sample: of which group, with which support.

Law: every answerable case is asked twice, the second time with its evidence withheld: what a model then
answers, it takes from a text on the same topic that doesn't say it. Where the answer stands elsewhere
too, the case is no negative, and is left out.

Does not know: thresholds, halves, how a bench comes by its answers.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from eval.bench import Bench
from eval.cases import Case
from eval.score import Outcome, judge, occurs
from rag.answer import Answer

NEAR_KINDS = ("near-miss", "false-premise")
"""Kinds of unanswerable cases that ask about what the articles speak of."""
SPREAD_KINDS = ("comparison", "conflict", "list", "several-articles")
"""Kinds of answerable cases whose answer stands in several places: one withheld leaves another."""

Group = Literal["answerable", "off-topic", "same-topic"]
Notify = Callable[[int, int], None]
"""Called after each question with how many have been asked and how many there are."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One answer, at the lowered threshold. A withheld one has the id of its case, unanswerable."""

    group: Group
    outcome: Outcome

    @property
    def id(self) -> str:
        """The case's."""
        return self.outcome.case.id

    @property
    def support(self) -> float:
        """0..1; 0 where the model gave none."""
        return self.outcome.answer.support or 0.0


def ask(cases: Sequence[Case], bench: Bench, notify: Notify) -> tuple[Sample, ...]:
    """Ask every case, and every one that can be withheld without its evidence too."""
    asked = [(case, False) for case in cases] + [(case, True) for case in cases if can_withhold(case)]
    samples: list[Sample] = []
    for number, (case, withheld) in enumerate(asked, 1):
        sample = _withheld(case, bench) if withheld else _asked(case, bench)
        samples += [sample] if sample else []
        notify(number, len(asked))
    return tuple(samples)


def can_withhold(case: Case) -> bool:
    """Whether the case is answerable, and no longer so without its evidence."""
    return bool(case.answers and case.source) and not case.also and case.kind not in SPREAD_KINDS


def _asked(case: Case, bench: Bench) -> Sample:
    near: Group = "same-topic" if case.kind in NEAR_KINDS else "off-topic"
    return Sample(near if case.unanswerable else "answerable", judge(case, bench.ask(case), bench.text_of))


def _withheld(case: Case, bench: Bench) -> Sample | None:
    """None where nothing was left to read, or where another place gives the answer as well."""
    answer = bench.ask_without(case)
    if not answer.hits or _still_answers(case, answer):
        return None
    negative = replace(case, answers=(), source=None, evidence=None, unanswerable=True)
    return Sample("same-topic", judge(negative, answer, bench.text_of))


def _still_answers(case: Case, answer: Answer) -> bool:
    """Whether a claim holds a gold form and cites what holds it."""
    return any(
        occurs(form, claim.text) and any(occurs(form, citation.quote) for citation in claim.citations)
        for claim in answer.claims
        for form in case.answers
    )

"""One case and its answer -> a verdict.

Law: a case passes where its answer is right, cited and quoted verbatim, or where it should be
refused and is. An answer is right where it holds a gold form, and one of each further group's.

Does not know: models, indexes, files (an article's text comes through a callable), other cases.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from eval.cases import Case
from eval.score.forms import occurs
from rag.answer import Answer, Citation

TextOf = Callable[[str], str | None]
"""An article's text by its path in the corpus, or None where there is no such article."""

Verdict = Literal[
    "right", "uncited", "misquoted", "wrong", "wrongly refused", "rightly refused", "wrongly answered"
]
PASSED: tuple[Verdict, ...] = ("right", "rightly refused")


@dataclass(frozen=True, slots=True)
class Outcome:
    """One case with its answer. ``verbatim`` counts the ``quotes`` that are the article's own text.

    ``pointed`` says that the short answer or the marked words of a claim hold a form of the first group of
    gold answers; ``held`` that a quote holds a form of every group; ``cited`` takes a quote on
    the case's evidence for the first group too. ``uncited`` and ``misquoted`` are verdicts on right
    answers; a wrong answer is ``wrong`` whatever it cites; ``wrongly answered`` is an answer to what
    the articles don't say.
    """

    case: Case
    answer: Answer
    verdict: Verdict
    right: bool
    cited: bool
    held: bool
    pointed: bool
    quotes: int
    verbatim: int

    @property
    def passed(self) -> bool:
        """Whether the case came out as wanted."""
        return self.verdict in PASSED

    @property
    def unanswerable(self) -> bool:
        """Whether the articles don't answer the case."""
        return self.case.unanswerable

    @property
    def refused(self) -> bool:
        """Whether the answer is a refusal."""
        return self.answer.refused


def judge(case: Case, answer: Answer, text_of: TextOf) -> Outcome:
    """The verdict on one answer."""
    citations = [citation for claim in answer.claims for citation in claim.citations]
    quotes = [citation.quote for citation in citations]
    verbatim = sum(_is_verbatim(citation, text_of) for citation in citations)
    said = [_unmarked(answer.text)]
    right = not answer.refused and _any_holds(case.answers, said) and _each_held(case.also, said)
    held = _any_holds(case.answers, quotes) and _each_held(case.also, quotes)
    pointed = not answer.refused and _any_holds(case.answers, _pointed_at(answer))
    on_evidence = any(_lies_on_evidence(citation, case, text_of) for citation in citations)
    cited = held or (on_evidence and _each_held(case.also, quotes))
    verdict = _verdict(case, answer.refused, right, cited, verbatim == len(citations))
    return Outcome(case, answer, verdict, right, cited, held, pointed, len(citations), verbatim)


def _verdict(case: Case, refused: bool, right: bool, cited: bool, verbatim: bool) -> Verdict:
    if case.unanswerable:
        return "rightly refused" if refused else "wrongly answered"
    if refused:
        return "wrongly refused"
    if not right:
        return "wrong"
    if not verbatim:
        return "misquoted"
    return "right" if cited else "uncited"


def _any_holds(forms: Sequence[str], texts: Sequence[str]) -> bool:
    return any(occurs(form, text) for form in forms for text in texts)


def _each_held(groups: Sequence[Sequence[str]], texts: Sequence[str]) -> bool:
    """Whether every group has a form in one of the texts."""
    return all(_any_holds(forms, texts) for forms in groups)


def _is_verbatim(citation: Citation, text_of: TextOf) -> bool:
    text = text_of(citation.source.path)
    if text is None or not 0 <= citation.start < citation.end <= len(text):
        return False
    return text[citation.start : citation.end] == citation.quote


def _lies_on_evidence(citation: Citation, case: Case, text_of: TextOf) -> bool:
    """The quote touches the case's evidence in the case's article."""
    if not case.evidence or citation.source.path != case.source:
        return False
    start = (text_of(citation.source.path) or "").find(case.evidence)
    if start >= 0:
        return citation.start < start + len(case.evidence) and start < citation.end
    return occurs(citation.quote, case.evidence) or occurs(case.evidence, citation.quote)


def _pointed_at(answer: Answer) -> list[str]:
    """The short answer and the marked words of every claim."""
    marked = [claim.text[start:end] for claim in answer.claims for start, end in claim.marks]
    return [*(claim.short for claim in answer.claims), *marked]


def _unmarked(text: str) -> str:
    """Without citation numbers, which are no part of what an answer says."""
    return re.sub(r"\[\d+\]", " ", text)

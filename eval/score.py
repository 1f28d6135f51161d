"""Cases and answers in, verdicts and shares out: pure, nothing is asked or written here.

Law: a case passes where its answer is right, cited and quoted verbatim, or where it should be
refused and is. Gold forms are sought in the answer as whole words after normalisation, so an
answer that says more than it was asked still counts as right.

Does not know: models, indexes, files (an article's text comes through a callable).
"""

import random
import re
import statistics
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from text_to_num import alpha2digit  # type: ignore[import-untyped]

from eval.cases import Case
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

    ``uncited`` and ``misquoted`` are verdicts on right answers; a wrong answer is ``wrong`` whatever
    it cites; ``wrongly answered`` is an answer to what the articles don't say.
    """

    case: Case
    answer: Answer
    verdict: Verdict
    right: bool
    cited: bool
    quotes: int
    verbatim: int

    @property
    def passed(self) -> bool:
        return self.verdict in PASSED


@dataclass(frozen=True, slots=True)
class Run:
    """What was asked. ``stopped`` says why ``outcomes`` are fewer than ``planned``; empty if they aren't."""

    outcomes: tuple[Outcome, ...]
    planned: int
    stopped: str = ""
    exit_code: int = 0


@dataclass(frozen=True, slots=True)
class Rate:
    """``hits`` of ``total``, with the bounds of its 95% interval as shares; no share of nothing."""

    hits: int
    total: int
    low: float = 0.0
    high: float = 1.0

    @property
    def share(self) -> float | None:
        return self.hits / self.total if self.total else None


@dataclass(frozen=True, slots=True)
class Scores:
    """A run's figures: rates by name, seconds per answer, tokens over all, passes by kind."""

    rates: Mapping[str, Rate]
    median_seconds: float
    p90_seconds: float
    prompt_tokens: int
    completion_tokens: int
    kinds: Mapping[str, Rate]
    passed: int
    failed: int


@dataclass(frozen=True, slots=True)
class Threshold:
    """What a rate must reach: at least ``bound``, or at most where ``at_most``."""

    rate: str
    bound: float
    at_most: bool = False

    def met(self, scores: Scores) -> bool | None:
        """Whether it is; None where the run measured nothing of the kind."""
        share = scores.rates[self.rate].share
        if share is None:
            return None
        return share <= self.bound if self.at_most else share >= self.bound


def judge(case: Case, answer: Answer, text_of: TextOf) -> Outcome:
    """The verdict on one answer."""
    citations = [citation for claim in answer.claims for citation in claim.citations]
    verbatim = sum(_is_verbatim(citation, text_of) for citation in citations)
    right = not answer.refused and any(occurs(form, _unmarked(answer.text)) for form in case.answers)
    cited = any(_supports(citation, case, text_of) for citation in citations)
    verdict = _verdict(case, answer.refused, right, cited, verbatim == len(citations))
    return Outcome(case, answer, verdict, right, cited, len(citations), verbatim)


def summarise(outcomes: Sequence[Outcome], seed: int = 0) -> Scores:
    """Shares with bootstrap intervals, times and tokens."""
    seconds = [outcome.answer.seconds.total for outcome in outcomes]
    passed = sum(outcome.passed for outcome in outcomes)
    return Scores(
        rates={name: rate(flags, seed) for name, flags in _flags(outcomes).items()},
        median_seconds=statistics.median(seconds) if seconds else 0.0,
        p90_seconds=_p90(seconds),
        prompt_tokens=sum(outcome.answer.tokens.prompt for outcome in outcomes),
        completion_tokens=sum(outcome.answer.tokens.completion for outcome in outcomes),
        kinds=_kinds(outcomes, seed),
        passed=passed,
        failed=len(outcomes) - passed,
    )


def rate(flags: Sequence[bool], seed: int = 0, resamples: int = 1000) -> Rate:
    """A share with its 95% interval by the percentile bootstrap (Efron 1979); the seed fixes it."""
    if not flags:
        return Rate(0, 0)
    draw = random.Random(seed)
    shares = sorted(sum(draw.choices(flags, k=len(flags))) / len(flags) for _ in range(resamples))
    low, high = shares[int(resamples * 0.025)], shares[int(resamples * 0.975) - 1]
    return Rate(sum(flags), len(flags), low, high)


def occurs(form: str, text: str) -> bool:
    """Whether ``form`` stands in ``text`` as whole words, both normalised."""
    words = normalise(form)
    return bool(words) and f" {words} " in f" {normalise(text)} "


def normalise(text: str) -> str:
    """Words in one spelling, parted by single spaces.

    Case, punctuation, articles and possessive 's go; number words and scales become digits
    (``five hundred billion``, ``500bn``), per cent becomes ``%``, a currency sign becomes its name
    after the amount. Not understood: years in words, words in other languages than English.
    """
    plain = unicodedata.normalize("NFKC", text).casefold()
    for pattern, replacement in _REWRITES:
        plain = pattern.sub(replacement, plain)
    digits = alpha2digit(plain, "en", 0.0)
    return " ".join(word for word in _WORD.findall(digits) if word not in _ARTICLES)


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


def _flags(outcomes: Sequence[Outcome]) -> dict[str, list[bool]]:
    """Each rate's yes and no, over the cases that it is a share of."""
    answerable = [o for o in outcomes if not o.case.unanswerable]
    return {
        "right": [o.right for o in answerable],
        "cited": [o.cited for o in answerable if not o.answer.refused],
        "refused": [o.answer.refused for o in outcomes if o.case.unanswerable],
        "wrongly refused": [o.answer.refused for o in answerable],
        "verbatim": [i < o.verbatim for o in outcomes for i in range(o.quotes)],
    }


def _kinds(outcomes: Sequence[Outcome], seed: int) -> dict[str, Rate]:
    groups: dict[str, list[bool]] = {}
    for outcome in outcomes:
        groups.setdefault(outcome.case.kind or "other", []).append(outcome.passed)
    return {kind: rate(groups[kind], seed) for kind in sorted(groups)}


def _p90(seconds: Sequence[float]) -> float:
    if len(seconds) < 2:
        return sum(seconds)
    return statistics.quantiles(seconds, n=10, method="inclusive")[-1]


def _is_verbatim(citation: Citation, text_of: TextOf) -> bool:
    text = text_of(citation.source.path)
    if text is None or not 0 <= citation.start < citation.end <= len(text):
        return False
    return text[citation.start : citation.end] == citation.quote


def _supports(citation: Citation, case: Case, text_of: TextOf) -> bool:
    """The quote holds a gold answer, or lies on the case's evidence in the case's article."""
    if any(occurs(form, citation.quote) for form in case.answers):
        return True
    if not case.evidence or citation.source.path != case.source:
        return False
    start = (text_of(citation.source.path) or "").find(case.evidence)
    if start >= 0:
        return citation.start < start + len(case.evidence) and start < citation.end
    return occurs(citation.quote, case.evidence) or occurs(case.evidence, citation.quote)


def _unmarked(text: str) -> str:
    """Without citation numbers, which are no part of what an answer says."""
    return re.sub(r"\[\d+\]", " ", text)


_ARTICLES = frozenset({"a", "an", "the"})
_WORD = re.compile(r"\d+(?:st|nd|rd|th|s)\b|\d+(?:\.\d+)?|[^\W\d_]+|%")
_SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_SHORT = {"k": 10**3, "m": 10**6, "mn": 10**6, "b": 10**9, "bn": 10**9, "tn": 10**12}
_SIGNS = {"$": "dollar", "£": "pound", "€": "euro"}
_NUMBER = r"(\d+(?:\.\d+)?)"


def _money(match: re.Match[str]) -> str:
    """``$500bn`` as ``500000000000 dollar``."""
    sign, amount, scale = match.groups(default="")
    return f"{_times(amount, (_SCALES | _SHORT).get(scale, 1))} {_SIGNS[sign]}"


def _scaled(match: re.Match[str]) -> str:
    """``1.5 million`` as ``1500000``."""
    amount, scale = match.groups()
    return _times(amount, (_SCALES | _SHORT)[scale])


def _times(amount: str, scale: int) -> str:
    return amount if scale == 1 else f"{(Decimal(amount) * scale).normalize():f}"


_REWRITES: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    (re.compile(r"(?<=\w)['\u2019]s\b"), ""),
    (re.compile(r"(?<=\d),(?=\d{3}\b)"), ""),
    (re.compile(r"\b([a-z])\.(?=[a-z]\b)"), r"\1"),
    (re.compile(r"\bper[\s-]?cent\b"), "%"),
    (re.compile(rf"(?:\bus)?\s?([$£€])\s?{_NUMBER}(?:[\s-]?({'|'.join(_SCALES | _SHORT)})\b)?"), _money),
    (re.compile(rf"{_NUMBER}[\s-]?({'|'.join(_SCALES)}|mn|bn|tn)\b"), _scaled),
    (re.compile(r"\b(?:us\.? )?(dollar|pound|euro)s?\b"), r"\1"),
)

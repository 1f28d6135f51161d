"""Whose each figure of a list is: "60% in Brazil, 13% in Peru" gives Peru no 60%.

Law: by form. In a sentence with several figures of one unit, a figure belongs to the names and years of its
own part of the sentence, or of the nearest part before it that has any, up to the figure before. A claim that
gives it to another name or year of that sentence has misread the list.

Does not know: grammar; whose a figure is that stands alone in its sentence.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from rag.kinds import CALENDAR, years
from rag.values import Figure, figures, names

_SENTENCE_END = re.compile(r"(?<=[.!?])[”\"’]?\s+(?=[^a-z])")
_PART_END = re.compile(r"[,;:()](?!\d)|\b(?:and|but|compared|while|whereas|versus)\b|[–—]")
_ASIDE = re.compile(
    r"\s*(?:at|for|from|in|of|to|with)?\s*\b(?:who|whom|whose|which|where|when)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a sentence: its figures, and the names, or the years, that it speaks of."""

    figures: frozenset[Figure]
    labels: frozenset[str]


def keeps_owners(claim: str, span: str) -> bool:
    """Whether no figure of ``claim`` belongs, in a list of ``span``, to others than those it names."""
    every = [(label, text) for label in (_names, years) for text in _SENTENCE_END.split(span)]
    lists = [(label(claim), parts) for label, text in every if _is_list(parts := _parts(text, label))]
    return not any(_misplaces(told, figure, parts) for told, parts in lists for figure in _figures(claim))


def _misplaces(told: frozenset[str], figure: Figure, parts: Sequence[_Part]) -> bool:
    """Whether a list has names or years of a claim, but gives the figure to none of them."""
    owners = list(_owners(figure, parts))
    listed = frozenset().union(*(part.labels for part in parts))
    return bool(told & listed) and bool(owners) and all(its and not its & told for its in owners)


def _owners(figure: Figure, parts: Sequence[_Part]) -> Iterator[frozenset[str]]:
    """Whose the figure is, each time that the list has it; empty where that can't be told."""
    for at, part in enumerate(parts):
        if figure in part.figures:
            yield part.labels or _before(parts[:at])


def _before(parts: Sequence[_Part]) -> frozenset[str]:
    """The labels of the nearest part before that has any; none where a figure comes between."""
    for part in reversed(parts):
        if part.labels or part.figures:
            return frozenset() if part.figures else part.labels
    return frozenset()


def _is_list(parts: Sequence[_Part]) -> bool:
    """Whether several parts have a figure of one unit each."""
    units = [figure.unit for part in parts for figure in part.figures if figure.unit]
    return len(units) > len(frozenset(units))


def _parts(sentence: str, label: Callable[[str], frozenset[str]]) -> tuple[_Part, ...]:
    every = ((text, _figures(text)) for text in _PART_END.split(sentence))
    return tuple(_Part(given, label(text)) for text, given in every if given or not _ASIDE.match(text))


def _figures(text: str) -> frozenset[Figure]:
    return frozenset(figure for figure in figures(text) if figure.unit)


def _names(text: str) -> frozenset[str]:
    return names(text) - CALENDAR

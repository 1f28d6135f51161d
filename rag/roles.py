"""Who did it to whom: a claim that takes the words of its source keeps who did what.

Law: by form. Where a claim has one name before a word and another after it, and the sentence it is cited from
has them the other way round, they have changed parts: "Peskov brushed Trump's remarks aside" is no source for
"Trump brushed aside Peskov's remarks". Only names that stand on one side of the word throughout count. Verbs
of saying and the passive voice ("by") turn the order round without changing parts, and tell nothing.

Does not know: grammar, or what the words mean.
"""

import re
from dataclasses import dataclass

from rag.attribution import SAYING
from rag.coverage import stems
from rag.kinds import CALENDAR
from rag.values import names

_WORD = re.compile(r"[^\W_][\w.’'-]*")
_SENTENCE_END = re.compile(r"(?<=[.!?;])[”\"’]?\s+")


@dataclass(frozen=True, slots=True)
class _Parts:
    """The names that stand only before a word, and those that stand only after it."""

    before: frozenset[str]
    after: frozenset[str]


def keeps_roles(claim: str, span: str) -> bool:
    """Whether no two names of ``claim`` have changed places around a word that ``span`` has too."""
    ours, passive = _parts(claim), _is_passive(claim)
    told = (text for text in _SENTENCE_END.split(span) if _is_passive(text) == passive)
    return not any(_swapped(ours, _parts(text)) for text in told)


def _swapped(ours: dict[str, _Parts], theirs: dict[str, _Parts]) -> bool:
    shared = ((ours[word], theirs[word]) for word in ours.keys() & theirs.keys())
    return any(here.before & there.after and here.after & there.before for here, there in shared)


def _parts(text: str) -> dict[str, _Parts]:
    """By the stem of each content word that is no name: what stands on its two sides."""
    tokens = [match[0].rstrip(".’'-") for match in _WORD.finditer(text)]
    called = [names(token) - CALENDAR for token in tokens]
    found: dict[str, _Parts] = {}
    for at, token in enumerate(tokens):
        before, after = (frozenset().union(*side) for side in (called[:at], called[at + 1 :]))
        for stem in frozenset() if called[at] or SAYING.fullmatch(token) else stems(token):
            found.setdefault(stem, _Parts(before - after, after - before))
    return found


def _is_passive(text: str) -> bool:
    return bool(re.search(r"\bby\b", text, re.IGNORECASE))

"""Whose a figure is: a share that another passage gives to somebody else is not that of the one asked about.

Law: pure, by form. "We paid 60%" names nobody; where the question asks what Oslo paid, and the only other
sentences with that figure that speak of the matter name others and not Oslo, it is no answer. Only figures
with a unit are told: a year or a bare number stands for many things.

Does not know: who "we" are, support, what is shown.
"""

import re
from collections.abc import Iterable

from index.article import Hit
from rag.choose import without
from rag.coverage import stems
from rag.lemmas import with_lemmas
from rag.reader import Reading
from rag.unmentioned import asked_names, resembles
from rag.values import figures, names, words

_SUBJECT = re.compile(
    r"\b(?:did|do|does|had|has|have|will|would)\s+(?:the\s+)?((?:[A-Z][\w.-]*(?:['’]s)?\s+){1,3}?)[a-z]"
)
SHARED = 2
"""How many content words a sentence shares with the question whose matter it speaks of."""


def owned(question: str, reading: Reading, hits: Iterable[Hit]) -> Reading:
    """The reading without the statements whose figure the hits give to somebody else."""
    told = tuple(sentence.text for hit in hits for sentence in hit.passage.sentences)
    return without(question, reading, lambda short, span: is_anothers(question, short, span, told))


def is_anothers(question: str, short: str, span: str, told: Iterable[str]) -> bool:
    """Whether the figure of ``short``, which ``span`` gives nobody asked about, is another's in ``told``."""
    given = figures(short)
    absent = [name for name in _asked_about(question) if not _names_one([name], span)]
    if not absent or not given or not all(figure.unit for figure in given):
        return False
    matter = [text for text in told if text not in span and given <= figures(text)]
    matter = [text for text in matter if len(_matter(question) & _matter(text)) >= SHARED and names(text)]
    return bool(matter) and not any(_names_one(absent, text) for text in matter)


def _matter(text: str) -> frozenset[str]:
    return stems(" ".join(with_lemmas(words(text))))


def _asked_about(question: str) -> frozenset[str]:
    """The one of whom it is asked ("did Oslo pay"); where that is unclear, all names."""
    subject = _SUBJECT.search(question)
    return (asked_names(f"of {subject[1]}") if subject else frozenset()) or asked_names(question)


def _names_one(wanted: Iterable[str], text: str) -> bool:
    called = [name.lower() for name in names(text)]
    return any(name in called or resembles(name, called) for name in wanted)

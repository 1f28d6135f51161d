"""How much of a question a passage speaks of, and what that does to a model's support.

Law: a small model is sure of answers to questions that a passage doesn't touch ("Which aircraft type?"
beside any aircraft). The share of the question's content words that the passage or its title holds, by
word stem (Porter, "Snowball", 2001), shifts the odds of an answer: odds * exp(2 * (share - 0.6)).
Fitted by hand on labelled questions (eval/RESULTS.md); half a question's words cost little, none of
them a factor of 3.

Does not know: models, synonyms, what the question means.
"""

import re
from functools import lru_cache
from typing import Any
from unicodedata import combining, normalize

from index.article import Hit
from rag.injection import addresses_model
from rag.support import shifted

WEIGHT, MIDDLE = 2.0, 0.6
_ASKING = frozenset(
    """a about after an and are as at be been before being by called can could did do does during each
    exact exactly for from had has have her his how in into is it its kind many much name not of on one
    or our than that the their them there these they this to true type used was were what when where
    which who whom whose why will with wording words would you your""".split()
)
"""Words that ask and join, and say nothing of the subject."""


def coverage(question: str, hits: tuple[Hit, ...]) -> float:
    """The share, 0..1, of the question's content words that the passages or their titles hold."""
    asked = stems(question)
    text = " ".join(f"{hit.passage.source.title} {_evidence(hit)}" for hit in hits)
    return len(asked & stems(text)) / len(asked) if asked else MIDDLE


def _evidence(hit: Hit) -> str:
    """What a passage says to its reader."""
    return " ".join(s.text for s in hit.passage.sentences if not addresses_model(s.text))


def weighed(support: float, share: float, against: float = 0.0) -> float:
    """Support with its odds shifted by coverage, and by what else tells against it; 0 and 1 stay so."""
    return shifted(support, WEIGHT * (share - MIDDLE) - against)


def stems(text: str) -> frozenset[str]:
    """The stems of the content words of ``text``, without accents; initials are one word."""
    joined = re.sub(r"\b([A-Za-z])\.(?=[A-Za-z]\b)", r"\1", text)
    plain = "".join(c for c in normalize("NFKD", joined.lower()) if not combining(c))
    words = (word for word in re.findall(r"[^\W_]{2,}|\d", plain) if word not in _ASKING)
    return frozenset(map(_stem, words))


@lru_cache(maxsize=50_000)
def _stem(word: str) -> str:
    return str(_stemmer().stemWord(word))


@lru_cache(maxsize=1)
def _stemmer() -> Any:
    import snowballstemmer

    return snowballstemmer.stemmer("english")

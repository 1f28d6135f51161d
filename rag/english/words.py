"""The content words of an English text, by stem. The only importer of snowballstemmer.

Law: two texts speak of the same as far as their stems say (Porter, "Snowball", 2001). Words that ask and
join say nothing of a subject, and are none.

Does not know: synonyms, what a text means.
"""

import re
from functools import lru_cache
from typing import Any
from unicodedata import combining, normalize

_JOINING = frozenset(
    """a about after an and are as at be been before being by called can could did do does during each
    exact exactly for from had has have her his how in into is it its kind many much name not of on one
    or our than that the their them there these they this to true type used was were what when where
    which who whom whose why will with wording words would you your""".split()
)
"""Words that ask and join."""


def stems(text: str) -> frozenset[str]:
    """The stems of the content words of ``text``, without accents; initials are one word."""
    joined = re.sub(r"\b([A-Za-z])\.(?=[A-Za-z]\b)", r"\1", text)
    plain = "".join(c for c in normalize("NFKD", joined.lower()) if not combining(c))
    words = (word for word in re.findall(r"[^\W_]{2,}|\d", plain) if word not in _JOINING)
    return frozenset(map(_stem, words))


@lru_cache(maxsize=50_000)
def _stem(word: str) -> str:
    return str(_stemmer().stemWord(word))


@lru_cache(maxsize=1)
def _stemmer() -> Any:
    import snowballstemmer

    return snowballstemmer.stemmer("english")

"""The base forms of a word: lend of "lent", repay of "repaid". The only importer of lemminflect.

Law: looked up in a dictionary of English forms; a word that isn't in it has none. An embedding knows that to
lend is of one matter with a loan, but not that "lent" is.

Does not know: sentences, which of its forms a word is in one.
"""

from collections.abc import Iterable
from functools import lru_cache


def with_lemmas(words: Iterable[str]) -> frozenset[str]:
    """The words, in lower case, and the base forms of each."""
    every = {word.lower() for word in words}
    return frozenset(every).union(*map(_lemmas, every))


@lru_cache(maxsize=4096)
def _lemmas(word: str) -> frozenset[str]:
    from lemminflect import getAllLemmas

    return frozenset(form for forms in getAllLemmas(word).values() for form in forms)

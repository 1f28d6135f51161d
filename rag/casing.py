"""A question typed without capitals gets those of the articles: "what did macron pay" asks of Macron.

Law: only a question without any capital is touched, and only its letters' case. A word takes a capital where
every passage found spells it so, whenever it stands inside a sentence that is no headline; words that ask or
join, and names that are other words too (may, us), stay as they are.

Does not know: names that no passage holds.
"""

import re
from collections import defaultdict
from collections.abc import Iterable

from index.article import Hit
from rag.coverage import stems
from rag.values import is_other_word

_WORD = re.compile(r"[^\W\d_]+")


def cased(question: str, hits: Iterable[Hit]) -> str:
    """The question with the capitals of the passages found; as it was where it has a capital of its own."""
    if not question.islower():
        return question
    forms = _forms(hits)
    text = _WORD.sub(lambda word: _as_written(word[0], forms.get(word[0], frozenset())), question)
    return text[:1].upper() + text[1:]


def _as_written(word: str, forms: frozenset[str]) -> str:
    """The one spelling that the passages have of a word, if it is a name's; else the word."""
    (form, *others) = sorted(forms) or [word]
    return word if others or is_other_word(word) or not stems(word) else form


def _forms(hits: Iterable[Hit]) -> dict[str, frozenset[str]]:
    """Every word inside a sentence, in small letters, with its spellings there."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for hit in hits:
        for sentence in hit.passage.sentences:
            if _is_headline(sentence.text):
                continue
            for word in _WORD.findall(sentence.text.partition(" ")[2]):
                found[word.lower()].add(word)
    return {word: frozenset(forms) for word, forms in found.items()}


def _is_headline(text: str) -> bool:
    """Whether more than half of the longer words have a capital, and no full stop ends them."""
    longer = [word for word in _WORD.findall(text) if len(word) > 3]
    ended = text.rstrip(" \"“”'’)").endswith((".", "!", "?"))
    return not ended and 2 * sum(word[0].isupper() for word in longer) > len(longer)

"""Whether a claim's words stand in its sentences: what a model took from the question or from examples.

Law: content words are compared by stem, figures and names by value (``rag.values``). A word that the
sentences don't hold came from somewhere else: from the question, from memory, or from the prompt.

Does not know: sentence numbers, gates, what is done about it.
"""

import re

from rag import prompt
from rag.coverage import stems
from rag.values import figures, missing, same_names, words


def absent(text: str, span: str, asked: str) -> tuple[str, ...]:
    """Figures, names and content words of a claim that ``span`` lacks, and words that examples leaked."""
    words_absent = sorted(leaked(text, f"{span} {asked}") | added(text, span))
    once = {_plain(word): word for word in reversed((*missing(text, span), *words_absent))}
    return tuple(reversed(once.values()))


def _plain(word: str) -> str:
    return re.sub(r"['’]s?$", "", word.lower())


def added(text: str, span: str) -> frozenset[str]:
    """Content words of ``text``, by stem, that ``span`` doesn't hold: what a question took for granted.

    Asked "On what terms did he accept it?", a model says "He accepted it" of one who called it
    unacceptable. Figures are compared by ``missing``.
    """
    held = stems(same_names(span)) | stems(_NEUTRAL)
    every = re.findall(r"[^\W\d_]+(?:[.'’][^\W\d_]+)*", same_names(text))
    found = (word for word in every if not figures(word))
    return frozenset(word.lower() for word in found if stems(word) - held)


def leaked(text: str, known: str) -> frozenset[str]:
    """Words of ``text`` that only the prompt's examples can have given it."""
    return (words(text) & _TELLING) - words(known)


_NEUTRAL = """because so he him she they us said say says saying tell told spoke speaks per cent percent pct
    dollar dollars euro euros pound pounds hundred thousand million billion trillion half third quarter yes"""
"""Words that add nothing, or are compared as figures."""
_PLAIN = frozenset(
    """answer approved board building called children cost delayed design did four get got gift had hours
    how its join left many may million new next nine none not off one our plan route said say second source
    start that the there two votes warned was what where while who why will with would""".split()
)
"""Words of the examples that any article may hold; the rest tell where they come from."""
_TELLING = frozenset(word for word in prompt.example_words() if len(word) > 2 and word not in _PLAIN)

"""Questions made from the articles, which the articles answer: examples for who has asked nothing yet.

Law: no model. Whoever speaks most in the articles is asked for, by the name that the articles write. The same
articles give the same questions.

Does not know: retrieval, whether a model will find the answer, which verbs say something.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice

from index.article import Article
from index.sentences import paragraphs, sentences
from rag.english.injection import addresses_model
from rag.english.sayings import speakers
from rag.english.values import names

MOST_ARTICLES, MOST_CHARACTERS = 60, 12_000
"""How much is looked at: so many articles, and so much of each."""
ASKS = "What did {} say?"
_EDGES = " .,;:!?\"'“”‘’«»()[]"


def examples(articles: Iterable[Article], wanted: int = 4) -> tuple[str, ...]:
    """At most ``wanted`` questions, after those who speak most first; among equals the first."""
    spoke = Counter(name for article in islice(articles, MOST_ARTICLES) for name in _names(article))
    chosen: list[str] = []
    for name, _ in spoke.most_common():
        if not any(names(name) & names(other) for other in chosen):
            chosen.append(name)
    return tuple(ASKS.format(name) for name in chosen[:wanted])


def _names(article: Article) -> Iterator[str]:
    """The name of whoever speaks, once each time, as the article writes it."""
    text = article.text[: article.body_start + MOST_CHARACTERS]
    for begin, end in paragraphs(text, article.body_start):
        for start, stop in sentences(text, begin, end):
            sentence = text[start:stop]
            if not addresses_model(sentence):
                yield from filter(None, (_written(speaker, sentence) for speaker in speakers(sentence)))


def _written(speaker: frozenset[str], sentence: str) -> str:
    """A speaker's name as the sentence writes it, whole, no other name word beside it; else ""."""
    words = sentence.split()
    for at in range(len(words) - len(speaker) + 1):
        run = words[at : at + len(speaker)]
        name = " ".join(run).strip(_EDGES)
        beside = (*words[max(at - 1, 0) : at], *words[at + len(speaker) : at + len(speaker) + 1])
        if _folded(name) == speaker and not any(map(names, beside)):
            return name
    return ""


def _folded(name: str) -> frozenset[str]:
    """The words of a name that is nothing else; none where something stands between them."""
    return names(name) if all(word.isalpha() for word in name.replace("-", "").split()) else frozenset()

"""Questions made from the articles, which the articles answer: examples for who has asked nothing yet.

Law: no model. A question is one sentence turned round, so that the sentence answers it, and holds a
name, so that it stands alone. The same articles give the same questions; few, or none, rather than a
bad one.

Does not know: retrieval, whether a model will find the answer.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from index.article import Article
from index.sentences import paragraphs, sentences
from rag.examples.forms import FORMS
from rag.injection import addresses_model

MOST_ARTICLES, MOST_CHARACTERS, MOST_SENTENCES = 60, 12_000, 60
"""How much is looked at: so many articles, and so much of each."""
MOST_PER_ARTICLE = 3
SHORTEST, LONGEST = 5, 45
"""Of a sentence that is turned round, in words."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A question, the article it is from, and the place of its form in FORMS: smaller is more telling."""

    question: str
    path: str
    form: int


def examples(articles: Iterable[Article], wanted: int = 4) -> tuple[str, ...]:
    """At most ``wanted`` questions, of different articles and different forms where there are."""
    candidates = [each for article in islice(articles, MOST_ARTICLES) for each in _candidates(article)]
    chosen: list[_Candidate] = []
    while len(chosen) < wanted and (best := _next(candidates, chosen)):
        chosen.append(best)
    return tuple(candidate.question for candidate in chosen)


def _next(candidates: list[_Candidate], chosen: list[_Candidate]) -> _Candidate | None:
    """Of the article, then of the form, that was chosen least; among equals the most telling, the first."""
    paths, forms = Counter(each.path for each in chosen), Counter(each.form for each in chosen)
    asked = {each.question for each in chosen}
    fresh = [c for c in candidates if c.question not in asked and paths[c.path] < MOST_PER_ARTICLE]
    return min(fresh, key=lambda c: (paths[c.path], forms[c.form], c.form), default=None)


def _candidates(article: Article) -> Iterator[_Candidate]:
    text = article.text[: article.body_start + MOST_CHARACTERS]
    for sentence in islice(_sentences(text, article.body_start), MOST_SENTENCES):
        for place, turn in enumerate(FORMS):
            if question := turn(sentence, text):
                yield _Candidate(question, article.source.path, place)


def _sentences(text: str, start: int) -> Iterator[str]:
    """The sentences that may be turned round: whole, of a moderate length, and no order to a model."""
    for begin, end in paragraphs(text, start):
        for left, right in sentences(text, begin, end):
            sentence = " ".join(text[left:right].split())
            whole = sentence.endswith((".", ".”", '."')) and sentence[:1].isupper()
            if whole and SHORTEST <= len(sentence.split()) <= LONGEST and not addresses_model(sentence):
                yield sentence

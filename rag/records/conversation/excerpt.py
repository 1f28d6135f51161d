"""The words around a quote: up to two sentences either side, cut from the article.

Law: ``before + quote + after`` is one stretch of ``article.text``, front matter left out. An article
that no longer holds the quote where the answer cites it gives no excerpt.

Does not know: where articles come from.
"""

import re
from collections.abc import Callable, Sequence

from index.article import Article
from index.errors import IndexFault
from index.sentences import Span, paragraphs, sentences
from rag.answer import Answer, Citation
from rag.records.conversation.values import Excerpt

SENTENCES = 2
LONGEST = 600
"""Characters of context on one side: what passes for a sentence may be a table."""
_WINDOW = 2 * LONGEST
"""How far from the quote sentences are looked for; a sentence that is cut here is longer than LONGEST."""


def excerpts(answer: Answer, article_of: Callable[[str], Article]) -> tuple[Excerpt, ...]:
    """One for each span that the answer cites, in the order of first use."""
    cited = [citation for claim in answer.claims for citation in claim.citations]
    once = {(c.source.path, c.start, c.end): c for c in cited}
    found = ((c, _article(c.source.path, article_of)) for c in once.values())
    return tuple(around(article, c) for c, article in found if article and _holds(article, c))


def around(article: Article, citation: Citation) -> Excerpt:
    """The excerpt of a span that ``article`` holds."""
    text, start, end = article.text, citation.start, citation.end
    spans = paragraphs(text, article.body_start)
    first, last = _first(text, spans, start), _last(text, spans, end)
    return Excerpt(citation.source.path, start, end, _ending(text[first:start]), _beginning(text[end:last]))


def _article(path: str, article_of: Callable[[str], Article]) -> Article | None:
    try:
        return article_of(path)
    except (KeyError, IndexFault):
        return None


def _holds(article: Article, citation: Citation) -> bool:
    return article.text[citation.start : citation.end] == citation.quote


def _first(text: str, spans: Sequence[Span], start: int) -> int:
    """Where the second sentence before ``start`` begins, or the rest of its own and the one before that."""
    begins: list[int] = []
    for left, right in reversed(spans):
        if len(begins) < SENTENCES and left < start and right > start - _WINDOW:
            near = sentences(text, max(left, start - _WINDOW), min(right, start + _WINDOW))
            begins += [begin for begin, _ in reversed(near) if begin < start]
    return min(begins[:SENTENCES], default=start)


def _last(text: str, spans: Sequence[Span], end: int) -> int:
    """Where the second sentence after ``end`` ends."""
    ends: list[int] = []
    for left, right in spans:
        if len(ends) < SENTENCES and right > end and left < end + _WINDOW:
            near = sentences(text, max(left, end - _WINDOW), min(right, end + _WINDOW))
            ends += [stop for _, stop in near if stop > end]
    return max(ends[:SENTENCES], default=end)


def _ending(text: str) -> str:
    """The last LONGEST characters, from the beginning of a word on."""
    if len(text) <= LONGEST:
        return text
    gap = re.search(r"\s+", text[-LONGEST:])
    return text[-LONGEST:][gap.end() if gap else 0 :]


def _beginning(text: str) -> str:
    """The first LONGEST characters, up to the end of a word."""
    if len(text) <= LONGEST:
        return text
    gap = re.search(r"\s+\S*$", text[:LONGEST])
    return text[: gap.start() if gap else LONGEST]

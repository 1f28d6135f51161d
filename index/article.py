"""The frozen values that everything else passes along: Source, Article, Sentence, Passage, Hit.

Law: all offsets are character offsets into ``Article.text``, half open, so
``article.text[p.start:p.end] == p.text`` for every passage and sentence, and the passages of an
article, in order, tile ``article.text[article.body_start:]``.

Does not know: files, databases, embeddings, models.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Source:
    """Where a passage comes from: what a citation shows about its article.

    ``path`` is relative to the corpus folder, with forward slashes; ``published`` is an ISO
    date (YYYY-MM-DD).
    """

    path: str
    title: str
    author: str | None = None
    publisher: str | None = None
    published: str | None = None


@dataclass(frozen=True, slots=True)
class Article:
    """One file, read. ``body_start`` is where front matter ends and citable text begins."""

    source: Source
    text: str
    body_start: int = 0


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of an article, by offsets into ``Article.text``."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Passage:
    """Whole neighbouring sentences of one article: the unit of retrieval.

    ``sentences`` lie inside ``start:end`` in order, without the white space between them.
    ``id`` is stable for the same path, offsets and embedded text.
    """

    id: str
    source: Source
    start: int
    end: int
    text: str
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that a search found. ``score`` is the fused reciprocal rank, higher is better; the first few
    have a share of it from the rank of their nearest sentence, beside those of the two searches.

    ``dense_rank`` and ``text_rank`` count from 1 and are None where that search did not find it.
    """

    passage: Passage
    score: float
    dense_rank: int | None = None
    text_rank: int | None = None

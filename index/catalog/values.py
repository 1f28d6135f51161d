"""The values that go into the catalog and come out of it.

Does not know: SQL, files on disk, Chroma.
"""

from dataclasses import dataclass

from index.article import Article, Passage
from index.read import File


@dataclass(frozen=True, slots=True)
class Where:
    """Which articles a search may look at: all four must hold, None holds for every article.

    ``source`` is a glob over the article's path (``*``, ``?``, ``[...]``; ``*`` crosses folders);
    ``since`` and ``until`` are ISO dates, both inclusive. An article without a date has no place in a
    span of dates. ``paths`` names the articles one by one; () is none of them.
    """

    source: str | None = None
    since: str | None = None
    until: str | None = None
    paths: tuple[str, ...] | None = None


EVERYTHING = Where()


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that is indexed: as it was listed, and the SHA-256 of its bytes."""

    file: File
    digest: str


@dataclass(frozen=True, slots=True)
class RefusedFile:
    """A file that was read and found to be no article, so that it need not be read again."""

    file: File
    reason: str


@dataclass(frozen=True, slots=True)
class Entry:
    """An article with its passages, each with the hash of what is embedded for it."""

    article: Article
    stored: StoredFile
    passages: tuple[Passage, ...]
    hashes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VectorRow:
    """What the vector index holds of one passage. ``vector`` is float32, little-endian."""

    id: str
    path: str
    published: str | None
    text: str
    vector: bytes


@dataclass(frozen=True, slots=True)
class State:
    """What the catalog was built with, and which vectors belong to it.

    ``index_id`` never changes; ``revision`` counts the changes; ``generation`` names the current vectors,
    ``vectors_at`` where they are (a URL, or empty for this machine) and ``manifest`` what they look like
    on disk; ``changed_at`` is the ISO time (UTC) of the last change; ``cut`` says how articles were cut
    into passages, and is empty where nothing was, or where that was not noted yet.
    """

    index_id: str
    revision: int = 0
    embedder_name: str = ""
    embedder_digest: str = ""
    dimension: int = 0
    generation: str = ""
    vectors_at: str = ""
    manifest: str = ""
    changed_at: str = ""
    cut: str = ""


@dataclass(frozen=True, slots=True)
class Stats:
    """How much is indexed, and when that last changed (ISO time, UTC)."""

    articles: int
    passages: int
    revision: int
    changed_at: str

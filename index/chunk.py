"""Article -> passages: whole sentences, packed inside paragraph bounds, with exact offsets.

Law: the passages of an article, in order, tile its body: joined, they are ``article.text[body_start:]``.
White space between two passages belongs to the earlier one. No passage, with the prefix it is embedded
with, is longer than the embedding model's window, so that the model cuts nothing off.

Paragraphs of few word pieces, such as a heading or the one-sentence paragraphs of news, join those that
follow them until they have SHORT: measured in eval/RESULTS.md. So does the short rest of a long one. What is
over the limit, alone or after a short paragraph, is shared out evenly. A sentence over the limit is cut at
white space; a word over it, anywhere. A body of nothing but white space has no passage.

Does not know: embedding models (it is handed a ``measure``), files, the index.
"""

import hashlib
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator

from index.article import Article, Passage, Sentence, Source
from index.sentences import Span, paragraphs, sentences

LIMIT = 180
WINDOW = 256
SPECIAL_PIECES = 2
# A paragraph below this many word pieces does not stand alone where its neighbour has room.
SHORT = 80
# A title in the prefix ends here; no word piece is shorter than a byte, so this bounds the prefix too.
MAX_PREFIX_TITLE = 100
# Tokenizers count a very long word as one piece, so characters bound a passage as well.
CHARACTERS_PER_PIECE = 10

CUT = f"1/{LIMIT}/{SHORT}"
"""How passages are cut; an index that was cut in another way is cut anew. The first number rises with the
rule."""

Measure = Callable[[str], int]

_SPACE = re.compile(r"\s*")


def chunk(
    article: Article, measure: Measure, limit: int = LIMIT, window: int = WINDOW
) -> tuple[Passage, ...]:
    """Cut ``article`` into passages of at most ``limit`` word pieces, as ``measure`` counts them.

    ``window`` is the most word pieces that the embedding model reads, its special ones included.
    """
    room = window - SPECIAL_PIECES - measure(_prefix(article.source))
    size = _bounded(measure)
    groups = _pack(article, size, max(1, min(limit, room)))
    starts = [article.body_start, *(group[0][0] for group in groups[1:])]
    ends = [*starts[1:], len(article.text)]
    return tuple(_passage(article, *cut) for cut in zip(starts, ends, groups, strict=False))


def embedded_text(passage: Passage) -> str:
    """Return what is embedded for a passage: its title and date, then its text."""
    return _embedded(passage.source, passage.text)


def content_hash(passage: Passage) -> str:
    """Return the SHA-256, in hexadecimal, of what is embedded: equal texts share one vector."""
    return hashlib.sha256(embedded_text(passage).encode()).hexdigest()


def _passage(article: Article, start: int, end: int, spans: list[Span]) -> Passage:
    source, text = article.source, article.text[start:end]
    key = f"{source.path}\0{start}\0{end}\0{_embedded(source, text)}"
    found = tuple(Sentence(begin, stop, article.text[begin:stop]) for begin, stop in spans)
    return Passage(hashlib.sha256(key.encode()).hexdigest()[:20], source, start, end, text, found)


def _embedded(source: Source, text: str) -> str:
    return _prefix(source) + text.strip()


def _prefix(source: Source) -> str:
    title = source.title.encode()[:MAX_PREFIX_TITLE].decode(errors="ignore")
    return "".join(f"{line}\n" for line in (title, source.published) if line)


def _pack(article: Article, size: Measure, limit: int) -> list[list[Span]]:
    """Group the sentences of an article: each group is one passage."""
    groups: list[list[Span]] = []
    filled = limit  # word pieces of the last group; a full one takes nothing more
    for start, end in paragraphs(article.text, article.body_start):
        pieces = list(_pieces(article.text, sentences(article.text, start, end), size, limit))
        total = sum(cost for _, cost in pieces)
        if filled >= SHORT and not _only_fits_before(article.text, end, total, filled, limit):
            filled = limit
        share = _even_share(total + filled % limit, limit)
        for span, cost in pieces:
            if filled + cost > limit or filled >= share:
                groups.append([])
                filled = 0
            groups[-1].append(span)
            filled += cost
    return groups


def _even_share(total: int, limit: int) -> float:
    """Return how much each passage of a paragraph holds, so that its last one is not a mere scrap."""
    return total / max(1, -(-total // limit))


def _only_fits_before(text: str, end: int, total: int, filled: int, limit: int) -> bool:
    """Tell whether a short paragraph is the article's last and so can only join the one before it."""
    return total < SHORT and filled + total <= limit and not text[end : end + 1000].strip()


def _pieces(text: str, spans: Iterable[Span], size: Measure, limit: int) -> Iterator[tuple[Span, int]]:
    """Yield each sentence with its size, cutting those over the limit."""
    for start, end in spans:
        begin, most = start, limit * CHARACTERS_PER_PIECE
        while end - begin > most or size(text[begin:end]) > limit:
            head = text[begin : min(end, begin + most)]
            head = head[: _fitting(head, size, limit)].rstrip()
            yield (begin, begin + len(head)), size(head)
            begin = _SPACE.match(text, begin + len(head), end).end()  # type: ignore[union-attr]
        yield (begin, end), size(text[begin:end])


def _fitting(text: str, size: Measure, limit: int) -> int:
    """Return how many characters of ``text`` fit, ending at white space where there is some."""
    stop = max(1, bisect_right(range(1, len(text) + 1), limit, key=lambda length: size(text[:length])))
    if stop == len(text) or text[stop].isspace() or text[stop - 1].isspace():
        return stop
    return len(text[:stop].rsplit(maxsplit=1)[0]) if len(text[:stop].split()) > 1 else stop


def _bounded(measure: Measure) -> Measure:
    return lambda text: max(measure(text), -(-len(text) // CHARACTERS_PER_PIECE))

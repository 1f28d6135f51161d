"""Then and now: what differs between a receipt and a fresh answer, and between two states of an index.

Law: two answers are the same where they say the same words on the same quotes of the same articles;
a quote that only moved, within its file or with it, is the same quote. Places in a receipt are looked
up in the index; no file is opened.

Does not know: how questions are asked, how a comparison is shown.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from rag.answer import Answer
from rag.records.contract import to_json
from rag.records.receipt import Indexed, Quoted, Receipt, Speaker, Told, told

TextOf = Callable[[str], str | None]
"""From an article's path to its text; None where there is no such article."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a text stands: ``start:end`` of the article at ``path``."""

    path: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Kept:
    """A quote of the receipt: where it stood, and where it stands now, word for word; None: nowhere."""

    n: int
    quote: str
    then: Place
    now: Place | None


@dataclass(frozen=True, slots=True)
class Changes:
    """How an index differs from the receipt's, by paths; ``moved`` are (old, new) with the same bytes.

    ``embedder``: the vectors come from another model. ``reread``: the files are the same, but were read
    or cut otherwise, as another version of Byline may do.
    """

    articles: int
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    moved: tuple[tuple[str, str], ...] = ()
    embedder: bool = False
    reread: bool = False

    @property
    def any(self) -> bool:
        """Whether anything differs."""
        return self != Changes(self.articles)


@dataclass(frozen=True, slots=True)
class Replay:
    """A receipt, and the answer that the same question gets now with its receipt.

    ``differences`` name the parts of the answer that differ, none where it is the same. ``evidence``
    names, with whether they are the same, what does not decide: the hits, the prompts, the candidates.
    """

    then: Receipt
    now: Receipt
    answer: Answer
    changes: Changes
    kept: tuple[Kept, ...]
    differences: tuple[str, ...]
    evidence: tuple[tuple[str, bool], ...]

    @property
    def same(self) -> bool:
        """Whether the same answer came."""
        return not self.differences

    @property
    def same_model(self) -> bool:
        """Whether the same model answered."""
        return _weights(self.then.model) == _weights(self.now.model)


def _weights(model: Speaker) -> tuple[str, str, str]:
    return model.backend, model.digest, model.form


def changes(then: Indexed, now: Indexed) -> Changes:
    """What was added, changed, removed or moved since."""
    old, new = _by_path(then), _by_path(now)
    gone, come = sorted(old.keys() - new.keys()), sorted(new.keys() - old.keys())
    moved = _moved({path: old[path] for path in gone}, {path: new[path] for path in come})
    left, arrived = {path for path, _ in moved}, {path for _, path in moved}
    found = Changes(
        articles=len(new),
        added=tuple(path for path in come if path not in arrived),
        changed=tuple(sorted(path for path in old.keys() & new.keys() if old[path] != new[path])),
        removed=tuple(path for path in gone if path not in left),
        moved=moved,
        embedder=then.embedder_digest != now.embedder_digest,
    )
    unexplained = not found.any and then.fingerprint != now.fingerprint
    return replace(found, reread=unexplained)


def _by_path(index: Indexed) -> dict[str, str]:
    return {article.path: article.digest for article in index.articles}


def _moved(gone: Mapping[str, str], come: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    places: defaultdict[str, list[str]] = defaultdict(list)
    for path, digest in come.items():
        places[digest].append(path)
    return tuple((path, places[digest].pop(0)) for path, digest in gone.items() if places[digest])


def kept_quotes(answer: Told, found: Changes, text_of: TextOf) -> tuple[Kept, ...]:
    """Each cited quote once, by number, with the place where it stands now."""
    quotes = {each.n: each for claim in answer.claims for each in claim.citations}
    moved = dict(found.moved)
    return tuple(_kept(quotes[n], moved, text_of) for n in sorted(quotes))


def _kept(cited: Quoted, moved: Mapping[str, str], text_of: TextOf) -> Kept:
    path = moved.get(cited.article.path, cited.article.path)
    start = _nearest(text_of(path) or "", cited.quote, cited.start)
    now = None if start is None else Place(path, start, start + len(cited.quote))
    return Kept(cited.n, cited.quote, Place(cited.article.path, cited.start, cited.end), now)


def _nearest(text: str, quote: str, start: int) -> int | None:
    """Where ``quote`` stands in ``text``, as near to ``start`` as it does."""
    if text.startswith(quote, start):
        return start
    before, after = text.rfind(quote, 0, start + len(quote)), text.find(quote, start)
    return min((at for at in (before, after) if at >= 0), key=lambda at: abs(at - start), default=None)


def differences(then: Told, now: Told, found: Changes) -> tuple[str, ...]:
    """The parts in which two answers differ."""
    parts: tuple[tuple[str, object, object], ...] = (
        ("refusal", then.refused, now.refused),
        ("rewritten question", then.standalone_question, now.standalone_question),
        ("words", then.answer, now.answer),
        ("citations", _cited(then, dict(found.moved)), _cited(now, {})),
        ("conflicts", then.conflicts, now.conflicts),
    )
    return tuple(name for name, old, new in parts if old != new)


def _cited(answer: Told, moved: Mapping[str, str]) -> list[list[tuple[str, str]]]:
    """For each claim, the quotes that it stands on, with their articles."""
    return [
        [(moved.get(each.article.path, each.article.path), each.quote) for each in claim.citations]
        for claim in answer.claims
    ]


def compare(then: Receipt, now: Receipt, answer: Answer, text_of: TextOf) -> Replay:
    """Hold a receipt against the receipt ``now`` of the fresh ``answer``."""
    found = changes(then.index, now.index)
    old = told(then.answer)
    prompts = [[call.messages for call in receipt.calls] for receipt in (then, now)]
    return Replay(
        then=then,
        now=now,
        answer=answer,
        changes=found,
        kept=kept_quotes(old, found, text_of),
        differences=differences(old, told(to_json(answer)), found),
        evidence=(
            ("hits", _spans(then) == _spans(now)),
            ("prompts", prompts[0] == prompts[1]),
            ("candidates", (_weighed(then), then.fired) == (_weighed(now), now.fired)),
        ),
    )


def _spans(receipt: Receipt) -> list[tuple[str, int, int]]:
    return [(each.path, each.start, each.end) for each in receipt.hits]


def _weighed(receipt: Receipt) -> list[tuple[object, ...]]:
    """What was pointed at; supports may differ in their last digits."""
    return [(each.path, each.start, each.cited, each.short) for each in receipt.candidates]

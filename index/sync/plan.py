"""What must change so that the catalog holds what the folder holds. Changes nothing.

Law: a file whose size and time are those of the catalog is not opened; one whose bytes are the same is
not parsed.

Does not know: embedding models, Chroma, how changes are made.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from index.article import Article
from index.catalog import RefusedFile, StoredFile
from index.errors import CorpusError
from index.read import (
    LIMITS,
    File,
    Limits,
    Reader,
    Skipped,
    list_folder,
    load_file,
    nothing_to_read,
)

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """The difference between a folder and a catalog.

    ``put`` are new and changed articles with their files; ``touched`` files have a new size or time but
    the same bytes; ``refused`` are all the files that are no article, known or new.
    """

    put: tuple[tuple[Article, StoredFile], ...] = ()
    touched: tuple[StoredFile, ...] = ()
    removed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    refused: tuple[RefusedFile, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    digests: Mapping[str, str] = field(default_factory=dict)


def make_plan(
    corpus: Path,
    files: Mapping[str, StoredFile],
    refused: Mapping[str, RefusedFile],
    progress: Progress,
    *,
    rebuild: bool = False,
    limits: Limits = LIMITS,
) -> Plan:
    """Compare the folder with the catalog's ``files`` and ``refused``; ``rebuild`` reads everything again.

    A file that takes more than ``limits`` to read is refused. Raises CorpusError where the folder can't be
    listed, or no article is left in it, ReaderError where files can't be read at all.
    """
    listing = list_folder(corpus)
    known = {} if rebuild else files
    rejected = {} if rebuild else refused
    outcomes = []
    with Reader(limits) as reader:
        for number, file in enumerate(listing.files):
            progress("reading", number, len(listing.files))
            outcomes.append(_outcome(corpus, file, known.get(file.path), rejected.get(file.path), reader))
    progress("reading", len(listing.files), len(listing.files))
    plan = _collect(outcomes, files, listing.skipped)
    if not plan.digests:
        raise _nothing_left(corpus, plan, files)
    return plan


def moves(plan: Plan, files: Mapping[str, StoredFile]) -> tuple[tuple[str, str], ...]:
    """Return (old path, new path) for each file that is gone and has come back, unchanged, elsewhere."""
    gone = defaultdict(list)
    for path in plan.removed:
        gone[files[path].digest].append(path)
    new = [(stored.digest, stored.file.path) for _, stored in plan.put if stored.file.path not in files]
    return tuple((gone[digest].pop(0), path) for digest, path in new if gone[digest])


def duplicates(digests: Mapping[str, str]) -> tuple[tuple[str, ...], ...]:
    """Return the groups of files that have the same bytes, each group in the order of its paths."""
    groups = defaultdict(list)
    for path in sorted(digests):
        groups[digests[path]].append(path)
    return tuple(tuple(group) for group in groups.values() if len(group) > 1)


def _outcome(
    corpus: Path, file: File, known: StoredFile | None, rejected: RefusedFile | None, reader: Reader
) -> tuple[Article | None, StoredFile] | RefusedFile | Skipped:
    """Return an article to put with its file, a known file (no article), or why there is none."""
    if known and known.file == file:
        return None, known
    if rejected and rejected.file == file:
        return rejected
    loaded = load_file(corpus, file)
    if isinstance(loaded, Skipped):
        return loaded
    stored = StoredFile(loaded.file, loaded.digest)
    if known and known.digest == loaded.digest:
        return None, stored
    article = reader.read(loaded)
    return RefusedFile(loaded.file, article.reason) if isinstance(article, Skipped) else (article, stored)


def _collect(
    outcomes: Iterable[tuple[Article | None, StoredFile] | RefusedFile | Skipped],
    files: Mapping[str, StoredFile],
    skipped: tuple[Skipped, ...],
) -> Plan:
    kept = [item for item in outcomes if isinstance(item, tuple)]
    refused = tuple(item for item in outcomes if isinstance(item, RefusedFile))
    unread = [item for item in outcomes if isinstance(item, Skipped)]
    reasons = [*skipped, *unread, *(Skipped(item.file.path, item.reason) for item in refused)]
    digests = {stored.file.path: stored.digest for _, stored in kept}
    return Plan(
        put=tuple((article, stored) for article, stored in kept if article is not None),
        touched=tuple(s for article, s in kept if article is None and files[s.file.path] != s),
        removed=tuple(sorted(set(files) - set(digests))),
        unchanged=tuple(stored.file.path for article, stored in kept if article is None),
        refused=refused,
        skipped=tuple(sorted(reasons, key=lambda item: item.path)),
        digests=digests,
    )


def _nothing_left(corpus: Path, plan: Plan, files: Mapping[str, StoredFile]) -> CorpusError:
    if not files:
        return nothing_to_read(corpus, plan.skipped)
    return CorpusError(
        f"{corpus} holds no readable article any more; its index keeps the {len(files)} it had.",
        "Put the articles back, or name another folder: byline index DIR",
    )

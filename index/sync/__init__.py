"""Bring an index in line with its folder.

Law: one writer at a time. Whatever ends a run early, the index serves what it served before, and the
next run goes on from the last batch that was embedded. Syncing twice changes nothing and embeds nothing. An
index whose passages were cut by another rule is cut anew, and embeds only what is new by that.

Vectors are kept in the catalog as they are made; articles, passages and the name of the new generation
of the vector index then change in one transaction.

Does not know: questions, language models.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from index.catalog import REBUILD, CatalogReader, CatalogWriter, Entry, State, discard, translated
from index.chunk import CUT
from index.embed import Embedder
from index.errors import EmbedderMismatch, IndexBusy, IndexMissing, StorageError, VectorsError
from index.read import LIMITS, Limits, list_folder, nothing_to_read
from index.store import index_folder
from index.sync.embedding import embed_entries, make_entry
from index.sync.plan import Plan, Progress, make_plan
from index.sync.report import SyncReport, make_report
from index.vectors import Generation, VectorStore, open_vectors, place_of

__all__ = ["Progress", "SyncReport", "index_folder", "sync"]

LOCK_FILE = "writer.lock"


def sync(
    corpus: Path,
    home: Path,
    embedder: Embedder | Callable[[], Embedder],
    *,
    chroma_url: str | None = None,
    rebuild: bool = False,
    dry_run: bool = False,
    progress: Progress | None = None,
    max_bytes: int | None = None,
    limits: Limits = LIMITS,
) -> SyncReport:
    """Bring the index of ``corpus`` below ``home`` in line with the folder.

    ``embedder`` may be a function that opens one. ``rebuild`` reads and cuts everything anew, and
    replaces an index that is damaged or was built with another model. ``dry_run`` leaves no trace.
    ``progress`` is told the stage ("reading", "embedding", "storing"), how much is done, of how much.
    ``max_bytes`` bounds the catalog's file, ``limits`` what reading one file may take.

    Raises CorpusError, EmbedderMismatch, IndexBusy, StorageError, VectorsError, ReaderError, EmbedderError;
    the index then is what it was.
    """
    began, folder = time.monotonic(), index_folder(home, corpus)
    progress = progress or _silent
    if dry_run:
        report = _preview(corpus, folder, progress, rebuild, limits)
    else:
        _refuse_empty(corpus, folder)
        with _one_writer(folder), closing(_open_catalog(folder, rebuild, max_bytes)) as catalog:
            model = embedder if isinstance(embedder, Embedder) else embedder()
            report = _run(_Job(corpus, folder, model, chroma_url, rebuild, progress, limits), catalog)
    return replace(report, seconds=time.monotonic() - began, dry_run=dry_run)


@dataclass(frozen=True, slots=True)
class _Job:
    corpus: Path
    folder: Path
    embedder: Embedder
    url: str | None
    rebuild: bool
    progress: Progress
    limits: Limits


def _run(job: _Job, catalog: CatalogWriter) -> SyncReport:
    _refuse_other_model(catalog.state(), job)
    files, refused = catalog.files(), catalog.refused()
    anew = job.rebuild or _is_cut_otherwise(catalog)
    plan = make_plan(job.corpus, files, refused, job.progress, rebuild=anew, limits=job.limits)
    entries = [make_entry(article, stored, job.embedder) for article, stored in plan.put]
    embedded = embed_entries(entries, catalog, job.embedder, job.progress)
    same = not (plan.put or plan.removed or plan.touched) and set(plan.refused) == set(refused.values())
    job.progress("storing", 0, 1)
    _store(job, catalog, None if same else plan, entries)
    job.progress("storing", 1, 1)
    return replace(make_report(plan, files), passages=catalog.stats().passages, embedded=embedded)


def _store(job: _Job, catalog: CatalogWriter, plan: Plan | None, entries: list[Entry]) -> None:
    """Change articles, passages and vectors together, and remove the generations left behind.

    ``plan`` is None where the catalog holds what the folder holds; then only the vectors are looked at.
    """
    old = catalog.state()
    vectors = open_vectors(job.folder, old.index_id, job.url)
    current = _current(job, old)
    before = frozenset(catalog.passage_ids())
    try:
        if plan or not current or not vectors.sound(current, before):
            with catalog.transaction():
                _apply(catalog, plan, entries)
                ids = frozenset(catalog.passage_ids())
                if not current or ids != before or not vectors.sound(current, ids):
                    digest = job.embedder.digest
                    current = vectors.build(current, ids, lambda wanted: catalog.vector_rows(digest, wanted))
                catalog.put_state(_next_state(job, old, current, bool(plan and (plan.put or plan.removed))))
                catalog.drop_unused_embeddings(job.embedder.digest)
    finally:
        _sweep(job, old, vectors, catalog.state())


def _current(job: _Job, state: State) -> Generation | None:
    """Return the generation to go on from, or None to begin anew."""
    usable = state.generation and not job.rebuild
    here = (state.embedder_digest, state.vectors_at) == (job.embedder.digest, place_of(job.url))
    return Generation(state.generation, state.manifest) if usable and here else None


def _apply(catalog: CatalogWriter, plan: Plan | None, entries: list[Entry]) -> None:
    if plan is None:
        return
    catalog.remove(plan.removed)
    for entry in entries:
        catalog.put(entry)
    for stored in plan.touched:
        catalog.touch(stored)
    catalog.put_refused(plan.refused)


def _next_state(job: _Job, old: State, generation: Generation, articles_changed: bool) -> State:
    same = not articles_changed and generation.name == old.generation
    return replace(
        old,
        revision=old.revision if same else old.revision + 1,
        embedder_name=job.embedder.name,
        embedder_digest=job.embedder.digest,
        dimension=job.embedder.dimension,
        generation=generation.name,
        vectors_at=place_of(job.url),
        manifest=generation.manifest,
        changed_at=old.changed_at if same else datetime.now(UTC).isoformat(timespec="seconds"),
        cut=CUT,
    )


def _sweep(job: _Job, old: State, vectors: VectorStore, now: State) -> None:
    """Remove every generation but the one that the catalog names, also where the vectors were before."""
    with suppress(VectorsError):  # what stays now goes with a later sync
        vectors.sweep(now.generation)
        if old.vectors_at not in ("", now.vectors_at):
            open_vectors(job.folder, old.index_id, old.vectors_at).sweep("")
        if now.vectors_at:
            open_vectors(job.folder, old.index_id).sweep("")


def _silent(_stage: str, _done: int, _total: int) -> None:
    return


def _refuse_empty(corpus: Path, folder: Path) -> None:
    """Refuse a folder without a candidate before anything is made for it."""
    listing = list_folder(corpus)
    if not listing.files and not folder.exists():
        raise nothing_to_read(corpus, listing.skipped)


def _refuse_other_model(state: State, job: _Job) -> None:
    if not job.rebuild and state.embedder_digest not in ("", job.embedder.digest):
        raise EmbedderMismatch(
            f"The index was built with the embedding model {state.embedder_name}, not {job.embedder.name}.",
            "Build it anew: byline index --rebuild",
        )


def _preview(corpus: Path, folder: Path, progress: Progress, rebuild: bool, limits: Limits) -> SyncReport:
    """Say what a sync would do, leaving no trace."""
    anew = rebuild
    try:
        with closing(CatalogReader(folder, touch_nothing=True)) as catalog:
            files, refused = catalog.files(), catalog.refused()
            anew = anew or _is_cut_otherwise(catalog)
    except IndexMissing:
        files, refused = {}, {}
    except StorageError:
        if not rebuild:
            raise
        files, refused = {}, {}
    plan = make_plan(corpus, files, refused, progress, rebuild=anew, limits=limits)
    return make_report(plan, files)


def _is_cut_otherwise(catalog: CatalogReader) -> bool:
    """Whether its passages were cut by another rule than ``chunk`` cuts by."""
    return catalog.state().cut != CUT


def _open_catalog(folder: Path, rebuild: bool, max_bytes: int | None) -> CatalogWriter:
    """Open the catalog; ``rebuild`` replaces one that is damaged, and only such a one."""
    try:
        catalog = CatalogWriter(folder, max_bytes)
        if rebuild:
            catalog.check()
        return catalog
    except StorageError as error:
        if not rebuild or error.hint != REBUILD:
            raise
    discard(folder)
    return CatalogWriter(folder, max_bytes)


@contextmanager
def _one_writer(folder: Path) -> Iterator[None]:
    """Hold the writer's lock; the system frees it where this process is killed."""
    from filelock import FileLock, Timeout

    with translated(folder / LOCK_FILE):
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / LOCK_FILE)
        try:
            lock.acquire(blocking=False)
        except Timeout:
            raise IndexBusy(
                "Another byline is indexing these articles.", "Wait until it has ended, then try again."
            ) from None
    try:
        yield
    finally:
        lock.release()

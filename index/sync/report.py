"""What a sync did, as one value.

Does not know: how it was done.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from index.catalog import StoredFile
from index.read import Skipped
from index.sync.plan import Plan, duplicates, moves


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a sync did, or, with ``dry_run``, would do.

    Paths are relative to the corpus. ``moved`` holds (old, new); those are in neither ``added`` nor
    ``removed``. ``unchanged`` counts articles; ``duplicates`` are groups of files with the same bytes.
    ``passages`` counts those of the whole index and ``embedded`` the texts embedded by this run; a dry
    run cuts and embeds nothing, and leaves both None.
    """

    added: tuple[str, ...]
    changed: tuple[str, ...]
    moved: tuple[tuple[str, str], ...]
    removed: tuple[str, ...]
    unchanged: int
    skipped: tuple[Skipped, ...]
    duplicates: tuple[tuple[str, ...], ...]
    passages: int | None = None
    embedded: int | None = None
    seconds: float = 0.0
    dry_run: bool = False


def make_report(plan: Plan, files: Mapping[str, StoredFile]) -> SyncReport:
    """Say what ``plan`` means for a catalog that holds ``files``; the counts are left for the run."""
    moved = moves(plan, files)
    came, went = {new for _, new in moved}, {old for old, _ in moved}
    put = [stored for _, stored in plan.put]
    added = [stored.file.path for stored in put if stored.file.path not in files]
    changed = [s.file.path for s in put if s.file.path in files and files[s.file.path].digest != s.digest]
    return SyncReport(
        added=tuple(path for path in added if path not in came),
        changed=tuple(changed),
        moved=moved,
        removed=tuple(path for path in plan.removed if path not in went),
        unchanged=len(plan.digests) - len(added) - len(changed),
        skipped=plan.skipped,
        duplicates=duplicates(plan.digests),
    )

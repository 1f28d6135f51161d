"""The corpus at the side: what is there, what of it is asked, what is added, which model answers.

Law: the tick boxes hold what a tab leaves out, so that an article that comes is asked without a click and
a search in the titles unticks nothing. Whatever is refused is named with its reason.

Does not know: Gradio, how files become articles.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from index.article import Source
from index.errors import BylineError, QuestionError
from index.sync import Progress, SyncReport
from rag.front.live import Live
from rag.front.page.text import safe
from rag.front.page.view import fault
from rag.front.upload import add
from rag.plain import counted, day, line

LOADING = '<p class="stats" role="status">Loading the model …</p>'


def loading(stage: str) -> str:
    """What is being loaded, as HTML."""
    return f'<p class="stats" role="status">{safe(stage)} …</p>'


MOST = 200
"""Titles that are listed at once; the search finds the others."""


@dataclass(frozen=True, slots=True)
class Listed:
    """The tick boxes: (words, path) of each, and the paths that are ticked; ``note`` where not all fit."""

    choices: tuple[tuple[str, str], ...]
    ticked: tuple[str, ...]
    note: str = ""


def listed(live: Live, search: str, left_out: Collection[str]) -> Listed:
    """The articles whose title holds every word of ``search``, newest first."""
    sources = [source for source, _ in live.sources()]
    found = sorted(_matching(sources, search), key=lambda each: each.published or "", reverse=True)
    shown = found[:MOST]
    choices = tuple((_words(source), source.path) for source in shown)
    ticked = tuple(source.path for source in shown if source.path not in left_out)
    note = f"{len(shown)} of {len(found)} are shown: search in titles." if len(found) > MOST else ""
    return Listed(choices, ticked, note)


def _matching(sources: Sequence[Source], search: str) -> list[Source]:
    words = (search or "").casefold().split()
    return [source for source in sources if all(word in _title(source).casefold() for word in words)]


def _title(source: Source) -> str:
    return line(source.title) or line(source.path)


def _words(source: Source) -> str:
    parts = (_title(source), line(source.publisher or ""), line(day(source.published)))
    return " · ".join(part for part in parts if part)


def left_out(shown: Listed, ticked: Collection[str], before: Collection[str]) -> list[str]:
    """What a tab leaves out, now that of the boxes that are shown these are ticked."""
    seen = {path for _, path in shown.choices}
    return sorted((set(before) - seen) | (seen - set(ticked)))


def chosen(live: Live, left_out: Collection[str]) -> list[str] | None:
    """The paths to ask; None for all. Raises QuestionError where nothing is left."""
    if not left_out:
        return None
    paths = [source.path for source, _ in live.sources() if source.path not in left_out]
    if not paths:
        raise QuestionError("No article is ticked.", "tick one at the side")
    return paths


def stats(live: Live) -> str:
    """How much is indexed, since when, and which model answers. Opens the model the first time."""
    try:
        model = live.model()
        now = live.stats()
    except BylineError as error:
        return fault(error)
    counts = f"{counted(now.articles, 'article')}, {counted(now.passages, 'passage')}"
    return (
        f'<p class="stats" role="status">{safe(counts)}<br>Last sync: {safe(_time(now.changed_at))}<br>'
        f'<span class="model">{safe(model.name)}</span> ({safe(model.backend)}) answers</p>'
    )


def _time(iso: str) -> str:
    """The local time of an ISO time, in words."""
    if not iso:
        return "never"
    local = datetime.fromisoformat(iso).astimezone()
    return f"{local.day} {local:%B %Y, %H:%M}"


def added(live: Live, files: Sequence[tuple[str, Path]], progress: Progress) -> str:
    """Take files in and index them; what became of each, as HTML."""
    try:
        taken, refused = add(files, live.settings.corpus)
        report = live.sync(progress) if taken else None
    except BylineError as error:
        return fault(error)
    skipped = {each.path: each.reason for each in report.skipped} if report else {}
    lines = [_result(each.path, skipped.get(each.path)) for each in taken]
    lines += [_result(each.name, each.reason) for each in refused]
    return f'<ul class="added" role="status">{"".join(lines)}</ul>'


def _result(name: str, reason: str | None) -> str:
    said = f"left out: {line(reason)}" if reason is not None else "added"
    kind = "refused" if reason is not None else "taken"
    return f'<li class="{kind}"><bdi>{safe(name)}</bdi> <span>{safe(said)}</span></li>'


def synced(live: Live, progress: Progress) -> str:
    """Bring the index in line with the folder; what changed, as HTML."""
    try:
        return _told(live.sync(progress))
    except BylineError as error:
        return fault(error)


def _told(report: SyncReport) -> str:
    changes = (
        (len(report.added), "added"),
        (len(report.changed), "changed"),
        (len(report.moved), "moved"),
        (len(report.removed), "removed"),
    )
    said = ", ".join(f"{count} {what}" for count, what in changes if count) or "Nothing has changed"
    lines = [_result(each.path, each.reason) for each in report.skipped]
    return f'<p role="status">{safe(said)}.</p><ul class="added">{"".join(lines)}</ul>'

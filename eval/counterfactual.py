"""The counterfactual check: change the articles, and the answers must change with them.

Law: an answer comes from the articles and not from the model's memory. Where a fact is changed
wherever it stands, the answer holds the new value and not the old one; where its sentences are cut
out, the question is refused. Every changed text is looked up before anything is opened.

Trials that don't touch one another share a copy of the corpus, since opening one takes an index run.
The copies are few by greedy colouring, those that touch most others first (Welsh and Powell, 1967).

Does not know: how answers are made.
"""

import re
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from eval.bench import Bench, OpenBench
from eval.cases import Case
from eval.probe import (
    Finding,
    Notify,
    Row,
    Splice,
    Text,
    Words,
    copied,
    gathered,
    load_rows,
    nobody,
    said,
    spliced,
    text_in,
)
from eval.score import normalise, occurs
from rag.answer import Answer


@dataclass(frozen=True, slots=True)
class Edit:
    """``new`` in the place of ``old``, wherever that stands in the file."""

    path: Words
    old: Text
    new: Text


@dataclass(frozen=True, slots=True)
class Cut:
    """A sentence to cut out of the file, wherever it stands there."""

    path: Words
    sentence: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Change(Row):
    """A fact to change, by ``edits``, and to take away, by ``removed``, unless that is empty.

    ``wanted`` are forms of the new value, one of which the answer must hold; ``unwanted`` are forms of
    the old one.
    """

    question: Words
    edits: Annotated[tuple[Edit, ...], Field(min_length=1)]
    wanted: Annotated[tuple[Words, ...], Field(min_length=1)]
    unwanted: Annotated[tuple[Words, ...], Field(min_length=1)]
    removed: tuple[Cut, ...] = ()


@dataclass(frozen=True, slots=True)
class Trial:
    """A question to ask over a changed text.

    ``reserved`` are the spans that no other trial of its copy may edit, as (path, start, end): the edited
    texts, and for a removal their whole paragraphs, so that what stands around the evidence still does.
    ``terms`` are the values that it changes, and ``asked`` what must stay as it is, both normalised.
    """

    change: Change
    group: Literal["changed", "removed"]
    splices: tuple[Splice, ...]
    reserved: tuple[tuple[str, int, int], ...]
    terms: tuple[str, ...]
    asked: tuple[str, ...]


def load_changes(path: Path) -> tuple[Change, ...]:
    """The changes of ``path``, in order, at least one. Raises CasesError."""
    return load_rows(path, Change)


def probe(
    changes: Sequence[Change], corpus: Path, open_bench: OpenBench, notify: Notify = nobody
) -> tuple[Finding, ...]:
    """Ask every change's question over the changed text, and over the text without its evidence.

    The findings come in the order of asking. Raises CasesError, before anything is opened, where a text
    is not in its file, and what opening and asking raise.
    """
    return gathered(_findings(plan(changes, corpus), corpus, open_bench), notify)


def _findings(
    groups: Sequence[Sequence[Trial]], corpus: Path, open_bench: OpenBench
) -> Generator[Finding, None, None]:
    for trials in groups:
        splices = [splice for trial in trials for splice in trial.splices]
        with copied(corpus, spliced(corpus, splices)) as folder, open_bench(folder) as bench:
            for trial in trials:
                yield _find(trial, bench)


def plan(changes: Sequence[Change], corpus: Path) -> tuple[tuple[Trial, ...], ...]:
    """The trials of all changes, in groups that can share one copy of the corpus. Raises CasesError."""
    trials = [trial for change in changes for trial in _trials(change, corpus)]
    touched = [{n for n, other in enumerate(trials) if _touch(one, other)} for one in trials]
    groups: list[set[int]] = []
    for n in sorted(range(len(trials)), key=lambda n: -len(touched[n])):
        free = next((group for group in groups if not group & touched[n]), None)
        if free is None:
            groups.append({n})
        else:
            free.add(n)
    return tuple(tuple(trials[n] for n in sorted(group)) for group in groups)


def _trials(change: Change, corpus: Path) -> Iterator[Trial]:
    """The trial of the changed text and, where sentences can be taken away, that of their removal."""
    forms = (*change.wanted, *change.unwanted)
    terms = {*forms, *(text for edit in change.edits for text in (edit.old, edit.new))}
    splices = _splices(change, "edits", "old", change.edits, corpus)
    yield Trial(
        change=change,
        group="changed",
        splices=splices,
        reserved=tuple(map(_span, splices)),
        terms=tuple(sorted(map(normalise, terms))),
        asked=tuple(map(normalise, (change.question, *forms))),
    )
    if change.removed:
        cuts = [Edit(cut.path, cut.sentence, "") for cut in change.removed]
        splices = _splices(change, "removed", "sentence", cuts, corpus)
        reserved = tuple(_paragraph(splice, corpus) for splice in splices)
        yield Trial(change, "removed", splices, reserved, (), (normalise(change.question),))


def _splices(
    change: Change, field: str, part: str, edits: Sequence[Edit], corpus: Path
) -> tuple[Splice, ...]:
    """The edits, wherever their texts stand; ``field`` and ``part`` are their names in the file."""
    splices: list[Splice] = []
    for n, edit in enumerate(edits):
        text = text_in(corpus, edit.path)
        if text is None:
            raise change.fault(f"field '{field}.{n}.path' names no text file of the corpus: {edit.path}")
        found = _places(edit, text)
        if not found:
            raise change.fault(f"field '{field}.{n}.{part}' does not stand in {edit.path}: {edit.old!r}")
        if any(_overlap(_span(a), _span(b)) for a in found for b in splices):
            raise change.fault(
                f"field '{field}.{n}.{part}' overlaps another one in {edit.path}: {edit.old!r}"
            )
        splices += found
    return tuple(splices)


def _places(edit: Edit, text: str) -> list[Splice]:
    """Every place of an edit; a text that is cut takes the blanks after it along."""
    pattern = re.escape(edit.old) + ("" if edit.new else "[ \t]*")
    return [Splice(edit.path, m.start(), m.end(), edit.new) for m in re.finditer(pattern, text)]


def _span(splice: Splice) -> tuple[str, int, int]:
    return splice.path, splice.start, splice.end


def _paragraph(splice: Splice, corpus: Path) -> tuple[str, int, int]:
    """The lines between blank lines around a splice."""
    text = text_in(corpus, splice.path) or ""
    before = [m.end() for m in re.finditer(r"\n[ \t\r]*\n", text) if m.end() <= splice.start]
    after = re.compile(r"\n[ \t\r]*\n").search(text, splice.end)
    return splice.path, max(before, default=0), after.start() if after else len(text)


def _touch(one: Trial, other: Trial) -> bool:
    """Whether a trial would see what the other one does to the text."""
    if any(_overlap(a, b) for a in one.reserved for b in other.reserved):
        return True
    return _names(one.terms, other.asked) or _names(other.terms, one.asked)


def _overlap(one: tuple[str, int, int], other: tuple[str, int, int]) -> bool:
    return one[0] == other[0] and one[1] < other[2] and other[1] < one[2]


def _names(terms: Sequence[str], asked: Sequence[str]) -> bool:
    return any(f" {term} " in f" {text} " for term in terms if term for text in asked)


def _find(trial: Trial, bench: Bench) -> Finding:
    change, removed = trial.change, trial.group == "removed"
    answers = () if removed else change.wanted
    case = Case(change.id, change.question, answers, None, None, unanswerable=removed)
    answer = bench.ask(case)
    passed = answer.refused if removed else _follows(change, answer)
    told = f"{' or '.join(change.wanted)}, not {' or '.join(change.unwanted)}"
    return Finding(change.id, trial.group, change.question, "a refusal" if removed else told, answer, passed)


def _follows(change: Change, answer: Answer) -> bool:
    """Whether an answer holds the new value and not the old one."""
    text = said(answer)
    new, old = (any(occurs(form, text) for form in forms) for forms in (change.wanted, change.unwanted))
    return new and not old and not answer.refused

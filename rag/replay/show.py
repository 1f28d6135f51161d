"""A Replay becomes terminal text or JSON.

Law: the verdict comes first, then what it rests on, then the answer as it is now. What receipts and
articles say is data, so control characters never reach the terminal. The JSON is a contract: version 1.

Does not know: how answers are compared.
"""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.text import Text

from rag.answer import Model
from rag.receipt import told
from rag.replay.compare import Changes, Kept, Replay
from rag.show import line, to_json, to_terminal

VERSION = 1


def replay_to_terminal(replay: Replay, console: Console) -> None:
    """Print whether the same answer came, what was compared and what has changed, then the answer."""
    console.print(Text(f"Asked {line(replay.then.asked_at)}: {line(replay.then.question)}", style="dim"))
    console.print(Text(_verdict(replay), style="bold green" if replay.same else "bold yellow"))
    for said in (*_then_and_now(replay), *_compared(replay), *_index(replay.changes)):
        console.print(Text(said))
    for kept in replay.kept:
        console.print(Text(f"  [{kept.n}] {line(_fate(kept))}"))
    console.print()
    to_terminal(replay.answer, console)


def _verdict(replay: Replay) -> str:
    if not replay.same:
        return f"Another answer. What differs: {', '.join(replay.differences)}."
    if replay.answer.refused:
        return "The same answer: refused then and now."
    return "The same answer: the same words, standing on the same quotes."


def _then_and_now(replay: Replay) -> list[str]:
    if replay.same:
        return []
    return [
        f"  then: {line(told(replay.then.answer).answer)}",
        f"  now:  {line(replay.answer.text)}",
    ]


def _compared(replay: Replay) -> Iterator[str]:
    for name, same in replay.evidence:
        yield f"{name.capitalize()}: {'the same' if same else 'others'}"
    then, now = replay.then, replay.now
    yield (
        f"Model: the same, {_named(now.model)}"
        if replay.same_model
        else (f"Model: another, {_named(now.model)}; then {_named(then.model)}")
    )
    if then.threshold != now.threshold:
        yield f"Threshold: {now.threshold:g}; then {then.threshold:g}"
    if then.byline != now.byline:
        yield f"Byline: {line(now.byline)}; then {line(then.byline)}"


def _named(model: Model) -> str:
    return line(f"{model.name} ({model.backend}, {model.digest[:12]})")


def _index(changes: Changes) -> Iterator[str]:
    yield f"Index: {'changed' if changes.any else 'the same'}, {changes.articles} articles"
    if changes.embedder:
        yield "  another embedding model"
    if changes.reread:
        yield "  the same files, read or cut otherwise"
    for mark, paths in (("+", changes.added), ("~", changes.changed), ("-", changes.removed)):
        yield from (f"  {mark} {line(path)}" for path in paths)
    yield from (f"  > {line(old)} -> {line(new)}" for old, new in changes.moved)


def _fate(kept: Kept) -> str:
    if kept.now is None:
        return f"no longer in {kept.then.path}: “{kept.quote}”"
    if kept.now.path != kept.then.path:
        return f"stands word for word, now in {kept.now.path}"
    if kept.now.start != kept.then.start:
        return f"stands word for word in {kept.now.path}, moved from {kept.then.start} to {kept.now.start}"
    return f"stands word for word in {kept.now.path}"


def replay_to_json(replay: Replay) -> dict[str, Any]:
    """One object; ``then`` and ``now`` are those of ``byline ask --json``."""
    found = replay.changes
    return {
        "version": VERSION,
        "same": replay.same,
        "differences": list(replay.differences),
        "evidence": dict(replay.evidence),
        "model": {
            "same": replay.same_model,
            "then": asdict(replay.then.model),
            "now": asdict(replay.now.model),
        },
        "threshold": {"then": replay.then.threshold, "now": replay.now.threshold},
        "byline": {"then": replay.then.byline, "now": replay.now.byline},
        "index": {"same": not found.any, **asdict(found)},
        "quotes": [asdict(kept) for kept in replay.kept],
        "then": replay.then.answer,
        "now": to_json(replay.answer),
    }

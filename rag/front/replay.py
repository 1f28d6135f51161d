"""What ``byline replay`` does and prints: a Replay becomes terminal text or JSON.

Law: a receipt that can't be used is told before any model is loaded. The verdict comes first, then what it
rests on, then the answer as it is now. What receipts and articles say is data, so control characters never
reach the terminal. The JSON is a contract: version 2.

Does not know: options, exit codes, how answers are compared.
"""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from rag.front.show import to_terminal
from rag.front.terminal import err, opened, out, print_object
from rag.plain import line
from rag.records.contract import to_json
from rag.records.receipt import Speaker, read_receipt, told
from rag.records.replay import replay, settings_of
from rag.records.replay.compare import Changes, Kept, Replay
from rag.settings import Settings

VERSION = 2


def replay_file(file: Path, own: Settings, *, as_json: bool) -> bool:
    """Ask a receipt's question again and print how the answers compare; True where they are the same.

    Raises ReceiptError, and what opening and asking an assistant raise.
    """
    receipt = read_receipt(file)
    settings = settings_of(receipt, own)
    with opened(settings) as assistant, err().status("Asking again …"):
        replayed = replay(receipt, assistant, settings)
    if as_json:
        print_object(replay_to_json(replayed), indent=2)
    else:
        replay_to_terminal(replayed, out())
    return replayed.same


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
    return "The same answer: the same sentences of the same articles."


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
    if then.fit != now.fit:
        yield f"Fit: {line(now.fit.name)}; then {line(then.fit.name)}{_refitted(replay)}"
    if then.threshold != now.threshold:
        yield f"Threshold: {now.threshold:g}; then {then.threshold:g}"
    if then.byline != now.byline:
        yield f"Byline: {line(now.byline)}; then {line(then.byline)}"


def _refitted(replay: Replay) -> str:
    """That two fits of one name have other weights or thresholds."""
    return ", with other weights or thresholds" if replay.then.fit.name == replay.now.fit.name else ""


def _named(model: Speaker) -> str:
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
        "fit": {"then": asdict(replay.then.fit), "now": asdict(replay.now.fit)},
        "threshold": {"then": replay.then.threshold, "now": replay.now.threshold},
        "byline": {"then": replay.then.byline, "now": replay.now.byline},
        "index": {"same": not found.any, **asdict(found)},
        "quotes": [asdict(kept) for kept in replay.kept],
        "then": replay.then.answer,
        "now": to_json(replay.answer),
    }

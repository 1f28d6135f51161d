"""An Answer becomes terminal text or JSON.

Law: only an Answer is shown, every cited sentence under it; text from articles and models is data, so
control characters never reach the terminal. The JSON is a contract: version 1.

Does not know: where answers come from, which command asked.
"""

import re
from collections.abc import Iterable
from datetime import date
from typing import Any
from unicodedata import category

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from index.article import Hit, Source
from rag.answer import Answer, Citation, Claim, Conflict, Side

VERSION = 1
_BREAK = re.compile(r"\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_STEERING = frozenset(("Cc", "Cf", "Cs"))
"""Unicode's control, format (bidirectional, zero-width, tags) and half characters."""


def clean(text: str) -> str:
    """Text that can't steer a terminal: no control, bidirectional or zero-width characters."""
    lines = _BREAK.sub("\n", text)
    return "".join(c for c in lines if c in "\n\t" or category(c) not in _STEERING)


def line(text: str) -> str:
    """``clean`` text on one line."""
    return " ".join(clean(text).split())


def to_terminal(answer: Answer, console: Console) -> None:
    """Print the answer, then each cited sentence with its article, conflicts, what was checked.

    Before it, how the question was understood, where not as asked; after a refusal, the nearest passages.
    """
    if answer.standalone_question != answer.question:
        console.print(Text(f"Understood as: {line(answer.standalone_question)}", style="dim"))
    console.print(Text(line(answer.text), style="bold"))
    for citation in _citations(answer.claims):
        console.print()
        console.print(Text.assemble((f"[{citation.n}] ", "cyan"), f"“{line(citation.quote)}”"))
        _indented(_origin(citation.source), 4, console)
    for conflict in answer.conflicts:
        _sides(conflict, console)
    for note in _notes(answer):
        console.print(Text(note, style="dim"))
    if answer.refused and answer.also_read:
        _nearest(answer.also_read, console)
    console.print()
    console.print(Text(_footer(answer), style="dim"))


def _citations(claims: Iterable[Claim]) -> list[Citation]:
    """Each span once, by number."""
    found = {citation.n: citation for claim in claims for citation in claim.citations}
    return [found[n] for n in sorted(found)]


def _sides(conflict: Conflict, console: Console) -> None:
    """Each value under a heading, with who says so and when, in the order given: newest first."""
    console.print(Text("\nThe articles differ, newest first:", style="bold yellow"))
    for side in conflict.sides:
        source = side.claim.citations[0].source
        who = (line(source.publisher or source.title), line(day(source.published)) or "no date")
        said = (f"{line(side.value)}  ", (" · ".join(who), "italic"), (f" {_marks(side.claim)}", "cyan"))
        _indented(Text.assemble(*said), 2, console)


def _marks(claim: Claim) -> str:
    return "".join(f"[{citation.n}]" for citation in claim.citations)


_GATES = {"values": "figures and names", "attribution": "who said it"}


def _notes(answer: Answer) -> list[str]:
    return [*(f"The articles don't say: “{line(part)}”" for part in answer.unanswered), *_checked(answer)]


def _checked(answer: Answer) -> list[str]:
    if not all(passed for claim in answer.claims for _, passed in claim.checks):
        return ["The model's wording did not match its source, so the source's own words are shown."]
    if answer.claims and all(claim.verbatim for claim in answer.claims):
        return ["These are the source's own words."]
    names = dict.fromkeys(_GATES.get(name, name) for claim in answer.claims for name, _ in claim.checks)
    return [f"Checked against the cited sentences: {', '.join(names)}."] if names else []


def _origin(source: Source) -> Text:
    parts = [line(part) for part in (source.title, source.publisher or "", day(source.published)) if part]
    return Text.assemble((" · ".join(parts), "italic"), (f"  {line(source.path)}", "dim"))


def day(published: str | None) -> str:
    """25 February 2025 for 2025-02-25; "" for none."""
    if not published:
        return ""
    try:
        parsed = date.fromisoformat(published)
    except ValueError:
        return published
    return f"{parsed.day} {parsed:%B %Y}"


def _nearest(hits: Iterable[Hit], console: Console) -> None:
    console.print(Text("\nThe nearest passages:", style="dim"))
    for hit in hits:
        console.print()
        _indented(Text(_shortened(line(hit.passage.text)), style="dim"), 2, console)
        _indented(_origin(hit.passage.source), 4, console)


def _indented(text: Text, by: int, console: Console) -> None:
    """Print with a margin that wrapped lines keep; where nothing wraps, one long line."""
    if console.soft_wrap:
        console.print(Text(" " * by).append_text(text))
    else:
        console.print(Padding(text, (0, 0, 0, by), expand=False))


def _shortened(text: str, longest: int = 240) -> str:
    return text if len(text) <= longest else text[:longest].rsplit(" ", 1)[0] + " …"


def _footer(answer: Answer) -> str:
    model, seconds = answer.model, answer.seconds
    return f"{line(model.name)} ({model.backend}), {seconds.total:.1f} s"


def to_json(answer: Answer) -> dict[str, Any]:
    """The contract's object, version 1."""
    return {
        "version": VERSION,
        "question": answer.question,
        "standalone_question": answer.standalone_question,
        "answer": answer.text,
        "refused": answer.refused,
        "claims": [_claim(claim) for claim in answer.claims],
        "conflicts": [_conflict(conflict) for conflict in answer.conflicts],
        "also_read": [_also(hit) for hit in answer.also_read],
        "unanswered": list(answer.unanswered),
        "support": None if answer.support is None else round(answer.support, 4),
        "model": {"backend": answer.model.backend, "name": answer.model.name, "digest": answer.model.digest},
        "tokens": {
            "prompt": answer.tokens.prompt,
            "completion": answer.tokens.completion,
            "context": answer.tokens.context,
        },
        "seconds": {
            "retrieve": round(answer.seconds.retrieve, 3),
            "first_token": round(answer.seconds.first_token, 3),
            "total": round(answer.seconds.total, 3),
        },
    }


def _claim(claim: Claim) -> dict[str, Any]:
    return {
        "text": claim.text,
        "verbatim": claim.verbatim,
        "checks": dict(claim.checks),
        "citations": [_citation(citation) for citation in claim.citations],
    }


def _citation(citation: Citation) -> dict[str, Any]:
    place = {"start": citation.start, "end": citation.end, "quote": citation.quote}
    return {"n": citation.n, "article": _article(citation.source), **place}


def _conflict(conflict: Conflict) -> dict[str, Any]:
    """``value`` in a few words, ``text`` the claim's; ``article`` is that of its first citation."""
    return {"sides": [_side(side) for side in conflict.sides]}


def _side(side: Side) -> dict[str, Any]:
    citations = side.claim.citations
    return {
        "value": side.value,
        "text": side.claim.text,
        "citations": [citation.n for citation in citations],
        "article": _article(citations[0].source),
    }


def _also(hit: Hit) -> dict[str, Any]:
    passage = hit.passage
    place = {"start": passage.start, "end": passage.end, "text": passage.text}
    return {"article": _article(passage.source), **place, "score": round(hit.score, 6)}


def _article(source: Source) -> dict[str, Any]:
    return {
        "path": source.path,
        "title": source.title,
        "publisher": source.publisher,
        "published": source.published,
    }

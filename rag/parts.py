"""A question for two things is asked as two questions, and their drafts become one draft.

Law: told by form alone: two asking clauses joined by "and", a comparison of two things, one thing asked
of each of two. Each part finds and reads its own passages, so that an answer may stand on several
articles; what a question asks of one thing stays one question.

Does not know: models, how a part is answered or made to stand alone.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import fields, replace

from index.article import Hit
from rag.answer import Draft, Seconds, Statement
from rag.call import total
from rag.choose import renumbered
from rag.coverage import stems

_WORD = r"(?:what|which|who|whom|whose|how|when|where|why)"
_BEFORE = r"(?:(?:about|as|at|by|for|from|in|of|on|over|to|under|with|without)\s+)?"
_ASKS = re.compile(rf"^\s*{_BEFORE}{_WORD}\b", re.IGNORECASE)
_AND = re.compile(rf"\s*[,;]?\s+(?:and|but)\s+(?={_BEFORE}{_WORD}\b)", re.IGNORECASE)
_EMBEDDED = re.compile(rf"\b{_WORD}\b", re.IGNORECASE)
_THINGS = re.compile(r"^.*\b(?:two|both|several|following)\s+things\b[^:]*:\s*(?P<things>.+)$", re.IGNORECASE)
_SET_BESIDE = (
    re.compile(r"^(?:please\s+)?compare\s+(?P<one>.+?)\s+(?:with|against)\s+(?P<other>.+)$", re.IGNORECASE),
    re.compile(r"^(?:please\s+)?compare\s+(?P<one>.+?)\s+(?:and|to)\s+(?P<other>.+)$", re.IGNORECASE),
    re.compile(
        r"^how\s+(?:do|does|did)\s+(?P<one>.+?)\s+(?:compare|differ)\s+(?:with|to|from)\s+(?P<other>.+)$",
        re.IGNORECASE,
    ),
    re.compile(r"^what\b.*\bdifferences?\s+between\s+(?P<one>.+?)\s+and\s+(?P<other>.+)$", re.IGNORECASE),
)
_NAME = r"(?:the\s+)?[A-Z][\w.’'-]*(?:\s+[A-Z][\w.’'-]*){0,3}"
_VERSUS = re.compile(
    rf"^(?P<one>{_NAME})\s+(?:vs\.?|versus|against)\s+(?P<other>{_NAME})\s+"
    r"(?P<subject>(?:on|over|about)\s+[^:]+):\s*(?P<asked>.*\b(?:each(?:\s+of\s+them)?|both)\b.*)$"
)
_EACH = re.compile(
    rf"\b(?:both\s+)?(?P<one>{_NAME})\s+and\s+(?P<other>{_NAME})\s+each\b"
    r"(?!\s+(?:other|of|one|time|second|minute|hour|day|night|week|month|quarter|season|year|decade|century)\b)"
)
_FEW, _MOST = 2, 3
"""Content words that a part needs to be one; parts a question is taken apart into."""


def parts(question: str) -> tuple[str, ...]:
    """The questions that ``question`` holds, in order; itself alone where it asks for one thing."""
    text = question.strip().rstrip("?.! ")
    found = _of_each(text) or _listed(text) or _beside(text) or _joined(text)
    return tuple(map(_asked, found)) if found else (question,)


def _asked(part: str) -> str:
    part = part.strip(" ,;")
    return f"{part[:1].upper()}{part[1:]}?"


def _joined(text: str) -> list[str]:
    """Asking clauses joined by "and"; a clause inside a clause ("who said when and where ...") is none."""
    if not _ASKS.match(text):
        return []
    pieces = [piece for piece in _AND.split(text) if piece]
    alone = all(_EMBEDDED.search(_ASKS.sub("", piece)) is None for piece in pieces[:-1])
    return pieces if 1 < len(pieces) <= _MOST and alone and all(map(_is_whole, pieces)) else []


def _is_whole(piece: str) -> bool:
    return len(stems(piece)) >= _FEW or len(piece.split()) > 3


def _listed(text: str) -> list[str]:
    """For a piece I need two things: A, and B."""
    found = _THINGS.match(text)
    pieces = re.split(r"\s*[,;]\s+and\s+|\s*;\s+", found["things"]) if found else []
    return pieces if 1 < len(pieces) <= _MOST else []


def _beside(text: str) -> list[str]:
    """Compare A with B. The thing of "A's view compare with B's" is that of the first."""
    found = next((m for m in (form.match(text) for form in _SET_BESIDE) if m), None)
    if found is None:
        return []
    one, other = found["one"], found["other"]
    owned = re.match(r"^(?P<owner>.+?['’]s?)\s+(?P<thing>.+)$", one)
    if owned and re.search(r"['’]s?$", other):
        other = f"{other} {owned['thing']}"
    return [_what(one), _what(other)]


def _what(thing: str) -> str:
    return thing if _ASKS.match(thing) else f"What is said of {thing}"


def _of_each(text: str) -> list[str]:
    """What is asked of each of two names, asked of the one and of the other."""
    if found := _VERSUS.match(text):
        each = re.compile(r"\b(?:each(?:\s+of\s+them)?|both)\b", re.IGNORECASE)
        return [f"{each.sub(found[side], found['asked'])} {found['subject']}" for side in ("one", "other")]
    if found := _EACH.search(text):
        return [text[: found.start()] + found[side] + text[found.end() :] for side in ("one", "other")]
    return []


def merged(drafts: Sequence[Draft], question: str) -> Draft:
    """The drafts of a question's parts as one draft of it: every statement with its own support.

    The first part that answers keeps its rivals as such; those of later ones stand beside their statement.
    """
    if len(drafts) == 1:
        return replace(drafts[0], question=question, standalone_question=question)
    moved = list(_moved(drafts))
    first = next((draft for draft in moved if draft.statements), moved[0])
    best = max(drafts, key=lambda draft: -1.0 if draft.support is None else draft.support)
    return replace(
        best,
        question=question,
        standalone_question=question,
        hits=_hits(drafts),
        sentences=tuple(sentence for draft in moved for sentence in draft.sentences),
        statements=tuple(s for d in moved for s in (*d.statements, *(() if d is first else d.rivals))),
        reply="\n".join(draft.reply for draft in drafts),
        tokens=total((call for draft in drafts for call in draft.calls), best.tokens.context),
        seconds=_together([draft.seconds for draft in drafts]),
        rivals=first.rivals,
        calls=tuple(call for draft in drafts for call in draft.calls),
        unanswered=tuple(draft.standalone_question for draft in moved if not _answers(draft)),
    )


def _answers(draft: Draft) -> bool:
    """Whether a draft has a statement that reaches its threshold."""
    return any(s.support is not None and s.support >= draft.threshold for s in draft.statements)


def _hits(drafts: Sequence[Draft]) -> tuple[Hit, ...]:
    """Each passage once, as the first part found it."""
    found: dict[str, Hit] = {}
    for hit in (hit for draft in drafts for hit in draft.hits):
        found.setdefault(hit.passage.id, hit)
    return tuple(found.values())


def _moved(drafts: Sequence[Draft]) -> Iterator[Draft]:
    """The drafts with their sentences numbered through, and each statement with its own support.

    What contradicts a statement that isn't supported contradicts nothing.
    """
    by = 0
    for draft in drafts:
        sentences = tuple(replace(s, number=s.number + by) for s in draft.sentences)
        said, against = ([_own(draft, s, by) for s in each] for each in (draft.statements, draft.rivals))
        own = replace(draft, sentences=sentences, statements=tuple(said), rivals=())
        yield replace(own, rivals=tuple(against)) if _answers(own) else own
        by += len(sentences)


def _own(draft: Draft, statement: Statement, by: int) -> Statement:
    """A statement in the joined numbers, with the support that its draft would have lent it."""
    support = draft.support if statement.support is None else statement.support
    return replace(renumbered(statement, by), support=support)


def _together(seconds: Sequence[Seconds]) -> Seconds:
    """One after another: all is summed but the first token, which is the first part's."""
    sums = {field.name: sum(getattr(each, field.name) for each in seconds) for field in fields(Seconds)}
    return replace(Seconds(**sums), first_token=seconds[0].first_token)

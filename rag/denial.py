"""Whether one sentence denies what another one says: "were not loans" beside "through loans, grants".

Law: told by form alone. A common word that one sentence denies and the other states is a contradiction
only where the two share three more content words, so that they speak of the same thing; names and
denials of nothing ("not only") don't count. An answer of none is told where a sentence says none.

Does not know: which sentence is right, what was asked, contradictions in other words.
"""

import re

from rag.coverage import stems

HARMLESS = re.compile(
    r"\bno (?:problem|doubt|objection|question)s?\b|\bnot (?:only|just|merely)\b|\bnothing but\b"
    r"|\b(?:no|not) (?:less|more|fewer|later|earlier) than\b",
    re.IGNORECASE,
)
"""Denials of nothing."""
_DENIED = re.compile(
    r"(?:\b(?:[Nn]o|[Nn]ot|[Nn]ever|[Ww]ithout|[Nn]either|nor|[Rr]ather than|[Ii]nstead of)|n['’]t)\s+"
    r"(?:(?:a|an|the|any|as|in|of|by|through|been|be|being|made|form)\s+){0,3}(?P<word>[a-z]{4,})",
)
"""A denial and its word, in lower case: a name is not what is denied."""
_UNTIL_THEN = re.compile(r"\b[Nn]o\b(?=[^.;]*\b(?:before|other|since|until)\b)")
"""No leader had come before: this denies nobody's being a leader."""
_SHARED = 3
_NOUGHT = frozenset("0 none nought zero".split())
_NONE = re.compile(r"\b(?:neither|no|nobody|none|nothing)\b", re.IGNORECASE)


def denials(text: str) -> dict[str, str]:
    """The words that ``text`` denies, by stem, each with the denial as it stands there."""
    plain = _UNTIL_THEN.sub(" ", HARMLESS.sub(" ", text))
    return {stem: found[0] for found in _DENIED.finditer(plain) for stem in stems(found["word"])}


def contradiction(one: str, other: str) -> dict[str, str]:
    """What ``other`` says against ``one``, by the stem of the word that only one of them denies.

    The value is the denial ("not loans"), or the word itself where ``other`` states what ``one`` denies.
    """
    here, there, shared = denials(one), denials(other), stems(one) & stems(other)
    apart = {stem for stem in shared if (stem in here) != (stem in there)}
    return {
        stem: there.get(stem) or _as_it_stands(stem, other) for stem in sorted(apart) if len(shared) > _SHARED
    }


def _as_it_stands(stem: str, text: str) -> str:
    """The word of ``text`` with this stem."""
    return next((str(word) for word in re.findall(r"[^\W_]+", text) if stem in stems(word)), stem)


def is_told_none(short: str, span: str) -> bool:
    """Whether an answer is none or nought, and the sentences say so: "None of the treaties mentions it"."""
    return short.strip(" .").lower() in _NOUGHT and bool(_NONE.search(HARMLESS.sub(" ", span)))

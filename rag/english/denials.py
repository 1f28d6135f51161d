"""Whether one sentence denies what another one says: "were not loans" beside "through loans, grants".

Law: told by form alone. A common word that one sentence denies and the other states is a contradiction
only where the two share three more content words, so that they speak of the same thing; names and
denials of nothing ("not only") don't count. An answer of none is told where a sentence says none.

Does not know: which sentence is right, what was asked, contradictions in other words.
"""

import re

from rag.english.words import stems

_DENIAL = re.compile(
    r"\b(?:no|not|never|none|neither|nor|nobody|nothing|nowhere|cannot|without)\b|n['’]t\b", re.IGNORECASE
)
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


def denies(text: str) -> bool:
    """Whether ``text`` denies something: "not", "n't", "never"; denials of nothing don't count."""
    return bool(_DENIAL.search(HARMLESS.sub(" ", text)))


def is_denied(word: str, text: str) -> bool:
    """Whether ``text`` denies this very word: "not loans"."""
    denial = r"(?:\b(?:no|not|never|without|neither|nor)|n['’]t)\s+(?:\w+\s+)?"
    return bool(re.search(rf"{denial}{re.escape(word)}\b", HARMLESS.sub(" ", text), re.IGNORECASE))


def denied_near(short: str, span: str) -> bool:
    """Whether the span denies the very words of a short answer: "were not loans" for "loans"."""
    found = re.search(rf"(?:\w+[^\w.!?;]+){{0,3}}{re.escape(short.strip(' .'))}", span, re.IGNORECASE)
    return bool(found and denies(found[0]))


def is_literal(text: str) -> bool:
    """Whether a short answer is a yes or a no: "No", "Yes, in May", but not "No minister"."""
    return bool(re.match(r"yes\b|no(?=\W*$|\s*[,.;:!])", text.strip(), re.IGNORECASE))


def is_yes_or_no(text: str) -> bool:
    """Whether a short answer begins with yes or no: such a word stands in any sentence or none."""
    return text.split(",")[0].strip(" .").lower() in ("yes", "no")


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

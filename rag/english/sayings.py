"""Who said it: the speakers of a sentence, each a name beside a verb of saying.

Law: told by form; "he said" has no name, and no speaker that can be told.

Does not know: what was said.
"""

import re

from rag.english.values import names

SAYING = re.compile(
    r"\b(?:acknowledge|add|admit|allege|announce|answer|argue|ask|assert|assure|claim|conclude|confirm|"
    r"comment|complain|contend|continue|declare|deny|denie|describe|emphasi[sz]e|estimate|explain|indicate|insist|note|pledge|post|"
    r"predict|promise|propose|recall|remark|repeat|replie|reply|report|respond|signal|state|stress|suggest|tweet|urge|"
    r"vow|warn|wonder)(?:s|d|ed|ing)\b"
    r"|\b(?:admitted|said|say|says|saying|tells|told|wrote|writes|according to)\b",
    re.IGNORECASE,
)
UNSAID = frozenset("said says told asked answered known clear".split())
"""Words whose denial tells that something was left unsaid."""
_WEAK = ("add", "comment", "continu", "note", "post", "report", "respond", "state")
"""Verbs that often report nothing."""
_SENTENCE_END = re.compile(r"[.!?;:][”\"’]?\s")
_CLOSING = frozenset(',”"’')
_DAYS = frozenset("monday tuesday wednesday thursday friday saturday sunday".split())
_NAME = re.compile(r"[^\W\d_][\w.’'-]*")
_PRONOUNS = frozenset("he she they it we i you who which".split())
_BEFORE, _AFTER = 8, 4
"""How many words from the verb a speaker may stand."""


def speakers(span: str) -> tuple[frozenset[str], ...]:
    """The name words of each speaker in ``span``, folded, in the order of their verbs."""
    found = (_speaker(span, verb) for verb in SAYING.finditer(span))
    return tuple(speaker for speaker in found if speaker)


def _speaker(span: str, verb: re.Match[str]) -> frozenset[str]:
    """The name nearest before the verb in its sentence, over an apposition; else nearest after it.

    After a comma or a closing quotation mark ("..., said Macron") the name after it comes first.
    """
    left = _SENTENCE_END.split(span[: verb.start()])[-1].rstrip()
    before = _words(left)[-_BEFORE:]
    right = span[verb.end() :]
    if (before and before[-1].lower() in _PRONOUNS) or (_is_weak(verb) and not _reports(left, right)):
        return frozenset()
    following = _runs(_words(_SENTENCE_END.split(right)[0])[:_AFTER])
    if following and (not before or left[-1] in _CLOSING or verb[0].lower().startswith("according")):
        return following[0]
    apposed = _runs(_words(left.rstrip(",").rpartition(",")[0])) if left.endswith(",") else []
    runs = apposed or _runs(before)
    return runs[-1] if runs else (following[0] if following else frozenset())


def _is_weak(verb: re.Match[str]) -> bool:
    return verb[0].lower().startswith(_WEAK)


def _reports(left: str, right: str) -> bool:
    """Whether a verb that often reports nothing stands beside a quotation, a comma or "that"."""
    return bool(
        re.search(r"[,”\"’]\s*(?:[\w.’'-]+\s*){0,3}$", left) or re.match(r"\s*(?:that\b|[,:“\"‘.])", right)
    )


def _words(text: str) -> list[str]:
    return [match[0] for match in _NAME.finditer(text)]


def _runs(found: list[str]) -> list[frozenset[str]]:
    """Neighbouring name words as one name each; words that only open sentences are none."""
    runs: list[frozenset[str]] = [frozenset()]
    for word in found:
        name = names(word) - _DAYS
        runs = [*runs[:-1], runs[-1] | name] if name else [*runs, frozenset()]
    return [run for run in runs if run]

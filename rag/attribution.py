"""Who said it: where a source says that somebody said something, a claim must keep the speaker.

Law: a reported statement without its speaker is a fact that nobody stated. Speakers are found by
form, a name beside a verb of saying; "he said" has no name to keep and passes.

Does not know: what was said, or whether the claim reports all of it.
"""

import re

from rag.values import names, words

_SAYING = re.compile(
    r"\b(?:acknowledge|add|admit|allege|announce|answer|argue|ask|assert|assure|call|claim|conclude|confirm|"
    r"contend|declare|deny|denie|describe|emphasi[sz]e|estimate|explain|indicate|insist|note|pledge|post|"
    r"predict|promise|propose|recall|remark|repeat|replie|reply|report|signal|state|stress|suggest|tweet|urge|"
    r"vow|warn|wonder)(?:s|d|ed|ing)\b"
    r"|\b(?:admitted|said|says|saying|tells|told|wrote|writes|according to)\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"[^\W\d_][\w.’'-]*")
_PRONOUNS = frozenset("he she they it we i you who which".split())
_BEFORE, _AFTER = 8, 4
"""How many words from the verb a speaker may stand."""


def speakers(span: str) -> tuple[frozenset[str], ...]:
    """The name words of each speaker in ``span``, folded, in the order of their verbs."""
    found = (_speaker(span, verb) for verb in _SAYING.finditer(span))
    return tuple(speaker for speaker in found if speaker)


def keeps_speaker(claim: str, span: str) -> bool:
    """Whether ``claim`` names one of the speakers of ``span``, or there are none."""
    said = speakers(span)
    held = words(claim)
    return not said or any(speaker & held for speaker in said)


def _speaker(span: str, verb: re.Match[str]) -> frozenset[str]:
    """The names of the capitalised run nearest before the verb in its sentence, else nearest after it."""
    before = _words(re.split(r"[.!?;:]\s", span[: verb.start()])[-1])[-_BEFORE:]
    if before and before[-1].lower() in _PRONOUNS:
        return frozenset()
    runs = [] if verb[0].lower().startswith("according") else _runs(before)
    if runs:
        return runs[-1]
    following = _runs(_words(re.split(r"[.!?;:]\s", span[verb.end() :])[0])[:_AFTER])
    return following[0] if following else frozenset()


def _words(text: str) -> list[str]:
    return [match[0] for match in _NAME.finditer(text)]


def _runs(found: list[str]) -> list[frozenset[str]]:
    """Neighbouring name words as one name each; words that only open sentences are none."""
    runs: list[frozenset[str]] = [frozenset()]
    for word in found:
        name = names(word)
        runs = [*runs[:-1], runs[-1] | name] if name else [*runs, frozenset()]
    return [run for run in runs if run]

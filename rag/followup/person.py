"""Whom "he" stands for after a question that asked who: the person whom the answer named.

Law: told by form. Asked "Who speaks for Putin?", the answer's new name is the one that was asked for, and
"he" is that person rather than Putin. A word that only opens a sentence is a name where the passages hold it
as one elsewhere, and who said it is meant only where nobody else is, or a speaker was asked for. Where the
answer names nobody new, nobody is meant.

Does not know: models, what the follow-up asks.
"""

import re

from rag.attribution import SAYING, speakers
from rag.followup.need import PREPOSITIONS
from rag.followup.turn import Turn, said
from rag.kinds import CALENDAR
from rag.values import names

_ASKS_WHO = re.compile(
    r"\b(?:who|whom)\b|\b(?:which|what) (?:\w+ ){0,2}"
    r"(?:leader|man|minister|official|person|politician|president|"
    r"spokes(?:man|person|woman)|woman|writer)\b",
    re.IGNORECASE,
)
_PRONOUN = re.compile(r"\b(?P<whole>he|she|him)\b|\b(?P<own>his|hers?)\b(?:\s+(?P<next>\w+))?", re.IGNORECASE)
_RUN = re.compile(r"[^\W\d_][\w.'’-]*(?: [^\W\d_][\w.'’-]*)*")
_SENTENCE = re.compile(r"(?:^|[.!?:;]\s+|[\"“‘]\s*)$")


def person(turn: Turn) -> str:
    """The name that an answer gives to a question who, as it stands there; "" where it gives none."""
    if not _ASKS_WHO.search(turn.standalone_question):
        return ""
    text, asked = said(turn), names(turn.standalone_question) | CALENDAR
    runs = [run for words in _RUN.finditer(text) for run in _named(words, text, turn)]
    new = [run for run in runs if not names(run) & asked]
    said_so = frozenset[str]().union(*speakers(text))
    told = (
        new if SAYING.search(turn.standalone_question) else [run for run in new if not names(run) & said_so]
    )
    return next(iter(told or new), "")


def _named(words: re.Match[str], text: str, turn: Turn) -> list[str]:
    """The runs of name words among neighbouring words."""
    found: list[list[str]] = [[]]
    for word in re.finditer(r"\S+", words[0]):
        opens = bool(_SENTENCE.search(text[: words.start() + word.start()]))
        bare = re.sub(r"['’]s?$", "", word[0])
        is_name = bool(names(f"a {bare}")) and not (opens and not _held(bare, turn))
        found = [*found[:-1], [*found[-1], bare]] if is_name else [*found, []]
    return [" ".join(run).rstrip(".") for run in found if run]


def _held(word: str, turn: Turn) -> bool:
    """Whether a passage holds the word with its capital inside a sentence."""
    inside = re.compile(rf"[^\W\d_][,]? {re.escape(word)}\b")
    return any(inside.search(sentence.text) for hit in turn.answer.hits for sentence in hit.passage.sentences)


def with_person(question: str, name: str) -> str:
    """The question with the first pronoun for one person replaced by the name; as it was without one."""

    def named(found: re.Match[str]) -> str:
        if found["whole"]:
            return name
        following = found["next"] or ""
        object_ = found["own"].lower() == "her" and (not following or following.lower() in PREPOSITIONS)
        return f"{name if object_ else _owner(name)}{' ' if following else ''}{following}"

    return _PRONOUN.sub(named, question, count=1)


def _owner(name: str) -> str:
    return f"{name}'" if name.endswith("s") else f"{name}'s"

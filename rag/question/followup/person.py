"""Whom "he" stands for after a question that asked who: the one person whom the answer named.

Law: told by form, and nobody is meant where in doubt. Asked "Who speaks for Putin?", the answer's one new
name is the person asked for, and "he" is that person rather than Putin. What stands after "in" or "the",
countries, institutions and who said it are nobody asked for; where the question names somebody otherwise, or
the answer names two, "he" may be either.

Does not know: models, what the follow-up asks.
"""

import re

from rag.english.kinds import CALENDAR
from rag.english.named import is_country
from rag.english.sayings import speakers
from rag.english.values import names
from rag.question.followup.need import PREPOSITIONS
from rag.question.followup.turn import Turn, said

_ASKS_WHO = re.compile(
    r"^\W*(?:(?:[Aa]nd|[Bb]ut|[Ss]o)\W+)?(?:(?:[Bb]y|[Ff]or|[Oo]f|[Tt]o)\s+)?(?:[Ww]ho|[Ww]hom)\b"
)
_HOLDS_OFFICE = re.compile(
    r"^\W*(?:\w+\W+)?who(?:['’]s|\s+(?:is|was|speaks|leads|led|heads|headed|represents|chairs|runs))\b",
    re.IGNORECASE,
)
_PRONOUN = re.compile(r"\b(?P<whole>he|she|him)\b|\b(?P<own>his|hers?)\b(?:\s+(?P<next>\w+))?", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_][\w.'’-]*")
_SENTENCE = re.compile(r"(?:^|[.!?:;]\s+|[\"“‘]\s*)$")
_PLACED = PREPOSITIONS - {"by"} | {"of", "the", "a", "an"}
_INSTITUTION = re.compile(
    r"\b(?:agency|army|association|bank|church|club|commission|committee|company|congress|corporation|council|"
    r"court|department|force|government|group|house|institute|ministry|news|office|organi[sz]ation|parliament|"
    r"party|police|post|senate|team|times|union|university)\b",
    re.IGNORECASE,
)
_OFFICE = re.compile(r"^\s+(?:[a-z]+\s+)?(?:spokes\w+|minister|president|leader|official|envoy|chief|boss)\b")
_AFTER_HER = PREPOSITIONS | frozenset(
    """a again although and as because but if last next or so that the then this today tomorrow what when
    where which while who why yesterday""".split()
)
_CAUSED = re.compile(
    r"\b(?:made?|makes?|let|help(?:ed|s)?|saw|sees?|hear[ds]?|watch(?:ed)?)\s+her\b", re.IGNORECASE
)


def person(turn: Turn) -> str:
    """The one name that an answer gives to a question who, as it stands there; "" where it gives none."""
    question, text = turn.standalone_question, said(turn)
    asked = names(f"a {question}")
    if not _ASKS_WHO.match(question) or (asked and not _HOLDS_OFFICE.match(question)):
        return ""
    said_so = frozenset[str]().union(*speakers(text))
    runs = (run for run in _runs(text, turn) if not names(f"a {run}") & (asked | CALENDAR | said_so))
    found = list(dict.fromkeys(runs))
    return found[0] if len(found) == 1 else ""


def _runs(text: str, turn: Turn) -> list[str]:
    """The names in ``text`` that may be a person's: neighbouring words with a capital."""
    found: list[re.Match[str]] = []
    runs: list[list[re.Match[str]]] = []
    for word in _WORD.finditer(text):
        if not _is_name(word, text, turn):
            continue
        beside = bool(found) and text[found[-1].end() : word.start()] == " "
        runs = [*runs[:-1], [*runs[-1], word]] if beside else [*runs, [word]]
        found.append(word)
    spans = [(run[0].start(), run[-1].end()) for run in runs]
    kept = (span for span in spans if _may_be_person(text, *span))
    return [_bare(text[start:end]).rstrip(".") for start, end in kept]


def _bare(name: str) -> str:
    """A name without its possessive."""
    return re.sub(r"['’]s?$", "", name)


def _is_name(word: re.Match[str], text: str, turn: Turn) -> bool:
    bare = _bare(word[0])
    opens = bool(_SENTENCE.search(text[: word.start()]))
    return bool(names(f"a {bare}")) and (not opens or _held(bare, turn))


def _may_be_person(text: str, start: int, end: int) -> bool:
    before = re.findall(r"(\w+)\s*$", text[:start].lower())
    name = text[start:end]
    no_person = is_country(_bare(name)) or _INSTITUTION.search(name)
    return not no_person and not {*before} & _PLACED and not _OFFICE.match(text[end:])


def _held(word: str, turn: Turn) -> bool:
    """Whether a passage holds the word with its capital inside a sentence."""
    inside = re.compile(rf"[^\W\d_][,]? {re.escape(word)}\b")
    return any(inside.search(sentence.text) for hit in turn.answer.hits for sentence in hit.passage.sentences)


def with_person(question: str, name: str) -> str:
    """The question with its pronoun for a person replaced by the name; as it was with none, or with more."""
    if len(_PRONOUN.findall(question)) != 1 or _CAUSED.search(question):
        return question
    return _PRONOUN.sub(lambda found: _named(found, name), question)


def _named(found: re.Match[str], name: str) -> str:
    if found["whole"]:
        return name
    following = found["next"] or ""
    owns = found["own"].lower() != "her" or (following and following.lower() not in _AFTER_HER)
    owner = f"{name}'" if name.endswith("s") else f"{name}'s"
    return f"{owner if owns else name}{' ' if following else ''}{following}"

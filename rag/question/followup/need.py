"""Does a question need the conversation before it to be understood? Told by its words alone.

Law: a question needs it surely where it opens as a follow-up ("And ...", "What about ..."), points at
something that it doesn't name (he, it, that), or names nothing at all ("Why?"); it may need it where
that can't be told by words. All other questions stand alone.

Does not know: the conversation, models.
"""

import re
from enum import Enum

from rag.english.values import names
from rag.english.words import stems

LONGEST = 300
"""Characters. A longer question says enough to stand alone."""


class Need(Enum):
    """How surely a question needs the conversation."""

    NONE = 0
    MAYBE = 1
    SURE = 2


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


ASKING = _set("who whom whose what when where which why how")
VERBS = _set(
    "is are was were be been do does did has have had can could will would should may might must shall"
)
"""Auxiliaries: with one of them a question that holds no asking word opens."""
_PERSONS = _set("he she they")
_THINGS = _set("it him them this these those himself herself itself themselves theirs")
_OWNERS = _set("his her hers their its")
_LOOSE = _set("same other others both either neither another else too instead also still again")
"""They set something beside something else, which the question may hold itself."""
_OPENINGS = _set("and but so or then also plus")
_OPENING = re.compile(r"(?:(?:and|but|so|or|then|also|plus)\b\W*)?(?:(?:what|how) about\b)?", re.IGNORECASE)
_ARTICLES = _set("the a an")
_TIMES = _set(
    """second minute hour day night morning afternoon evening week weekend month quarter season spring
    summer autumn fall winter year decade century time monday tuesday wednesday thursday friday saturday
    sunday"""
)
"""this week, this year: told from today, not from the conversation."""
_BEFORE_CLAUSE = _set(
    """say says said think thinks thought believe believes believed claim claims claimed hope hopes hoped
    know knows knew want wants wanted mean means meant insist insists insisted promise promises promised
    that because when where while if though although as after before since until how why what whether"""
)
"""After one of these a pronoun may stand for a name before it: "What did Macron say he wanted?"."""
PREPOSITIONS = _set(
    """about after against at before behind beyond by despite during for from in into like near of on over
    since than through to under until upon with without"""
)
_IS = _set("is are was were")
_GLUE = ASKING | VERBS | _set("a an the not no of to in on at by for from with about as and or but if")
_TOPIC = re.compile(r"^(?P<topic>[^,]+),\s+(?P<asks>[a-z]+)\b", re.IGNORECASE)
_BEFORE = "|".join(sorted(PREPOSITIONS))
ELLIPSIS = re.compile(
    r"^\W*(?:(?:and|but|so|then)\W+)?"
    rf"(?P<asks>(?:{_BEFORE})\s+(?:which|what|whose|how\s+(?:many|much))\s+"
    r"(?!(?:article|document|report|source)s?\b)\w+(?:\s+\w+)?"
    r"|(?:which|what)\s+(?:city|country|date|day|hour|month|place|season|time|town|week|year))\W*$",
    re.IGNORECASE,
)
"""A question without its verb: In which city? Which year?"""
_ENOUGH = 3
"""Content words from which a question may stand alone for all its opening "And"."""
POINTING = _PERSONS | _THINGS | _OWNERS | _OPENINGS | _set("that there here one ones such") | _LOOSE
"""Words that stand for, or lean on, something said elsewhere."""


def need(question: str) -> Need:
    """How surely ``question`` needs what was said before it."""
    words = tokens(question)
    if len(question) > LONGEST or not words:
        return Need.NONE
    named = _named(question)
    content = stems(" ".join(words)) - POINTING
    if pointers(question) or not (content or named) or ELLIPSIS.match(question):
        return Need.SURE
    if opening(question):
        return Need.MAYBE if len(content) >= _ENOUGH and _is_whole(question) else Need.SURE
    leans = any(_leans(words, at, named) for at in _open(question, words))
    return Need.MAYBE if leans or (len(content) < 2 and not named) else Need.NONE


def tokens(text: str) -> list[str]:
    """The words in small letters, without what follows an apostrophe: it's is it, Macron's is macron."""
    return [re.split("['’]", word)[0] for word in re.findall(r"[^\W_]+(?:['’][^\W_]+)*", text.lower())]


def opening(question: str) -> str:
    """The words by which a question leans on what was said: And, But, What about; "" for none."""
    found = _OPENING.match(question)
    return found[0] if found else ""


def pointers(question: str) -> int:
    """How many words point at something that the question doesn't name."""
    words, named = tokens(question), _named(question)
    return sum(_points(words, at, named) for at in _open(question, words))


def _open(question: str, words: list[str]) -> list[int]:
    """The places of the words but the pronouns that stand for the question's own topic."""
    topic = len(tokens(_topic(question)))
    own = _PERSONS | _THINGS | _OWNERS if topic else frozenset[str]()
    return [at for at, word in enumerate(words) if at < topic or word not in own]


def _topic(question: str) -> str:
    """What a question names before it asks of it: The minerals, how much were they worth? "" for none."""
    start = opening(question)
    found = _TOPIC.match(question.removeprefix(start).lstrip(" ,"))
    if not found or found["asks"].lower() not in ASKING | VERBS:
        return ""
    words = tokens(found["topic"])
    leads = words[0] in PREPOSITIONS | _BEFORE_CLAUSE | VERBS | ASKING | _GLUE - _ARTICLES if words else True
    named = frozenset(name.casefold() for name in names(f"a {found['topic']}"))
    return "" if leads or not _antecedent([*words, ""], named) else f"{start}{found['topic']}"


def _is_whole(question: str) -> bool:
    """Whether a question is one without its opening: it asks at once, or after its topic."""
    rest = question.removeprefix(opening(question)).lstrip(" ,")
    return bool(_topic(question)) or bool({*tokens(rest)[:1]} & (ASKING | VERBS))


def _named(question: str) -> frozenset[str]:
    """The names of a question, in small letters; its first word is capital whatever it is."""
    rest = re.sub(r"^\W*[^\W_]+(?:['’][^\W_]+)*", "", question)
    return frozenset(name.casefold() for name in names(rest))


def _points(words: list[str], at: int, named: frozenset[str]) -> bool:
    word, before, last = words[at], words[at - 1] if at else "", at + 1 == len(words)
    if word == "that":
        return last or before in PREPOSITIONS or (at == 1 and before in VERBS | ASKING)
    if word in ("there", "then"):
        return last and before not in _IS
    if word in ("one", "ones"):
        return before in ("which", "the", "that", "this", "these", "those", "other", "what")
    if word in ("this", "these"):
        return last or words[at + 1] not in _TIMES
    if word in _OWNERS:
        return not _antecedent(words[:at], named)
    return word in _PERSONS | _THINGS and not _inside(words, at, named) and not _empty(words, at)


def _inside(words: list[str], at: int, named: frozenset[str]) -> bool:
    """Whether a pronoun opens a clause behind something that it can stand for."""
    opens = words[at] in _PERSONS | {"it"} and at > 1 and words[at - 1] in _BEFORE_CLAUSE
    return opens and _antecedent(words[: at - 1], named)


def _antecedent(words: list[str], named: frozenset[str]) -> bool:
    """Whether the words hold something that a pronoun can stand for: a name, a noun with its article."""
    content = [word for word in words if word not in _GLUE | POINTING | _BEFORE_CLAUSE]
    return bool(named & {*words} or _ARTICLES & {*words[:-1]}) or len(content) > 1


def _empty(words: list[str], at: int) -> bool:
    """Whether "it" stands for what follows: is it true that, how long does it take to."""
    follows = {"to", "that"} & {*words[at + 1 : -1]}
    return words[at] == "it" and at > 0 and words[at - 1] in VERBS and bool(follows)


def _leans(words: list[str], at: int, named: frozenset[str]) -> bool:
    """Whether a word may lean on something said before."""
    word = words[at]
    if word == "that":
        return at > 0 and len(words) - at == 2
    if word == "there":
        return at > 1 and at + 1 == len(words)
    if word in _LOOSE:
        return not named
    if word in _PERSONS and _inside(words, at, named):
        return not named & {*words[:at]}
    return word in (_PERSONS | _THINGS | _OWNERS) - {"this", "these"}

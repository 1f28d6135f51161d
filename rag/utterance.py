"""Whether sentences hold what is asked of a person: their words, or their office.

Law: pure, by form. "What did Berg say?" is told where Berg speaks, not where another speaks of Berg; "Who is
the foreign minister?" is not told by a sentence that gives the named person another office. Two reports that
quote a person differently give two accounts of the words.

Does not know: what was said, whether the answer is right.
"""

import re
from functools import cache

from rag.attribution import SAYING, speakers
from rag.coverage import stems
from rag.unmentioned import resembles
from rag.values import names

SAME_WORDS = 2
"""How many content words two quotations share that may be the same one."""
_ASKS_WORDS = re.compile(
    r"\bwhat (?:\w+ )?(?:did|do|does|had|has|have) (?P<who>.+?) "
    r"(?:answer|claim|declare|remark|reply|respond|said|say|state|tell|told)\b"
    r"|\bwhat (?:exact )?words (?:did|does|had|has) (?P<whose>.+?) (?:choose|say|use|write)\b",
    re.IGNORECASE,
)
_EXACT = re.compile(
    r"\b(?:exact|actual|precise|very|own|direct) (?:words|quote|quotation)\b|\bsound ?bites?\b"
    r"|\bquot(?:e|ation)s? (?:about|on|regarding|where|in which)\b"
    r"|\bhow (?:did|do|does|had|has|have) .+ (?:phrase|put|word) (?:it|that|this)\b"
    r"|\bwhat exactly (?:did|does|were|was)\b.*\b(?:say|words)\b"
    r"|\b(?:what|which) (?:\w+ )?words (?:did|do|does|had|has)\b.*\b(?:choose|say|use|write)\b"
    r"|\b(?:in|with) (?:what|which) (?:\w+ )?words\b|\bsa(?:y|id)\b.*\b(?:word for word|verbatim)\b",
    re.IGNORECASE,
)
_QUOTATION = re.compile(
    r"[\"“„«](?P<said>[^\"“”„«»]+)[\"”“»]|(?:[“„«]|(?<!\S)\"(?=\S))(?P<open>[^\"“”„«»]+)$"
)
_SPEECH = re.compile(
    r"[\"“”«»]|\b(?:(?:makes?|made|making) (?:it )?(?:clear|plain|known)|answers?|remarks?|repl(?:y|ies)|"
    r"speech|statement|words)\b"
    r"|\b(?:accus|agree|apolog|believ|call|comment|condemn|criticis|criticiz|defend|denounc|disagree|dismiss|express|"
    r"oppos|prais|regard|speak|spoke|thank|think|thought|vow|welcom)",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"[\"“”„«»‘]|(?<!\w)['’](?=\w)")
_PRONOUN_SAYS = re.compile(rf"\b(?:he|she|they)\s+(?:\w+\s+)?(?:{SAYING.pattern})", re.IGNORECASE)
_SENTENCES = re.compile(r"(?<=[.!?”\"])\s+(?=[\"“A-Z])")
_OFFICES = (
    r"ambassador|archbishop|bishop|captain|chair(?:man|person|woman)?|chancellor|coach|commander|commissioner|"
    r"conductor|director|editor|emperor|envoy|governor|judge|king|manager|mayor|minister|negotiator|pope|premier|"
    r"president|prince|princess|prosecutor|queen|rector|representative|secretary|senator|speaker|"
    r"spokes(?:man|person|woman)|treasurer"
)
_NAMED = r"(?:[A-Z][\w.'’-]*\s+){0,3}[A-Z][\w.-]*"
_SPEAKER = re.compile(
    rf"\b(?:did|do|does|had|has|have)\s+(?:(?!it\b)[a-z]+\s+){{0,3}}"
    rf"(?P<who>(?:{_NAMED}\s+(?:[a-z]+\s+)?(?:{_OFFICES})\s+)?{_NAMED})\s+[a-z]"
    rf"|(?P<whose>{_NAMED})(?:['’]s?)?\s+(?:\w+\s+)?(?:words|quot|sound)"
)
_DID = re.compile(rf"\b(?:did|do|does|had|has|have)\s+(?:[a-z]+\s+){{0,3}}{_NAMED}\s+(?P<verb>[a-z]+)")
_PLAINLY = re.compile(
    r"(?:answer|call|characteri[sz]|choose|chose|comment|describ|express|phras|put|quot|react|remark|repl[iy]|"
    r"respond|said|say|speak|spoke|stat|tell|told|us|word|writ|wrote)",
    re.IGNORECASE,
)
_ASKS_OFFICE = re.compile(
    r"\b(?:who(?:['’]s| is| was| are| were)|(?:what(?:['’]s| is| was| are| were)|give me|name) the names? of"
    rf"|what(?:['’]s| is| was) (?=[^,;]*\b(?:called|named)))\b[^,;]*?\b(?P<office>{_OFFICES})s?\b",
    re.IGNORECASE,
)
_PEOPLE = re.compile(
    r"(?:[aei]an|ese|ish|french|dutch|greek|swiss|czech|slovak|uzbek|kazakh|thai|[aei][lnrq]i)$",
    re.IGNORECASE,
)
_SAME = {"premier": "minister"}
_CITIES = frozenset("djibouti guatemala kuwait luxembourg mexico monaco panama singapore".split()) | {
    "san marino",
    "vatican city",
}
"""Countries that have a city of their name."""


def speaks(question: str, span: str) -> bool:
    """Whether ``span`` may hold the words that a question asks for; True where it asks for nobody's.

    Somebody else's words hold them not, nor does a sentence in which nobody speaks, or that names nobody.
    "He said" may be anybody. Exact words stand in quotation marks.
    """
    if asks_exact_words(question) and not _QUOTED.search(span):
        return False
    asked = _ASKS_WORDS.search(question)
    who = names(asked["who"] or asked["whose"]) if asked else frozenset()
    if asked is None or not who:
        return True
    said = speakers(span)
    if not said:
        spoken = SAYING.search(span) or _SPEECH.search(span)
        return bool(spoken and who & names(span)) or bool(_PRONOUN_SAYS.search(span))
    return is_told_by(who, span)


def is_told_by(who: frozenset[str], span: str) -> bool:
    """Whether one of ``who`` speaks in ``span``: right beside a verb of saying, or somewhere before it."""
    near = any(who & speaker for speaker in speakers(span))
    return near or any(_leads(who, each) for each in _SENTENCES.split(span))


def _leads(who: frozenset[str], sentence: str) -> bool:
    """Whether a verb of saying comes after the name: "Berg brushed Dahl's words aside, saying"."""
    verbs = list(SAYING.finditer(sentence))
    return bool(verbs) and bool(who & names(sentence[: verbs[-1].start()]))


def asks_exact_words(question: str) -> bool:
    """Whether a question asks how somebody put it, word for word."""
    return bool(_EXACT.search(question))


def asks_plainly(question: str) -> bool:
    """Whether exact words are asked for by no more than a verb of saying.

    "With what words did Berg confirm it?" takes for granted that he did.
    """
    did = _DID.search(question)
    return did is None or bool(_PLAINLY.match(did["verb"]))


def asked_speaker(question: str) -> frozenset[str]:
    """The names of the one whose words a question asks for ("Berg's own words"); where unclear, all names."""
    asked = (names(found["who"] or found["whose"]) for found in _SPEAKER.finditer(question))
    return next((who for who in asked if who), names(question))


def words_apart(one: str, other: str) -> bool:
    """Whether two spans quote the same person, and no quotation of one stands in one of the other's."""
    same = any(a & b for a in speakers(one) for b in speakers(other))
    return same and _quoted_apart(one, other)


def requotes(one: str, other: str) -> bool:
    """Whether two spans quote the same person, and share a quotation's words, but not word for word.

    A speaker of one may be anybody whom the other names: "Berg called it bold".
    """
    pairs = ((stems(a), stems(b)) for a in quotations(one) for b in quotations(other))
    alike = any(len(a & b) >= max(SAME_WORDS, min(len(a), len(b)) / 2) for a, b in pairs)
    named = ((speakers(one), names(other)), (speakers(other), names(one)))
    same = any(speaker & known for said, known in named for speaker in said)
    return alike and same and _quoted_apart(one, other)


def _quoted_apart(one: str, other: str) -> bool:
    """Whether both quote, and no quotation of one stands in one of the other's."""
    here, there = quotations(one), quotations(other)
    return bool(here and there) and not any(a in b or b in a for a in here for b in there)


def quotations(text: str) -> tuple[str, ...]:
    """What stands in quotation marks, to the end where none closes, in small letters, without punctuation."""
    found = (
        re.findall(r"\w+(?:['’]\w+)?", (said["said"] or said["open"]).lower())
        for said in _QUOTATION.finditer(text)
    )
    return tuple(f" {' '.join(words)} " for words in found if words)


def is_other_office(question: str, short: str, span: str) -> bool:
    """Whether an office is asked for, and ``span`` gives the named person none but another one.

    The foreign minister of one country is another one than that of another country.
    """
    asked = _ASKS_OFFICE.search(question)
    if not asked or not names(short):
        return False
    held = _titles(short, span)
    same = [title for title in held if _office(asked["office"]) in _offices(title)]
    wanted = _nations(asked[0])
    given = frozenset[str]().union(*map(_nations, same))
    abroad = wanted and given and not any(resembles(nation, given) for nation in wanted)
    return bool(held) and (not same or bool(abroad))


def _titles(short: str, span: str) -> list[str]:
    """What stands right before the name, or after it and a comma: "Norwegian spokesperson Anna Berg"."""
    name = re.escape(short.strip(" .,\"“”'"))
    before = rf"(?:[\w.'’-]+\s+){{0,3}}\b(?:{_OFFICES})\s+(?:[A-Z][\w.'’-]*\s+){{0,2}}{name}\b"
    after = rf"\b{name},\s+(?:[\w.'’-]+\s+){{0,5}}(?:{_OFFICES})\b(?:\s+of\s+\w+)?"
    return [found[0] for form in (before, after) for found in re.finditer(form, span, re.IGNORECASE)]


def _nations(text: str) -> frozenset[str]:
    """The names in ``text`` that are of countries or peoples: Norway, Norwegian."""
    return frozenset(n.lower() for n in names(text) if _PEOPLE.search(n) or n.lower() in _countries())


def is_country(name: str) -> bool:
    """Whether a name is a country's in English, and no city's too."""
    return name.lower() in _countries() - _CITIES


@cache
def _countries() -> frozenset[str]:
    """The countries' English names in lower case (Unicode's CLDR)."""
    from babel import Locale

    known = (name.lower() for code, name in Locale("en").territories.items() if code.isalpha())
    return frozenset(known) | frozenset("us usa america britain uk eu europe".split())


def _offices(text: str) -> frozenset[str]:
    return frozenset(
        _office(found) for found in re.findall(rf"\b(?:{_OFFICES})(?=s?\b)", text, re.IGNORECASE)
    )


def _office(word: str) -> str:
    plain = re.sub(r"(?:man|person|woman)$", "", word.lower())
    return _SAME.get(plain, plain)

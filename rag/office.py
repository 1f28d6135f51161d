"""Whether an office that is asked for is told by a sentence about somebody of another office.

Law: pure, by form. "Who is the foreign minister?" is not told by a sentence that gives the named person
another office, nor that of one country by that of another. A former office is none; where a sentence tells of
taking an office, that one counts. In doubt it may be the same.

Does not know: who holds an office, whether the answer is right.
"""

import re
from functools import cache

from rag.unmentioned import resembles
from rag.values import names

OFFICES = (
    r"ambassador|archbishop|bishop|captain|chair(?:man|person|woman)?|chancellor|coach|commander|commissioner|"
    r"conductor|director|editor|emperor|envoy|governor|judge|king|manager|mayor|minister|negotiator|pope|premier|"
    r"president|prince|princess|prosecutor|queen|rector|representative|secretary|senator|speaker|"
    r"spokes(?:man|person|woman)|treasurer"
)
_ASKS_OFFICE = re.compile(
    r"\b(?:who(?:['’]s| is| was| are| were)|(?:what(?:['’]s| is| was| are| were)|give me|name) the names? of"
    r"|what(?:['’]s| is| was) (?=[^,;]*\b(?:called|named)))\b"
    r"(?:(?!\b(?:against|alongside|behind|by|for|from|in|of|on|running|that|to|under|who|with)\b)[^,;])*?"
    rf"\b(?P<office>{OFFICES})s?\b(?!['’]s?\b)",
    re.IGNORECASE,
)
_PEOPLE = re.compile(
    r"(?:[aei]an|ese|ish|french|dutch|greek|swiss|czech|slovak|uzbek|kazakh|thai|[aei][lnrq]i)$",
    re.IGNORECASE,
)
_SAME = {"premier": "minister", "manager": "coach", "envoy": "ambassador"}
_PEOPLE_OF = {"danish": "denmark", "dutch": "netherlands", "british": "uk", "britain": "uk", "american": "us"}
_PASSED = re.compile(r"\b(?:ex|former|future|late|outgoing|then)\b", re.IGNORECASE)
_TAKES_OFFICE = re.compile(
    r"\b(?:appointed|as|became|becomes?|been|chosen|elected|for|is|named|picked|sworn in|took over|was)\b"
    r"[^.;]*",
    re.IGNORECASE,
)
_ABROAD = frozenset(("captain", "coach", "conductor", "director"))
"""Who holds such an office is often of another country than it is."""
_CITIES = frozenset("djibouti guatemala kuwait luxembourg mexico monaco panama singapore".split()) | {
    "san marino",
    "vatican city",
}
"""Countries that have a city of their name."""


def is_other_office(question: str, short: str, span: str) -> bool:
    """Whether an office is asked for, and ``span`` gives the named person none but another one.

    The foreign minister of one country is another one than that of another country.
    """
    asked = _ASKS_OFFICE.search(question)
    if not asked or not names(short):
        return False
    office = _office(asked["office"])
    held = _titles(short, span)
    same = [title for title in held if office in _offices(title)]
    if not same:
        return bool(held) and not any(office in _offices(found[0]) for found in _TAKES_OFFICE.finditer(span))
    wanted = _nations(asked[0])
    given = frozenset[str]().union(*map(_nations, same))
    return office not in _ABROAD and bool(wanted and given) and not _is_one_nation(wanted, given)


def _is_one_nation(wanted: frozenset[str], given: frozenset[str]) -> bool:
    """Whether a country of one may be one of the other: Norway, Norwegian. In doubt it may."""
    one, other = ([_PEOPLE_OF.get(name, name) for name in names] for names in (wanted, given))
    return any(resembles(name, other) or name[:2] in {n[:2] for n in other} for name in one)


def _titles(short: str, span: str) -> list[str]:
    """What stands right before the name, or after it and a comma: "Norwegian spokesperson Anna Berg".

    A former office is none.
    """
    name = re.escape(short.strip(" .,\"“”'"))
    before = rf"(?:[\w.'’-]+\s+){{0,3}}\b(?:{OFFICES})\s+(?:[A-Z][\w.'’-]*\s+){{0,2}}{name}\b"
    after = rf"\b{name},\s+(?:[\w.'’-]+\s+){{0,5}}(?:{OFFICES})\b(?:\s+of\s+\w+)?"
    found = (match[0] for form in (before, after) for match in re.finditer(form, span, re.IGNORECASE))
    return [title for title in found if not _PASSED.search(title)]


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
    return frozenset(_office(found) for found in re.findall(rf"\b(?:{OFFICES})(?=s?\b)", text, re.IGNORECASE))


def _office(word: str) -> str:
    plain = re.sub(r"(?:man|person|woman)$", "", word.lower())
    return _SAME.get(plain, plain)

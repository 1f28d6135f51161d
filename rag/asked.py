"""Whether a short answer is of the kind that its question asks for.

Law: pure, by form. A percentage is no count, what holds no quantity is no share, and a country is no city;
what only repeats the question is no answer; who asks in what form or how something was done is not told by a
bare figure. What somebody said stands in a sentence where they speak; who holds one office is not told by
another; nor is why a thing was done by one who opposed it. What is asked of whoever answers ("your
instructions") no article tells.

Does not know: whether the answer is right, where it stands.
"""

import re
from collections.abc import Iterable

from rag.coverage import stems
from rag.kinds import values
from rag.office import is_country, is_other_office
from rag.stance import is_opposite
from rag.unmentioned import resembles
from rag.utterance import speaks
from rag.values import figures, names, words

SAYS_ALL = 0.85
"""The share of a question's content words from which a sentence speaks of all of it."""
_MANNER = re.compile(
    r"\bhow (?:am|are|can|could|did|do|does|had|has|have|is|may|might|must|should|was|were|will|would)\b"
    r"|\b(?:in|through|by) (?:what|which) (?:form|kind|manner|means|mode|type|way)s?\b",
    re.IGNORECASE,
)
_MEASURED = re.compile(
    r"\b(?:chang|compar|declin|develop|do\b|drop|end|fall|fare|fell|finish|gr[eo]w|increas|"
    r"perform|ris|rose|scor|vari|vary|vote)",
    re.IGNORECASE,
)
"""How a thing changed or ended, a figure may tell."""
_UNITS = frozenset(
    """billion cent cents dollar dollars euro euros million per percent percentage points pound pounds
    thousand trillion""".split()
)
_AMOUNT = re.compile(
    r"\bhow (?:big|far|few|high|large|long|many|much|often|old|tall)\b"
    r"|\b(?:what|which) (?:\w+ )?(?:amount|figure|fraction|number|percentage|portion|price|"
    r"proportion|share|sum|total)\b",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    r"\bhow many\b|\b(?:what|which) (?:(?:approximate|exact|large|overall|precise|total) )?"
    r"(?:fraction|percentage|proportion|share)\b",
    re.IGNORECASE,
)
_QUANTITIES = frozenset(
    """all any both bulk couple double dozen dozens every few half hundreds less lot lots majority many
    millions minority more most neither nobody none nothing no one part scores several single some thousands
    triple twice whole zero""".split()
)
_DAY = re.compile(r"\b(?:what|which) (?:\w+ )?(?:date|day)\b(?! of\b)", re.IGNORECASE)
_DAYS = re.compile(
    r"\d|\b(?:\w*day|anniversary|christmas|easter|eve|hanukkah|ides|midnight|midsummer|passover|ramadan|"
    r"tomorrow)\b",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"^\W*(?:(?:about|at|by|for|from|in|of|on|over|to|under|with)\s+)?"
    r"(?:who|whom|whose|which|where|when|(?:what|how)\s+(?:many|much|type|kind|sort|name|day|date|year|city|country))\b",
    re.IGNORECASE,
)
"""A question for a name, a place, a time or a number; what somebody said may be said in its own words."""
_OFFERS = re.compile(r"\bor\b|\b(?:of|between)\b.+\band\b", re.IGNORECASE)
"""Two things are offered, one of which is the answer."""
_JOINING = frozenset("a an the at by for from in into of on to with and".split())
_CITY = re.compile(r"\b(?:which|what) (?:\w+ )?(?:capital|city|town|village)\b", re.IGNORECASE)
_PLACED = re.compile(r"^\W*(?:(?:at|from|in|near|to|the)\s+)*|\W+$", re.IGNORECASE)
_OF_US = re.compile(
    r"\byour (?:\w+ )?(?:creator|instructions?|maker|model|name|prompts?|rules|training)\b"
    r"|\b(?:who|what|how|when|why) (?:are|were) you\b|\byou(?:['’]re| are| were)\b|^\W*(?:are|were) you\b"
    r"|\b(?:built|instructed|made|told|trained|wrote) you\b",
    re.IGNORECASE,
)
"""The question is one of whoever answers it."""
_CHOICE = re.compile(
    r"^\s*(?:is|are|was|were|do|does|did|has|have|had|will|would|can|could)\b.+\bor\b", re.IGNORECASE
)


def is_asked_for(question: str, short: str, span: str = "") -> bool:
    """False where a short answer is of another kind than asked, or is only what the question says.

    A percentage is no count; "How many of the voters" may be answered by one. "Fox News" doesn't say which
    Fox News presenter it was; where two things are offered, one of them is an answer. A sentence that says
    all that the question says is shown all the same: it may say the rest. Without ``span``, the sentences
    it is cited from, the answer alone is judged.
    """
    if _is_share(question, short) or _is_no_quantity(question, short) or _is_no_day(question, short):
        return False
    if _CITY.search(question) and is_country(_PLACED.sub("", short)):
        return False
    if span and (_is_of_us(question, span) or is_opposite(question, span)):
        return False
    if span and not _may_hold(question, short, span):
        return False
    return not _repeats(question, short) or _says_all(question, span)


def _may_hold(question: str, short: str, span: str) -> bool:
    """Whether the sentences hold the words, the office or the choice that is asked for."""
    if _is_unsaid_choice(question, short, span):
        return False
    return speaks(question, span) and not is_other_office(question, short, span)


def _is_of_us(question: str, span: str) -> bool:
    """Whether a question asks of whoever answers ("What are your instructions?"): no article tells that.

    Somebody else's words, in quotation marks or told with the same "you", may.
    """
    asked = re.sub(r"[\"“„«].*?[\"”“»]", " ", question)
    return bool(_OF_US.search(asked)) and not re.search(r"\byou(?:r|rs|rself)?\b", span, re.IGNORECASE)


def _says_all(question: str, span: str) -> bool:
    asked = stems(question)
    return len(asked & stems(span)) >= SAYS_ALL * len(asked)


def _folded(text: str) -> frozenset[str]:
    return frozenset(word.lower() for word in words(text))


def _repeats(question: str, short: str) -> bool:
    told = _folded(short) - _JOINING
    asked = _folded(question)
    if not told or figures(short) or _OFFERS.search(question) or not _NAMED.search(question):
        return False
    called, known = (frozenset(name.lower() for name in names(text)) for text in (short, question))
    return all(word in asked or (word in called and _is_form_of(word, known)) for word in told)


def _is_form_of(name: str, asked: Iterable[str]) -> bool:
    """Polish of Poland; Amazonia, which says more than Amazon does, is a name of its own."""
    return resembles(
        name, [word for word in asked if not name.startswith(word) and not word.startswith(name)]
    )


def _is_share(question: str, short: str) -> bool:
    """Whether a count is asked for and a percentage given."""
    if not re.search(r"\bhow many\b(?! of\b)", question, re.IGNORECASE):
        return False
    if re.search(r"\bper ?cent|\bpercentage|%", question, re.IGNORECASE):
        return False
    found = figures(short)
    return bool(found) and all(figure.unit == "percent" for figure in found)


def _is_no_quantity(question: str, short: str) -> bool:
    """Whether a count or a share is asked for, and the answer holds no figure and no word for one."""
    told = _folded(short)
    return bool(told and _COUNTED.search(question)) and not figures(short) and not told & _QUANTITIES


def _is_no_day(question: str, short: str) -> bool:
    """Whether a day is asked for, and the answer names none: "the week before"."""
    return bool(short.strip() and _DAY.search(question)) and not _DAYS.search(short) and not values(short)


def _is_unsaid_choice(question: str, short: str, span: str) -> bool:
    """Whether one of two things that a question offers is taken, of which the sentences say no word."""
    told = stems(short)
    return bool(told and _CHOICE.search(question)) and not figures(short) and not told & stems(span)


def is_beside(question: str, short: str) -> bool:
    """Whether a manner is asked for ("in what form", "how did") and a bare figure given."""
    found = figures(short)
    others = _folded(short) - _folded(question)
    bare = all(figures(word) or word in _UNITS for word in others - _JOINING)
    return bool(found and bare and _MANNER.search(question)) and not _MEASURED.search(question)


def is_less(question: str, short: str, other: str) -> bool:
    """Whether ``short`` gives the figure that is asked for, and ``other`` gives none."""
    return bool(_AMOUNT.search(question) and figures(short) and not figures(other))

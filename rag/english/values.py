"""The values of a text: its figures and names, in a form in which equal values are equal.

Law: a value that a claim holds and its span doesn't hold is a fault, so what can't be matched counts
as missing. 60%, 60 per cent and sixty percent are one value; so are $500 billion, $500bn and 500
billion dollars; 9 is not 99, 5 is not -5, 12 days are not 12 hours. Years, days and ordinals are
compared as numbers, months by name. A claim holds a figure no more often than its span does, and
figures that it joins (3-1, 10:30) stand side by side and in that order there.

Does not know: what a sentence means; whether the right person did it; names in small letters.
"""

import re
from collections import Counter
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from unicodedata import category, normalize, numeric

_SCALES = {"hd": 2, "k": 3, "m": 6, "mn": 6, "b": 9, "bn": 9, "tn": 12}
_SCALE_WORDS = {"hundred": "hd", "thousand": "k", "million": "mn", "billion": "bn", "trillion": "tn"}
_SYMBOLS = {
    "$": "dollar", "us$": "dollar", "usd": "dollar", "€": "euro", "eur": "euro", "£": "pound", "gbp": "pound",
    "¥": "yen", "jpy": "yen", "₽": "rouble", "rub": "rouble", "₹": "rupee", "inr": "rupee", "chf": "franc",
    "₴": "hryvnia", "uah": "hryvnia", "cny": "yuan", "rmb": "yuan",
}  # fmt: skip
"""Signs and codes of currencies; other signs, as C$, stand for themselves."""
_MANY = "\ue000"
"""Stands behind the number of a plural, as in dozens; no article holds it."""
_UNITS = {
    "percentage point": r"percentage[ -]points?", "basis point": r"basis[ -]points?|bps?",
    "percent": r"%|per[ -]?cent|pct", "dollar": r"(?:U\.?S\.? )?dollars?|usd", "euro": r"euros?|eur",
    "pound": r"pounds?|gbp", "yen": r"yen|jpy", "rouble": r"rou?bles?|rub", "rupee": r"rupees?|inr",
    "franc": r"francs?|chf", "yuan": r"yuan|cny|rmb", "hryvnia": r"hryvnias?|uah", "cent": r"cents?|(?<=\d)c",
    "penny": r"pence|penny|(?<=\d)p", "second": r"seconds|secs?", "minute": r"minutes?|mins?",
    "hour": r"hours?|hrs?", "day": r"days?", "week": r"weeks?", "month": r"months?", "year": r"years?|yrs?",
    "decade": r"decades?", "century": r"century|centuries", "am": r"a\.?m\.?", "pm": r"p\.?m\.?",
    "kilometre": r"kilomet(?:re|er)s?|kms?", "metre": r"met(?:re|er)s?",
    "centimetre": r"centimet(?:re|er)s?|cm", "millimetre": r"millimet(?:re|er)s?|mm", "mile": r"miles?",
    "foot": r"feet|foot|ft", "inch": r"inch(?:es)?", "yard": r"yards?", "acre": r"acres?",
    "hectare": r"hectares?|ha", "tonne": r"tonnes?", "ton": r"tons?", "kilogram": r"kilo(?:gram)?s?|kgs?",
    "gram": r"grams?", "litre": r"lit(?:re|er)s?", "gallon": r"gallons?", "barrel": r"barrels?",
    "degree": r"degrees?|°(?: ?[cf])?", "mph": r"mph", "kph": r"kph|km/h", "kilowatt": r"kilowatts?|kw",
    "megawatt": r"megawatts?|mw", "gigawatt": r"gigawatts?|gw", "fold": r"fold|times|(?<=\d)x", "many": _MANY,
    "decade of years": r"(?<=\d)'?s",
}  # fmt: skip
_STRICT = frozenset(("fold", "many", "part", "decade of years"))
"""Units without which a number is another one: 100 is not hundreds, 3 is not a third."""
_NUMBER = re.compile(
    r"(?P<minus>(?<![^\s(\[\"'])-(?=[\d.$€£¥])|\bminus\s+)?"
    rf"(?:(?P<before>(?<![^\W_])(?:{'|'.join(s for s in _SYMBOLS if s.isalpha())})(?=\s?\d)"
    r"|(?:(?<![^\W_])(?:US|CA?|AU?|NZ|HK|S))?\$|[€£¥₽₹₴₺₪₩₦฿₫₱])\s?|(?<![^\W_]))"
    r"(?P<digits>\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?(?!\.?\d)|(?<!\w)\.\d+|\d+)"
    r"(?:(?:st|nd|rd|th)(?P<part>s)?(?![^\W_])"
    rf"|(?:[\s-]?(?P<scale>{'|'.join(_SCALES)})(?![^\W_]))?"
    rf"(?:[\s-]*(?P<after>%|°(?: ?[cf]\b)?|(?:{'|'.join(_UNITS.values())})(?![^\W_])))?)",
    re.IGNORECASE,
)
_IN_FIGURES: tuple[tuple[str, str], ...] = (
    (r"(?<=[^\W\d_])-|-(?=[^\W\d_])|(?<!\d)'(?!\d)", " "),
    (r"\bno one\b|\bone another\b", "none"),
    (r"\b(a|one) (third|fourth|fifth|sixth|seventh|eighth|ninth|tenth)(?= of\b)", r"\1 \2s"),
    (r"\b(?:halves|half)\b", "0.5"),
    (r"\bquarters?\b", "0.25"),
    (r"\bhalv(?:ed|ing)\b", "0.5 fold"),
    (r"\b(?:twice|doubl(?:e[sd]?|ing))\b", "2 fold"),
    (r"\b(?:thrice|tripl(?:e[sd]?|ing))\b", "3 fold"),
    (r"\bquadrupl(?:e[sd]?|ing)\b", "4 fold"),
    (r"\b(two|three|four|five|six|seven|eight|nine|ten|hundred|\d+)fold\b", r"\1 fold"),
    (r"\bdozens\b", "12" + _MANY), (r"\bdozen\b", "12"), (r"\btens\b", "10" + _MANY),
    (r"\bhundreds\b", "100" + _MANY), (r"\bthousands\b", "1000" + _MANY),
    (r"\bmillions\b", "1000000" + _MANY), (r"\bbillions\b", "1000000000" + _MANY),
    (r"\btrillions\b", "1000000000000" + _MANY),
)  # fmt: skip
_SPACED = re.compile(r"(?<![\w.,])\d{1,3}(?: \d{3})+(?![\w,]|\.\d)")
_ALIKE = str.maketrans("\u2212\u2044‘’\u02bc", "-/'''")
_WORD = re.compile(r"[^\W_]+(?:[.'&-][^\W_]+)*")
_INITIALS = re.compile(r"\b([A-Z])\.\s?(?=[A-Z]\.)")
_SAME_NAMES = (
    (re.compile(r"\bUS(?=\$)"), ""),
    (re.compile(r"\bUSA?\b|\b(?:the )?United States(?: of America)?\b"), "US"),
    (re.compile(r"\b(?:the )?United Kingdom\b"), "UK"),
    (re.compile(r"\b(?:the )?European Union\b"), "EU"),
    (re.compile(r"\b(?:the )?United Nations\b"), "UN"),
)
_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september",
           "october", "november", "december")  # fmt: skip
_SHORT_MONTHS = {name[:3]: name for name in _MONTHS} | {"sept": "september"}
_CASED = frozenset("may march august will mark polish turkey china bill us it who".split())
"""Names that are other words in small letters: they are met only by a capital."""
_ACRONYMS = frozenset(("us", "it", "who"))
_SMALL_WORDS = frozenset(
    """a about according after all although an and another any are as at because before between both but by
    during each either for from had has have he her here his how however i if in into is it its many more most
    near neither no none nor not of on one only or other our over people she since so some such than that
    the their them then there these they this those though through to under until upon us was we were what
    when where whether which while who whose why with within without would yes you your did do does can
    could might should""".split()
)
"""Words that open sentences and are no names."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its unit: "percent", a currency or a measure, or "" for a bare number."""

    amount: Decimal
    unit: str = ""


def figures(text: str) -> frozenset[Figure]:
    """The figures of ``text``, in digits or in words."""
    return frozenset(_sequence(text)[0])


def names(text: str) -> frozenset[str]:
    """The words of ``text`` that hold a capital or both letters and digits, as ``words`` folds them."""
    found = (word.split("-") for word in _tokens(text))
    return frozenset("-".join(map(_fold, parts)) for parts in found if any(map(_is_name, parts)))


def words(text: str) -> frozenset[str]:
    """Every word of ``text`` but figures: folded, without accents and possessives.

    Hyphenated words stand in their parts, and names whole as well; May, US and other names that are
    ordinary words in small letters also stand in capitals.
    """
    parts = [part for word in _tokens(text) for part in _without_figures(word)]
    return frozenset({*map(_fold, parts), *(_bare(part).casefold() for part in parts)}) | names(text)


def words_beside_units(text: str) -> frozenset[str]:
    """The words of ``text`` but those of its figures and their units: of "sixty per cent of it", "of" and
    "it".
    """
    digits = _in_digits(_plain(text))
    found = list(_NUMBER.finditer(digits))
    units = words(" ".join(figure["after"] or "" for figure in found))
    spelled = words(text) - words(digits) if found else frozenset()
    return words(text) - units - frozenset(word for word in spelled if _is_number(word))


def missing(claim: str, span: str) -> tuple[str, ...]:
    """What ``claim`` holds and ``span`` doesn't: figures, then names, each as text; () is a pass.

    A figure without a unit in the claim is met by the same number with any unit; a percentage, a
    measure or an amount of money only by the same unit.
    """
    said, joined = _sequence(claim)
    held, _ = _sequence(span)
    beside = {(a.amount, b.amount) for a, b in pairwise(held)}
    apart = [f"{a:f}-{b:f}" for a, b in joined if (a, b) not in beside]
    there = words(span)
    absent = [name for name in names(claim) if not there.issuperset(_without_figures(name))]
    return (*sorted(map(_as_text, _unmet(said, held))), *sorted(apart), *sorted(absent))


def _unmet(said: tuple[Figure, ...], held: tuple[Figure, ...]) -> list[Figure]:
    """The figures said more often than they are held."""
    exactly = Counter(held)
    loosely = Counter(figure.amount for figure in held if figure.unit not in _STRICT)
    needed = Counter(figure.amount for figure in said if figure.unit not in _STRICT)
    return [
        figure
        for figure, times in Counter(said).items()
        if (times > exactly[figure] if figure.unit else needed[figure.amount] > loosely[figure.amount])
    ]


def _as_text(figure: Figure) -> str:
    return f"{figure.amount:f} {figure.unit}".strip()


@lru_cache(maxsize=4096)
def _sequence(text: str) -> tuple[tuple[Figure, ...], tuple[tuple[Decimal, Decimal], ...]]:
    """The figures in order, and the pairs of amounts that a mark joins."""
    digits = _in_digits(_plain(text))
    found = list(_NUMBER.finditer(digits))
    read = [_figure(match) for match in found]
    joined: list[int] = []
    for n, (left, right) in enumerate(pairwise(found)):
        between = digits[left.end() : right.start()]
        if between in ("-", "/", ":"):
            joined.append(n)
        if between in ("-", " to "):
            read[n], read[n + 1] = _range(left, right, read[n], read[n + 1], between)
    return tuple(read), tuple((read[n].amount, read[n + 1].amount) for n in joined)


def _range(
    left: re.Match[str], right: re.Match[str], low: Figure, high: Figure, between: str
) -> tuple[Figure, Figure]:
    """10-15% is 10% to 15%, and $1.5-2bn is $1.5bn to $2bn."""
    if between == "-" and not left["scale"] and not left["after"] and right["scale"]:
        low = replace(low, amount=_amount(left, right["scale"]))
    return replace(low, unit=low.unit or high.unit), replace(high, unit=high.unit or low.unit)


def _figure(found: re.Match[str]) -> Figure:
    if found["part"]:
        return Figure(_amount(found), "part")
    return Figure(_amount(found, found["scale"] or ""), _unit(found))


def _amount(found: re.Match[str], scale: str = "") -> Decimal:
    sign = "-" if found["minus"] else ""
    return Decimal(f"{sign}{found['digits'].replace(',', '')}e{_SCALES.get(scale.lower(), 0)}")


def _unit(found: re.Match[str]) -> str:
    if found["before"]:
        return _SYMBOLS.get(found["before"].lower(), found["before"].lower())
    return _unit_of(found["after"] or "")


@lru_cache(maxsize=512)
def _unit_of(written: str) -> str:
    """The unit of a number's last word. A single letter is one only right after a digit."""
    behind = f"0{written}"
    return next((n for n, form in _UNITS.items() if re.fullmatch(f"0(?:{form})", behind, re.I)), "")


def _plain(text: str) -> str:
    """Without accents, invisible characters and typographic variants; ½ as 0.5."""
    spelled = "".join(f" {numeric(c)} " if category(c) in ("No", "Nl") else c for c in text)
    kept = (c for c in normalize("NFKD", spelled) if category(c) not in ("Mn", "Me", "Cf"))
    return "".join("-" if category(c) == "Pd" else c for c in kept).translate(_ALIKE)


def _in_digits(text: str) -> str:
    """``text`` with its number words as digits, and scales right after digits in short."""
    from text_to_num import alpha2digit  # type: ignore[import-untyped]

    scale = rf"(?<=\d)[\s-]*({'|'.join(_SCALE_WORDS)})\b"
    text = _SPACED.sub(lambda found: found[0].replace(" ", ""), text)
    text = re.sub(scale, lambda found: _SCALE_WORDS[found[1].lower()], text, flags=re.IGNORECASE)
    for pattern, put in _IN_FIGURES:
        text = re.sub(pattern, put, text, flags=re.IGNORECASE)
    digits = str(alpha2digit(text, "en", threshold=0))
    return re.sub(r"\btrillion\b", "1tn", re.sub(r"(?<=\d) trillion\b", "tn", digits, flags=re.I), flags=re.I)


def same_names(text: str) -> str:
    """``text`` with one name for what has several: US for U.S., USA and the United States."""
    plain = _INITIALS.sub(r"\1", _plain(text))
    for pattern, name in _SAME_NAMES:
        plain = pattern.sub(name, plain)
    return plain


def _tokens(text: str) -> list[str]:
    return _WORD.findall(same_names(text))


def _is_name(part: str) -> bool:
    bare = _bare(part)
    if not any(category(c) in ("Lu", "Lt", "Lo", "Nd") for c in bare):
        return False
    if bare.casefold() in _SYMBOLS or _NUMBER.fullmatch(_in_digits(bare)):
        return False
    return bare.casefold() not in _SMALL_WORDS or (bare.isupper() and bare.casefold() in _ACRONYMS)


def _is_number(word: str) -> bool:
    """Whether a word is a number by itself: sixty, third, million. Dozens are no number in particular."""
    found = _NUMBER.fullmatch(_in_digits(word))
    return found is not None and found["after"] != _MANY


def _without_figures(word: str) -> list[str]:
    return [part for part in word.split("-") if not _NUMBER.fullmatch(part)]


def _fold(part: str) -> str:
    bare = _bare(part)
    lower = bare.casefold()
    if not bare[:1].isupper() or (lower in _ACRONYMS and not bare.isupper()):
        return lower
    full = _SHORT_MONTHS.get(lower, lower)
    return full.upper() if full in _CASED else full


def _bare(part: str) -> str:
    return re.sub(r"'s?$", "", part, flags=re.IGNORECASE).replace(".", "")

"""Text -> paragraph spans and sentence spans, as character offsets.

Law: spans come in order, do not overlap, hold no white space at either end, and together cover every
character that is not white space. No sentence crosses a paragraph.

Sentences are nupunkt's (Punkt: Kiss and Strunk 2006, trained model in the package). Of its trained
abbreviations and sentence starters, which come from law texts and hold names and common words ("life",
"secretary"), only those with inner points ("u.s", "p.m") stay; lists for news take the others' place.
Paragraphs are found by layout: a blank line always ends one; a single line break does too, unless it
looks like the fill of a hard-wrapped paragraph.

Does not know: passages, word pieces, files.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nupunkt import PunktSentenceTokenizer

Span = tuple[int, int]

# Ranks, offices and forms of address; months and days; places, with the states that are no English word
# of their own; firms and bodies; numbers and references.
_ABBREVIATIONS = """
    adm ald amb asst atty brig capt cdr cmdr col comdr cpl cpt det dist dr ens esq fr gen gov hon insp jr lt
    maj messrs mlle mme mr mrs ms msgr ofc pfc pres prof pvt rep reps ret rev sec sen sens sgt spc sr supt
    jan feb mar apr jun jul aug sept sep oct nov dec mon tue tues wed thu thur thurs fri
    ave blvd ct ft hwy mt pkwy rd rt st ste ala ariz calif colo conn fla kan mich minn mo mont neb nev
    okla tenn tex va vt wis wyo
    assn assoc bros co corp dept govt inc intl ltd natl univ
    approx ca cf est etc fig figs lb lbs oz pp sq viz vol vols vs
"""
# Capitalised, these begin a sentence where an abbreviation stands before them ("in the U.S. The ...").
_STARTERS = """
    a according after all although an and another as at because before both but by during each even every
    few finally first for from he her here his how however i if in indeed instead it its just last later
    like many meanwhile more most moreover my no nor now of on once one only or other others our over she
    since so some still such that the their them then there these they this those though through thus to
    under unlike until we what when where whether which while who why with without yet you your
"""

# Beyond this width a line is no hard-wrapped one, it is a whole paragraph.
MAX_WRAP = 120
# nupunkt takes quadratic time on text without white space, so such text is cut every so many characters.
MAX_RUN = 400
# It holds some 160 bytes for each character of what it is given, so no more than this is.
MAX_TOKENIZED = 50_000

_LINE = re.compile(r"[^\n]+")
_MARKED_LINE = re.compile(r"\s*(?:[-*+•–—·>|]|#{1,6}|\(?\d{1,3}[.)]|\(?[a-z][.)])\s", re.IGNORECASE)
_LONG_RUN = re.compile(rf"\S{{{MAX_RUN}}}")
# A British quotation opens with a mark that Punkt takes for an apostrophe.
_SINGLE_QUOTE_OPENS = re.compile(r"(?<=[^\W\d_]{3}[.!?])[’”)]?\s+(?=‘[A-Z])")
# Comments, pictures and tags that are no part of a sentence; what marks words up inside one is. All are
# bounded: an opening without an end must not be looked for through the whole text again and again.
_MARKUP = re.compile(
    r"<!--.{0,300}?-->|!\[[^\]\n]{0,200}\]\([^()\n]{0,200}\)|</?(?!(?:a|abbr|b|br|cite|code|del|em|i|ins|kbd|mark|q|s|small|span|"
    r"strong|sub|sup|time|u|wbr)\b)[a-z|][^<>\n]{0,200}>",
    re.IGNORECASE | re.DOTALL,
)
_NUMBER_SIGN = re.compile(r"\bNos?\.$")
_ENDS_SENTENCE = (".", "!", "?", ":", "…", "”", '"')


def paragraphs(text: str, start: int = 0) -> tuple[Span, ...]:
    """Return the paragraphs of ``text[start:]`` as (start, end) offsets into ``text``."""
    spans: list[Span] = []
    for block in _blocks(text, start):
        width = max(end - begin for begin, end in block)
        for index, line in enumerate(block):
            if index and _continues(text, block[index - 1], line, width):
                spans[-1] = (spans[-1][0], line[1])
            else:
                spans.append(line)
    return tuple(spans)


def sentences(text: str, start: int, end: int) -> tuple[Span, ...]:
    """Return the sentences of the paragraph ``text[start:end]`` as offsets into ``text``."""
    found = [edge for match in _MARKUP.finditer(text, start, end) for edge in match.span()]
    spans: list[Span] = []
    for number, (left, right) in enumerate(pairwise([start, *found, end])):
        spans += [(left, right)] if number % 2 else _tokenized(text, left, right)
    return _joined_numbers(text, [span for span in spans if span[0] < span[1]])


def _tokenized(text: str, start: int, end: int) -> Iterator[Span]:
    """Yield the sentences of a text without markup; some may be empty."""
    for left, right in _without_long_runs(text, start, end):
        for begin, stop in _tokenizer().span_tokenize(text[left:right]):
            cuts = [match.end() for match in _SINGLE_QUOTE_OPENS.finditer(text, left + begin, left + stop)]
            edges = [left + begin, *cuts, left + stop]
            yield from (_stripped(text, *edge) for edge in pairwise(edges))


def _joined_numbers(text: str, spans: list[Span]) -> tuple[Span, ...]:
    """Put "No." and the number after it together; as an abbreviation it would swallow "He said no."."""
    joined = spans[:1]
    for span in spans[1:]:
        if text[span[0]].isdecimal() and _NUMBER_SIGN.search(
            text, max(joined[-1][0], span[0] - 8), joined[-1][1]
        ):
            joined[-1] = (joined[-1][0], span[1])
        else:
            joined.append(span)
    return tuple(joined)


def _blocks(text: str, start: int) -> Iterator[list[Span]]:
    """Yield the lines between blank lines, each stripped of white space, as lists of spans."""
    block: list[Span] = []
    for match in _LINE.finditer(text, start):
        line = _stripped(text, match.start(), match.end())
        if block and (line[0] == line[1] or text.count("\n", block[-1][1], line[0]) > 1):
            yield block
            block = []
        if line[0] < line[1]:
            block.append(line)
    if block:
        yield block


def _continues(text: str, line: Span, following: Span, width: int) -> bool:
    """Tell whether a line break only wraps a paragraph whose widest line has ``width`` characters.

    It does where the next line's first word would not have fitted, or where a line that ends no
    sentence is followed by a small letter. A list item or heading always begins anew.
    """
    first, last = text[line[0] : line[1]], text[following[0] : following[1]]
    if width > MAX_WRAP or _MARKED_LINE.match(last + " ") or first.startswith("#"):
        return False
    if last[0].islower() and not first.endswith(_ENDS_SENTENCE):
        return True
    return len(first) + 1 + len(last.split(maxsplit=1)[0]) > width


def _without_long_runs(text: str, start: int, end: int) -> Iterator[Span]:
    cuts = [match.end() for match in _LONG_RUN.finditer(text, start, end)]
    for left, right in pairwise([start, *cuts, end]):
        yield from _shares(text, left, right)


def _shares(text: str, start: int, end: int) -> Iterator[Span]:
    """Yield a text in shares of at most MAX_TOKENIZED characters, cut at a space where there is one."""
    while end - start > MAX_TOKENIZED:
        cut = text.rfind(" ", start + MAX_TOKENIZED // 2, start + MAX_TOKENIZED)
        cut = cut if cut > 0 else start + MAX_TOKENIZED
        yield start, cut
        start = cut
    if start < end:
        yield start, end


def _stripped(text: str, start: int, end: int) -> Span:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), max(start, end - len(piece) + len(piece.rstrip()))


@lru_cache(maxsize=1)
def _tokenizer() -> "PunktSentenceTokenizer":
    from nupunkt.models import load_default_model

    tokenizer = load_default_model()
    trained = tokenizer.parameters
    dotted = {abbreviation for abbreviation in trained.abbrev_types if "." in abbreviation}
    trained.abbrev_types = dotted | set(_ABBREVIATIONS.split())
    trained.sent_starters = set(_STARTERS.split())
    tokenizer.clear_decision_cache()
    return tokenizer

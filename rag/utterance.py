"""Whether sentences hold what is asked of a person's words: who speaks, and whether word for word.

Law: pure, by form. "What did Berg say?" is told where Berg speaks, not where another speaks of Berg; exact
words are told where they stand in quotation marks. Two reports that quote a person differently give two
accounts of the words.

Does not know: what was said, whether the answer is right.
"""

import re

from rag.attribution import SAYING, speakers
from rag.coverage import stems
from rag.office import OFFICES
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
    r"\b(?:exact|actual|precise|very) (?:words|phrase|quote|quotation)\b"
    r"|^\W*(?:please |(?:can|could) you )?quote (?-i:[A-Z])"
    r"|\bexactly what (?:did|has|had)\b[^,]*\b(?:say|said)\b"
    r"|\bwhat (?:did|has|had)\b[^,]*\b(?:say|said|tell|told)(?: \w+)? (?:exactly|literally|precisely)\b"
    r"|\bwhat (?:exactly|precisely) (?:did|has|had|were|was)\b[^,]*\b(?:say|said|words)\b"
    r"|\b(?:what|which) (?:\w+ )?words (?:did|has|had)\b.*\b(?:choose|say|use|write)\b"
    r"(?! as\b| most\b| first\b| to b)"
    r"|\b(?:in|with) (?:what|which) (?:\w+ )?words (?:did|has|had)\b"
    r"|\b(?:say|said|tell|told)\b(?! that\b)[^.?!]*\b(?:word[- ](?:for|by)[- ]word|verbatim)\b"
    r"|\bhow (?:exactly )?(?:did|has|had) .+ (?:phrase|put|word) it"
    r"(?=\W*$|[.,;?!]|\s+(?:after|during|exactly|when|while)\b)"
    r"|\bquoted as saying\b",
    re.IGNORECASE,
)
_QUOTE = re.compile(
    r"\b(?:own|direct) (?:words|quote|quotation)\b|\bsound ?bites?\b|\bverbatim\b"
    r"|(?:['’]s|\b(?:the|an?|any)) (?:\w+ )?(?<!bid )(?<!price )quot(?:e|ation)s? "
    r"(?:about|on|regarding|where|in which)\b"
    r"|\bquot(?:e|ation)s? (?:by|from|of) (?-i:[A-Z])",
    re.IGNORECASE,
)
_OF_QUOTES = re.compile(
    r"^\W*(?:am|are|can|could|did|do|does|had|has|have|how (?:long|many|much|often)|is|was|were|when|where|"
    r"which|who|whose|why|will|would)\b[^.?!]*[.?!]*$",
    re.IGNORECASE,
)
"""One question of another kind, which may speak of quotations: "Who coined the term sound bite?"."""
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
_NAMED = r"(?:[A-Z][\w.'’-]*\s+(?:(?:al|bin|da|de|del|den|der|di|el|la|van|von)\s+){0,2}){0,3}[A-Z][\w.-]*"
_SPEAKER = re.compile(
    rf"\b(?:quot(?:e|ation)s?|soundbites?|words)\s+(?:by|from|of)\s+(?P<whom>{_NAMED})|"
    rf"\b(?:did|do|does|had|has|have)\s+(?:(?!it\b)[a-z]+\s+){{0,3}}"
    rf"(?P<who>(?:{_NAMED}\s+(?:[a-z]+\s+)?(?:{OFFICES}|adviser|aide|lawyer)\s+)?{_NAMED})\s+[a-z]"
    rf"|(?P<whose>{_NAMED})(?:['’]s?)?\s+(?:\w+\s+)?(?:words|quot|sound)"
)
_OF_NAMED = re.compile(
    rf"\b(?:by|did|do|does|from|had|has|have|of|[Qq]uote)\s+(?:[a-z]+\s+){{0,3}}{_NAMED}['’]s?\s+"
    r"(?:[a-z-]+(?:,?\s+|\W*$)){1,2}+(?![A-Z])"
)
"""Somebody is told by whose they are ("Berg's lawyer"), and not named."""
_DID = re.compile(rf"\b(?:did|do|does|had|has|have)\s+(?:[a-z]+\s+){{0,3}}{_NAMED}\s+(?P<verb>[a-z]+)")
_PLAINLY = re.compile(
    r"(?:answer|call|characteri[sz]|choose|chose|comment|describ|express|phras|put|quot|react|remark|repl[iy]|"
    r"respond|said|say|speak|spoke|stat|tell|told|us|word|writ|wrote)",
    re.IGNORECASE,
)


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
    return bool(_EXACT.search(question) or (_QUOTE.search(question) and not _OF_QUOTES.match(question)))


def asks_plainly(question: str) -> bool:
    """Whether exact words are asked for by no more than a verb of saying.

    "With what words did Berg confirm it?" takes for granted that he did.
    """
    did = _DID.search(question)
    return did is None or bool(_PLAINLY.match(did["verb"]))


def asked_speaker(question: str) -> frozenset[str]:
    """The names of the one whose words a question asks for ("Berg's own words"); where unclear, all names.

    None where it is somebody without a name: "how did Berg's lawyer put it?".
    """
    asked = (names(found["whom"] or found["who"] or found["whose"]) for found in _SPEAKER.finditer(question))
    unnamed = _OF_NAMED.search(question)
    if unnamed and not names(question[: unnamed.start()]):
        return frozenset()
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

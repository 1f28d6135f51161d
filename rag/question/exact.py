"""Whether a question asks for somebody's very words, and whose: "Berg's own words on the wall".

Law: told by form alone. "With what words did Berg confirm it?" takes for granted that he did, and so asks
for more than a saying.

Does not know: what was said.
"""

import re

from rag.english.values import names

_OFFICES = (
    r"ambassador|archbishop|bishop|captain|chair(?:man|person|woman)?|chancellor|coach|commander|commissioner|"
    r"conductor|director|editor|emperor|envoy|governor|judge|king|manager|mayor|minister|negotiator|pope|premier|"
    r"president|prince|princess|prosecutor|queen|rector|representative|secretary|senator|speaker|"
    r"spokes(?:man|person|woman)|treasurer"
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
_NAMED = r"(?:[A-Z][\w.'’-]*\s+(?:(?:al|bin|da|de|del|den|der|di|el|la|van|von)\s+){0,2}){0,3}[A-Z][\w.-]*"
_SPEAKER = re.compile(
    rf"\b(?:quot(?:e|ation)s?|soundbites?|words)\s+(?:by|from|of)\s+(?P<whom>{_NAMED})|"
    rf"\b(?:did|do|does|had|has|have)\s+(?:(?!it\b)[a-z]+\s+){{0,3}}"
    rf"(?P<who>(?:{_NAMED}\s+(?:[a-z]+\s+)?(?:{_OFFICES}|adviser|aide|lawyer)\s+)?{_NAMED})\s+[a-z]"
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

"""Whether a question asks for what each article says, and the question without that.

Law: told by form alone. Who asks for both versions, or says that the reports don't match, asks one thing of
each article; what is said of the reports is no part of that thing. A question of which nothing else would be
left stays as it was asked.

Does not know: models, what the articles say, whether they differ.
"""

import re

_TEXTS = (
    r"(?:accounts?|articles?|documents?|files?|newspapers?|outlets?|papers?|pieces?|reports?|sources?|"
    r"stor(?:y|ies)|texts?|versions?|write-?ups?)"
)
_THE = r"(?:the|these|those|my|our)"
_FEW = r"(?:two|three|different|various)"
_SOME = rf"(?:of (?:the|these|those|my|our) )?(?:{_FEW} )?"
_APART = (
    r"(?:at odds|conflict|consistent|contradict(?: each other| one another)?|disagree|differ|diverge|vary)"
)
_SAME = r"(?:agree|match|(?:give|say|tell|use) the same(?: (?:figures?|terms|thing|words?))?)"
_SEEM = r"(?:(?:seem|appear)(?: not)? to |(?:do not|don['’]t) (?:(?:seem|appear) to )?|(?:may|might) )?"
_EACH = re.compile(
    rf",?\s*\b(?:as told |as (?:it is )?given |as reported )?(?:according to|by|from|in|per)"
    rf" (?:each|both|either) {_SOME}(?:\w+ )?{_TEXTS}\b",
    re.IGNORECASE,
)
_ASKS_EACH = re.compile(
    rf"\b(?:did|do|does|has|have) (?:each|both) {_SOME}{_TEXTS}\b"
    rf"|\b(?:how|what) (?:do|does|did|have|has) {_THE} (?:{_FEW} {_TEXTS}(?: each)?|{_TEXTS} each)"
    r" (?:describe|differ|put|report|say|tell)\b",
    re.IGNORECASE,
)
_MATCH = re.compile(
    rf"\b{_TEXTS}\s+(?:(?:all|both) )?{_SEEM}(?:{_APART}|{_SAME})\b"
    rf"|\b(?:conflicting|contradictory|differing|diverging) (?:\w+ )?(?:{_TEXTS}|figures|wordings|quotes)\b"
    r"|\b(?:both|different|two) (?:\w+ )?(?:versions|wordings)\b"
    rf"|\bone {_TEXTS}\b.*\b(?:another|the other)\b",
    re.IGNORECASE,
)
_ONE_HAS = re.compile(
    rf"^one {_TEXTS} (?:claims|has|reports|says|states|writes)(?: that)? (?P<claim>.+?),?"
    r"(?: and| but| while| whereas)? (?:another|the other)\b.*$",
    re.IGNORECASE,
)
_ASKING = re.compile(
    r"^(?:(?:and|at|but|by|for|from|in|on|so|to|with) )?"
    r"(?:what|which|who|whom|whose|how|when|where|why|is|are|was|were|do|does|did|has|have|had|will|would|can|could)\b",
    re.IGNORECASE,
)


def asks_versions(question: str) -> bool:
    """Whether a question asks for each article's version, or says that they don't agree."""
    return any(form.search(question) for form in (_EACH, _ASKS_EACH, _MATCH))


def asked_of_each(question: str) -> str:
    """What is asked of each article; the question as it is where nothing of it speaks of the articles."""
    said = [part for part in re.split(r"(?<=[.?!;])\s+", question.strip()) if part]
    if not asks_versions(question):
        return question
    if found := next((m for part in said if (m := _ONE_HAS.match(part.rstrip(".?! ")))), None):
        return f"Is it true that {found['claim']}?"
    left = [_EACH.sub("", part) for part in said if _asks(part)]
    return " ".join(left) or question


def _asks(part: str) -> bool:
    """Whether a sentence asks for something, and says more than that the articles differ."""
    return bool(_ASKING.match(part)) or not asks_versions(part)

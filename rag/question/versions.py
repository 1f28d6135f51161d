"""Whether a question asks for what each article says, and the question without that.

Law: told by form alone. Who asks for both versions, or says that the reports don't match, asks one thing of
each article; what is said of the reports is no part of that thing. A question of which nothing else would be
left stays as it was asked.

Does not know: models, what the articles say, whether they differ.
"""

import re

from rag.english.values import names

_SAYS = r"(?:claim|describe|give|have|list|mention|name|put|report|say|state|tell|write)s?"
_TEXT = r"(?:account|article|newspaper|outlet|paper|report|source|story|version|write-?up)"
_TEXTS = r"(?:accounts|articles|newspapers|outlets|papers|reports|sources|stories|versions|write-?ups)"
_SOME = r"(?:of (?:the|these|those|my|our) )?(?:(?:two|three|different|various) )?"
_DONT = r"(?:do not|don['’]?t)"
_SEEM = rf"(?:all |both )?(?:(?:seem|appear)(?: not)? to |{_DONT} (?:(?:seem|appear) to )?|(?:may|might) )?"
_APART = (
    r"(?:at odds|conflict|(?:are )?(?:inconsistent|consistent)|contradict(?: each other| one another)|"
    r"disagree|differ|diverge|vary)"
)
_SAME = (
    r"(?:agree|match|(?:give|say|tell|use) the same(?: (?:dates?|figures?|numbers?|terms|things?|words?))?)"
)
_ENDS = (
    r"(?=\W*$|\s*[.,;:!?]|\s+(?:about|as to|for how|for what|on|over|I think|whether|who|how|when|where|why|"
    r"what)\b)"
)
_FIGURES = r"(?:accounts|answers|dates|figures|names|numbers|quotes|reports|totals|versions|wordings)"
_THE = r"(?:the|these|those|my|our)"
_EACH = re.compile(
    rf"(?:,\s*|\s+|^)(?:according to|in|per|as told (?:by|in)) (?:each|both|either) {_SOME}"
    r"(?:news(?:paper)? |press |media )?"
    r"(?:accounts?|articles?|newspapers?|outlets?|reports?|versions?|write-?ups?)"
    r"(?P<after>,\s*|(?=\W*$)|(?=\s+(?:and|or)\b))",
    re.IGNORECASE,
)
_ASKS_EACH = re.compile(
    rf"\b(?:did|do|does|has|have) (?:each|every|both) {_SOME}"
    rf"(?:{_SAYS}\W*$|(?:{_TEXT}|{_TEXTS})(?:\W*$| (?:each )?{_SAYS}\b))"
    rf"|\b(?:how|what) (?:did|do|have) (?:all )?{_THE} "
    rf"(?:(?:two|three|different|various) {_TEXTS}(?: each)?|{_TEXTS} each) {_SAYS}\b"
    rf"|\b(?:each|every) {_TEXT}['’]s (?:account|figure|number|version|wording)\b",
    re.IGNORECASE,
)
_MATCH = re.compile(
    rf"(?<!['’]s )\b(?:{_TEXTS}|the (?:figures|numbers|totals)) {_SEEM}(?:{_APART}|{_SAME}){_ENDS}"
    rf"|\b(?:have|see|seeing|got|are|['’]ve|come across|seen|found|read) (?:\w+ )?"
    rf"(?:conflicting|contradictory|differing|different|diverging|two|two different) {_FIGURES}\b"
    rf"|\b(?:both|two|different|the two) (?:different )?(?:versions|wordings)\b(?! of\b)"
    rf"|\bone {_TEXT} {_SAYS}\b.*\b(?:another|the other)\b|\bsome {_TEXTS} {_SAYS}\b.*\bothers?\b"
    rf"|\b(?:discrepanc\w+|disagreement|conflict) (?:among|between) {_THE} (?:two )?{_TEXTS}\b",
    re.IGNORECASE,
)
_ONE_HAS = re.compile(
    rf"^one {_TEXT} (?:claims|has|reports|says|states|writes)(?: that)? "
    r"(?P<claim>(?!(?:he|she|it|they)\b)\w+ .+?),?(?: and| but| while| whereas)? (?:another|the other)\b.*$",
    re.IGNORECASE,
)
_ONE_SAYS = re.compile(rf"(?:one|some) (?:{_TEXT}|{_TEXTS}) {_SAYS}\b", re.IGNORECASE)
_SUBJECT = re.compile(r"\d|\b(?:about|for|of|on|only|over)\b", re.IGNORECASE)
"""A sentence that may say what is asked about."""
_ASKING = re.compile(
    r"^(?:(?:and|at|but|by|for|from|in|on|so|to|with) )?"
    r"(?:what|which|who|whom|whose|how|when|where|why|is|are|was|were|do|does|did|has|have|had|will|would|can|could)\b",
    re.IGNORECASE,
)


def asks_versions(question: str) -> bool:
    """Whether a question asks for each article's version, or says that they don't agree."""
    return any(form.search(question) for form in (_EACH, _ASKS_EACH, _MATCH))


def asked_of_each(question: str) -> str:
    """What is asked of each article; the question as it is where nothing of it speaks of the articles.

    What may say more than that they differ stays.
    """
    if not asks_versions(question):
        return question
    said = re.split(r"(?<=[.?!;])(?<!\b[A-Z]\.)\s+", _bare(question.strip()))
    left = [part for part in said if _ASKING.match(part) and not _ASKS_EACH.search(part)]
    if not left and (claim := next((m["claim"] for part in said if (m := _ONE_HAS.match(part))), "")):
        return f"Is it true that {claim}?"
    dropped = [part for part in said if part not in left]
    asked = " ".join(left)
    if not left or _points_back(asked) or any(_says_more(part, asked) for part in dropped):
        return _bare(question)
    return asked


def _points_back(asked: str) -> bool:
    """Whether a question speaks of somebody whom another sentence names: "Was he?"."""
    return bool(re.search(r"\b(?:he|she|they|him|her|them)\b", asked, re.IGNORECASE)) and not names(
        f"a {asked}"
    )


def _says_more(part: str, asked: str) -> bool:
    """Whether a sentence names what the rest doesn't, or may say what it is about."""
    strange = names(f"a {part[:1].lower()}{part[1:]}") - names(f"a {asked}")
    return bool(strange or (_SUBJECT.search(part) and not _ONE_SAYS.match(part)))


def _bare(question: str) -> str:
    """The question without "in each report"; as it is where that leaves something to compare."""
    if re.search(r"\bthe same\b", question, re.IGNORECASE):
        return question
    left = _EACH.sub(lambda found: " " if found["after"] and found.start() else "", question).strip()
    return f"{left[:1].upper()}{left[1:]}" if left else question

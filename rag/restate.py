"""What is asked, without the words around it: "Can you tell me who won?" asks who won.

Law: told by form alone. A greeting, a polite frame, a wish ("I need it for a story") and the place to look
in ("according to the articles") say nothing of the subject; a claim to be checked asks whether it is true;
whether the reports agree on a thing is asked as that thing. What is left stands word for word as it was
asked; a question that fits no form stays as it is.

Does not know: models, the conversation, what is true.
"""

import re

_TEXTS = (
    r"(?:articles?|coverage|documents?|files|news (?:articles?|reports?|stories)|passages?|reports|sources|"
    r"stories|texts?)"
)
_WHOSE = (
    r"(?:(?:all|both|any)\s+(?:of\s+)?)?(?:(?:the|these|those|this|my|our|your)\s+)?"
    r"(?:(?:two|three|different|various|news)\s+)?"
)
_ASKS = (
    r"(?:(?:about|at|by|for|from|in|of|on|to|under|with)\s+)?"
    r"(?:what|which|who|whom|whose|how|when|where|why)\b"
)
_WHETHER = r"(?:whether|if)\b"
_GREETING = re.compile(
    r"^(?:(?:hi|hello|hey|dear|good (?:morning|afternoon|evening|day))(?: there| all| byline)?\s*[,.!:;–—-]+"
    r"|(?:ok|okay|right|alright|well|now|please|thanks|thank you|sorry|excuse me)\s*[,.!:;–—-]+"
    r"|(?:please|quick question\W+|one (?:more )?question\W+))\s*",
    re.IGNORECASE,
)
_FRAME = re.compile(
    r"^(?:"
    r"(?:can|could|would|will) you (?:please |kindly )?"
    r"(?:tell|show|help|explain to|remind|let) (?:me|us)(?: know)?"
    r"|(?:please )?(?:tell|show|remind|let) (?:me|us)(?: know)?"
    r"|(?:i['’]d|i would|we['’]d|we would) (?:like|love) to (?:know|find out|learn|hear)"
    r"|i (?:want|need|have) to (?:know|find out|learn)"
    r"|i['’]m (?:trying|looking) to (?:find out|learn|establish)"
    r"|i(?: was|['’]m| am)? (?:wonder|wondering)|do you (?:happen to )?(?:know|remember)|any idea"
    rf"|(?:do|does|can) {_WHOSE}{_TEXTS} (?:say|tell(?: us| me)?|mention|state|report|reveal)"
    rf")[,:]?\s+(?=(?P<whether>{_WHETHER})?)(?:(?<=\s){_WHETHER}\s+|(?={_ASKS}))",
    re.IGNORECASE,
)
_PLACE = rf"(?:according to|based on|going by|judging by|in|from)\s+{_WHOSE}{_TEXTS}"
_LOOK_IN = re.compile(rf"^{_PLACE}\s*,\s*|\s*,?\s+{_PLACE}(?=\s*\?*$)", re.IGNORECASE)
_LAST_PLEASE = re.compile(r"\s*,?\s+(?:please|thanks|thank you)(?=\s*[?.!]*$)", re.IGNORECASE)
_LAST_WISH = re.compile(
    r"(?<=\?)\s+(?:i|we)(?:['’]d like| would like| just need| just want| need| want)\b[^?]*$", re.IGNORECASE
)
_VERDICT = (
    r"(?:true|right|correct|accurate|so|the case|"
    r"what (?:he|she|they|it|[A-Z]\w+) (?:said|says|wrote|claimed|meant))"
)
_CHECKED = (
    re.compile(
        r"^(?:is|was) it (?:true|right|correct|accurate|a fact|the case) that (?P<claim>.+)$", re.IGNORECASE
    ),
    re.compile(
        r"^(?:(?:can|could) you (?:please )?)?(?:please )?(?:confirm|verify|check|fact[- ]check)"
        r"(?: for me)?(?: (?:the|this) (?:claim|statement))?(?::\s*| (?:that|whether|if) )(?P<claim>.+)$",
        re.IGNORECASE,
    ),
    re.compile(r"^(?:true or false|fact[- ]check|claim)\s*[:–—-]\s*(?P<claim>.+)$", re.IGNORECASE),
    re.compile(
        r"^(?P<claim>.{12,}?)\s*[.,;:–—-]+\s*"
        rf"(?:(?:is|was) (?:that|this|it) {_VERDICT}|true or false|correct|right)$",
        re.IGNORECASE,
    ),
)
_CHECKING = re.compile(
    r"^(?:i['’]m|i am|we['’]re|we are) (?:checking|verifying|fact-checking|testing)\b[^:.]*:\s*",
    re.IGNORECASE,
)
_AGREE = re.compile(
    rf"^(?:do|does|are|is)\s+{_WHOSE}{_TEXTS}\s+(?:all\s+|both\s+)?"
    r"(?:agree|disagree|differ|conflict|at odds|say the same(?: thing)?|"
    r"contradict (?:each other|one another)|in agreement|consistent)\s+"
    r"(?:on|about|over|in|as to)\s+(?P<thing>.+)$",
    re.IGNORECASE,
)


def restated(question: str) -> str:
    """The question that ``question`` asks, on one line; itself where it fits no form.

    Source of the forms: how people word requests to a person; fact-checkers' "true or false".
    """
    text = _bare(question)
    asked = text.rstrip("?!. ")
    if found := _as_check(asked) or _as_subject(asked):
        return found
    return question if text == question.strip() else _capital(text)


def _bare(question: str) -> str:
    """Without greetings, frames and places, as long as a question is left."""
    text, before = question.strip(), ""
    while text != before:
        before = text
        for frame in (_GREETING, _LAST_WISH, _LOOK_IN, _LAST_PLEASE):
            left = frame.sub("", text).strip()
            text = left if len(left.split()) > 1 else text
        text = _framed(text)
    return text


def _framed(text: str) -> str:
    """Without a polite frame; what it asks "whether" is asked as a claim to be checked."""
    found = _FRAME.match(text)
    if found is None:
        return text
    rest = text[found.end() :]
    return f"Is it true that {rest}" if found["whether"] else rest


def _as_check(text: str) -> str:
    """A claim to be checked, as the question whether it is true; "" where it is none."""
    claim = _CHECKING.sub("", text)
    for form in _CHECKED:
        if found := form.match(claim):
            return f"Is it true that {_small(found['claim'])}?"
    return f"Is it true that {_small(claim)}?" if claim != text else ""


def _as_subject(text: str) -> str:
    """Whether the reports agree on a thing, as the thing; "" for another question."""
    found = _AGREE.match(text)
    if found is None:
        return ""
    thing = found["thing"]
    if whether := re.match(rf"{_WHETHER}\s+", thing, re.IGNORECASE):
        return f"Is it true that {thing[whether.end() :]}?"
    return f"{_capital(thing)}?" if re.match(_ASKS, thing, re.IGNORECASE) else f"What is said of {thing}?"


def _small(claim: str) -> str:
    """The claim as the end of a sentence: "The talks failed" opens with a small letter there."""
    first, _, rest = claim.strip(' "“”').partition(" ")
    articles = ("The", "A", "An", "There", "In", "On", "At", "It", "No", "All", "Some", "More", "Most")
    return f"{first.lower() if first in articles else first} {rest}".strip()


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]

"""What is asked, without the words around it: "Can you tell me who won?" asks who won.

Law: told by form alone, and left alone where in doubt. A greeting, a polite frame, a wish ("I need it for a
story") and "according to the articles" say nothing of the subject; a claim to be checked asks whether it is
true; whether the reports agree on a thing is asked as that thing. What is left stands word for word as it
was asked; a question that fits no form stays as it is.

Does not know: models, the conversation, what is true.
"""

import re

from rag.english.values import names
from rag.question.versions import asked_of_each

_TEXTS = r"(?:articles?|coverage|documents|files|reports|sources|stories|texts?)"
_OURS = (
    r"(?:(?:all|both|any)\s+(?:of\s+)?)?(?:the|these|those|this|my|our|your)\s+"
    r"(?:(?:two|three|different|various)\s+)?"
)
_WHOSE = rf"(?:{_OURS}|(?:all|both|any)\s+)"
_ASKS = (
    r"(?:(?:about|at|by|for|from|in|of|on|to|under|with)\s+)?"
    r"(?:what|which|who|whom|whose|how|when|where|why)\b"
)
_AUXILIARY = (
    r"(?:is|are|was|were|am|do|does|did|has|have|had|will|would|can|could|shall|should|may|might|must)\b"
)
_QUESTION = re.compile(rf"(?:{_ASKS}|{_AUXILIARY})", re.IGNORECASE)
_AFTER = r"(?:[,.!:;]+|\s+[–—-]+)(?:\s+|$)"
_GREETING = re.compile(
    rf"^(?:(?:(?:hi|hello|hey|good (?:morning|afternoon|evening|day))(?: there| all| byline)?"
    r"|(?:something|anything) else|(?:another|a different|the next|my next|next|new|last|a new) "
    r"(?:question|subject|thing|topic)|on another (?:note|subject|topic)|moving on"
    rf"|ok|okay|right|alright|well|now|please|thanks|thank you|sorry|excuse me|(?:quick|one more) question)"
    rf"{_AFTER}|please\s+)",
    re.IGNORECASE,
)
_LAST_PLEASE = re.compile(
    r",\s?(?:please|thanks|thank you)(?=[?.!]*$)|(?<=[?.!])\s(?:please|thanks|thank you)[.!]*$", re.IGNORECASE
)
_LAST_WISH = re.compile(
    r"(?<=\?)\s(?:i|we)(?:['’]d like| would like| just need| just want| need| want)\s(?P<wish>[^?]*)$",
    re.IGNORECASE,
)
_NARROWS = re.compile(
    r"\d|\b(?:for (?!a\b|an\b|my\b|our\b)|from|only|not|without|by|too|also|but)\b", re.IGNORECASE
)
_NEAR = r"(?:according to|based on|going by|judging by)"
_LOOK_IN = re.compile(
    rf"^(?:{_NEAR}|in|from)\s{_WHOSE}{_TEXTS},\s?|,?\s{_NEAR}\s{_WHOSE}{_TEXTS}(?=\s?\?*$)", re.IGNORECASE
)
_WHETHER = r"(?:whether|if)\s(?:or not\s)?"
_FRAME = re.compile(
    r"^(?:"
    r"(?:i(?:['’]m| am| was) wondering if you (?:could|can|would) |(?:can|could|would|will) you )"
    r"(?:please |kindly )?(?:tell|show|explain to|remind) (?:me|us)"
    r"|(?:please )?(?:tell|show|remind) (?:me|us)|let (?:me|us) know"
    r"|(?:i['’]d|i would|we['’]d|we would) (?:like|love) to (?:know|find out|learn|hear)"
    r"|i (?:want|need|have) to (?:know|find out|learn)"
    r"|i['’]m (?:trying|looking) to (?:find out|learn|establish)"
    r"|i(?: was|['’]m| am)? (?:wonder|wondering)|do you (?:happen to )?know|any idea"
    rf"|(?:do|does|can) {_WHOSE}{_TEXTS} (?:say|tell(?: us| me)?|mention|state|report|reveal)"
    rf"),?\s(?:(?P<whether>{_WHETHER})|(?={_ASKS}))",
    re.IGNORECASE,
)
_VERDICT = r"(?:true|right|correct|accurate|so|the case)"
_CHECKED = (
    re.compile(
        r"^(?:is|was) it (?:true|correct|accurate|a fact|the case) that (?P<claim>.+)$", re.IGNORECASE
    ),
    re.compile(
        r"^(?:(?:can|could) you (?:please )?)?(?:please )?(?:confirm|verify|check|fact[- ]check)"
        r"(?: for me)?(?: (?:the|this) (?:claim|statement))?(?::\s| (?:that|whether|if) )(?P<claim>.+)$",
        re.IGNORECASE,
    ),
    re.compile(r"^(?:true or false|fact[- ]check|claim)(?::|\s[–—-])\s(?P<claim>.+)$", re.IGNORECASE),
    re.compile(
        r"^(?P<claim>.{12,}?)(?:[.,;:]+[\"”]?|[\"”]|\s[–—-])\s(?:(?:is|was) (?:that|this|it) "
        rf"(?:{_VERDICT}|what (?P<who>(?:the )?\w+) (?:said|says|claimed|wrote))"
        r"|true or false|correct|right)$",
        re.IGNORECASE,
    ),
)
_CHECKING = re.compile(
    r"^(?:i['’]m|i am|we['’]re|we are) (?:checking|verifying|fact-checking|testing)"
    r" (?:a|an|the|this|one) [^:.,]*\b(?:claim|statement|figure|quote|report)\b[^:.,]*:\s(?!\d)",
    re.IGNORECASE,
)
_HEARD = re.compile(r"^(?:so|and|but)\s+|^i (?:heard|read|saw)(?: somewhere)? that\s+", re.IGNORECASE)
_UNSURE = re.compile(
    r"^(?:and|or|you|i|it['’]?s|possible|known|available|any)\b|\bor\b"
    r"|\band (?:if|who|what|when|where|why|how)\b",
    re.IGNORECASE,
)
"""What can't be asked as one thing that is true or not."""
_AGREE = re.compile(
    rf"^(?:do|does|are|is)\s(?:{_WHOSE})?(?:{_TEXTS}|accounts|versions)\s(?:all\s|both\s)?"
    r"(?:agree|disagree|differ|conflict|at odds|say the same(?: thing)?|(?:give|tell|use) the same \w+|"
    r"contradict (?:each other|one another)|in agreement|consistent)\s"
    r"(?:on|about|over|in|as to|for)\s(?P<thing>.+)$",
    re.IGNORECASE,
)
_NOTHING = re.compile(r"^(?:any|some|every)(?:thing)?\b|\band how$", re.IGNORECASE)
_SMALL = frozenset(
    """A All An At He Her His In It Its More Most No On One She Some That The Their There These They This
    Those We""".split()
)


def restated(question: str) -> str:
    """The question that ``question`` asks, on one line; itself where it fits no form."""
    text = _bare(asked_of_each(question))
    asked = text.rstrip("?!. ")
    if found := _as_check(asked) or _as_subject(asked):
        return found
    return question if text == " ".join(question.split()) else _capital(text)


def _bare(question: str) -> str:
    """Without greetings, frames and places, as long as a question is left."""
    text, before = " ".join(question.split()), ""
    while text != before:
        before = text
        for frame in (_GREETING, _LOOK_IN, _LAST_PLEASE):
            left = frame.sub("", text).strip()
            text = left if len(left.split()) > 1 else text
        text = _framed(_unwished(text))
    return text


def _unwished(text: str) -> str:
    """Without a wish at the end that narrows nothing: "I need the quote"."""
    found = _LAST_WISH.search(text)
    narrows = found and (_NARROWS.search(found["wish"]) or names(f"a {found['wish']}"))
    return text[: found.start()] if found and not narrows else text


def _framed(text: str) -> str:
    """Without a polite frame; what it asks "whether" is asked as a claim to be checked."""
    found = _FRAME.match(text)
    if found is None:
        return text
    rest = text[found.end() :]
    return (_is_true(rest) or text) if found["whether"] else rest


def _as_check(text: str) -> str:
    """A claim to be checked, as the question whether it is true; "" where it is none."""
    claim = _CHECKING.sub("", text)
    for form in _CHECKED:
        if found := form.match(claim):
            return _whether(found["claim"], found.groupdict().get("who") or "")
    return _whether(claim) if claim != text else ""


def _whether(claim: str, who: str = "") -> str:
    """The question whether a claim is true, and ``who`` made it; a question among claims stays one."""
    plain = _HEARD.sub("", claim.strip())
    paired = re.fullmatch(r"[\"“](?P<said>[^\"“”]+)[\"”]?", plain)
    plain = paired["said"].strip(" .,") if paired else plain
    if _QUESTION.match(plain):
        return f"{_capital(plain)}?"
    if _UNSURE.search(plain):
        return ""
    told = who and who.lower() not in ("he", "she", "they", "it") and who not in plain
    return f"Is it true that {f'{who} said that ' if told else ''}{_small(plain)}?"


def _is_true(claim: str) -> str:
    """The question whether a claim is true, without its mark; "" where it is not one thing."""
    return "" if _UNSURE.search(claim) else f"Is it true that {claim}"


def _as_subject(text: str) -> str:
    """Whether the reports agree on a thing, as the thing; "" for another question."""
    found = _AGREE.match(text)
    if found is None or _NOTHING.search(found["thing"]):
        return ""
    thing = found["thing"]
    if whether := re.match(_WHETHER, thing, re.IGNORECASE):
        claim = _is_true(thing[whether.end() :])
        return claim and f"{claim}?"
    return f"{_capital(thing)}?" if re.match(_ASKS, thing, re.IGNORECASE) else f"What is said of {thing}?"


def _small(claim: str) -> str:
    """The claim as the end of a sentence: "The talks failed" opens with a small letter there."""
    first, _, rest = claim.partition(" ")
    return f"{first.lower() if first in _SMALL else first} {rest}".strip()


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]

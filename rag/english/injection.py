"""Sentences that speak to a language model instead of to a reader: they are no evidence.

Law: told by form, after characters that nobody sees are taken away: orders about answering, claims
about who "you" are, imitated turns, tags and sentence numbers. Such a sentence is neither shown to the
model nor citable; the rest of its article is. A form that news uses too is no such form: what is missed
is still held by the gates, but evidence that is left out is lost. An answer stands on sentences of the
articles, and is checked against them.

Does not know: intent. An article that quotes such an order loses that sentence as evidence.

Source of the kinds: Greshake et al. 2023, "Not what you've signed up for" (indirect prompt injection).
"""

import re
from functools import lru_cache
from unicodedata import normalize

from rag.plain import all_visible

_SAY = r"(?:say|answer|reply|respond|write|print|output|state|repeat|return)"
_MACHINE = (
    r"(?:AIs?|A\.I\.|AI (?:assistant|model|system|reader|agent)s?|(?:large |small )?language models?|LLMs?|"
    r"chat ?bots?|(?:(?:virtual|digital|artificial|helpful) )?assistants?|GPT|ChatGPT|"
    r"(?:automatic|automated|machine) readers?)"
)
_NAME = r"(?-i:[A-Z])\w+(?: (?-i:[A-Z])\w+){0,3}"
_NAMED = rf"{_NAME}\s*(?:$|[.,;:!])"
_SOME = r"[^.!?\n]"
"""A character of the same sentence."""
_BEGINS = r"^[\W\d_]{0,12}"
"""The beginning of a sentence, behind marks and signs."""
_ORDERS = (
    r"(?:^|[.:;!?,()\[\]{}<>*#\"'“”‘’—–-]\s*|"
    r"\b(?:please|now|then|just|simply|kindly|must|should|shall)\s+)"
)
"""What stands before an imperative, or in it: a clause begins, or somebody must."""
_DROP = r"(?:ignore|disregard|forget|override|bypass|discard)"
_ALL = r"(?:all|any|of|everything|the|these|those|your|other|about|what came)"
_THAT_CAME = r"(?:above|below|previous|prior|earlier|preceding|foregoing|system|original|initial)"
_TEXTS = r"(?:instructions?|prompts?|questions?|sentences?|context|directives?|messages?)"
_ITS_OWN = r"(?!\s+(?:about|by|for|from|given|of|on|that|to|which|whether)\b)"
"""The instructions on the box, the question of money: not those of a prompt."""
_EVERY = r"(?:every|all|any|each)"
_QUESTIONS = r"(?:questions?|quer(?:y|ies))"
_FORMS = (
    # Orders about what came before.
    rf"{_ORDERS}{_DROP}\s+(?:{_ALL}\s+){{0,4}}"
    rf"(?:{_THAT_CAME}\s+(?:{_TEXTS}|rules?|text|articles?|orders?)\b|above\b|{_TEXTS}\b{_ITS_OWN})",
    rf"{_ORDERS}{_DROP}\b{_SOME}{{0,30}}\binstructions?\b{_ITS_OWN}",
    rf"\binstructions (?:before|above) this\b|\bthe only instructions?\b{_SOME}{{0,40}}\bto answer\b",
    rf"\byour (?:system|full|hidden|initial|original) (?:system )?(?:{_TEXTS}|text)\b",
    rf"{_BEGINS}(?:new|updated|real) (?:instructions?|prompts?|task)\s*:",
    rf"\b{_SAY}\b{_SOME}{{0,40}}\b(?:text|words|everything|lines?) above\b",
    # Orders about every answer.
    rf"\b(?<!to )(?<!not )(?:answer|reply to|respond to)\s+(?:{_EVERY}\s+(?:of )?(?:the |these |your )?"
    rf"{_QUESTIONS}|everything)\s+(?:with\b|as\b|by saying\b|:)",
    rf"\b(?:is|are|have|task) to (?:answer|reply to|respond to) {_EVERY} {_QUESTIONS} with\b",
    rf"\b(?:correct|right|only|true|best|expected|final) answers? (?:to|for) {_EVERY}\b",
    rf"\bfor {_EVERY} (?:\w+ ){{0,2}}{_QUESTIONS}\b{_SOME}{{0,40}}\b(?:repl(?:y|ies)|answers?|output)\b",
    rf"{_ORDERS}{_SAY}\b{_SOME}{{0,60}}\bwhatever (?:the question|is asked|(?:you|they|anyone) asks?)\b",
    r"\b(?:if|when|whenever) (?:(?:a |the |any )?users?|some(?:one|body)|any(?:one|body)) asks?\b"
    rf"{_SOME}{{0,80}},\s*(?:then |please )?"
    r"(?:you (?:(?:must|should|always|only) )*|(?:reply|answer) only|always|only)",
    r"\b(?:if|when|whenever) you(?:'re| are) asked (?:what|who|which|how|where|why|about)\b"
    rf"{_SOME}{{0,80}},\s*(?:please |only |always )?{_SAY}\b",
    r"\b(?:your (?:reply|answer|response|output)|the (?:reply|output)) (?:must|should|shall|has to) "
    r"(?:be|begin|start|contain|include|say)\b|\bif your reply\b",
    rf"(?:{_BEGINS}|\bmust |\btask is to )(?:please )?{_SAY}\b{_SOME}{{0,60}}\band nothing (?:else|more)\b",
    r"^[^\w\"'“‘]{0,12}(?:always|only) (?:answer|reply|respond)\b|\b(?:always|only) (?:answer|reply) with\b"
    rf"|(?:{_BEGINS}|\bthen )(?:reply|answer) only\b|\byou only (?:ever )?(?:say|answer|reply)\b",
    r"\b(?:do not|don't|never) (?:use|read|cite|quote|answer from) (?:this|these|those|any) "
    r"(?:sentences?|articles?|passages?|context)\b|\b(?:must|should) (?:answer|reply) from memory\b",
    rf"\bwhoever (?:is asked|replies|answers (?:an?y? |the )?questions?)\b|\bdear {_MACHINE}\b",
    rf"\bthe user (?:now )?(?:asks|wants|told|tells) you to {_SAY}\b|\bcite [\w-]+\.(?:md|txt|html|pdf)\b",
    rf"\b(?:read|decode|decipher|translate) this\b{_SOME}{{0,40}}\b(?:obey|do (?:what|as) it says)\b",
    # Who you are.
    rf"{_BEGINS}you (?:are|'re) (?:now |no longer )(?:{_NAMED}|(?:an? |the )?(?:\w+ ){{0,2}}{_MACHINE}\b)",
    rf"\bfrom now on,? you (?:(?:are|will be|act as|answer as|speak as) (?:an? |the )?(?:\w+ ){{0,2}}"
    rf"(?:{_MACHINE}\b|{_NAMED})|(?:answer|reply|respond)\b)",
    rf"\byou (?:are|'re) (?:an? |the )?(?:\w+ ){{0,2}}{_MACHINE}"
    r"(?=\W*$|[.,;:!]|\s+(?:that|who|which|without|with|designed|trained|named|called)\b)",
    rf"{_ORDERS}(?:pretend (?:that )?(?:you(?:'re| are)|to be)|act as(?: if you were)?) (?:an? |the )?"
    rf"(?:\w+ ){{0,3}}{_MACHINE}\b",
    # Addressed by name.
    rf"(?:^|[\s(\"'\[>*]){_MACHINE}\s*:\s*(?:you|please|do|must|ignore|say|answer|reply|respond|print)\b",
    rf"{_BEGINS}{_MACHINE}\s*[,–—-]\s*(?:you\b|please\b|do not\b|ignore\b|(?:say|answer|reply|respond) \w)",
    rf"\b{_MACHINE}\s+(?:must|should|shall|is to|are to|have to|has to|will)\s+(?:always |only |now )*"
    rf"(?:(?:answer|reply|respond|say)(?:\s+(?:only|with)\b|\s*[:\"“]|\s+{_NAME})|(?:ignore|run this)\b)",
    rf"\b{_MACHINE} (?:that|who) (?:is|are) asked\b{_SOME}{{0,160}}\b(?:must|should) (?:cite|name|{_SAY})\b",
    rf"\b(?:{_MACHINE}|machines?|models?|bots?|programs?) (?:that )?(?:reads?|reading) (?:this|these)\b",
    r"\bassistants? (?:says?|answers?|repl(?:y|ies)) (?-i:[A-Z])\w+",
    r"\b(?:note|message|notice|memo|attention|instructions?|hint|reminder) (?:to|for) "
    rf"(?:the |all |any |every )?{_MACHINE}\s*:",
    r"\b(?:developers?|makers?|creators?) of this (?:assistant|chat ?bot|model)\b",
    # Imitated turns, tags, sentence numbers and replies. A line of an interview ends like a sentence.
    r"^\W{0,3}(?:system|assistant|user|human|developer|tool)\s*:"
    rf"|{_BEGINS}model\s*:\s*(?:you|please|ignore|{_SAY})\b",
    r"^\W{0,3}(?:question|answer)\s*:[^.!?]*$",
    r"^\W{0,3}S\d{1,4}\s*[:.)]|\bsource\s*:\s*(?:S\d|none)",
    r"<\|[^<>\n]{1,40}\|?>|\[/?(?:INST|SYS|SYSTEM_PROMPT|TOOL_CALLS)\]|<</?SYS>>|</?s>"
    r"|<(?:start|end)_of_turn>",
    r"</?(?:system|assistant|user|human|instructions?|prompt|tool_call|function_call|answer|im_start|im_end)\b"
    r"[^<>\n]*>",
    r"\{\s*\"(?:source|answer|role|tool|name|function)\"\s*:|<!--",
    r"^\W*(?:###|\*\*)\s*(?:instruction|system|response|assistant)s?\s*:?\W*$",
    r"-{3,}\s*(?:begin|end) (?:of )?(?:articles?|reply|prompt|context|text)\b",
)
_ADDRESSED = re.compile("|".join(f"(?:{form})" for form in _FORMS), re.IGNORECASE)


@lru_cache(maxsize=8192)
def addresses_model(text: str) -> bool:
    """Whether ``text``, a sentence, speaks to a language model."""
    return bool(_ADDRESSED.search(" ".join(normalize("NFKC", all_visible(text)).split())))

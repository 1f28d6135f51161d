"""How the sentences look that can be turned round, as pieces of regular expressions.

Law: a form that its words alone don't settle is not here: no verb without its base in a table, no noun
that only a grammar could find the end of.

Does not know: questions.
"""

import re

CAPITAL = r"(?:[A-Z][^\W\d_]*(?:[’'-][^\W\d_]+)*(?<!['’]s)|(?:[A-Z]\.)+)"
NAME = rf"{CAPITAL}(?: (?:(?:of|for)(?: the)? )?{CAPITAL}){{0,4}}"
_SCENE = r"(?:Speaking|At|Early on|In an interview) [^,]{3,60}|On [A-Z][a-z]+day"
LEADING = rf"(?:(?:Currently|Today|Later|Earlier|Meanwhile|However|{_SCENE}),? )?"
SUBJECT = rf"(?P<subject>(?:[Tt]he )?{NAME}(?:['’]s [a-z-]+| [a-z-]+){{0,2}}?) "
"""At the head of a sentence: a name, with what may stand behind it."""
ABOUT = r"(?:(?:about|around|some|nearly|almost|roughly|approximately|just over|more than|at least|only) )?"
AUXILIARY = r"(?P<aux>was|were|is|are|has|have|had)"
REST = r"(?P<rest>[^,.;:()“”\"—–]{3,70})"
END = r"(?=[.,;]|$)"
PERCENT = rf"{ABOUT}\d+(?:\.\d+)?(?:%| per ?cent)"
MONEY = rf"{ABOUT}(?:US|C|A)?[$€£]\d[\d,.]*(?: (?:thousand|million|billion|trillion))?"
FEW = r"(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty)"
_MONTHS = r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
DATE = (
    rf"(?:in (?:{_MONTHS} )?(?:1[0-9]|20)\d\d"
    rf"|on (?:[A-Z][a-z]+day, )?(?:\d{{1,2}} {_MONTHS}|{_MONTHS} \d{{1,2}})(?:,? \d{{4}})?)(?!\w)"
)
PAST = {
    "accepted": "accept", "acquired": "acquire", "adopted": "adopt", "allocated": "allocate",
    "announced": "announce", "approved": "approve", "banned": "ban", "bought": "buy", "built": "build",
    "captured": "capture", "contributed": "contribute", "contained": "contain", "controlled": "control",
    "covered": "cover", "created": "create", "cut": "cut", "declared": "declare", "defeated": "defeat",
    "demanded": "demand", "developed": "develop", "discovered": "discover", "donated": "donate",
    "earned": "earn", "elected": "elect", "employed": "employ", "established": "establish",
    "founded": "found", "gained": "gain", "gave": "give", "imposed": "impose", "injured": "injure",
    "introduced": "introduce", "invaded": "invade", "invented": "invent", "invested": "invest",
    "joined": "join", "killed": "kill", "launched": "launch", "left": "leave", "lent": "lend", "lost": "lose",
    "made": "make", "opened": "open", "owned": "own", "paid": "pay", "passed": "pass", "pledged": "pledge",
    "produced": "produce", "promised": "promise", "proposed": "propose", "proved": "prove",
    "provided": "provide", "published": "publish", "raised": "raise", "received": "receive",
    "rejected": "reject", "replaced": "replace", "sent": "send", "set up": "set up", "signed": "sign",
    "sold": "sell", "spent": "spend", "supported": "support", "turned down": "turn down", "vetoed": "veto",
    "visited": "visit", "won": "win", "wrote": "write", "contains": "contain", "covers": "cover",
    "employs": "employ", "owns": "own", "produces": "produce", "receives": "receive",
}  # fmt: skip
"""Verbs that take an object, and their bases."""
DID = (
    r"(?:acquired|built|captured|created|defeated|designed|developed|discovered|established|founded|introduced|"
    r"invented|launched|proposed|published|rejected|turned down|vetoed|won|wrote)"
)
"""What somebody is known by: "made" and "gave" say too little."""
HAPPENED = {
    "began": "begin", "closed": "close", "collapsed": "collapse", "died": "die", "ended": "end",
    "failed": "fail", "happened": "happen", "occurred": "occur", "opened": "open", "reopened": "reopen",
    "resigned": "resign", "started": "start", "surrendered": "surrender", "took place": "take place",
}  # fmt: skip
"""Verbs that take none."""
_PARTICIPLES = (
    r"[a-z]+(?:ed|ought|aid|old|ost)|built|begun|born|given|held|known|led|made|sworn|taken|won|written"
)
PARTICIPLE = rf"(?:[a-z]+ly )?(?:{_PARTICIPLES})"
VERB = rf"(?:(?P<past>{'|'.join(PAST)})|{AUXILIARY}(?P<participle> (?:{_PARTICIPLES})?))"
SAID = (
    r"(?:said|says|stressed|argued|argues|warned|insisted|explained|predicted|claimed|added|noted|continued|"
    r"indicated)"
)
ROLES = (
    r"(?:minister|president|secretary|spokes(?:person|man|woman)|chief|director|leader|mayor|governor|senator|"
    r"professor|chair(?:man|woman)?|founder|author|economist|historian|mathematician|physicist|chemist|analyst|"
    r"ambassador|diplomat|king|queen|chancellor|judge|lawyer|commander|general|philosopher|scientist|engineer|"
    r"explorer|writer|poet|composer|architect|astronaut|activist|envoy|representative|commissioner|coach)"
)
PERSON = rf"(?P<subject>{CAPITAL} (?:{CAPITAL} )?{CAPITAL})"
BETWEEN = frozenset(
    """and are as at before after between but by can could during for from had has have if in is may might
    must of on once or over should since than that through to under until was were when where which while
    who will with without would""".split()
)
"""What may stand after a name that is whole: a noun would make it a part of something else."""
RANKED = r"the (?:first|last|only|youngest|oldest) [^,.;:()“”\"—–]{3,90}"
MOST = r"The (?:most \w+|largest|smallest|highest|oldest|fastest|best known) [^,.;:()“”\"]{8,70}?"
VAGUE = re.compile(
    r"\b(?:it|its|he|his|him|she|her|they|their|them|this|these|that|those|such|we|our|us|you|your|former|"
    r"latter|same|there|here|who|which|itself|himself|herself|themselves|others?|another|also|then|however)\b",
    re.IGNORECASE,
)
"""Words that point to other sentences."""

"""A sentence turned round: each form is a function from a sentence and its article's text to a question.

Law: the sentence answers the question, and nothing that the question says is not in the sentence. A
form gives None rather than a question that needs other sentences to be understood.

Does not know: which sentence, which question of several.
"""

import re
from collections.abc import Callable, Iterator

from rag.attribution import speakers
from rag.examples.patterns import (
    ABOUT,
    BETWEEN,
    CAPITAL,
    DATE,
    DID,
    END,
    FEW,
    HAPPENED,
    LEADING,
    MONEY,
    MOST,
    NAME,
    PARTICIPLE,
    PAST,
    PERCENT,
    PERSON,
    RANKED,
    REST,
    ROLES,
    SAID,
    SUBJECT,
    VAGUE,
    VERB,
)
from rag.kinds import CALENDAR
from rag.values import names

Form = Callable[[str, str], str | None]


def share(sentence: str, text: str) -> str | None:
    """Europe paid 60% of the total. -> What share of the total did Europe pay?"""
    form = rf"^{LEADING}{SUBJECT}{VERB} {PERCENT} of {REST}{END}"
    return _asked(form, sentence, text, lambda m: f"What share of {m['rest']} {_turned(m)}?")


def money(sentence: str, text: str) -> str | None:
    """Europe paid $2 billion for gas. -> How much did Europe pay for gas?"""
    form = rf"^{LEADING}{SUBJECT}{VERB} {MONEY}(?: (?=(?:to|for|on|in|from|as) ){REST})?{END}"
    return _asked(form, sentence, text, lambda m: f"How much {_turned(m)}{_behind(m)}?")


def amount(sentence: str, text: str) -> str | None:
    """The Ford Works employs 300 people in Essen. -> How many people does the Ford Works employ in Essen?"""
    form = (
        rf"^{LEADING}{SUBJECT}{VERB} {ABOUT}(?:\d[\d,]*|{FEW}) "
        r"(?P<noun>(?:[a-z-]+ ){0,2}(?:[a-z]{3,}s|people|men|women|children))"
        rf"(?: (?=(?:in|at|on|for|of|from|during|as) ){REST})?{END}"
    )
    return _asked(form, sentence, text, lambda m: f"How many {m['noun']} {_turned(m)}{_behind(m)}?")


def founder(sentence: str, text: str) -> str | None:
    """Zelenskyy had rejected a demand of the U.S. -> Who had rejected a demand of the U.S.?"""
    verb = rf"(?P<verb>(?:had |has )?(?:recently )?{DID})"
    form = rf"^{LEADING}{SUBJECT}{verb} (?!(?:that|to|by|in|on) ){REST}{END}"
    return _asked(
        form, sentence, text, lambda m: f"Who {m['verb']} {m['rest']}?" if _known(m, text) else None
    )


def _known(found: re.Match[str], text: str) -> bool:
    """Whether the subject is a person, and the rest names something."""
    return bool(names(found["rest"])) and _person(found["subject"], text)


def first(sentence: str, text: str) -> str | None:
    """Macron was the first leader at the White House. -> Who was the first leader at the White House?"""
    form = rf"^{LEADING}{SUBJECT}(?P<aux>is|was) (?P<rest>{RANKED}){END}"
    ask = "Who {} {}?".format
    return _asked(
        form, sentence, text, lambda m: ask(m["aux"], m["rest"]) if _person(m["subject"], text) else None
    )


def when(sentence: str, text: str) -> str | None:
    """Harvard College was founded in 1636. -> When was Harvard College founded?"""
    few = r"(?: [^\s,.;:()–—]+)"
    passive = rf"^{LEADING}{SUBJECT}(?P<aux>was|were) (?P<rest>{PARTICIPLE}{few}{{0,6}}?) {DATE}{END}"
    happened = rf"^{LEADING}{SUBJECT}(?P<past>{'|'.join(HAPPENED)})(?P<rest>{few}{{0,5}}?) {DATE}"
    active = rf"^{LEADING}{SUBJECT}(?P<past>{'|'.join(PAST)})(?P<rest>{few}{{1,8}}?) {DATE}{END}"
    return (
        _asked(passive, sentence, text, lambda m: f"When {m['aux']} {_subject(m)} {m['rest']}?")
        or _asked(
            happened, sentence, text, lambda m: f"When did {_subject(m)} {HAPPENED[m['past']]}{m['rest']}?"
        )
        or _asked(active, sentence, text, lambda m: f"When did {_subject(m)} {PAST[m['past']]}{m['rest']}?")
    )


def deed(sentence: str, text: str) -> str | None:
    """On 8 February 2007, BSkyB announced a change. -> What did BSkyB announce on 8 February 2007?"""
    day = DATE.replace("(?:in", "(?:[Ii]n", 1).replace("|on", "|[Oo]n", 1)
    form = rf"^(?P<date>{day}),? {SUBJECT}(?P<past>{'|'.join(PAST)}) (?:an?|the|its|his|her|their) "
    return _asked(
        form,
        sentence,
        text,
        lambda m: f"What did {_subject(m)} {PAST[m['past']]} {m['date'][0].lower()}{m['date'][1:]}?",
    )


def said(sentence: str, text: str) -> str | None:
    """Europe had paid 60% of the aid, Macron said. -> What did Macron say about Europe?"""
    who = rf"(?P<subject>(?:the )?{NAME})"
    forms = (
        rf"^{LEADING}(?:[A-Z]?[a-z]+ ){{0,2}}?{who.replace('the', '[Tt]he')} {SAID},? (?!on )(?P<rest>.+)$",
        rf"^(?P<rest>.+),[”\"]? {who} {SAID}[.,]",
    )
    found = next((match for form in forms if (match := re.match(form, sentence))), None)
    if not found or not any(each <= names(found["subject"]) for each in speakers(sentence)):
        return None
    topic = next(_topics(found["rest"], found["subject"], text), None)
    stands = topic and _stands(found["subject"], text)
    return f"What did {_subject(found)} say about {topic}?" if stands else None


def _topics(clause: str, speaker: str, text: str) -> Iterator[str]:
    """The names of a clause that are whole, and are neither the speaker's nor of the calendar."""
    one = rf"(?:the )?{NAME}"
    for found in re.finditer(rf"(?<![\w’'-]){one}(?: and {one})?(?![\w’'-])", clause):
        following = re.match(r" (\w+)", clause[found.end() :])
        whole = not following or following[1] in BETWEEN
        if whole and not names(found[0]) & (names(speaker) | CALENDAR) and _stands(found[0], text):
            yield found[0]


def who(sentence: str, text: str) -> str | None:
    """Sergei Lavrov, the Russian foreign minister, left. -> Who is Sergei Lavrov?"""
    apposed = rf"(?<![\w’'-] ){PERSON}, (?:the|an?|[A-Z][a-z]+[’']s) (?:[\w.’'-]+ ){{0,5}}?{ROLES}\b[^,]*[,.]"
    titled = rf"\b(?:[A-Z][a-z]+|the) (?i:{ROLES}) {PERSON}(?! {CAPITAL})"
    return _asked(apposed, sentence, text, lambda m: f"Who is {m['subject']}?") or _asked(
        titled, sentence, text, lambda m: f"Who is {m['subject']}?"
    )


def what(sentence: str, text: str) -> str | None:  # noqa: ARG001
    """The most useful tool is the lathe. -> What is the most useful tool?"""
    kind = r"^(?P<subject>An? [a-z]+(?: [a-z]+)?)(?: \([^()]+\))? is an? (?!few|lot)[a-z].+$"
    thing = rf"^(?P<subject>The {CAPITAL} (?:[A-Z]\S* ){{0,3}}?{CAPITAL}) is an? [a-z].+$"
    most = rf"^(?P<subject>{MOST}) is (?:an?|the) .+$"
    found = next((match for form in (kind, thing, most) if (match := re.match(form, sentence))), None)
    return f"What is {_subject(found)}?" if found and not VAGUE.search(found["subject"]) else None


def _asked(form: str, sentence: str, text: str, ask: Callable[[re.Match[str]], str | None]) -> str | None:
    """The question, where the sentence has the form, its subject stands alone and its rest points nowhere."""
    found = re.search(form, sentence)
    if not found or not _stands(found["subject"], text) or VAGUE.search(found.groupdict().get("rest") or ""):
        return None
    return ask(found)


def _turned(found: re.Match[str]) -> str:
    """The verb around its subject: "did Europe pay", "had Europe provided"."""
    if found["aux"]:
        return f"{found['aux']} {_subject(found)}{found['participle'] or ''}"
    verb = found["past"]
    return f"{'does' if verb.endswith('s') else 'did'} {_subject(found)} {PAST[verb]}"


def _behind(found: re.Match[str]) -> str:
    return f" {found['rest']}" if found["rest"] else ""


def _subject(found: re.Match[str]) -> str:
    """The subject as it stands in mid-sentence."""
    return re.sub(r"^(?:The|An?) ", lambda article: article[0].lower(), found["subject"].strip())


def _stands(subject: str, text: str) -> bool:
    """Whether a capital of the subject is a name's, and nothing in it points elsewhere."""
    capitals = re.findall(r"[A-Z][\w’'.-]*", re.sub(r"^(?:The|An?) ", "", subject))
    opens = bool(capitals) and bool(names(capitals[0]))  # not "While Trump"
    return opens and not VAGUE.search(subject) and any(_is_name(word, text) for word in capitals)


def _is_name(word: str, text: str) -> bool:
    """Whether the text has the word with its capital in mid-sentence, and never in small letters."""
    plain = re.escape(re.sub(r"[’']s$", "", word).rstrip("."))
    in_small = re.search(rf"(?<![\w-]){plain.lower()}(?![\w-])", text)
    return not in_small and bool(re.search(rf"[a-z,] {plain}(?!\w)", text))


def _person(subject: str, text: str) -> bool:
    """Whether the text treats the name as a person's: with a role before it, or as one who speaks."""
    last = re.escape(re.sub(r"[’']s$", "", subject.split()[-1]))
    titled = rf"\b(?i:{ROLES}|mr|mrs|ms|dr) (?:{CAPITAL} ){{0,2}}{last}\b"
    return bool(re.search(rf"{titled}|\b{last}, (?:the|an?) [^,.]*\b{ROLES}\b", text))


FORMS: tuple[Form, ...] = (share, money, amount, first, founder, when, said, deed, who, what)
"""From the telling to the plain."""

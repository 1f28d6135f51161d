"""Whether two articles give different values for the same thing.

Law: a conflict is shown only where it can be told by form: one says yes and the other no, or one denies
the other's very word ("not loans"), or both give a figure or a date of one kind and share none, or both
give one name where one is asked for, and neither cited span holds the other's value, or exact words are asked
for and each quotes the speaker in words that the other has not. A value that its
own span doesn't hold counts for nothing. Two things that may both be true are no conflict: Monday and
24 February, Riyadh and Saudi Arabia, "more than 100" and 120.

Does not know: which side is right; differences in meaning that no value shows.
"""

import re

from index.article import Hit
from rag.attribution import speakers
from rag.coverage import coverage, stems
from rag.denial import HARMLESS, contradiction
from rag.kinds import CALENDAR, Value, bound, close, values
from rag.utterance import asks_exact_words, quotations, words_apart
from rag.values import missing, names, words

Side = tuple[str, str]
"""A short answer and its cited span."""

_DENIAL = re.compile(
    r"\b(?:no|not|never|none|neither|nor|nobody|nothing|nowhere|cannot|without)\b|n['’]t\b", re.IGNORECASE
)
_CLOSED = re.compile(
    r"\s*(?:(?:and|but|so|then)\s+)?(?:is|are|was|were|am|do|does|did|has|have|had|will|would|can|could|shall|"
    r"should|may|might|must)(?:n['’]t)?\b",
    re.IGNORECASE,
)
_ONE_NAME = re.compile(
    r"\b(?:who|whose|where|(?:which|what) (?:city|country|person|town|place|capital))\b", re.IGNORECASE
)
_COUNTING = re.compile(r"\b(?:how|number|toll|count|total|score|age)\b", re.IGNORECASE)
_SAYING = frozenset("said says told asked answered known clear".split())
"""Words whose denial tells that something was left unsaid."""
_LEAST_COVERAGE = 0.6
"""Share of the question's content words that another article's passage must hold to be worth reading."""
_FEW_WORDS = 4
"""A bare number in a longer answer is beside the point, unless a number is asked for."""


def is_closed(question: str) -> bool:
    """Whether a question asks for yes or no: it opens with its verb, and offers no choice."""
    return opens_with_verb(question) and "or" not in words(question)


def opens_with_verb(question: str) -> bool:
    """Whether a question opens with its verb: it asks for yes or no, or offers a choice."""
    return bool(_CLOSED.match(question))


def differ(question: str, one: Side, other: Side) -> bool:
    """Whether two answers to ``question``, each (short answer, cited span), exclude each other."""
    closed = is_closed(question)
    if closed and _denies(question, *one) != _denies(question, *other):
        return True
    denied = _contradicts(question, one, other) or _contradicts(question, other, one)
    if denied and not (closed and _is_literal(one[0]) and _is_literal(other[0])):
        return True
    if _values_apart(question, one, other) or (asks_exact_words(question) and words_apart(one[1], other[1])):
        return True
    return not closed and bool(_ONE_NAME.search(question)) and _names_apart(question, one, other)


def worth_reading(question: str, short: str, best: Hit, hit: Hit, span: str | None = None) -> bool:
    """Whether ``hit``, of another article than ``best``, may say something else than ``short``.

    It speaks of what is asked, doesn't hold the short answer, and holds a value of its kind; or it states
    what ``span``, the sentences of ``best`` that are cited (all of it without), denies.
    """
    if hit.passage.source == best.passage.source or coverage(question, (hit,)) < _LEAST_COVERAGE:
        return False
    ours, text = (short, best.passage.text), hit.passage.text
    if is_closed(question) or _contradicts(question, ours, ("", text)):
        return True
    if _affirms(text, span or best.passage.text) or _quotes(question, text, span or best.passage.text):
        return True
    if _holds(text, short):
        return False
    kinds = {kind for kind, _ in _given(question, ours)}
    if kinds & {kind for kind, _ in values(text)}:
        return True
    return bool(_ONE_NAME.search(question)) and bool(names(short))


def _quotes(question: str, text: str, span: str) -> bool:
    """Whether exact words are asked for, and a sentence of ``text`` quotes the speaker of ``span``."""
    said = speakers(span)
    if not asks_exact_words(question) or not said:
        return False
    return bool(quotations(text)) and any(a & b for a in said for b in speakers(text))


def disputed_words(one: str, other: str) -> tuple[str, ...]:
    """The words that one of two sentences states and the other denies; () for none.

    Sentences that give different days or years speak of different times.
    """
    here, there = ({v for v in values(text) if v[0] in ("day", "month", "year")} for text in (one, other))
    apart = here and there and not here & there
    return () if apart else tuple(said.split()[-1] for said in contradiction(one, other).values())


def denied_by(question: str, ours: Side, sentence: str) -> str:
    """What a sentence of another article says against our answer, in a few words; "" for nothing.

    Only what was asked or answered counts: a share is not in doubt because the same sentence is denied
    to be about loans.
    """
    short, span = ours
    told = stems(f"{question} {short}")
    return next((said for stem, said in contradiction(span, sentence).items() if stem in told), "")


def _holds(text: str, short: str) -> bool:
    return words(short) <= words(text) and not missing(short, text)


def _is_literal(short: str) -> bool:
    return bool(re.match(r"yes\b|no(?=\W*$|\s*[,.;:!])", short.strip(), re.IGNORECASE))


def _denies(question: str, short: str, span: str) -> bool:
    """Whether an answer to a closed question is no: by its first word, else by a denial that is not asked.

    "Weren't they ...?" asks as "Were they ...?" does.
    """
    if _is_literal(short):
        return short.strip().lower().startswith("no")
    asked = bool(_denial(_CLOSED.sub("", question, count=1)))
    return (_denial(short) or _denied_near(short, span)) != asked


def _denial(text: str) -> bool:
    return bool(_DENIAL.search(HARMLESS.sub(" ", text)))


def _contradicts(question: str, one: Side, other: Side) -> bool:
    """Whether the other span denies a word of this short answer, or of the question, that this one states.

    A word of the question counts only where the other span speaks of the same and hasn't this answer.
    """
    (short, own), (_, there) = one, other
    if _denies_one_of(_content(short), there, own):
        return True
    asked = stems(question)
    if 2 * len(asked & stems(there)) < len(asked) or _holds(there, short):
        return False
    return _denies_one_of(_content(question) & words(own), there, own)


def _affirms(text: str, other: str) -> bool:
    """Whether ``text`` states a word that ``other`` denies."""
    return any(_denied(word, other) and not _denied(word, text) for word in _content(text) & _content(other))


def _denies_one_of(stated: frozenset[str], there: str, own: str) -> bool:
    return any(_denied(word, there) and not _denied(word, own) for word in stated)


def _content(text: str) -> frozenset[str]:
    return frozenset(w for w in words(text) if len(w) > 3 and w not in _SAYING and stems(w))


def _denied(word: str, text: str) -> bool:
    denial = r"(?:\b(?:no|not|never|without|neither|nor)|n['’]t)\s+(?:\w+\s+)?"
    return bool(re.search(rf"{denial}{re.escape(word)}\b", HARMLESS.sub(" ", text), re.IGNORECASE))


def _denied_near(short: str, span: str) -> bool:
    """Whether the span denies the very words of a short answer: "were not loans" for "loans"."""
    found = re.search(rf"(?:\w+[^\w.!?;]+){{0,3}}{re.escape(short.strip(' .'))}", span, re.IGNORECASE)
    return bool(found and _denial(found[0]))


def _values_apart(question: str, one: Side, other: Side) -> bool:
    """Values of one kind on both sides, none shared, and neither span holds the other's."""
    ours, theirs = _given(question, one), _given(question, other)
    here, there = values(one[1]), values(other[1])
    if any(_compatible(a, one[1], b, other[1]) for a in ours for b in theirs if a[0] == b[0]):
        return False
    kinds = {kind for kind, _ in ours} & {kind for kind, _ in theirs}
    return any(
        not {a for a in ours if a[0] == kind} & there and not {b for b in theirs if b[0] == kind} & here
        for kind in kinds
    )


def _given(question: str, side: Side) -> frozenset[Value]:
    """The values of a short answer as its span has them: "500" is dollars where the span says so."""
    short, span = side
    said = values(short)
    found = frozenset(v for v in values(span) if v in said or (v[0].startswith("of ") and ("", v[1]) in said))
    counted = bool(_COUNTING.search(question)) or len(short.split()) <= _FEW_WORDS
    return frozenset(v for v in found if v[0] or counted)


def _compatible(one: Value, here: str, other: Value, there: str) -> bool:
    """Whether two values of a kind may both be true: at least 12, and 15."""
    by_one, by_other = bound(one, here), bound(other, there)
    if by_one == by_other:
        return False
    return close(one, by_one, other) if not by_other else not by_one and close(other, by_other, one)


def _names_apart(question: str, one: Side, other: Side) -> bool:
    """One name against another, where both spans speak of all that is asked."""
    a, b = (_head(side) - names(question) for side in (one, other))
    if not a or not b or a & words(other[1]) or b & words(one[1]):
        return False
    asked = stems(question)
    return all(len(asked & stems(side[1])) >= len(asked) - 1 for side in (one, other)) and len(asked) > 1


def _head(side: Side) -> frozenset[str]:
    """The name before the first comma, else all names: Riyadh of "Riyadh, Saudi Arabia"."""
    short, span = side
    first, every = ((names(text) & words(span)) - CALENDAR for text in (short.partition(",")[0], short))
    return first or every

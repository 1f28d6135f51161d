"""Whether two articles give different values for the same thing.

Law: a conflict is shown only where it can be told by form: one says yes and the other no, or one denies
the other's very word ("not loans"), or both give a figure or a date of one kind and share none, or both
give one name where one is asked for, and neither cited span holds the other's value, or exact words are asked
for and each quotes the speaker in words that the other has not. A value that its
own span doesn't hold counts for nothing. Two things that may both be true are no conflict: Monday and
24 February, Riyadh and Saudi Arabia, "more than 100" and 120.

Does not know: which side is right; differences in meaning that no value shows.
"""

from index.article import Hit
from rag.answer import Question
from rag.english.denials import contradiction, denied_near, denies, is_denied, is_literal
from rag.english.kinds import CALENDAR, Value, bound, close, values
from rag.english.quotes import quotations, words_apart
from rag.english.sayings import UNSAID, speakers
from rag.english.values import missing, names, words
from rag.english.words import stems

Side = tuple[str, str]
"""A short answer and its cited span."""

_LEAST_COVERAGE = 0.6
"""Share of the question's content words that another article's passage must hold to be worth reading."""
_FEW_WORDS = 4
"""A bare number in a longer answer is beside the point, unless a number is asked for."""


def source_text(hit: Hit) -> str:
    """All that is told with a passage: title, publisher, author, file name and text."""
    source = hit.passage.source
    told = (source.title, source.publisher, source.author, source.path, hit.passage.text)
    return "\n".join(part for part in told if part)


def differ(question: Question, one: Side, other: Side) -> bool:
    """Whether two answers to ``question``, each (short answer, cited span), exclude each other."""
    closed = question.form.closed
    if closed and _denies(question, *one) != _denies(question, *other):
        return True
    denied = _contradicts(question, one, other) or _contradicts(question, other, one)
    if denied and not (closed and is_literal(one[0]) and is_literal(other[0])):
        return True
    if _values_apart(question, one, other) or (question.form.exact and words_apart(one[1], other[1])):
        return True
    return not closed and question.form.one_name and _names_apart(question, one, other)


def _covered(question: Question, text: str) -> float:
    """The share, 0..1, of a question's content words that ``text`` holds; 1 where it has none."""
    asked = question.form.stems
    return len(asked & stems(text)) / len(asked) if asked else 1.0


def worth_reading(question: Question, short: str, best: Hit, hit: Hit, span: str | None = None) -> bool:
    """Whether ``hit``, of another article than ``best``, may say something else than ``short``.

    It speaks of what is asked, doesn't hold the short answer, and holds a value of its kind; or it states
    what ``span``, the sentences of ``best`` that are cited (all of it without), denies.
    """
    if hit.passage.source == best.passage.source or _covered(question, source_text(hit)) < _LEAST_COVERAGE:
        return False
    ours, text = (short, best.passage.text), hit.passage.text
    if question.form.closed or _contradicts(question, ours, ("", text)):
        return True
    if _affirms(text, span or best.passage.text) or _quotes(question, text, span or best.passage.text):
        return True
    if _holds(text, short):
        return False
    kinds = {kind for kind, _ in _given(question, ours)}
    if kinds & {kind for kind, _ in values(text)}:
        return True
    return question.form.one_name and bool(names(short))


def _quotes(question: Question, text: str, span: str) -> bool:
    """Whether exact words are asked for, and a sentence of ``text`` quotes the speaker of ``span``."""
    said = speakers(span)
    if not question.form.exact or not said:
        return False
    return bool(quotations(text)) and any(a & b for a in said for b in speakers(text))


def disputed_words(one: str, other: str) -> tuple[str, ...]:
    """The words that one of two sentences states and the other denies; () for none.

    Sentences that give different days or years speak of different times.
    """
    here, there = ({v for v in values(text) if v[0] in ("day", "month", "year")} for text in (one, other))
    apart = here and there and not here & there
    return () if apart else tuple(said.split()[-1] for said in contradiction(one, other).values())


def denied_by(question: Question, ours: Side, sentence: str) -> str:
    """What a sentence of another article says against our answer, in a few words; "" for nothing.

    Only what was asked or answered counts: a share is not in doubt because the same sentence is denied
    to be about loans.
    """
    short, span = ours
    told = question.form.stems | stems(short)
    return next((said for stem, said in contradiction(span, sentence).items() if stem in told), "")


def _holds(text: str, short: str) -> bool:
    return words(short) <= words(text) and not missing(short, text)


def _denies(question: Question, short: str, span: str) -> bool:
    """Whether an answer to a closed question is no: by its first word, else by a denial that is not asked.

    "Weren't they ...?" asks as "Were they ...?" does.
    """
    if is_literal(short):
        return short.strip().lower().startswith("no")
    return (denies(short) or denied_near(short, span)) != question.form.denies


def _contradicts(question: Question, one: Side, other: Side) -> bool:
    """Whether the other span denies a word of this short answer, or of the question, that this one states.

    A word of the question counts only where the other span speaks of the same and hasn't this answer.
    """
    (short, own), (_, there) = one, other
    if _denies_one_of(_content(short), there, own):
        return True
    asked = question.form.stems
    if 2 * len(asked & stems(there)) < len(asked) or _holds(there, short):
        return False
    return _denies_one_of(_content(question.text) & words(own), there, own)


def _affirms(text: str, other: str) -> bool:
    """Whether ``text`` states a word that ``other`` denies."""
    return any(
        is_denied(word, other) and not is_denied(word, text) for word in _content(text) & _content(other)
    )


def _denies_one_of(stated: frozenset[str], there: str, own: str) -> bool:
    return any(is_denied(word, there) and not is_denied(word, own) for word in stated)


def _content(text: str) -> frozenset[str]:
    return frozenset(w for w in words(text) if len(w) > 3 and w not in UNSAID and stems(w))


def _values_apart(question: Question, one: Side, other: Side) -> bool:
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


def _given(question: Question, side: Side) -> frozenset[Value]:
    """The values of a short answer as its span has them: "500" is dollars where the span says so."""
    short, span = side
    said = values(short)
    found = frozenset(v for v in values(span) if v in said or (v[0].startswith("of ") and ("", v[1]) in said))
    counted = question.form.counting or len(short.split()) <= _FEW_WORDS
    return frozenset(v for v in found if v[0] or counted)


def _compatible(one: Value, here: str, other: Value, there: str) -> bool:
    """Whether two values of a kind may both be true: at least 12, and 15."""
    by_one, by_other = bound(one, here), bound(other, there)
    if by_one == by_other:
        return False
    return close(one, by_one, other) if not by_other else not by_one and close(other, by_other, one)


def _names_apart(question: Question, one: Side, other: Side) -> bool:
    """One name against another, where both spans speak of all that is asked."""
    a, b = (_head(side) - names(question.text) for side in (one, other))
    if not a or not b or a & words(other[1]) or b & words(one[1]):
        return False
    asked = question.form.stems
    return all(len(asked & stems(side[1])) >= len(asked) - 1 for side in (one, other)) and len(asked) > 1


def _head(side: Side) -> frozenset[str]:
    """The name before the first comma, else all names: Riyadh of "Riyadh, Saudi Arabia"."""
    short, span = side
    first, every = ((names(text) & words(span)) - CALENDAR for text in (short.partition(",")[0], short))
    return first or every

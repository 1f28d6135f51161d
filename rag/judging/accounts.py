"""What other articles say to an answer, found without a model: denials, disputes, other words for the same.

Law: each is a rule, and finds a sentence of another article, stated word for word, with the support of what
it is set beside. A denial is told by its very word, a dispute by the word that one article states and the
other denies, where the question names that word or one near it in meaning. Quotations that share their words
are one quotation, differently told. A sentence that tells the same point, by its nearness, but not what was
answered, is another account; so is a list left open ("and many other matters") where a number was answered.

Does not know: which article is right; whether two accounts exclude each other.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, islice, product

from index.article import Hit
from rag.answer import Judged, NumberedSentence, Question, Statement
from rag.english.lacking import lacks
from rag.english.lemmas import with_lemmas
from rag.english.lists import is_left_open
from rag.english.quotes import requotes
from rag.english.values import figures, words
from rag.english.words import stems
from rag.judging.choose import Stated
from rag.judging.conflict import denied_by, disputed_words, source_text
from rag.judging.nearness import Nearness
from rag.judging.score import shifted
from rag.reading.place import echoes
from rag.reading.prompt import number
from rag.reading.quoted import with_opening
from rag.rules import Rule

DISPUTE = 1.5
"""What two articles that contradict each other on what is asked add to the log odds of either's reading."""
SAME_MATTER = 0.65
"""The cosine from which two words are of one matter: lend and loan, guilty and innocent."""
SAME_POINT = 0.8
"""The cosine from which sentences of two articles tell the same point."""
SAME_SUBJECT = 0.6
"""The cosine from which the nearest sentence of an article is its version of what another one says."""
SHARED = 2
"""How many content words such sentences share at least."""
SAME_COUNT = 0.5
"""The cosine from which a list that is left open is of what another sentence gives the number of."""


@dataclass(frozen=True, slots=True)
class _Told:
    """A sentence of a passage, by its number, after what opens the quotation that it begins in."""

    passage: tuple[NumberedSentence, ...]
    numbers: tuple[int, ...]

    @property
    def text(self) -> str:
        return " ".join(s.sentence.text for s in self.passage if s.number in self.numbers)


@dataclass(frozen=True, slots=True)
class Beside:
    """The best reading, and what it is compared with: the question's hits, and how near texts are."""

    question: Question
    best: Stated
    hits: Sequence[Hit]
    near: Nearness


def _denying(over: Beside) -> tuple[Stated, ...]:
    """The first sentence that denies the best reading's answer, as a reading of it."""
    ours = _side(over.best)
    for told in _elsewhere(over.best, over.hits):
        if said := denied_by(over.question, ours, told.text):
            return (_stating(told, said, over.best.statement.support),)
    return ()


def _requoting(over: Beside) -> tuple[Stated, ...]:
    """The first sentence that quotes the exact words that are asked for otherwise."""
    if not over.question.form.exact:
        return ()
    _, ours = _side(over.best)
    requoted = (told for told in _elsewhere(over.best, over.hits) if requotes(ours, told.text))
    return _stated(islice(requoted, 1), over.best)


def _retelling(over: Beside) -> tuple[Stated, ...]:
    """The sentence that tells the same point, but not in it what was answered."""
    _, ours = _side(over.best)
    return _lacking(over, _nearest(ours, _sharing(over), over.near, SAME_POINT))


def _leaving_open(over: Beside) -> tuple[Stated, ...]:
    """The nearest list that is left open, where it was asked how many and a number is the answer."""
    short, ours = _side(over.best)
    sharing = _sharing(over)
    counted = over.question.form.how_many and figures(short) and not is_left_open(ours)
    if not counted or _nearest(ours, sharing, over.near, SAME_POINT):
        return ()
    open_ones = [told for told in sharing if is_left_open(told.text)]
    return _lacking(over, _nearest(ours, open_ones, over.near, SAME_COUNT))


def _sharing(over: Beside) -> list[_Told]:
    """What shares SHARED content words with what is cited; only of one sentence: several tell more points."""
    if len(over.best.statement.numbers) != 1:
        return []
    _, ours = _side(over.best)
    every = _elsewhere(over.best, over.hits)
    return [told for told in every if len(stems(ours) & stems(told.text)) >= SHARED]


def _lacking(over: Beside, same: Iterable[_Told]) -> tuple[Stated, ...]:
    """Those that lack the answer: the cited sentence, where the short one only repeats the question."""
    short, ours = _side(over.best)
    said = ours if echoes(short, over.question) else short
    return _stated((told for told in same if lacks(told.text, said)), over.best)


AGAINST: tuple[Rule[Beside, Stated], ...] = (
    Rule(
        "other.denies",
        "A sentence of another article denies a word of the answer, or of what was asked.",
        _denying,
    ),
    Rule("other.requotes", "Another article quotes the same words otherwise.", _requoting),
)
"""What contradicts an answer."""
ALSO: tuple[Rule[Beside, Stated], ...] = (
    Rule("other.retells", "Another article tells the same point without the answer.", _retelling),
    Rule("other.leaves_open", "Another article leaves open the list that was counted.", _leaving_open),
)
"""What is set beside one that nothing contradicts."""


def version(best: Stated, hits: Iterable[Hit], near: Nearness) -> tuple[Stated, ...]:
    """The sentence in ``hits`` of another article that is nearest to what the best reading cites, if near."""
    _, ours = _side(best)
    same = _nearest(ours, list(_elsewhere(best, hits)), near, SAME_SUBJECT)
    return _stated(same, best)


@dataclass(frozen=True, slots=True)
class Read:
    """What was judged of a question's hits, and the support from which an answer is shown."""

    question: Question
    judged: Sequence[Judged]
    hits: Sequence[Hit]
    accept: float
    near: Nearness


def _disputed(over: Read) -> tuple[Stated, ...]:
    """The first two sentences of two articles that contradict each other on what is asked.

    Only for a question that opens with its verb, in passages that hold each of its names. The passages were
    read, and one of them nearly has the support that an answer needs: that both speak of the thing makes up
    for DISPUTE of its log odds.
    """
    form = over.question.form
    naming = [hit for hit in over.hits if form.names <= words(source_text(hit))] if form.verb_first else []
    for one, other in combinations(naming, 2):
        read = (j.support for j in over.judged if j.candidate.reading.hit in (one, other))
        support = shifted(max(read, default=-1.0), DISPUTE)
        apart = one.passage.source != other.passage.source and support >= over.accept
        if apart and (pair := _disputing(over.question, one, other, over.near)):
            return tuple(_stating(told, told.text, support) for told in pair)
    return ()


DISPUTES: tuple[Rule[Read, Stated], ...] = (
    Rule("other.disputes", "Two articles contradict each other on a word that is asked about.", _disputed),
)
"""What two articles say of a question, whatever is read in them."""


def _disputing(question: Question, one: Hit, other: Hit, near: Nearness) -> tuple[_Told, ...]:
    """A sentence of each that contradict each other on a word that the question is about; () for none."""
    asked = question.form.stems
    for ours, theirs in product(_told(one), _told(other)):
        at_odds = disputed_words(ours.text, theirs.text)
        if at_odds and (asked & stems(" ".join(at_odds)) or _is_about(question, at_odds, near)):
            return (ours, theirs)
    return ()


def _is_about(question: Question, at_odds: Iterable[str], near: Nearness) -> bool:
    """Whether a word of the question is of one matter with one of those that are disputed."""
    asked = sorted(with_lemmas(word for word in words(question.text) if stems(word)))
    return any(max(near(word, asked), default=0.0) >= SAME_MATTER for word in at_odds)


def _nearest(ours: str, found: Sequence[_Told], near: Nearness, least: float) -> tuple[_Told, ...]:
    """What is told nearest to ``ours``, if its cosine is ``least`` or more."""
    ranked = sorted(zip(near(ours, [t.text for t in found]), found, strict=True), key=lambda pair: -pair[0])
    return tuple(told for cosine, told in ranked[:1] if cosine >= least)


def _side(best: Stated) -> tuple[str, str]:
    """The first statement's short answer, and its span."""
    return best.statement.short, best.span


def _elsewhere(best: Stated, hits: Iterable[Hit]) -> Iterator[_Told]:
    """What each sentence of the hits of other articles tells."""
    home = best.source
    return (told for hit in hits if hit.passage.source != home for told in _told(hit))


def _told(hit: Hit) -> tuple[_Told, ...]:
    numbered = number([hit])
    return tuple(_Told(numbered, with_opening((sentence.number,), numbered)) for sentence in numbered)


def _stated(several: Iterable[_Told], best: Stated) -> tuple[Stated, ...]:
    """Each in its own words, with the support of the best."""
    return tuple(_stating(told, told.text, best.statement.support) for told in several)


def _stating(told: _Told, short: str, support: float) -> Stated:
    """What is told in a passage, in its own words."""
    return Stated(told.passage, Statement(told.numbers, short, support))

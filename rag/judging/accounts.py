"""What other articles say to an answer, found without a model: denials, disputes, other words for the same.

Law: each is a sentence of another article, stated word for word, with the support of what it is set beside. A
denial is told by its very word, a dispute by the word that one article states and the other denies, where the
question names that word or one near it in meaning. Quotations that share their words are one quotation,
differently told. A sentence that tells the same point, by its nearness, but not what was answered, is another
account; so is a list left open ("and many other matters") where a number was answered.

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
from rag.judging.conflict import denied_by, disputed_words
from rag.judging.nearness import Nearness
from rag.judging.score import shifted
from rag.judging.signals import strange_names
from rag.reading.place import echoes
from rag.reading.prompt import number
from rag.reading.quoted import with_opening

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


def denying(question: Question, best: Stated, hits: Iterable[Hit]) -> tuple[Stated, ...]:
    """The first sentence of another article that denies the best reading's answer, as a reading of it."""
    ours = _side(best)
    for told in _elsewhere(best, hits):
        if said := denied_by(question, ours, told.text):
            return (_stating(told, said, best.statement.support),)
    return ()


def requoting(question: Question, best: Stated, hits: Iterable[Hit]) -> tuple[Stated, ...]:
    """Where exact words are asked, the first sentence of another article that quotes them otherwise."""
    if not question.form.exact:
        return ()
    _, ours = _side(best)
    requoted = (told for told in _elsewhere(best, hits) if requotes(ours, told.text))
    return tuple(_stating(told, told.text, best.statement.support) for told in islice(requoted, 1))


def retelling(question: Question, best: Stated, hits: Iterable[Hit], near: Nearness) -> tuple[Stated, ...]:
    """The sentence of another article that tells the same point, but not in it what was answered.

    Where the short answer only repeats the question, the cited sentence is the answer. Only of one sentence
    that is cited: several tell more points than one.
    """
    if len(best.statement.numbers) != 1:
        return ()
    short, ours = _side(best)
    said = ours if echoes(short, question) else short
    found = [told for told in _elsewhere(best, hits) if len(stems(ours) & stems(told.text)) >= SHARED]
    same = _nearest(ours, found, near, SAME_POINT) or _left_open(question, best, found, near)
    other = (told for told in same if lacks(told.text, said))
    return tuple(_stating(told, told.text, best.statement.support) for told in other)


def _left_open(question: Question, best: Stated, found: Sequence[_Told], near: Nearness) -> tuple[_Told, ...]:
    """The nearest list that is left open, where it was asked how many and a number is the answer."""
    short, ours = _side(best)
    if question.form.wants != "count" or not figures(short) or is_left_open(ours):
        return ()
    return _nearest(ours, [told for told in found if is_left_open(told.text)], near, SAME_COUNT)


def version(best: Stated, hits: Iterable[Hit], near: Nearness) -> tuple[Stated, ...]:
    """The sentence in ``hits`` of another article that is nearest to what the best reading cites, if near."""
    _, ours = _side(best)
    same = _nearest(ours, list(_elsewhere(best, hits)), near, SAME_SUBJECT)
    return tuple(_stating(told, told.text, best.statement.support) for told in same)


def disputed(
    question: Question, judged: Sequence[Judged], hits: Sequence[Hit], accept: float, near: Nearness
) -> tuple[Stated, ...]:
    """The first two sentences of two articles that contradict each other on what is asked; () for none.

    Only for a question that opens with its verb, in passages that hold each of its names. The passages were
    read, and one of them nearly has the support that an answer needs: that both speak of the thing makes up
    for DISPUTE of its log odds.
    """
    if not question.form.verb_first:
        return ()
    naming = [hit for hit in hits if not strange_names(question, (hit,))]
    for one, other in combinations(naming, 2):
        read = (j.support for j in judged if j.candidate.reading.hit in (one, other))
        support = shifted(max(read, default=-1.0), DISPUTE)
        apart = one.passage.source != other.passage.source and support >= accept
        if apart and (pair := _disputing(question, one, other, near)):
            return tuple(_stating(told, told.text, support) for told in pair)
    return ()


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


def _stating(told: _Told, short: str, support: float) -> Stated:
    """What is told in a passage, in its own words."""
    return Stated(told.passage, Statement(told.numbers, short, support))

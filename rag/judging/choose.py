"""What is stated: the best candidate, all that answer a list, and what contradicts it.

Law: pure. The best supported candidate answers; a question for several things takes one from each passage
that is supported; a candidate of another article counts as a rival only where its value differs.

Does not know: models, the gates, how support is made.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from index.article import Hit, Source
from rag.answer import Judged, NumberedSentence, Question, Statement
from rag.judging.conflict import differ, worth_reading

MOST_CLAIMS = 4


@dataclass(frozen=True, slots=True)
class Stated:
    """A statement over the sentences of one passage."""

    sentences: tuple[NumberedSentence, ...]
    statement: Statement

    @property
    def span(self) -> str:
        """The text of the sentences that would be shown."""
        return " ".join(s.sentence.text for s in self.sentences if s.number in self.statement.numbers)

    @property
    def source(self) -> Source:
        """The article that they are of."""
        return self.sentences[0].hit.passage.source


def stated(judged: Judged) -> Stated:
    """A candidate as a statement."""
    candidate = judged.candidate
    said = Statement(candidate.numbers, candidate.short, judged.support, judged)
    return Stated(candidate.reading.sentences, said)


def chosen(question: Question, judged: Sequence[Judged], accept: float) -> tuple[Stated, ...]:
    """What answers, best first; () where no candidate reaches ``accept``."""
    ranked = sorted((j for j in judged if j.support >= accept), key=lambda j: -j.support)
    return tuple(map(stated, ranked[: MOST_CLAIMS if question.form.several else 1]))


def rival_hit(question: Question, best: Stated, read: Iterable[Hit], hits: Iterable[Hit]) -> Hit | None:
    """The first hit of an article of which nothing was read that may say something else than ``best``."""
    seen = {hit.passage.source for hit in read}
    home = best.sentences[0].hit
    fresh = (hit for hit in hits if hit.passage.source not in seen)
    short = best.statement.short
    return next((hit for hit in fresh if worth_reading(question, short, home, hit, best.span)), None)


def rivals(question: Question, best: Stated, judged: Iterable[Judged], accept: float) -> tuple[Stated, ...]:
    """The supported candidates of other articles that contradict ``best``, one an article."""
    ours = (best.statement.short, best.span)
    found: dict[str, Stated] = {}
    for other in (stated(j) for j in judged if j.support >= accept):
        if other.source.path != best.source.path and differ(
            question, ours, (other.statement.short, other.span)
        ):
            found.setdefault(other.source.path, other)
    return tuple(found.values())


def joined(
    several: Iterable[Stated],
) -> tuple[tuple[NumberedSentence, ...], tuple[Statement, ...]]:
    """The sentences of several statements, numbered through, and the statements in those numbers."""
    sentences: list[NumberedSentence] = []
    statements: list[Statement] = []
    for one in several:
        by = len(sentences)
        sentences += [replace(sentence, number=sentence.number + by) for sentence in one.sentences]
        statements.append(renumbered(one.statement, by))
    return tuple(sentences), tuple(statements)


def renumbered(statement: Statement, by: int) -> Statement:
    """The statement with its sentence numbers moved on by ``by``."""
    return replace(statement, numbers=tuple(number + by for number in statement.numbers))

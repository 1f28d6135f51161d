"""Training pairs: a question (with its short answer), a sentence in its place, and whether it answers.

Law: a pair is what the judge will see, no more: title, the sentence before, the sentence. Those that don't
answer are near misses that people wrote, other sentences of the same paragraph, other articles' sentences,
and questions changed by ``changes``.

Does not know: the network.
"""

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from eval.training.cases import Case
from eval.training.changes import changed, figures_in, names_in
from index.sentences import sentences
from rag.models.judge import Pair

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Example:
    """A pair, and 1.0 where the sentence answers the question, else 0.0; ``kind`` says how it was made.

    ``at`` is where in the sentence the words stand that answer, or that tempt; None where that is not known.
    """

    pair: Pair
    label: float
    kind: str
    at: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Mix:
    """How many pairs of each made kind come with an answerable case, as chances between 0 and 1."""

    wrong: float = 0.35
    off_topic: float = 0.05
    changed: float = 0.0


@lru_cache(maxsize=1024)
def split(paragraph: str) -> tuple[str, ...]:
    """The sentences of a paragraph as texts."""
    return tuple(paragraph[start:end] for start, end in sentences(paragraph, 0, len(paragraph)))


def place(case: Case) -> tuple[int, tuple[str, ...], str]:
    """Where the sentence of a case stands, all sentences of its paragraph, and the short answer.

    Of several sentences that hold a span, or where none does, the one that shares most words with the
    question. A span that is the whole sentence is no short answer.
    """
    parts = split(case.paragraph)
    held = [(i, span) for span in case.spans for i, part in enumerate(parts) if span in part]
    choice = held or [(i, case.spans[0]) for i in range(len(parts))]
    index, span = max(choice, key=lambda one: _shared(case.question, parts[one[0]]))
    return index, parts, "" if span == parts[index] else span


def pair_of(case: Case, index: int, parts: Sequence[str], short: str = "") -> Pair:
    """A case's question with sentence ``index`` of ``parts``."""
    return Pair(case.question, short, case.title, parts[index - 1] if index else "", parts[index])


def plain(case: Case) -> Example:
    """The case itself as an example: the answer's sentence, or the sentence that tempts."""
    kind = "answer" if case.answerable else "near miss"
    pair = pair_of(case, *place(case))
    start = pair.sentence.find(pair.short) if pair.short else -1
    at = (start, start + len(pair.short)) if start >= 0 else None
    return Example(pair, float(case.answerable), kind, at)


def make_examples(cases: Sequence[Case], mix: Mix, seed: int) -> list[Example]:
    """The examples of ``cases``: each itself, and the made ones that ``mix`` asks for.

    The same cases, mix and seed give the same examples.
    """
    chance = random.Random(seed)
    return [example for case in cases for example in _of_case(case, cases, mix, chance)]


def shown(examples: Sequence[Example], hidden: float, chance: random.Random) -> list[Example]:
    """The examples, a share ``hidden`` of them without their short answer."""
    return [_plainly(one) if chance.random() < hidden else one for one in examples]


def _plainly(one: Example) -> Example:
    return replace(one, pair=replace(one.pair, short=""))


def _of_case(case: Case, cases: Sequence[Case], mix: Mix, chance: random.Random) -> Iterator[Example]:
    yield (own := plain(case))
    if not case.answerable:
        return
    if chance.random() < mix.wrong and (wrong := _wrong(case, chance)):
        yield wrong
    if chance.random() < mix.off_topic:
        other = chance.choice(cases)
        if other.article != case.article:
            away = replace(pair_of(other, *place(other)), question=case.question)
            yield Example(away, 0.0, "off topic")
    if chance.random() < mix.changed:
        asked = changed(case.question, own.pair.sentence, case.paragraph, chance)
        if asked:
            yield Example(replace(own.pair, question=asked), 0.0, "changed")


def _wrong(case: Case, chance: random.Random) -> Example | None:
    """Another sentence of the paragraph that holds no answer, with a span that could be one."""
    _, parts, _ = place(case)
    free = [i for i, part in enumerate(parts) if not any(span in part for span in case.spans)]
    if not free:
        return None
    best = max(free, key=lambda i: _shared(case.question, parts[i]))
    index = best if chance.random() < 0.6 else chance.choice(free)
    spans = names_in(parts[index]) + figures_in(parts[index])
    short = chance.choice(spans) if spans else " ".join(parts[index].split()[-3:])
    return Example(pair_of(case, index, parts, short), 0.0, "wrong sentence")


def _shared(question: str, sentence: str) -> int:
    words = set(_WORD.findall(question.lower()))
    return len(words & set(_WORD.findall(sentence.lower())))

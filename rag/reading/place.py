"""Where a short answer stands: the sentences of a passage that hold it, with what they need to be understood.

Law: a small model often names the neighbour of the right sentence. The place moves only to sentences of the
same passage that hold every word, figure and name of the answer; where none does, it stays. From one that
holds them but has no word of the question it moves to one that has several. A yes or a no, which no
sentence holds, goes to the sentence that speaks most of what is asked. A sentence inside a quotation stands
with what opens it, and one that points back ("He", "such a") with the sentence before.

Does not know: models, what is shown.
"""

from collections import Counter
from collections.abc import Sequence

from rag.answer import Candidate, NumberedSentence, Question, Reading
from rag.english.denials import is_yes_or_no
from rag.english.pointing import points_back
from rag.english.values import figures, missing, words, words_beside_units
from rag.english.words import stems
from rag.reading.quoted import quotation_of, with_opening

PLAINLY = 2
"""How many content words of a question a sentence has that plainly speaks of it."""
Numbered = Sequence[NumberedSentence]


def placed(question: Question, reading: Reading) -> Candidate | None:
    """The reading with the sentences that would be shown for it; None where it points at nothing."""
    if not reading.named:
        return None
    if question.form.exact and (said := quotation_of(reading.named, reading.sentences)):
        return Candidate(reading, said[1], said[0])
    numbers = with_opening(_located(question, reading), reading.sentences)
    return Candidate(reading, with_antecedent(numbers, reading.sentences), reading.short)


def _located(question: Question, reading: Reading) -> tuple[int, ...]:
    """The numbers of the sentences that hold the short answer; those that were named where none does."""
    short, sentences = reading.short, reading.sentences
    named = [s for s in sentences if s.number in reading.named]
    if is_yes_or_no(short):
        return _nearest(question, named, sentences)
    held = _holds(named, short)
    if echoes(short, question) or (held and _shared(named, question)):
        return reading.named
    spans = [[s] for s in sentences]
    holding = [span for span in [*spans, *_with_previous(named, sentences)] if _holds(span, short)]
    if held:
        holding = [span for span in holding if _shared(span, question) >= PLAINLY]
    wanted = words(short) | words(question.text)
    best = max(holding, key=lambda span: len(wanted & words(text_of(span))), default=None)
    return reading.named if best is None else tuple(s.number for s in best)


def _nearest(question: Question, named: Numbered, sentences: Numbered) -> tuple[int, ...]:
    """The sentence that speaks most of what is asked, where the named speak less.

    A word counts the more the fewer sentences of the passage hold it; among equals the nearest wins.
    """
    held = Counter(stem for s in sentences for stem in stems(s.sentence.text))

    def shared(span: Numbered) -> float:
        return sum(1 / held[stem] for stem in question.form.stems & stems(text_of(span)))

    best = max(sentences, key=lambda s: (shared([s]), -abs(s.number - named[0].number)))
    return (best.number,) if shared([best]) > shared(named) else tuple(s.number for s in named)


def echoes(text: str, question: Question) -> bool:
    """Whether a short answer says nothing that the question didn't: such words stand in any sentence."""
    return words(text) <= words(question.text) and figures(text) <= figures(question.text)


def with_antecedent(numbers: tuple[int, ...], sentences: Numbered) -> tuple[int, ...]:
    """The numbers, and before them that of the sentence before, where the first of them points back to it."""
    shown = {s.number: s for s in sentences}
    first = min(numbers)
    before = shown.get(first - 1)
    if before is None or not points_back(shown[first].sentence.text):
        return tuple(sorted(numbers))
    return (first - 1, *sorted(numbers))


def text_of(span: Numbered) -> str:
    """The text of sentences, joined."""
    return " ".join(s.sentence.text for s in span)


def _holds(span: Numbered, text: str) -> bool:
    return words_beside_units(text) <= words(text_of(span)) and not missing(text, text_of(span))


def _shared(span: Numbered, question: Question) -> int:
    """How many content words of a question the sentences have."""
    return len(question.form.stems & stems(text_of(span)))


def _with_previous(named: Numbered, sentences: Numbered) -> list[list[NumberedSentence]]:
    """The named sentences with the one before them, where "he" and "it" are called by their names."""
    before = [s for s in sentences if s.number == named[0].number - 1]
    return [[*before, *named]] if before else []

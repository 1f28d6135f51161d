"""The drafts of a question's parts become one draft of it.

Law: every statement keeps its own support. The first part that answers keeps its rivals as such; those of
later ones stand beside their statement. A part that nothing answers is named.

Does not know: how a part is answered.
"""

from collections.abc import Iterator, Sequence
from dataclasses import fields, replace

from index.article import Hit
from rag.answer import Draft, Question, Seconds
from rag.judging.choose import renumbered
from rag.models.call import total


def merged(drafts: Sequence[Draft], question: Question) -> Draft:
    """The drafts of a question's parts, in order, as one draft of ``question``."""
    if len(drafts) == 1:
        return replace(drafts[0], question=question)
    moved = list(_moved(drafts))
    first = next((draft for draft in moved if draft.statements), moved[0])
    best = max(drafts, key=lambda draft: -1.0 if draft.support is None else draft.support)
    return replace(
        best,
        question=question,
        hits=_hits(drafts),
        sentences=tuple(sentence for draft in moved for sentence in draft.sentences),
        statements=tuple(s for d in moved for s in (*d.statements, *(() if d is first else d.rivals))),
        tokens=total((call for draft in drafts for call in draft.calls), best.tokens.context),
        seconds=_together([draft.seconds for draft in drafts]),
        rivals=first.rivals,
        judged=tuple(one for draft in drafts for one in draft.judged),
        calls=tuple(call for draft in drafts for call in draft.calls),
        fired=tuple(dict.fromkeys(name for draft in drafts for name in draft.fired)),
        unanswered=tuple(draft.question.text for draft in moved if not _answers(draft)),
    )


def _answers(draft: Draft) -> bool:
    """Whether a draft has a statement that reaches its threshold."""
    return any(s.support >= draft.threshold for s in draft.statements)


def _hits(drafts: Sequence[Draft]) -> tuple[Hit, ...]:
    """Each passage once, as the first part found it."""
    found: dict[str, Hit] = {}
    for hit in (hit for draft in drafts for hit in draft.hits):
        found.setdefault(hit.passage.id, hit)
    return tuple(found.values())


def _moved(drafts: Sequence[Draft]) -> Iterator[Draft]:
    """The drafts with their sentences numbered through.

    What contradicts a statement that isn't supported contradicts nothing.
    """
    by = 0
    for draft in drafts:
        sentences = tuple(replace(s, number=s.number + by) for s in draft.sentences)
        said, against = ([renumbered(s, by) for s in each] for each in (draft.statements, draft.rivals))
        own = replace(draft, sentences=sentences, statements=tuple(said), rivals=())
        yield replace(own, rivals=tuple(against)) if _answers(own) else own
        by += len(sentences)


def _together(seconds: Sequence[Seconds]) -> Seconds:
    """One after another: all is summed but the first token, which is the first part's."""
    sums = {field.name: sum(getattr(each, field.name) for each in seconds) for field in fields(Seconds)}
    return replace(Seconds(**sums), first_token=seconds[0].first_token)

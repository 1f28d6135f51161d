"""The gates: the only way from a Draft to an Answer.

Law: what is shown is the article's text. Each gate is a pure function, and each outcome is a line of the
receipt:

1. sentences: a statement names only sentences that exist; each becomes a citation, cut from the article.
2. support: its support reaches the model's threshold.
3. conflict: another article's contradicting value is shown beside it, newest first.
4. refusal: where nothing is left, the articles don't say, and the nearest passages are offered.

A claim's text is that of its citations, on one line, without what nobody sees: a "not", a "may", a "police
believe" can't be lost.

Does not know: models, how answers are shown.
"""

from collections.abc import Iterable, Sequence

from index.article import Hit
from rag.answer import (
    REFUSAL,
    Answer,
    Check,
    Citation,
    Claim,
    Conflict,
    Draft,
    NumberedSentence,
    Side,
    Statement,
)
from rag.plain import flat, visible
from rag.reading.mark import marks

ALSO_READ = 3
Cited = tuple[NumberedSentence, ...]
Admitted = tuple[Statement, Cited]


def verify(draft: Draft) -> Answer:
    """Pass a draft through the gates. Never raises: what fails a gate is refused."""
    checks: list[Check] = []
    kept = _admitted(draft, draft.statements, checks)
    opposed = [r for r in _admitted(draft, draft.rivals, checks) if r[1] != kept[0][1]] if kept else []
    sides = _newest_first([*kept[:1], *opposed]) if opposed else []
    claims = _claims(sides + kept[1:] if sides else kept)
    conflicts = conflict(claims[: len(_claims(sides))])
    checks.append(Check("conflict", None, not conflicts, _sides(conflicts)))
    checks.append(refusal(claims))
    return _answer(draft, claims, conflicts, tuple(checks))


def sentences(statement: Statement, shown: Sequence[NumberedSentence]) -> tuple[Cited, Check]:
    """Gate 1. The sentences a statement names, in order; () where one doesn't exist.

    Numbers are looked up, never used as indexes: [0] or [-1] would silently cite the last sentence.
    """
    known = {sentence.number: sentence for sentence in shown}
    numbers = tuple(dict.fromkeys(statement.numbers))
    strange = [n for n in numbers if n not in known]
    if not numbers or strange:
        found = f"no sentence S{strange[0]}" if strange else "names no sentence"
        return (), Check("sentences", None, False, found)
    cited = tuple(sorted((known[n] for n in numbers), key=lambda s: s.number))
    return cited, Check("sentences", None, True, ", ".join(f"S{s.number}" for s in cited))


def support(measured: float, threshold: float) -> Check:
    """Gate 2. The support, 0..1, reaches the threshold."""
    return Check("support", None, measured >= threshold, f"{measured:.3f}, wanted {threshold:.3f}")


def conflict(opposed: Sequence[Claim]) -> tuple[Conflict, ...]:
    """Gate 3. The claims that contradict one another, in the order given; () for fewer than two."""
    sides = tuple(Side(value_of(claim), claim) for claim in opposed)
    return (Conflict(sides),) if len(sides) > 1 else ()


def value_of(claim: Claim) -> str:
    """What a claim says in few words: those that are marked in it; all of it where none are."""
    return " ".join(claim.text[start:end] for start, end in claim.marks) or claim.text


def refusal(claims: Sequence[Claim]) -> Check:
    """Gate 4. A claim is left to show."""
    return Check("refusal", None, bool(claims), "" if claims else "nothing stands: the articles don't say")


def _admitted(draft: Draft, statements: Iterable[Statement], checks: list[Check]) -> list[Admitted]:
    """The statements that pass gates 1 and 2; what each gate found is added to ``checks``."""
    kept: list[Admitted] = []
    for statement in statements:
        cited, exists = sentences(statement, draft.sentences)
        supported = support(statement.support, draft.threshold)
        checks += [exists, supported]
        kept += [(statement, cited)] if exists.passed and supported.passed else []
    return kept


def _newest_first(sides: Iterable[Admitted]) -> list[Admitted]:
    """By the articles' dates, those without one last; among equals the order given."""
    return sorted(sides, key=lambda side: side[1][0].hit.passage.source.published or "", reverse=True)


def _claims(admitted: Iterable[Admitted]) -> tuple[Claim, ...]:
    """The claims, each span numbered once; one that cites what another cites already is told already."""
    numbers: dict[tuple[str, int, int], int] = {}
    claims: list[Claim] = []
    for statement, cited in admitted:
        spans = {(s.hit.passage.source.path, s.sentence.start) for s in cited}
        told = ({(c.source.path, c.start) for c in claim.citations} for claim in claims)
        if not any(spans <= known for known in told):
            claims.append(_claim(statement, tuple(_citation(sentence, numbers) for sentence in cited)))
    return tuple(claims)


def _citation(sentence: NumberedSentence, numbers: dict[tuple[str, int, int], int]) -> Citation:
    """The span, with one number per distinct span, counting from 1 in the order of first use."""
    passage, span = sentence.hit.passage, sentence.sentence
    key = (passage.source.path, span.start, span.end)
    n = numbers.setdefault(key, len(numbers) + 1)
    quote = passage.text[span.start - passage.start : span.end - passage.start]
    return Citation(n, passage.source, span.start, span.end, quote)


def text_of(citations: Iterable[Citation]) -> str:
    """The text of a claim with these citations: theirs, on one line, without what nobody sees."""
    return flat(visible(" ".join(citation.quote for citation in citations)))


def _claim(statement: Statement, citations: tuple[Citation, ...]) -> Claim:
    text, short = text_of(citations), flat(visible(statement.short))
    outcome = (("sentences", True), ("support", True))
    return Claim(text, short, marks(short, text), statement.support, outcome, citations)


def _sides(conflicts: Iterable[Conflict]) -> str:
    return "; ".join(" against ".join(side.value for side in one.sides) for one in conflicts)


def _answer(
    draft: Draft, claims: tuple[Claim, ...], conflicts: tuple[Conflict, ...], checks: tuple[Check, ...]
) -> Answer:
    return Answer(
        question=draft.question.asked,
        standalone_question=draft.question.text,
        text=" ".join(map(quoted, claims)) or REFUSAL,
        refused=not claims,
        claims=claims,
        also_read=_also_read(draft.hits, claims),
        support=draft.support,
        model=draft.model,
        tokens=draft.tokens,
        seconds=draft.seconds,
        conflicts=conflicts,
        hits=draft.hits,
        judged=draft.judged,
        calls=draft.calls,
        checks=checks,
        threshold=draft.threshold,
        unanswered=draft.unanswered if claims else (),
        fired=draft.fired,
    )


def quoted(claim: Claim) -> str:
    """A claim as a line of text: “sentence” [1]."""
    return f"“{claim.text}” {''.join(f'[{citation.n}]' for citation in claim.citations)}"


def _also_read(hits: Sequence[Hit], claims: Sequence[Claim]) -> tuple[Hit, ...]:
    """The nearest passages in which no claim cites anything."""
    cited = {(c.source.path, c.start) for claim in claims for c in claim.citations}
    return tuple(hit for hit in hits if not cited & set(_starts(hit)))[:ALSO_READ]


def _starts(hit: Hit) -> list[tuple[str, int]]:
    return [(hit.passage.source.path, sentence.start) for sentence in hit.passage.sentences]

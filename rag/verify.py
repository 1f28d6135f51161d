"""The gates: the only way from a Draft to an Answer.

Law: nothing a model wrote is shown unchecked. Each gate is a pure function, and each outcome is a line
of the receipt:

1. sentences: a statement names only sentences that exist; each becomes a citation, cut from the article.
2. values: its figures, names and content words stand in those sentences, so that it takes nothing from the
   question, from memory or from the prompt's examples.
3. support: the score of the reading reaches the model's threshold.
4. attribution: where the sentences say who said something, it does too; who did what to whom stays so, and
   whose a figure of a list is.
5. conflict: another article's contradicting value is shown beside it, newest first.
6. refusal: where nothing is left, the articles don't say, and the nearest passages are offered.

A claim that fails 2 or 4 gives way to its sentences, word for word but for characters that nobody sees;
one that fails 1 or 3 is dropped.

Does not know: models, prompts' layout, how answers are shown.
"""

from collections.abc import Iterable, Sequence

from index.article import Hit
from rag import prompt
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
from rag.attribution import keeps_speaker, speakers
from rag.grounds import absent
from rag.injection import visible
from rag.listed import keeps_owners
from rag.locate import is_yes_or_no
from rag.qualified import unqualified
from rag.roles import keeps_roles

ALSO_READ = 3
Cited = tuple[NumberedSentence, ...]


def verify(draft: Draft) -> Answer:
    """Pass a draft through the gates. Never raises: what fails a gate is replaced or refused."""
    checks: list[Check] = []
    asked = f"{draft.question} {draft.standalone_question}"
    kept = _admitted(draft, draft.statements, checks)
    opposed = _opposed(draft, kept, asked, checks)
    sides = _newest_first([*kept[:1], *opposed]) if opposed else []
    claims = _claims(sides + kept[1:] if sides else kept, asked, checks)
    conflicts = conflict(sides, claims)
    checks.append(Check("conflict", None, not conflicts, _sides(conflicts)))
    checks.append(refusal(claims))
    return _answer(draft, claims, conflicts, tuple(checks))


def sentences(statement: Statement, shown: Sequence[NumberedSentence]) -> tuple[Cited, Check]:
    """Gate 1. The sentences a statement names, in order; () where one doesn't exist or it says nothing.

    Numbers are looked up, never used as indexes: [0] or [-1] would silently cite the last sentence.
    """
    known = {sentence.number: sentence for sentence in shown}
    numbers = tuple(dict.fromkeys(statement.numbers))
    strange = [n for n in numbers if n not in known]
    if not numbers or strange or _is_empty(statement.text):
        unsaid = "says nothing" if numbers else "names no sentence"
        return (), Check("sentences", None, False, f"no sentence S{strange[0]}" if strange else unsaid)
    cited = tuple(sorted((known[n] for n in numbers), key=lambda s: s.number))
    return cited, Check("sentences", None, True, ", ".join(f"S{s.number}" for s in cited))


def values(text: str, span: str, asked: str) -> Check:
    """Gate 2. The figures, names and content words of a claim stand in its span, as narrowed there."""
    lacking = (*absent(text, span, asked), *unqualified(text, span))
    return Check("values", None, not lacking, f"not in the source: {', '.join(lacking)}" if lacking else "")


def support(measured: float | None, threshold: float) -> Check:
    """Gate 3. The support, 0..1, reaches the threshold; without a measurement it doesn't."""
    shown = "not measured" if measured is None else f"{measured:.3f}"
    passed = measured is not None and measured >= threshold
    return Check("support", None, passed, f"{shown}, wanted {threshold:.3f}")


def attribution(text: str, span: str) -> Check:
    """Gate 4. Where the span says who said something, the claim names a speaker; nobody changed parts.

    Nor is a figure given to another than the list says.
    """
    said = sorted({" ".join(sorted(speaker)) for speaker in speakers(span)})
    if not keeps_roles(text, span):
        return Check("attribution", None, False, "who did it and to whom are changed")
    if not keeps_owners(text, span):
        return Check("attribution", None, False, "the figure is another's in that list")
    return Check("attribution", None, keeps_speaker(text, span), f"said by {', '.join(said)}" if said else "")


def conflict(ordered: Sequence[tuple[Statement, Cited]], claims: Sequence[Claim]) -> tuple[Conflict, ...]:
    """Gate 5. The statements that contradict one another, in the order given, each with its claim."""
    pairs = zip(ordered, claims, strict=False)
    sides = tuple(Side(said.short or claim.text, claim) for (said, _), claim in pairs)
    return (Conflict(sides),) if len(sides) > 1 else ()


def refusal(claims: Sequence[Claim]) -> Check:
    """Gate 6. A claim is left to show."""
    return Check("refusal", None, bool(claims), "" if claims else "nothing stands: the articles don't say")


def _is_empty(text: str) -> bool:
    """Whether a statement says nothing: no word, or a refusal in other clothes."""
    return not any(map(str.isalnum, text)) or prompt.is_refusal(text) or text.startswith(REFUSAL)


def _admitted(
    draft: Draft, statements: Iterable[Statement], checks: list[Check]
) -> list[tuple[Statement, Cited]]:
    """The statements that pass gates 1 and 3; what each gate found is added to ``checks``."""
    kept: list[tuple[Statement, Cited]] = []
    for statement in statements:
        cited, exists = sentences(statement, draft.sentences)
        measured = draft.support if statement.support is None else statement.support
        supported = support(measured, draft.threshold)
        checks += [exists, supported]
        kept += [(statement, cited)] if exists.passed and supported.passed else []
    return kept


def _opposed(
    draft: Draft, kept: Sequence[tuple[Statement, Cited]], asked: str, checks: list[Check]
) -> list[tuple[Statement, Cited]]:
    """The rivals that pass gates 1 to 3, and cite what the answer doesn't; none where its own value fails."""
    if not kept or not _states(kept[0], asked).passed:
        return []
    rivals = [rival for rival in _admitted(draft, draft.rivals, checks) if rival[1] != kept[0][1]]
    found = [_states(rival, asked) for rival in rivals]
    checks += [check for check in found if not check.passed]
    return [rival for rival, check in zip(rivals, found, strict=True) if check.passed]


def _states(admitted: tuple[Statement, Cited], asked: str) -> Check:
    """Gate 2 over the short answer: the value of a side stands in its sentences, or it is no side.

    A yes or a no stands in none, and is no value.
    """
    statement, cited = admitted
    if is_yes_or_no(statement.short):
        return Check("values", None, True)
    span = " ".join(sentence.sentence.text for sentence in cited)
    return values(statement.short or statement.text, span, asked)


def _newest_first(sides: Iterable[tuple[Statement, Cited]]) -> list[tuple[Statement, Cited]]:
    """By the articles' dates, those without one last; among equals the order given."""
    return sorted(sides, key=lambda side: side[1][0].hit.passage.source.published or "", reverse=True)


def _claims(
    admitted: Iterable[tuple[Statement, Cited]], asked: str, checks: list[Check]
) -> tuple[Claim, ...]:
    numbers: dict[tuple[str, int, int], int] = {}
    claims: list[Claim] = []
    for statement, cited in admitted:
        citations = tuple(_citation(sentence, numbers) for sentence in cited)
        claim, found = _claim(statement.text.strip(), citations, asked)
        number = _told(claim, claims)
        claims += [] if number else [claim]
        checks += [Check(c.gate, number or len(claims), c.passed, c.detail) for c in found]
    return tuple(claims)


def _told(claim: Claim, claims: Sequence[Claim]) -> int | None:
    """The number, from 1, of the claim that tells this one already: the same, or its cited sentences' own."""
    if claim in claims:
        return claims.index(claim) + 1
    same = (n for n, told in enumerate(claims, 1) if claim.verbatim and told.citations == claim.citations)
    return next(same, None)


def _citation(sentence: NumberedSentence, numbers: dict[tuple[str, int, int], int]) -> Citation:
    """The span, with one number per distinct span, counting from 1 in the order of first use."""
    passage, span = sentence.hit.passage, sentence.sentence
    key = (passage.source.path, span.start, span.end)
    n = numbers.setdefault(key, len(numbers) + 1)
    quote = passage.text[span.start - passage.start : span.end - passage.start]
    return Citation(n, passage.source, span.start, span.end, quote)


def _claim(text: str, citations: tuple[Citation, ...], asked: str) -> tuple[Claim, tuple[Check, Check]]:
    """The claim where gates 2 and 4 pass, else its sentences; and what they found."""
    span = " ".join(citation.quote for citation in citations)
    found = (values(text, span, asked), attribution(text, span))
    holds = all(check.passed for check in found)
    outcome = tuple((check.gate, check.passed) for check in found)
    source = visible(span)
    return Claim(
        visible(text) if holds else source, not holds or text in (span, source), outcome, citations
    ), found


def _sides(conflicts: Iterable[Conflict]) -> str:
    return "; ".join(" against ".join(side.value for side in one.sides) for one in conflicts)


def _answer(
    draft: Draft, claims: tuple[Claim, ...], conflicts: tuple[Conflict, ...], checks: tuple[Check, ...]
) -> Answer:
    return Answer(
        question=draft.question,
        standalone_question=draft.standalone_question,
        text=" ".join(map(_with_numbers, claims)) or REFUSAL,
        refused=not claims,
        claims=claims,
        also_read=_also_read(draft.hits, claims),
        support=draft.support,
        model=draft.model,
        tokens=draft.tokens,
        seconds=draft.seconds,
        conflicts=conflicts,
        hits=draft.hits,
        calls=draft.calls,
        checks=checks,
        threshold=draft.threshold,
        unanswered=draft.unanswered if claims else (),
    )


def _with_numbers(claim: Claim) -> str:
    marks = "".join(f"[{citation.n}]" for citation in claim.citations)
    return f"{claim.text} {marks}"


def _also_read(hits: Sequence[Hit], claims: Sequence[Claim]) -> tuple[Hit, ...]:
    """The nearest passages in which no claim cites anything."""
    cited = {(c.source.path, c.start) for claim in claims for c in claim.citations}
    return tuple(hit for hit in hits if not cited & set(_starts(hit)))[:ALSO_READ]


def _starts(hit: Hit) -> list[tuple[str, int]]:
    return [(hit.passage.source.path, sentence.start) for sentence in hit.passage.sentences]

"""The gates: the only way from a Draft to an Answer.

Law: nothing a model wrote is shown unchecked. A statement names only sentences that exist, and each
becomes a citation, sliced from the stored article. Every figure and name of a claim stands in its
cited sentences, no word of the prompt's examples has leaked into it, and it keeps the speaker where
they report what somebody said; else the cited sentences take its place, word for word. A draft whose
support is below the threshold, or that names no sentence, is a refusal, which carries no claims.

Does not know: models, prompts' layout, how answers are shown.
"""

from collections.abc import Iterable, Sequence

from index.article import Hit
from rag import prompt
from rag.answer import REFUSAL, Answer, Citation, Claim, Draft, NumberedSentence, Statement
from rag.attribution import keeps_speaker
from rag.values import missing, words

ALSO_READ = 3
Cited = tuple[NumberedSentence, ...]


def verify(draft: Draft) -> Answer:
    """Pass a draft through the gates. Never raises: what fails a gate is replaced or refused."""
    grounded = [kept for s in draft.statements if (kept := _grounded(s, draft.sentences))]
    if not grounded or not _supported(draft):
        return _answer(draft, REFUSAL, ())
    claims = _claims(grounded, f"{draft.question} {draft.standalone_question}")
    return _answer(draft, " ".join(map(_with_numbers, claims)), claims)


def _supported(draft: Draft) -> bool:
    return draft.support is not None and draft.support >= draft.threshold


def _answer(draft: Draft, text: str, claims: tuple[Claim, ...]) -> Answer:
    return Answer(
        question=draft.question,
        standalone_question=draft.standalone_question,
        text=text,
        refused=not claims,
        claims=claims,
        also_read=_also_read(draft.hits, claims),
        support=draft.support,
        model=draft.model,
        tokens=draft.tokens,
        seconds=draft.seconds,
    )


def _grounded(statement: Statement, sentences: Sequence[NumberedSentence]) -> tuple[str, Cited] | None:
    """Gate 1. The statement with the sentences it names, or None.

    Numbers are looked up, never used as indexes: [0] or [-1] would silently cite the last sentence.
    """
    known = {sentence.number: sentence for sentence in sentences}
    numbers = tuple(dict.fromkeys(statement.numbers))
    if not numbers or _is_empty(statement.text) or any(n not in known for n in numbers):
        return None
    cited = sorted((known[n] for n in numbers), key=lambda s: s.number)
    return statement.text.strip(), tuple(cited)


def _is_empty(text: str) -> bool:
    """Whether a statement says nothing: no word, or a refusal in other clothes."""
    return not any(map(str.isalnum, text)) or prompt.is_refusal(text) or text.startswith(REFUSAL)


def _claims(grounded: Iterable[tuple[str, Cited]], asked: str) -> tuple[Claim, ...]:
    numbers: dict[tuple[str, int, int], int] = {}
    claims: list[Claim] = []
    for text, cited in grounded:
        citations = tuple(_citation(sentence, numbers) for sentence in cited)
        claims.append(_claim(text, citations, asked))
    return tuple(dict.fromkeys(claims))


def _citation(sentence: NumberedSentence, numbers: dict[tuple[str, int, int], int]) -> Citation:
    """The span, with one number per distinct span, counting from 1 in the order of first use."""
    passage, span = sentence.hit.passage, sentence.sentence
    key = (passage.source.path, span.start, span.end)
    n = numbers.setdefault(key, len(numbers) + 1)
    quote = passage.text[span.start - passage.start : span.end - passage.start]
    return Citation(n, passage.source, span.start, span.end, quote)


def _claim(text: str, citations: tuple[Citation, ...], asked: str) -> Claim:
    """Gates 2 and 4. The claim where its values and its speaker are those of its span, else the span."""
    span = " ".join(citation.quote for citation in citations)
    values = not missing(text, span) and not leaked(text, span + " " + asked)
    speaker = keeps_speaker(text, span)
    holds = values and speaker
    return Claim(
        text if holds else span, not holds, (("values", values), ("attribution", speaker)), citations
    )


def leaked(text: str, known: str) -> frozenset[str]:
    """Words of ``text`` that only the prompt's examples can have given it."""
    return (words(text) & _TELLING) - words(known)


_PLAIN = frozenset(
    """answer approved board building called children cost delayed design did four get got gift had hours
    how its join left many may million new next nine none not off one our plan route said say second source
    start that the there two votes warned was what where while who why will with would""".split()
)
"""Words of the examples that any article may hold; the rest tell where they come from."""
_TELLING = frozenset(word for word in prompt.example_words() if len(word) > 2 and word not in _PLAIN)


def _with_numbers(claim: Claim) -> str:
    marks = "".join(f"[{citation.n}]" for citation in claim.citations)
    return f"{claim.text} {marks}"


def _also_read(hits: Sequence[Hit], claims: Sequence[Claim]) -> tuple[Hit, ...]:
    """The nearest passages in which no claim cites anything."""
    cited = {(c.source.path, c.start) for claim in claims for c in claim.citations}
    return tuple(hit for hit in hits if not cited & set(_starts(hit)))[:ALSO_READ]


def _starts(hit: Hit) -> list[tuple[str, int]]:
    return [(hit.passage.source.path, sentence.start) for sentence in hit.passage.sentences]

"""An answer becomes a message of the chat: sentences with their numbers, bylines and badges.

Law: only an Answer becomes a message; text that streams before it is marked as not checked. A message is
one line of HTML: a blank line would end it for Markdown. It uses only what the chat's sanitiser keeps
(class, id, href, title, role, dir, type; it drops aria-* and data-*), and says in words what it shows
by a sign.

Does not know: the cards that its links lead to, the library that shows it.
"""

from rag.answer import REFUSAL, Answer, Claim, Conflict, Side
from rag.conversation import Exchange
from rag.page.origin import byline, cite
from rag.page.text import safe
from rag.show import line

STANDS = (
    "stands",
    "Stands on the cited sentence",
    "That sentence is shown beside, cut from the article, and was read for the answer.",
)
CHECKED = ("checked", "Figures and names checked", "Each of them stands in the cited sentence.")
OWN = ("own", "The article's own words", "This is the cited sentence itself, word for word.")
INSTEAD = (
    "instead",
    "Shown verbatim instead",
    "The model's wording did not match the cited sentence, so the article's own words stand here.",
)
Badge = tuple[str, str, str]
"""Class, the words that are seen, what they mean."""


def message(exchange: Exchange) -> str:
    """The checked answer as HTML for the chat.

    ``div.answer#answer-ID`` holds ``p.understood`` where the question was rewritten, a ``p.claim`` for each
    sentence with ``a.cite`` links to ``#card-ID-N`` and ``span.badge``, ``div.differs`` for a conflict,
    ``p.left`` for each part of the question that nothing answers, and ``p.foot`` with ``a.evidence`` and
    ``button.copy``. A refusal has ``p.refusal`` for its claims.
    """
    answer = exchange.answer
    claims = "".join(_claim(claim, exchange.id) for claim in answer.claims)
    differs = "".join(_differs(conflict, exchange.id) for conflict in answer.conflicts)
    left = "".join(_left(part) for part in answer.unanswered)
    kind = "answer refused" if answer.refused else "answer"
    return (
        f'<div class="{kind}" id="answer-{safe(exchange.id)}" tabindex="-1">'
        f"{_understood(answer)}{_refusal(answer)}{claims}{left}{differs}{_foot(exchange)}</div>"
    )


def provisional(text: str) -> str:
    """What a model has said so far, marked as not checked."""
    said = safe(text, breaks=True)
    return (
        f'<div class="provisional"><p class="draft" dir="auto">{said}</p>'
        f'<p class="note">Not checked yet</p></div>'
    )


def _understood(answer: Answer) -> str:
    if line(answer.standalone_question) == line(answer.question):
        return ""
    return f'<p class="understood" dir="auto">Understood as: <q>{safe(answer.standalone_question)}</q></p>'


def _claim(claim: Claim, exchange: str) -> str:
    marks = "".join(cite(citation, exchange) for citation in claim.citations)
    sources = {citation.source: None for citation in claim.citations}
    origins = "; ".join(byline(source) for source in sources)
    signs = "".join(_badge(badge) for badge in badges(claim))
    return (
        f'<p class="claim" dir="auto"><span class="said">{safe(claim.text)}</span> {marks}'
        f'<span class="trust">{origins} {signs}</span></p>'
    )


def badges(claim: Claim) -> tuple[Badge, ...]:
    """What a sentence of an answer may be trusted for, from the outcomes of its checks."""
    if not all(passed for _, passed in claim.checks):
        return (INSTEAD,)
    if claim.verbatim:
        return (OWN,)
    return (STANDS, CHECKED) if ("values", True) in claim.checks else (STANDS,)


def _badge(badge: Badge) -> str:
    kind, seen, whole = (safe(each) for each in badge)
    return f'<span class="badge {kind}" title="{whole}">{seen}<span class="unseen">. {whole}</span></span> '


def _left(part: str) -> str:
    """A part of the question that the articles don't answer."""
    return f'<p class="note left" dir="auto">The articles don’t say: <q>{safe(part)}</q></p>'


def _differs(conflict: Conflict, exchange: str) -> str:
    sides = "".join(_side(side, exchange) for side in conflict.sides)
    return f'<div class="differs"><p class="note">The articles differ, newest first</p><ul>{sides}</ul></div>'


def _side(side: Side, exchange: str) -> str:
    marks = "".join(cite(citation, exchange) for citation in side.claim.citations)
    origin = byline(side.claim.citations[0].source)
    return f'<li dir="auto"><strong class="value">{safe(side.value)}</strong> {origin} {marks}</li>'


def _refusal(answer: Answer) -> str:
    if not answer.refused:
        return ""
    near = "the nearest passages and " if answer.also_read else ""
    return (
        f'<p class="refusal">{safe(REFUSAL)}</p>'
        f'<p class="note">No sentence answers this. Among the sources: {near}what might help.</p>'
    )


def _foot(exchange: Exchange) -> str:
    """The way to the evidence, a button that copies, which model spoke and how long it took."""
    answer = exchange.answer
    name = "Nearest passages" if answer.refused else "Sources"
    spoke = f"{line(answer.model.name)}, {answer.seconds.total:.1f} s"
    return (
        f'<p class="foot"><a class="evidence" href="#evidence-{safe(exchange.id)}">{name}</a>'
        f' <button class="copy" type="button">Copy</button>'
        f' <span class="model" title="The model that answered, and how long it took">{safe(spoke)}</span></p>'
    )

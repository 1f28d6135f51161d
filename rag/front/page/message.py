"""An answer becomes a message of the chat: quotations with their numbers and bylines, what answers marked.

Law: only an Answer becomes a message, and what it says is the articles' own; what a model wrote in an
earlier version is told to be that. A message is one line of HTML: a blank line would end it for Markdown.
It uses only what the chat's sanitiser keeps
(class, id, href, title, role, dir, type; it drops aria-* and data-*), and says in words what it shows
by a sign.

Does not know: the cards that its links lead to, the library that shows it.
"""

from rag.answer import REFUSAL, Answer, Claim, Conflict, Side
from rag.front.page.origin import byline, cite
from rag.front.page.text import marked, safe
from rag.plain import line
from rag.records.contract import is_verbatim
from rag.records.conversation import Exchange

OWN = (
    "own",
    "The article's own words",
    "These sentences are cut from the article, word for word.",
)
WRITTEN = (
    "written",
    "Written by a model in an earlier version",
    "A model put this into words; the article's own sentence is shown beside.",
)
Badge = tuple[str, str, str]
"""Class, the words that are seen, what they mean."""


def message(exchange: Exchange) -> str:
    """The checked answer as HTML for the chat.

    ``div.answer#answer-ID`` holds ``p.understood`` where the question was rewritten, a
    ``blockquote.claim`` for each claim with ``mark``, ``a.cite`` links to ``#card-ID-N`` and ``span.badge``,
    ``div.differs`` for a conflict, ``p.left`` for each part
    of the question that nothing answers, and ``p.foot`` with ``a.evidence`` and
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


def _understood(answer: Answer) -> str:
    if line(answer.standalone_question) == line(answer.question):
        return ""
    return f'<p class="understood" dir="auto">Understood as: <q>{safe(answer.standalone_question)}</q></p>'


def _claim(claim: Claim, exchange: str) -> str:
    own = is_verbatim(claim)
    links = "".join(cite(citation, exchange) for citation in claim.citations)
    sources = {citation.source: None for citation in claim.citations}
    origins = "; ".join(byline(source) for source in sources)
    said = marked(claim.text, claim.marks)
    kind, tag = ("claim", "q") if own else ("claim written", "span")
    return (
        f'<blockquote class="{kind}" dir="auto"><p><{tag} class="said">{said}</{tag}>'
        f' {links}</p><p class="trust">{origins} {_badge(OWN if own else WRITTEN)}</p></blockquote>'
    )


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
    if answer.told:
        return f'<p class="refusal">{safe(answer.told)}</p>'
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

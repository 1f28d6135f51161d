"""Exchanges made by hand, for the tests of what is kept and exported."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from index.article import Article, Hit, Source
from index.catalog import EVERYTHING, Where
from rag.answer import REFUSAL, Answer, Call, Citation, Claim, Conflict, Side
from rag.conversation import Exchange, exchange
from tests.eval_answers import answer, refusal
from tests.scripted import hit

NOW = datetime.fromisoformat("2025-03-01T12:00:05+01:00")
QUESTION = "What share of the aid did Europe pay?"
QUOTE = "Europe paid 60% of the total, Macron said."
AID = Article(
    Source("aid.md", "Who paid the aid", publisher="The Herald", published="2025-02-25"),
    "---\ntitle: Who paid the aid\n---\n\nThe two met at noon. They spoke of money. The hall was full.\n\n"
    f"{QUOTE} Trump disagreed. The talks went on. They ended at six.\n",
    body_start=33,
)
OTHER = Article(Source("poll.txt", "A count"), "Europe paid 40% of the total.\n")


def article_of(path: str) -> Article:
    """AID and OTHER by their paths."""
    return {each.source.path: each for each in (AID, OTHER)}[path]


def cited(quote: str = QUOTE, n: int = 1, article: Article = AID) -> Citation:
    """The citation of a quote where it stands in its article."""
    start = article.text.index(quote)
    return Citation(n, article.source, start, start + len(quote), quote)


def stated(text: str, *citations: Citation, verbatim: bool = False) -> Claim:
    return Claim(text, verbatim, (("values", True), ("attribution", True)), citations or (cited(),))


def answered(*claims: Claim, question: str = QUESTION, short: str = "") -> Answer:
    """An answer of these claims, for which the model first gave ``short``; it took 5 seconds."""
    made = claims or (stated("Macron said that Europe paid 60% of the total."),)
    marked = (f"{c.text} {''.join(f'[{each.n}]' for each in c.citations)}" for c in made)
    call = Call("read", (("user", "S1: x"),), f" S1\nAnswer: {short}", (12, 3), 0.5, 0.99)
    whole = replace(answer(question, "x", cited(), seconds=5.0), claims=made, text=" ".join(marked))
    return replace(whole, calls=(call,) if short else ())


def differing(*values: tuple[str, Claim], question: str = QUESTION) -> Answer:
    """An answer whose claims contradict one another."""
    sides = tuple(Side(value, claim) for value, claim in values)
    return replace(answered(*(claim for _, claim in values), question=question), conflicts=(Conflict(sides),))


def refused(question: str = QUESTION, also_read: Sequence[Hit] = (hit("Nothing of it."),)) -> Answer:
    assert refusal(question).text == REFUSAL
    return replace(refusal(question, seconds=5.0), also_read=tuple(also_read))


def exchanged(given: Answer | None = None, where: Where = EVERYTHING, now: datetime = NOW) -> Exchange:
    """An exchange that ended at NOW."""
    return exchange(given or answered(), article_of, where, now)

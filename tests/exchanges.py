"""Exchanges made by hand, for the tests of what is kept and exported."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from index.article import Article, Hit, Source
from index.catalog import EVERYTHING, Where
from rag.answer import REFUSAL, Answer, Citation, Claim, Conflict, Model, Seconds, Side, Tokens
from rag.reading.mark import marks
from rag.records.conversation import Exchange, exchange
from rag.verify import quoted, text_of
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
REFUSED = Answer(
    question=QUESTION,
    standalone_question=QUESTION,
    text=REFUSAL,
    refused=True,
    claims=(),
    also_read=(),
    support=0.1,
    model=Model("embedded", "scripted", "0" * 8),
    tokens=Tokens(100, 1, 4096),
    seconds=Seconds(0.1, 1.0, 5.0),
)


def article_of(path: str) -> Article:
    """AID and OTHER by their paths."""
    return {each.source.path: each for each in (AID, OTHER)}[path]


def cited(quote: str = QUOTE, n: int = 1, article: Article = AID) -> Citation:
    """The citation of a quote where it stands in its article."""
    start = article.text.index(quote)
    return Citation(n, article.source, start, start + len(quote), quote)


def stated(short: str = "60%", *citations: Citation) -> Claim:
    """The claim of these citations, ``short`` marked where it stands in them."""
    spans = citations or (cited(),)
    text = text_of(spans)
    return Claim(text, short, marks(short, text), 0.98, (("sentences", True), ("support", True)), spans)


def written(text: str, *citations: Citation) -> Claim:
    """A claim as the first version kept it: put into words by a model."""
    return replace(stated("", *citations), text=text)


def answered(*claims: Claim, question: str = QUESTION) -> Answer:
    """An answer of these claims; it took 5 seconds."""
    made = claims or (stated(),)
    said = " ".join(map(quoted, made))
    return replace(
        REFUSED,
        question=question,
        standalone_question=question,
        text=said,
        refused=False,
        claims=made,
        support=0.98,
    )


def differing(*claims: Claim, question: str = QUESTION) -> Answer:
    """An answer whose claims contradict one another."""
    sides = tuple(Side(claim.short or claim.text, claim) for claim in claims)
    return replace(answered(*claims, question=question), conflicts=(Conflict(sides),))


def refused(question: str = QUESTION, also_read: Sequence[Hit] = (hit("Nothing of it."),)) -> Answer:
    return replace(REFUSED, question=question, standalone_question=question, also_read=tuple(also_read))


def exchanged(given: Answer | None = None, where: Where = EVERYTHING, now: datetime = NOW) -> Exchange:
    """An exchange that ended at NOW."""
    return exchange(given or answered(), article_of, where, now)

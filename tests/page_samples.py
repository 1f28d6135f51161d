"""Exchanges that the page's tests show: an answer, a conflict, a refusal."""

from dataclasses import replace

from index.article import Hit, Source
from index.catalog import Where
from rag.answer import REFUSAL, Answer, Citation, Claim, Conflict, Model, Seconds, Side, Tokens
from rag.conversation import Excerpt, Exchange
from tests.scripted import hit

HERALD = Source("2025/aid.txt", "Europe paid most", "Ada Byron", "The Herald", "2025-02-28")
BARE = Source("peace.md", "Peace")
QUOTE = "Europe paid 60% of the total, Macron said."
PASSED, FAILED = (("values", True), ("attribution", True)), (("values", False), ("attribution", True))
ID = "0123456789abcdef"

FIRST = Citation(1, HERALD, 50, 50 + len(QUOTE), QUOTE)
SECOND = Citation(2, BARE, 5, 26, "Trump disagreed, twice")
CHECKED = Claim("Europe provided 60%, Macron said.", False, PASSED, (FIRST,))
VERBATIM = Claim("Trump disagreed, twice", True, FAILED, (SECOND,))
NEAR: Hit = hit("Russia would not accept peacekeepers.", path="far.txt", title="Far", at=30)
ANSWER = Answer(
    question="And Europe?",
    standalone_question="What share of aid did Europe provide?",
    text="Europe provided 60%, Macron said. [1] Trump disagreed. [2]",
    refused=False,
    claims=(CHECKED, VERBATIM),
    also_read=(NEAR,),
    support=0.98,
    model=Model("embedded", "small-1.5B", "abc"),
    tokens=Tokens(),
    seconds=Seconds(total=4.25),
)
ANSWERED = Exchange(
    ID,
    "2025-03-03T10:00:00+00:00",
    ANSWER.question,
    ANSWER,
    (Excerpt(HERALD.path, FIRST.start, FIRST.end, "He had asked.\n\nShe knew. ", " Trump disagreed."),),
    Where(),
)
REFUSED = replace(
    ANSWERED, answer=replace(ANSWER, text=REFUSAL, refused=True, claims=()), excerpts=(), filters=Where()
)
DIFFERING = replace(
    ANSWERED,
    answer=replace(ANSWER, conflicts=(Conflict((Side("60%", CHECKED), Side("less than half", VERBATIM))),)),
)

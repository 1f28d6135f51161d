"""Exchanges that the page's tests show: an answer, a conflict, a refusal."""

from dataclasses import replace

from index.article import Hit, Source
from index.catalog import Where
from rag.answer import REFUSAL, Answer, Citation, Claim, Conflict, Model, Seconds, Side, Tokens
from rag.records.conversation import Excerpt, Exchange
from tests.scripted import hit

HERALD = Source("2025/aid.txt", "Europe paid most", "Ada Byron", "The Herald", "2025-02-28")
BARE = Source("peace.md", "Peace")
QUOTE = "Europe paid 60% of the total, Macron said."
PASSED = (("sentences", True), ("support", True))
ID = "0123456789abcdef"

FIRST = Citation(1, HERALD, 50, 50 + len(QUOTE), QUOTE)
SECOND = Citation(2, BARE, 5, 26, "Trump disagreed, twice")
SHARE = Claim(QUOTE, "60%", ((12, 15),), 0.98, PASSED, (FIRST,))
DENIAL = Claim(SECOND.quote, "he did", (), 0.9, PASSED, (SECOND,))
WRITTEN = Claim("Europe provided 60%, Macron said.", "", (), 0.98, PASSED, (FIRST,))
NEAR: Hit = hit("Russia would not accept peacekeepers.", path="far.txt", title="Far", at=30)
ANSWER = Answer(
    question="And Europe?",
    standalone_question="What share of aid did Europe provide?",
    text=f"“{QUOTE}” [1] “Trump disagreed, twice” [2]",
    refused=False,
    claims=(SHARE, DENIAL),
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
    answer=replace(ANSWER, conflicts=(Conflict((Side("60%", SHARE), Side("less than half", DENIAL))),)),
)

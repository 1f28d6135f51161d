"""Answers made by hand, for the tests of eval/."""

from index.article import Source
from rag.answer import REFUSAL, Answer, Citation, Claim, Model, Seconds, Tokens

MODEL = Model(backend="embedded", name="scripted", digest="0" * 8)


def cite(path: str, article: str, quote: str, n: int = 1) -> Citation:
    """The citation of ``quote`` where it stands in the text of ``article``."""
    start = article.index(quote)
    return Citation(n, Source(path=path, title=path), start, start + len(quote), quote)


def answer(
    question: str, text: str, *citations: Citation, seconds: float = 2.0, short: str | None = None
) -> Answer:
    """An answer of one claim; its short answer is all of its text, but where another is given."""
    claim = Claim(
        text=text,
        short=text if short is None else short,
        marks=(),
        support=0.99,
        checks=(("sentences", True), ("support", True)),
        citations=citations,
    )
    marks = "".join(f" [{citation.n}]" for citation in citations)
    return Answer(
        question=question,
        standalone_question=question,
        text=text + marks,
        refused=False,
        claims=(claim,),
        also_read=(),
        support=0.99,
        model=MODEL,
        tokens=Tokens(prompt=100, completion=10, context=4096),
        seconds=Seconds(retrieve=0.1, first_token=1.0, total=seconds),
    )


def refusal(question: str, seconds: float = 1.0) -> Answer:
    return Answer(
        question=question,
        standalone_question=question,
        text=REFUSAL,
        refused=True,
        claims=(),
        also_read=(),
        support=0.1,
        model=MODEL,
        tokens=Tokens(prompt=100, completion=1, context=4096),
        seconds=Seconds(retrieve=0.1, first_token=1.0, total=seconds),
    )

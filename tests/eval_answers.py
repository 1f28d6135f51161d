"""Answers made by hand, for the tests of eval/."""

from eval.calibrate import Calibrated
from eval.score import Curve
from index.article import Source
from rag.answer import REFUSAL, Answer, Citation, Claim, Model, Seconds, Tokens
from rag.calibration import Calibration, Counts, Measured

MODEL = Model(backend="embedded", name="scripted", digest="0" * 8)


def cite(path: str, article: str, quote: str, n: int = 1) -> Citation:
    """The citation of ``quote`` where it stands in the text of ``article``."""
    start = article.index(quote)
    return Citation(n, Source(path=path, title=path), start, start + len(quote), quote)


def answer(question: str, text: str, *citations: Citation, seconds: float = 2.0) -> Answer:
    claim = Claim(text=text, verbatim=False, checks=(("values", True),), citations=citations)
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


def calibrated(curve: Curve) -> Calibrated:
    """What a calibration found, with ``curve`` for the half held out."""
    half = Measured(1, 2, 0.0, 1.0)
    fitted = Calibration(
        digest=MODEL.digest,
        model=MODEL.name,
        accept=0.5,
        sure=0.97,
        fitted_on=Counts(2, 2, 2),
        refused_off_topic=half,
        refused_same_topic=half,
        wrongly_refused=half,
        when="2025-02-25T12:00:00+00:00",
        version="0",
    )
    return Calibrated(fitted, 0.05, half, curve, None, None, (), (), 0.9)

"""A check: a model answers twelve shipped questions, and what it has right is kept for the next choice.

Law: asked as every question is, through the whole assistant, over two small articles that come with Byline.
A model whose replies can't be read has that question wrong, and is asked the next one; any other fault ends
the check, and nothing is kept.

Does not know: who asked for a check, how its result is shown.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from index.embed import Embedder
from index.errors import ModelUnfit
from index.store import open_index
from index.sync import sync
from rag.answer import Answer
from rag.assistant import Assistant, fit_of
from rag.front.check.questions import QUESTIONS, Asked
from rag.judging.weigh import Scales
from rag.models import earned
from rag.models.earned import Check
from rag.models.llm import LLM
from rag.records.receipt import program_version
from rag.settings import Settings

ARTICLES = Path(__file__).parent / "articles"


def check(
    llm: LLM, embedder: Embedder, settings: Settings, told: Callable[[int], None] = lambda _: None
) -> Check:
    """Ask ``llm`` every question, and keep how it did. ``told`` gets the number of those asked so far.

    ``llm`` stays open. Raises ModelFault, StorageError.
    """
    judged: list[tuple[Asked, bool, float]] = []
    with TemporaryDirectory(prefix="byline-check-", ignore_cleanup_errors=True) as folder:
        sync(ARTICLES, Path(folder), embedder)
        with open_index(ARTICLES, Path(folder)) as index:
            assistant = Assistant(index, embedder, llm, Scales(fit_of(llm, settings)), settings.reads)
            for number, asked in enumerate(QUESTIONS, 1):
                judged.append(_asked(assistant, asked))
                told(number)
    result = _result(judged)
    earned.keep(settings.home, llm.model.digest, llm.form, result)
    return result


def _asked(assistant: Assistant, asked: Asked) -> tuple[Asked, bool, float]:
    began = time.perf_counter()
    try:
        right = is_right(assistant.ask(asked.question), asked)
    except ModelUnfit:
        right = False
    return asked, right, time.perf_counter() - began


def is_right(answer: Answer, asked: Asked) -> bool:
    """Whether a question that is not answered there was refused, or one of its answers is in the reply."""
    if not asked.answers:
        return answer.refused
    text = answer.text.casefold()
    return not answer.refused and any(each.casefold() in text for each in asked.answers)


def _result(judged: list[tuple[Asked, bool, float]]) -> Check:
    return Check(
        right=sum(right for _, right, _ in judged),
        asked=len(judged),
        refused=sum(right for asked, right, _ in judged if not asked.answers),
        unanswerable=sum(not asked.answers for asked, _, _ in judged),
        seconds=round(median(seconds for _, _, seconds in judged), 2),
        when=datetime.now(UTC).isoformat(timespec="seconds"),
        version=program_version(),
    )

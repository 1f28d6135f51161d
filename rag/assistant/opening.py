"""An assistant is opened: the index brought in line with its folder, the models loaded side by side.

Law: the index is synced first, so that a citation holds in the file as it is now. The only wiring: settings
become an assistant.

Does not know: how a question is answered.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from functools import cache, partial
from pathlib import Path

from index.embed import MINILM, Embedder, open_embedder
from index.errors import IndexBusy
from index.remembered import Remembered
from index.sync import Progress, SyncReport
from rag.assistant import Assistant, fit_of
from rag.assistant.indexed import no_progress, open_indexed, refresh
from rag.judging.nearness import Nearness, on_demand
from rag.judging.weigh import Scales
from rag.models.judge import SmallJudge, open_judge
from rag.models.llm import LLM, open_llm, weights_folder
from rag.settings import Settings, silence

LEAVING_SECONDS = 3
"""How long Ctrl-C waits for a model that is being opened: a served one may never answer."""


def _no_news(news: SyncReport | IndexBusy) -> None:
    """News for nobody."""


def open_near(home: Path) -> Nearness:
    """What tells how near texts are in meaning: the small embedding model, for which the cosines were set.

    It is loaded when something is first compared: many answers need no comparison.
    """
    return on_demand(lambda: Remembered(_small(weights_folder(home))))


@cache
def _small(weights: Path) -> Embedder:
    return open_embedder(MINILM, weights)


def open_assistant(
    settings: Settings,
    *,
    llm: Callable[[Settings], LLM] = open_llm,
    embedder: Callable[[str | None], Embedder] | None = None,
    judge: Callable[[], SmallJudge | None] = open_judge,
    near: Callable[[Path], Nearness] = open_near,
    progress: Progress = no_progress,
    notify: Callable[[SyncReport | IndexBusy], None] = _no_news,
) -> Assistant:
    """Bring the index in line with the corpus and load the models, side by side.

    ``notify`` gets the sync's report, or IndexBusy where another process is indexing and what was
    last indexed is used. Raises CorpusError, IndexFault, ModelFault.
    """
    silence()
    opens = embedder or partial(open_embedder, weights=weights_folder(settings.home))
    opening = _begun(lambda: llm(settings))
    try:
        loaded = opens(settings.embedder or None)
        notify(refresh(settings, loaded, progress))
        loaded.embed_query("warm")
        index = open_indexed(settings, loaded)
    except BaseException as error:
        _discard(opening, _patience(error))
        raise
    try:
        opened = opening.result()
        scales = Scales(fit_of(opened, settings), judge())
        return Assistant(index, loaded, opened, scales, settings.reads, llm, near=near(settings.home))
    except BaseException as error:
        index.close()
        _discard(opening, _patience(error))
        raise


def _begun(opens: Callable[[], LLM]) -> Future[LLM]:
    """A model that is being opened in a thread of its own, which the end of the process does not wait for."""
    opening: Future[LLM] = Future()

    def work() -> None:
        try:
            opening.set_result(opens())
        except BaseException as error:
            opening.set_exception(error)

    threading.Thread(target=work, name="open-llm", daemon=True).start()
    return opening


def _patience(error: BaseException) -> float | None:
    """How long who leaves so waits for the model, in seconds; None is to the end."""
    return LEAVING_SECONDS if isinstance(error, KeyboardInterrupt) else None


def _discard(opening: Future[LLM], seconds: float | None) -> None:
    """Close a model whose assistant never came to be; who leaves waits for it no longer than ``seconds``."""
    opening.add_done_callback(lambda done: None if done.exception() else done.result().close())
    wait([opening], seconds)

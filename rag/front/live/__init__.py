"""An assistant kept open: it follows the index, outlives a model that died, answers one question at a time.

Law: a question is answered over the folder as it is when its turn comes. Questions are answered in the
order in which they came; who waits is told how many are ahead. A model that broke is opened anew at the
next question; the embedding model stays. What is read, not asked, waits for nobody: sources, articles
and counts come from the catalog as it is at that moment.

Does not know: who asks, how anything is shown.
"""

import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any, cast

from index.article import Article, Source
from index.catalog import CatalogReader, Stats, Where
from index.errors import EmbedderError, IndexBusy, IndexMissing, ModelFault, PromptTooLong
from index.read import Listing, list_folder
from index.store import index_folder
from index.sync import Progress, SyncReport, sync
from rag.answer import Answer, Model
from rag.assistant import Assistant, checked
from rag.assistant.indexed import refresh
from rag.assistant.opening import open_assistant
from rag.events import Event
from rag.front.check import check
from rag.front.live import models
from rag.front.live.models import Offer
from rag.front.live.opening import Opening
from rag.front.live.queue import Queue
from rag.models.earned import Check
from rag.models.ollama import Step
from rag.question.followup import Rewrites, Rewritten, Turn
from rag.settings import Settings

MOST_WAITING = 20
"""Questions that wait for their turn; the next one is turned away."""
TICK_SECONDS = 0.5
"""How often who waits is told how many are ahead."""
FOLLOW_SECONDS = 1.0
"""The folder is not listed again sooner than this after the last time."""
CLOSING_SECONDS = 5.0
"""How long closing waits for the answer under way to stop."""


@dataclass(frozen=True, slots=True)
class Waits:
    """The question waits: ``ahead`` others come before it, the one being answered included."""

    ahead: int


class Live:
    """An assistant for many askers, in several threads. Close it, or use it as a context manager.

    Opening is lazy: nothing is loaded before the first ``stream``, ``model`` or ``sync``; where that
    fails, the next one tries again. Everything here raises BylineError only, but for KeyError of
    ``article``.
    """

    def __init__(
        self, settings: Settings, open_assistant: Callable[[Settings], Assistant] = open_assistant
    ) -> None:
        self._given = self._settings = settings
        self._open = open_assistant
        self._queue = Queue(MOST_WAITING)
        self._writing = threading.Lock()
        self._assistant: Assistant | None = None
        self._model: Model | None = None
        self._serving: Settings | None = None
        self._listed: Listing | None = None
        self._followed = float("-inf")
        self._opening: Opening | None = None

    @property
    def opening(self) -> Opening | None:
        """The model that is being loaded, None where none is."""
        return self._opening

    @property
    def settings(self) -> Settings:
        """The settings as they are now: ``use`` and ``use_embedded`` change them."""
        return self._settings

    def stream(
        self, question: str, where: Where | None = None, history: Sequence[Turn] = ()
    ) -> Generator[Waits | Event | Rewrites | Rewritten | Answer, None, None]:
        """What happens on the way, then the Answer, last.

        Closing the generator stops the model and lets the next question have its turn. Raises
        QuestionError, UsageError where too many wait, CorpusError, IndexFault, ModelFault.
        """
        text = checked(question)
        with self._queue.place() as place:
            while ahead := place.ahead():
                yield Waits(ahead)
                place.wait(TICK_SECONDS)
            yield from self._answered(text, where, history)

    def _answered(
        self, question: str, where: Where | None, history: Sequence[Turn]
    ) -> Iterator[Event | Rewrites | Rewritten | Answer]:
        """The assistant's own stream. A fault of the model ends that model."""
        try:
            assistant = self._followed_up()
            with closing(cast(Any, assistant.stream(question, where, history))) as events:
                for event in events:
                    self._queue.refuse_closed()
                    yield event
        except ModelFault as fault:
            self._note(fault)
            raise

    def _note(self, fault: ModelFault) -> None:
        """A prompt that is too long is no fault of the model's; after an embedder's all is opened anew."""
        if isinstance(fault, EmbedderError):
            self._let_go()
        elif not isinstance(fault, PromptTooLong):
            self._serving = None

    def _let_go(self) -> None:
        assistant, self._assistant = self._assistant, None
        if assistant:
            assistant.close()

    def _followed_up(self) -> Assistant:
        """The assistant over the folder as it is now, its model open. Only for who has the turn."""
        assistant = self._opened()
        if time.monotonic() - self._followed >= FOLLOW_SECONDS:
            self._follow(assistant)
        if assistant.index.stale():
            self._assistant = assistant = assistant.with_index(self._settings)
        return assistant

    def _opened(self) -> Assistant:
        """The assistant with the model of the settings, open. Only for who has the turn."""
        settings = self._settings
        if self._assistant and self._serving is settings:
            return self._assistant
        self._serving = None
        began = time.monotonic()
        self._opening = Opening("", began)
        self._opening = Opening(models.name(settings), began)
        try:
            opened = self._assistant.with_model(settings) if self._assistant else self._opened_first(settings)
        finally:
            self._opening = None
        self._assistant, self._serving = opened, settings
        if settings is self._settings:
            self._model = opened.llm.model
        return opened

    def _opened_first(self, settings: Settings) -> Assistant:
        listed = list_folder(settings.corpus)
        with self._writing:
            assistant = self._open(settings)
        self._listed, self._followed = listed, time.monotonic()
        return assistant

    def _follow(self, assistant: Assistant) -> None:
        """Sync where the folder is not listed as it was, or the index is not as it was.

        Where another process is writing the index, what was last indexed serves.
        """
        listed = list_folder(self._settings.corpus)
        if listed != self._listed or assistant.index.stale():
            with self._writing:
                news = refresh(self._settings, assistant.embedder)
            self._listed = None if isinstance(news, IndexBusy) else listed
        self._followed = time.monotonic()

    def sync(self, progress: Progress | None = None) -> SyncReport:
        """Bring the index in line with the folder; questions being answered keep what they have.

        Raises CorpusError, IndexBusy, other IndexFaults, EmbedderError, and ModelFault where the
        assistant isn't open and can't be opened.
        """
        corpus, home, url = self._settings.corpus, self._settings.home, self._settings.chroma_url or None
        embedder = (self._assistant or self._open_in_turn()).embedder
        with self._writing:
            listed = list_folder(corpus)
            report = sync(corpus, home, embedder, chroma_url=url, progress=progress)
            self._listed = listed
        return report

    def _open_in_turn(self) -> Assistant:
        with self._queue.place() as place:
            while place.ahead():
                place.wait(TICK_SECONDS)
            return self._opened()

    def sources(self) -> list[tuple[Source, int]]:
        """Every article's source with its number of passages, in the order of the paths."""
        with self._catalog() as catalog:
            return catalog.sources() if catalog else []

    def article(self, path: str) -> Article:
        """The article at ``path``. Raises KeyError where there is none any more."""
        with self._catalog() as catalog:
            if catalog is None:
                raise KeyError(path)
            return catalog.article(path)

    def stats(self) -> Stats:
        """How much is indexed, and when that last changed."""
        with self._catalog() as catalog:
            return catalog.stats() if catalog else Stats(0, 0, 0, "")

    @contextmanager
    def _catalog(self) -> Iterator[CatalogReader | None]:
        """The catalog as it is now; None where nothing has been indexed yet."""
        folder, catalog = index_folder(self._settings.home, self._settings.corpus), None
        with suppress(IndexMissing):
            catalog = CatalogReader(folder)
        with closing(catalog) if catalog else nullcontext():
            yield catalog

    def model(self) -> Model:
        """The model that answers; the one last opened where a fault has ended it. Opens it the first time."""
        return self._model or self._open_in_turn().llm.model

    def serves(self) -> str:
        """Who runs the model that answered last: ollama or embedded, "" before the first."""
        return self._model.backend if self._model else ""

    def use(self, model: str) -> None:
        """Let another model of Ollama's answer from the next question on.

        Raises OllamaDown, ModelBroke, ModelMissing, ModelRefused; then all stays as it was.
        """
        self._settings, self._model = models.to_ollama(self._settings, model)
        models.remember(self._settings, self._model)

    def use_embedded(self) -> None:
        """Let the embedded model answer from the next question on. Raises WeightsError."""
        self._settings, self._model = models.to_embedded(self._settings)
        models.remember(self._settings, self._model)

    def keep(self) -> None:
        """Keep the model in memory for a while, if one is open and would soon be unloaded. Raises nothing."""
        assistant = self._assistant
        if assistant and self._serving:
            with suppress(ModelFault):  # told of when it is asked
                assistant.llm.keep()

    def check(self, told: Callable[[int], None] = lambda _: None) -> Check:
        """Ask the model that answers now the shipped questions, in a turn of its own, and keep how it did.

        ``told`` gets the number of those asked so far. Raises UsageError, CorpusError, IndexFault,
        ModelFault.
        """
        with self._queue.place() as place:
            while place.ahead():
                place.wait(TICK_SECONDS)
            try:
                assistant = self._opened()
                return check(assistant.llm, assistant.embedder, self._settings, told)
            except ModelFault as fault:
                self._note(fault)
                raise

    def offers(self) -> tuple[Offer, ...]:
        """What may answer, with what each has earned: Ollama's models, then the embedded one."""
        return models.offers(self._given)

    def models(self) -> tuple[str, ...]:
        """The models that Ollama has and that may be used here; () where Ollama is not used or not there."""
        return models.models(self._given)

    def embedded(self) -> str:
        """The name of the embedded model where it could answer, else ""."""
        return models.embedded(self._given)

    def has_ollama(self) -> bool:
        """Whether there is an Ollama that may be used, with models or without."""
        return models.has_ollama(self._given)

    def pulling(self, model: str) -> Iterator[Step]:
        """Have Ollama pull a model, step by step; whoever closes the generator stops it.

        Raises OllamaDown, ModelBroke, ModelMissing; ModelRefused where it came and can't be used here.
        """
        return models.pulling(self._given, model)

    def close(self) -> None:
        """Stop the answer under way, turn away who waits, and release the models and the index."""
        self._queue.close(CLOSING_SECONDS)
        self._let_go()

    def __enter__(self) -> "Live":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

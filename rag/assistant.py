"""The only wiring: settings become an assistant that answers questions over one corpus.

Law: every question goes restate -> rewrite -> retrieve -> read -> verify, and only an Answer comes out; what
streams before it is marked provisional by its type. The index is brought in line with the folder first,
so that a citation holds in the file as it is now.

Does not know: how answers are shown, who asks.
"""

from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from types import TracebackType
from typing import Any, cast

from index.catalog import Where
from index.embed import Embedder, open_embedder
from index.errors import EmbedderMismatch, IndexBusy, QuestionError
from index.remembered import Remembered
from index.store import Index, open_index
from index.sync import Progress, SyncReport, sync
from rag.answer import Answer, Call, Draft
from rag.chain import Event, build_chain
from rag.followup import Rewrites, Rewritten, Turn, rewrite
from rag.followup.recall import RecallingRetriever, cited
from rag.llm import LLM, open_llm, weights_folder
from rag.nearness import nearness
from rag.parts import merged, parts
from rag.restate import restated
from rag.retrieve import PassageRetriever, Span
from rag.settings import Settings, silence
from rag.steps import ENOUGH
from rag.verify import verify
from rag.versions import asks_versions

LONGEST_QUESTION = 2000
"""Characters. A longer text is a document, and would push the passages out of the window."""


def checked(question: str) -> str:
    """The question on one line, with a mark for what is no character. Raises QuestionError."""
    text = " ".join(question.encode(errors="replace").decode().split())
    if not text:
        raise QuestionError("The question is empty.", 'byline ask "What share of aid did Europe provide?"')
    if len(text) > LONGEST_QUESTION:
        raise QuestionError(
            f"The question has {len(text):,} characters; {LONGEST_QUESTION:,} are read at most.",
            "ask for one thing at a time",
        )
    return text


@dataclass(frozen=True, slots=True)
class _Scope:
    """Where is looked, which spans are left out, and whether each article's version is asked for."""

    where: Where
    without: tuple[Span, ...]
    each: bool


class Assistant:
    """Answers questions. Close it, or use it as a context manager.

    ``opens`` is what opens its model, where that must be opened anew.
    """

    def __init__(
        self,
        index: Index,
        embedder: Embedder,
        llm: LLM,
        reads: int,
        opens: Callable[[Settings], LLM] = open_llm,
    ) -> None:
        self.index, self.embedder, self.llm = index, embedder, llm
        self._reads, self._opens = reads, opens
        self._remembered = Remembered(embedder)

    def ask(
        self,
        question: str,
        where: Where | None = None,
        history: Sequence[Turn] = (),
        without: Sequence[Span] = (),
    ) -> Answer:
        """The checked answer. Raises QuestionError, IndexFault, ModelFault.

        ``history`` are the conversation's turns, oldest first: a follow-up is rewritten to stand alone.
        Passages that overlap a span of ``without`` (path, start, end) are not retrieved.
        """
        for event in self.stream(question, where, history, without):
            if isinstance(event, Answer):
                return event
        raise AssertionError("a stream ends with an Answer")

    def stream(
        self,
        question: str,
        where: Where | None = None,
        history: Sequence[Turn] = (),
        without: Sequence[Span] = (),
    ) -> Iterator[Event | Rewrites | Rewritten | Answer]:
        """What happens on the way, then the Answer, last. Raises as ``ask`` does.

        Rewrites, where the model is asked, and Rewritten, where the question is another one than was
        asked, come first. A question for several things is asked part by part: each finds and reads anew,
        and a later part may be rewritten too.
        """
        text = checked(question)
        plain = restated(text)
        understood = yield from self._rewritten(text, plain, history)
        scope = _Scope(where or Where(), tuple(without), asks_versions(text))
        asked = parts(understood.question)
        drafts = [(yield from self._drafted(asked[0], scope, history, follows=understood.question != plain))]
        for part in asked[1:]:
            drafts.append((yield from self._further(part, asked[0], drafts[0], scope)))
        yield verify(_as_asked(merged(drafts, understood.question), text, understood))

    def _drafted(
        self,
        question: str,
        scope: _Scope,
        history: Sequence[Turn],
        *,
        follows: bool,
    ) -> Generator[Event, None, Draft]:
        """The chain's events; returns its draft."""
        retriever = self._retriever(scope.where, scope.without, follows, history)
        chain = build_chain(retriever, self.llm, self._reads, nearness(self._remembered), scope.each)
        with closing(cast(Any, chain.stream(question))) as events:
            for event in events:
                if isinstance(event, Draft):
                    return event
                yield event
        raise AssertionError("a chain ends with a draft")

    def _further(
        self, part: str, before: str, draft: Draft, scope: _Scope
    ) -> Generator[Event | Rewrites, None, Draft]:
        """A later part of a question, as a follow-up of the first: "what with its own?" needs it."""
        turn = Turn(before, before, verify(draft))
        understood = yield from rewrite(part, (turn,), self.llm)
        follows = understood.question != part
        drafted = yield from self._drafted(understood.question, scope, (turn,), follows=follows)
        return drafted if understood.call is None else _with_call(drafted, understood.call)

    def _rewritten(
        self, question: str, plain: str, history: Sequence[Turn]
    ) -> Generator[Rewrites | Rewritten, None, Rewritten]:
        """How ``question``, in its plain words ``plain``, is understood."""
        understood = yield from rewrite(plain, history, self.llm)
        if understood.question != question:
            yield understood
        return understood

    def _retriever(
        self, where: Where, without: tuple[Span, ...], follows: bool, history: Sequence[Turn]
    ) -> PassageRetriever:
        """For a follow-up, one that finds the earlier evidence too, as the last of ENOUGH at worst."""
        parts: dict[str, Any] = {"index": self.index, "embedder": self._remembered}
        if not follows:
            return PassageRetriever(**parts, where=where, without=without)
        last = max(min(self._reads, ENOUGH) - 1, 1)
        return RecallingRetriever(**parts, where=where, without=without, earlier=cited(history), at=last)

    def with_index(self, settings: Settings) -> "Assistant":
        """The same over the index as it is now; this one's index is closed.

        Raises IndexFault, and then this one goes on as it was.
        """
        index = _open_index(settings, self.embedder)
        self.index.close()
        return Assistant(index, self.embedder, self.llm, self._reads, self._opens)

    def with_model(self, settings: Settings) -> "Assistant":
        """The same with the model that ``settings`` name, opened now; this one's model is closed.

        It is closed first: two may not fit into memory. Raises ModelFault; then this one can't answer, but
        be asked again for another model.
        """
        self.llm.close()
        return Assistant(self.index, self.embedder, self._opens(settings), self._reads, self._opens)

    def close(self) -> None:
        """Release the model and the index."""
        try:
            self.index.close()
        finally:
            self.llm.close()

    def __enter__(self) -> "Assistant":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _as_asked(draft: Draft, question: str, understood: Rewritten) -> Draft:
    """The draft of the rewritten question with the question as asked, and what the rewriting took."""
    asked = replace(draft, question=question)
    return asked if understood.call is None else _with_call(asked, understood.call)


def _with_call(draft: Draft, call: Call) -> Draft:
    """The draft with the rewriting before it, and what that took."""
    (asked, heard), took = call.tokens, call.seconds
    tokens, seconds = draft.tokens, draft.seconds
    return replace(
        draft,
        calls=(call, *draft.calls),
        tokens=replace(tokens, prompt=tokens.prompt + asked, completion=tokens.completion + heard),
        seconds=replace(
            seconds,
            retrieve=seconds.retrieve + took,
            first_token=seconds.first_token + took if seconds.first_token else 0.0,
            total=seconds.total + took,
            rewrite=seconds.rewrite + took,
        ),
    )


def _no_progress(stage: str, done: int, total: int) -> None:
    """Progress for nobody."""


def _no_news(news: SyncReport | IndexBusy) -> None:
    """News for nobody."""


def open_assistant(
    settings: Settings,
    *,
    llm: Callable[[Settings], LLM] = open_llm,
    embedder: Callable[[str | None], Embedder] | None = None,
    progress: Progress = _no_progress,
    notify: Callable[[SyncReport | IndexBusy], None] = _no_news,
) -> Assistant:
    """Bring the index in line with the corpus and load the models, side by side.

    ``notify`` gets the sync's report, or IndexBusy where another process is indexing and what was
    last indexed is used. Raises CorpusError, IndexFault, ModelFault.
    """
    silence()
    opens = embedder or partial(open_embedder, weights=weights_folder(settings.home))
    with ThreadPoolExecutor(1, thread_name_prefix="open-llm") as pool:
        opening = pool.submit(llm, settings)
        try:
            loaded = opens(settings.embedder or None)
            notify(refresh(settings, loaded, progress))
            loaded.embed_query("warm")
            index = _open_index(settings, loaded)
        except BaseException:
            _discard(opening)
            raise
        try:
            return Assistant(index, loaded, opening.result(), settings.reads, llm)
        except BaseException:
            index.close()
            raise


def _open_index(settings: Settings, embedder: Embedder) -> Index:
    """The index, if its vectors are the embedder's: while another process syncs, nobody else has looked."""
    index = open_index(settings.corpus, settings.home, settings.chroma_url or None)
    if index.embedder_digest != embedder.digest:
        index.close()
        raise EmbedderMismatch(
            f"The index was built with the embedding model {index.embedder_name}, not {embedder.name}.",
            "byline index --rebuild",
        )
    return index


def refresh(
    settings: Settings, embedder: Embedder, progress: Progress = _no_progress
) -> SyncReport | IndexBusy:
    """Sync the corpus; where another process is at it and an index exists, its IndexBusy is returned."""
    url = settings.chroma_url or None
    try:
        return sync(settings.corpus, settings.home, embedder, chroma_url=url, progress=progress)
    except IndexBusy as busy:
        open_index(settings.corpus, settings.home, url).close()
        return busy


def _discard(opening: Future[LLM]) -> None:
    """Close a model whose assistant never came to be."""
    opening.add_done_callback(lambda done: None if done.exception() else done.result().close())

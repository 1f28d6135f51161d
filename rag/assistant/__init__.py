"""The assistant: a question goes through every stage, and an Answer comes out.

Law: every question goes understand -> search -> read, place, look, judge -> choose -> compare -> verify,
and only an Answer comes out; what streams before it are stages. What can't be answered with sentences of
articles is told at once.

Does not know: how answers are shown, who asks, how an index is opened.
"""

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, cast

from index.catalog import Where
from index.embed import Embedder
from index.errors import QuestionError
from index.remembered import Remembered
from index.store import Index
from rag.answer import Answer, Call, Draft, Question, Seconds, Tokens
from rag.assistant.chain import Means, build_chain
from rag.assistant.indexed import open_indexed
from rag.events import Event
from rag.judging.merge import merged
from rag.judging.nearness import Nearness, nearness
from rag.judging.score import Fit, fit_for
from rag.judging.weigh import Scales
from rag.models.llm import LLM, open_llm
from rag.question.followup import Rewrites, Rewritten, Turn, rewrite
from rag.question.followup.turn import cited
from rag.question.form import understood
from rag.question.parts import parts
from rag.question.restate import restated
from rag.question.unfit import instead
from rag.search import Order, PassageRetriever, RecallingRetriever, Span, by_sentences
from rag.settings import Settings
from rag.verify import verify

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


RECALLED_AT = 2
"""The place, from 0, that evidence cited earlier takes at worst among what is read."""


@dataclass(frozen=True, slots=True)
class _Scope:
    """Where is looked, and which spans are left out."""

    where: Where
    without: tuple[Span, ...]


class Assistant:
    """Answers questions. Close it, or use it as a context manager.

    ``scales`` are what answers are weighed with, ``opens`` opens another model, ``order`` puts hits in
    order, ``near`` tells how near texts are (both by the index's embedder, if not told otherwise).
    """

    def __init__(
        self,
        index: Index,
        embedder: Embedder,
        llm: LLM,
        scales: Scales,
        reads: int,
        opens: Callable[[Settings], LLM] = open_llm,
        order: Order | None = None,
        near: Nearness | None = None,
    ) -> None:
        self.index, self.embedder, self.llm, self.scales, self.reads = index, embedder, llm, scales, reads
        remembered = Remembered(embedder)
        self._opens, self.order = opens, order or by_sentences(remembered)
        self.near = near or nearness(remembered)

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
        if told := instead(text):
            yield self._untold(text, told)
            return
        plain = restated(text)
        asked = yield from self._rewritten(text, plain, history)
        scope = _Scope(where or Where(), tuple(without))
        first, *rest = parts(asked.question)
        follows = asked.question != plain
        drafts = [(yield from self._drafted(understood(text, first), scope, history, follows=follows))]
        for part in rest:
            drafts.append((yield from self._further(part, drafts[0], scope)))
        draft = merged(drafts, understood(text, asked.question))
        yield verify(draft if asked.call is None else _with_call(draft, asked.call))

    def _untold(self, question: str, told: str) -> Answer:
        """The answer to what can't be answered: what can be done instead."""
        tokens = Tokens(context=self.llm.context)
        return Answer(
            question, question, told, True, (), (), None, self.llm.model, tokens, Seconds(), told=told
        )

    def _drafted(
        self, question: Question, scope: _Scope, history: Sequence[Turn], *, follows: bool
    ) -> Generator[Event, None, Draft]:
        """The chain's events; returns its draft."""
        retriever = self._retriever(scope, follows, history)
        chain = build_chain(retriever, Means(self.llm, self.scales, self.reads, self.near))
        with closing(cast(Any, chain.stream(question))) as events:
            for event in events:
                if isinstance(event, Draft):
                    return event
                yield event
        raise AssertionError("a chain ends with a draft")

    def _further(self, part: str, draft: Draft, scope: _Scope) -> Generator[Event | Rewrites, None, Draft]:
        """A later part of a question, as a follow-up of the first: "what with its own?" needs it."""
        before = draft.question.text
        turn = Turn(before, before, verify(draft))
        asked = yield from rewrite(part, (turn,), self.llm)
        question = understood(part, asked.question)
        drafted = yield from self._drafted(question, scope, (turn,), follows=asked.question != part)
        return drafted if asked.call is None else _with_call(drafted, asked.call)

    def _rewritten(
        self, question: str, plain: str, history: Sequence[Turn]
    ) -> Generator[Rewrites | Rewritten, None, Rewritten]:
        """How ``question``, in its plain words ``plain``, is understood."""
        asked = yield from rewrite(plain, history, self.llm)
        if asked.question != question:
            yield asked
        return asked

    def _retriever(self, scope: _Scope, follows: bool, history: Sequence[Turn]) -> PassageRetriever:
        """For a follow-up, one that finds the earlier evidence too."""
        parts: dict[str, Any] = {"index": self.index, "embedder": self.embedder, "order": self.order}
        parts |= {"where": scope.where, "without": scope.without}
        if not follows:
            return PassageRetriever(**parts)
        last = max(min(self.reads - 1, RECALLED_AT), 1)
        return RecallingRetriever(**parts, earlier=cited(history), at=last)

    def with_index(self, settings: Settings) -> "Assistant":
        """The same over the index as it is now; this one's index is closed.

        Raises IndexFault, and then this one goes on as it was.
        """
        index = open_indexed(settings, self.embedder)
        self.index.close()
        return self._with(index, self.llm, self.scales)

    def with_model(self, settings: Settings) -> "Assistant":
        """The same with the model that ``settings`` name, opened now; this one's model is closed.

        It is closed first: two may not fit into memory. Raises ModelFault; then this one can't answer, but
        be asked again for another model.
        """
        self.llm.close()
        llm = self._opens(settings)
        return self._with(self.index, llm, replace(self.scales, fit=fit_of(llm, settings)))

    def weighing(self, scales: Scales) -> "Assistant":
        """The same, its answers weighed otherwise."""
        return self._with(self.index, self.llm, scales)

    def _with(self, index: Index, llm: LLM, scales: Scales) -> "Assistant":
        return Assistant(index, self.embedder, llm, scales, self.reads, self._opens, self.order, self.near)

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


def fit_of(llm: LLM, settings: Settings) -> Fit:
    """The fitted score of a model, in the form in which it is read."""
    return fit_for(settings.home, llm.model.digest, llm.form, settings.threshold)


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

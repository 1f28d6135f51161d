"""The same ask for programs: a question in, the contract's object out.

Law: what the browser gets, a program gets: the same filters, the same follow-ups, the same gates. What is
wrong is told in a sentence, and is never a traceback.

Does not know: HTTP, MCP, who asks.
"""

import json
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, fields
from typing import Any, cast

from index.catalog import Where
from index.errors import BylineError, QuestionError
from rag.answer import Answer
from rag.front.live import Live
from rag.front.page.filters import where
from rag.plain import line
from rag.question.followup import TURNS, Turn
from rag.records.contract import to_json

Ask = Callable[..., dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Request:
    """What a program sends: see ``ask``."""

    question: str
    sources: list[str] | None
    since: str | None
    until: str | None
    earlier: list[str] | None


def endpoint(live: Live, failure: Callable[[str], Exception]) -> Ask:
    """The function behind the endpoint; ``failure`` makes the exception that tells its caller."""

    def ask(
        question: str,
        sources: list[str] | None = None,
        since: str | None = None,
        until: str | None = None,
        earlier: list[str] | None = None,
    ) -> dict[str, Any]:
        """Answer a question from the articles; every sentence of the answer cites exact sentences of them.

        Args:
            question: The question, in a sentence.
            sources: Paths of the articles to ask, relative to the corpus; all without it.
            since: Only articles from this day on, as 2025-02-25.
            until: Only articles up to this day, as 2025-03-31.
            earlier: The conversation's earlier questions, oldest first, where the question follows them up.

        Returns:
            One object, version 2: answer, refused, claims with their citations (path, start, end, quote).
        """
        try:
            asked = _valid(question, sources, since, until, earlier)
            articles = where(_known(live, asked.sources), asked.since, asked.until)
            return to_json(_last(live, [*(asked.earlier or ())[-TURNS:], asked.question], articles))
        except BylineError as error:
            raise failure(_told(error)) from None

    return ask


def _valid(*sent: Any) -> Request:
    """What was sent, each value of its type. Raises QuestionError."""
    from pydantic import TypeAdapter, ValidationError

    try:
        given = dict(zip((each.name for each in fields(Request)), sent, strict=True))
        return TypeAdapter(Request).validate_json(json.dumps(given), strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise QuestionError(
            f"{place}: {first['msg'].lower()}.", "the page's API lists what is sent"
        ) from None


def _known(live: Live, paths: Sequence[str] | None) -> Sequence[str] | None:
    """The paths, if the corpus has them all. Raises QuestionError."""
    if not paths:
        return None
    live.model()  # opened: the folder is indexed
    unknown = sorted(set(paths) - {source.path for source, _ in live.sources()})
    if unknown:
        raise QuestionError(f"There is no article {unknown[0][:200]!r}.", "byline sources lists them")
    return paths


def _last(live: Live, questions: Sequence[str], articles: Where) -> Answer:
    """Every question in turn, each with those before it; the answer to the last one."""
    history: tuple[Turn, ...] = ()
    for question in questions:
        answer = _answer(live, question, articles, history)
        history = (*history, Turn(answer.question, answer.standalone_question, answer))
    return history[-1].answer


def _answer(live: Live, question: str, articles: Where, history: Sequence[Turn]) -> Answer:
    with closing(cast(Any, live.stream(question, articles, history))) as events:
        for event in events:
            if isinstance(event, Answer):
                return event
    raise AssertionError("a stream ends with an Answer")


def _told(error: BylineError) -> str:
    return line(f"{error} Next: {error.hint}" if error.hint else str(error))

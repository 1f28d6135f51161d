"""What a tab sees while a question is asked: views, stops, faults; and what of the corpus is asked."""

import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from index.catalog import Where
from index.errors import QuestionError
from rag.front.live import Live
from rag.front.page import filters
from rag.front.page.ask import answering
from rag.front.page.backend import Backend, open_backend
from rag.front.page.corpus import Listed, chosen, left_out, listed
from rag.front.page.keep import exchange_at
from rag.front.page.pump import pumped
from rag.front.page.running import Flag, Running
from rag.front.page.text import safe
from rag.front.page.view import Asked, View
from rag.question.unfit import instead
from rag.settings import Settings
from tests.page_server import ARTICLES, BRIDGE, QUOTE, SHARE, Mind, opener, write

ALL = (None, None, None)


@pytest.fixture
def mind() -> Mind:
    return Mind()


@pytest.fixture
def backend(tmp_path: Path, mind: Mind) -> Iterator[Backend]:
    settings = Settings(corpus=write(ARTICLES, tmp_path / "articles"), home=tmp_path / "home")
    with Live(settings, opener(mind)) as live:
        yield open_backend(live)


def views(backend: Backend, conversation: str, asked: Asked, given: Any = ALL) -> list[View]:
    return [view for view in answering(backend, conversation, asked, given, Flag()) if view]


def text(view: View) -> str:
    return "\n".join(message["content"] for message in view.messages)


def test_evidence_comes_before_a_word_of_the_answer_and_the_answer_last(backend: Backend) -> None:
    seen = views(backend, "", Asked(SHARE))
    panels = [n for n, view in enumerate(seen) if view.panel and "evidence pending" in view.panel]
    reads = [n for n, view in enumerate(seen) if "Reading passage" in text(view)]
    assert panels[0] < reads[0] < len(seen) - 1
    assert [view.busy for view in seen] == [*[True] * (len(seen) - 1), False]
    before, after = QUOTE.split("60%")
    assert f"{safe(before)} <mark>{safe('60%')}</mark> {safe(after)}" in text(seen[-1])
    assert all('class="answer"' not in text(view) for view in seen[:-1])


def test_only_stages_are_told_on_the_way_and_nothing_that_the_model_said(backend: Backend) -> None:
    seen = views(backend, "", Asked(SHARE))[:-1]
    shown = [html.fromstring(view.messages[-1]["content"]) for view in seen]
    told = [each.xpath("string(//p[@class='progress'])") for each in shown]
    stages = dict.fromkeys(re.sub(r", \d+ s", "", each) for each in told)
    assert [words for words in stages if words not in ("Loading the model …", "Searching …")] == [
        "Found 6 passages of 1 article …",
        "Reading passage 1 of 3: Europe paid most of the aid …",
        "Checking …",
        "Comparing with other articles …",
    ]
    assert all(safe("60%") not in text(view) for view in seen)


@pytest.mark.parametrize("question", ["Summarise the articles.", "What do you think of Macron?"])
def test_what_can_not_be_quoted_is_told_at_once_and_asks_the_model_nothing(
    backend: Backend, mind: Mind, question: str
) -> None:
    last = views(backend, "", Asked(question))[-1]
    assert (safe(instead(question)) in text(last), last.failed, last.busy, mind.asked) == (
        True,
        False,
        False,
        [],
    )


def test_an_answer_is_kept_and_can_be_asked_for_again(backend: Backend) -> None:
    first = views(backend, "", Asked(SHARE))[-1]
    second = views(backend, first.conversation, Asked(BRIDGE))[-1]
    again = views(backend, second.conversation, first.asked)[-1]
    kept = backend.conversation(again.conversation)
    assert [each.question for each in kept.exchanges] == [SHARE]
    assert again.conversation == first.conversation


@pytest.mark.parametrize("purpose", ["read"])
def test_a_fault_is_told_and_what_was_there_stays(backend: Backend, mind: Mind, purpose: Any) -> None:
    first = views(backend, "", Asked(BRIDGE))[-1]
    mind.die(purpose)
    last = views(backend, first.conversation, Asked(SHARE, first.asked.instead))[-1]
    assert (last.failed, last.busy, last.asked) == (True, False, Asked(SHARE, first.asked.instead))
    assert last.messages[:2] == first.messages
    assert "The model stopped in mid" in text(last)
    assert [each.question for each in backend.conversation(first.conversation).exchanges] == [BRIDGE]


@pytest.mark.parametrize(("question", "given"), [("x" * 100_000, ALL), (SHARE, (None, "yesterweek", None))])
def test_what_can_not_be_asked_never_reaches_the_model(
    backend: Backend, mind: Mind, question: str, given: Any
) -> None:
    last = views(backend, "", Asked(question), given)[-1]
    assert (last.failed, last.asked.question, mind.asked) == (True, question, [])
    assert len(text(last)) < 20_000


def test_a_stopped_answer_ends_at_the_next_beat_and_asks_the_model_no_more(
    backend: Backend, mind: Mind
) -> None:
    mind.hold("read", after=2)
    before = len(mind.asked)
    flag: Flag[View] = Flag()
    events = answering(backend, "", Asked(SHARE), ALL, flag)
    next(view for view in events if view and "Reading passage" in text(view))
    assert mind.held.wait(60)
    flag.raise_()
    last = [view for view in events if view][-1]
    assert (last.failed, "Stopped" in text(last)) == (True, True)
    mind.release()
    assert views(backend, "", Asked(BRIDGE))[-1].busy is False
    assert [SHARE in request.prompt for request in mind.asked[before:]].count(True) == 1


def test_what_ends_an_answer_says_what_is_shown(backend: Backend) -> None:
    other = views(backend, "", Asked(BRIDGE))[-1]
    flag: Flag[View] = Flag()
    flag.raise_(other)
    assert list(answering(backend, "", Asked(SHARE), ALL, flag))[-1] == other


def test_who_leaves_a_stream_closes_it() -> None:
    closed, go = threading.Event(), threading.Event()

    def endless() -> Iterator[int]:
        try:
            yield 1
            go.wait(5)
            while True:
                yield 2
        finally:
            closed.set()

    stream: Any = pumped(endless, beat=0.01)
    assert (next(stream), next(stream)) == (1, None)
    stream.close()
    go.set()
    assert closed.wait(5)


def test_a_stream_s_fault_reaches_its_reader() -> None:
    def broken() -> Iterator[int]:
        yield 1
        raise QuestionError("no")

    stream = pumped(broken)
    assert next(stream) == 1
    with pytest.raises(QuestionError):
        list(stream)


def answers(running: Running[str], told: list[str], name: str) -> threading.Thread:
    """A thread in which tab "a" is answered; ``told`` gets the name once the answer has begun."""

    def answer() -> None:
        with running.answer("a"):
            told.append(name)

    thread = threading.Thread(target=answer)
    thread.start()
    return thread


def test_a_tab_has_one_answer_under_way_and_the_next_begins_after_its_end() -> None:
    running: Running[str] = Running()
    told: list[str] = []
    with running.answer("b") as other:
        with running.answer("a") as first:
            second = answers(running, told, "second")
            while not first.raised:
                threading.Event().wait(0.001)
            told.append("end of the first")
        second.join(5)
    assert (told, other.raised) == (["end of the first", "second"], False)


def test_another_conversation_waits_until_the_browser_has_shown_the_answer_to_its_end() -> None:
    running: Running[str] = Running()
    told: list[str] = []
    left = threading.Thread(target=lambda: (running.leave("a", "another"), told.append("another")))
    with running.answer("a") as flag:
        left.start()
        while not flag.raised:
            threading.Event().wait(0.001)
        running.seen("a")  # of an earlier answer: this one has not ended
        assert flag.instead == "another"
    left.join(0.1)
    told.append("the end")
    running.seen("a")
    left.join(5)
    assert told == ["the end", "another"]


def test_nobody_waits_where_no_answer_is_under_way() -> None:
    running: Running[str] = Running()
    with running.answer("a") as flag:
        pass
    running.seen("a")
    began = time.monotonic()
    running.leave("a", "another")
    running.stop("a")
    assert (time.monotonic() - began < 1, flag.raised) == (True, False)


BOXES = Listed((("A", "a"), ("B", "b")), ("a", "b"))


@pytest.mark.parametrize(
    ("ticked", "before", "out"),
    [
        (["a", "b"], [], []),
        (["a"], [], ["b"]),
        (["a"], ["hidden"], ["b", "hidden"]),
        (["a", "b"], ["b", "hidden"], ["hidden"]),
        ([], [], ["a", "b"]),
    ],
)
def test_what_is_not_shown_keeps_its_tick(ticked: list[str], before: list[str], out: list[str]) -> None:
    assert left_out(BOXES, ticked, before) == out


def test_nothing_left_out_is_everything_and_everything_is_wrong_use(backend: Backend) -> None:
    backend.live.model()
    live, paths = backend.live, sorted(ARTICLES)
    assert chosen(live, []) is None
    assert chosen(live, ["aid.md", "gone.md"]) == paths[1:]
    with pytest.raises(QuestionError):
        chosen(live, paths)


def test_titles_are_found_by_their_words(backend: Backend) -> None:
    backend.live.model()
    found = listed(backend.live, "VALENCIA dead", ["flood-late.md"])
    assert [path for _, path in found.choices] == ["flood-late.md", "flood-early.md"]
    assert found.ticked == ("flood-early.md",)
    assert listed(backend.live, "*", []).choices == ()


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ((None, "", None), Where()),
        (([], " 2025-03-01 ", "2025-03-01"), Where(since="2025-03-01", until="2025-03-01")),
        ((["b", "a"], None, None), Where(paths=("a", "b"))),
    ],
)
def test_what_was_typed_becomes_a_filter(given: Any, expected: Where) -> None:
    assert filters.where(*given) == expected


def test_a_message_belongs_to_its_exchange(backend: Backend) -> None:
    conversation = backend.conversation(views(backend, "", Asked(SHARE))[-1].conversation)
    (only,) = conversation.exchanges
    assert [exchange_at(conversation, n) for n in (0, 1, 2, -1)] == [only, only, None, None]


@pytest.mark.parametrize("identity", ["", None, "../x", "0" * 16, 5])
def test_a_name_of_no_conversation_is_a_new_one(backend: Backend, identity: object) -> None:
    assert backend.conversation(identity).exchanges == ()

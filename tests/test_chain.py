"""The chain: one passage after another until one is surely enough, then exactly one Draft."""

import time
from collections.abc import Sequence

import pytest

from index.article import Hit
from index.errors import ModelBroke
from rag.answer import Draft, Statement, Tokens
from rag.chain import Composes, Event, Found, Reads, build_chain
from rag.llm import LLM, UNCALIBRATED
from rag.reader import Provisional
from rag.verify import verify
from tests.ollama_chat import Brain, ChatReply, ChatRequest, count_words, say
from tests.scripted import (
    NO,
    SURE,
    UNSURE,
    chat_of,
    cites,
    composing,
    enqueued,
    hit,
    refuses,
    scripted_llm,
    shelf,
)

AID = hit("Macron spoke on Monday.", "Europe paid 60% of the total, Macron said.")
TALKS = hit("Talks go on in Riyadh.", path="talks.txt", title="Talks")
BRIDGE = hit("The bridge reopened.", path="bridge.txt", title="Bridge")
HITS = (AID, TALKS, BRIDGE)
QUESTION = "How much was it?"
"""All its words only ask, so that coverage leaves support as the model gave it."""
BETWEEN = (UNSURE + SURE) / 2


def stream(llm: LLM, hits: Sequence[Hit] = HITS, reads: int = 3) -> list[Event]:
    return list(build_chain(shelf(*hits), llm, reads).stream(QUESTION))


def draft_of(events: Sequence[Event]) -> Draft:
    """The one draft, which comes last."""
    drafts = [event for event in events if isinstance(event, Draft)]
    assert drafts == [events[-1]]
    return drafts[0]


def drafted(*replies: ChatReply, reads: int = 3) -> Draft:
    return draft_of(stream(scripted_llm(composing(enqueued(*replies))), reads=reads))


def said(number: int, text: str) -> tuple[Statement, ...]:
    return (Statement(text, (number,)),)


def test_events_come_in_order_and_end_with_the_draft() -> None:
    events = stream(scripted_llm(composing(enqueued(refuses(), cites(1, "In Riyadh.")))))
    reply = cites(1, "In Riyadh.")
    read = [Provisional(token.text) for token in reply.tokens]
    stated = [Provisional(token.text) for token in say("In Riyadh.").tokens]
    assert [event for event in events[:-1] if event != Provisional("")] == [
        Found(HITS),
        Reads(1, 3, AID),
        Reads(2, 3, TALKS),
        *read,
        Composes(),
        *stated,
    ]
    assert draft_of(events).reply == "".join(piece.text for piece in read)


def test_events_come_while_the_model_still_speaks() -> None:
    llm = scripted_llm(enqueued(cites(2, "Europe paid 60%, Macron said.")))
    events = iter(build_chain(shelf(*HITS), llm, 3).stream(QUESTION))
    next(event for event in events if isinstance(event, Provisional))
    assert chat_of(llm).taken == [1]


def test_reading_stops_at_a_passage_that_is_surely_enough() -> None:
    draft = drafted(cites(2, "60%", SURE))
    assert (draft.statements, {s.hit for s in draft.sentences}) == (said(2, "60%"), {AID})
    assert UNCALIBRATED.sure <= (draft.support or 0)


@pytest.mark.parametrize(
    ("supports", "best"),
    [
        ((BETWEEN, UNSURE, UNSURE), 0),
        ((UNSURE, BETWEEN, UNSURE), 1),
        ((UNSURE, UNSURE, BETWEEN), 2),
        ((UNSURE, UNSURE, UNSURE), 0),
        ((NO, UNSURE, NO), 1),
        ((NO, NO, NO), 0),
    ],
)
def test_without_a_sure_one_the_best_supported_reading_wins(supports: tuple[float, ...], best: int) -> None:
    answers = ("Monday", "Riyadh", "The bridge")
    draft = drafted(*(cites(1, text, share) for text, share in zip(answers, supports, strict=True)))
    refused = supports[best] == NO
    assert draft.statements == (() if refused else said(1, answers[best]))
    assert draft.support == pytest.approx(supports[best])
    assert {sentence.hit for sentence in draft.sentences} == {HITS[best]}


@pytest.mark.parametrize("reads", [1, 2])
def test_no_more_passages_are_read_than_allowed(reads: int) -> None:
    llm = scripted_llm(enqueued(*[refuses()] * reads))
    events = stream(llm, reads=reads)
    assert len(chat_of(llm).asked) == reads
    assert draft_of(events).hits == HITS


def test_a_short_answer_is_stated_as_a_sentence() -> None:
    sentence = "Of the total, Europe paid 60%."
    draft = draft_of(stream(scripted_llm(enqueued(cites(2, "60%"), say(sentence)))))
    assert draft.statements == said(2, sentence)


def test_the_citation_moves_to_where_the_answer_stands() -> None:
    assert drafted(cites(1, "60%")).statements == said(2, "60%")


def test_each_passage_is_shown_alone() -> None:
    llm = scripted_llm(enqueued(refuses(), refuses(), refuses()))
    stream(llm)
    asked = [request.last("user") for request in chat_of(llm).asked]
    shown = [[found.passage.sentences[0].text in text for found in HITS] for text in asked]
    assert shown == [[True, False, False], [False, True, False], [False, False, True]]


def test_tokens_are_those_of_all_readings() -> None:
    replies = (refuses(), refuses(), cites(1, "It reopened."))
    llm = scripted_llm(composing(enqueued(*replies)))
    draft = draft_of(stream(llm))
    spent = [count_words(request.prompt) for request in chat_of(llm).asked]
    # A reply that is left at its first token brings no count: ours is added, with the turns' own tokens.
    turns = 2 * 8 * len(chat_of(llm).asked[0].messages)
    said = 1 + 1 + len(replies[2].tokens) + len(say("It reopened.").tokens)
    assert draft.tokens == Tokens(sum(spent) + turns, said, llm.context)


def test_seconds_run_on_one_clock() -> None:
    pause = 0.05

    def slow(request: ChatRequest) -> ChatReply:  # noqa: ARG001
        time.sleep(pause)
        return refuses()

    began = time.perf_counter()
    seconds = draft_of(stream(scripted_llm(slow), HITS[:2])).seconds
    lasted = time.perf_counter() - began
    assert 0 < seconds.retrieve < seconds.first_token < seconds.total < lasted
    assert seconds.first_token >= pause
    assert seconds.total >= 2 * pause


def test_a_draft_says_who_spoke_and_what_was_asked() -> None:
    llm = scripted_llm(composing(enqueued(cites(2, "60%"))))
    draft = draft_of(stream(llm))
    assert (draft.question, draft.standalone_question) == (QUESTION, QUESTION)
    assert (draft.model, draft.threshold) == (llm.model, llm.thresholds.accept)


def test_nothing_found_is_a_refusal_and_asks_nobody() -> None:
    llm = scripted_llm(enqueued())
    draft = draft_of(stream(llm, ()))
    assert (draft.statements, draft.support, draft.hits, chat_of(llm).asked) == ((), None, (), [])
    assert verify(draft).refused


def test_a_fault_of_the_model_ends_the_stream() -> None:
    def broken(_: ChatRequest) -> ChatReply:
        raise ModelBroke("Gone.")

    brain: Brain = broken
    with pytest.raises(ModelBroke, match="Gone"):
        stream(scripted_llm(brain))


def test_who_leaves_the_stream_stops_the_model() -> None:
    llm = scripted_llm(enqueued(cites(2, "Europe paid 60%, Macron said.")))
    events = build_chain(shelf(*HITS), llm, 3).stream(QUESTION)
    for event in events:
        if isinstance(event, Provisional):
            break
    events.close()  # type: ignore[attr-defined]
    assert (chat_of(llm).taken, chat_of(llm).left) == ([1], [0])


def test_an_answer_that_no_sentence_says_needs_a_sure_model() -> None:
    assert drafted(cites(1, "Putin", UNSURE), refuses(), refuses()).statements == ()
    assert drafted(cites(1, "Putin", SURE)).statements == said(1, "Putin")

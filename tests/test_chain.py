"""The chain: one passage after another until one is surely enough, then exactly one Draft."""

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from index.article import Hit
from index.errors import ModelBroke
from rag.answer import Answer, Draft, Statement, Tokens
from rag.call import total
from rag.chain import KEPT, Composes, Event, Found, Looks, Reads, build_chain
from rag.llm import LLM, UNCALIBRATED, Thresholds
from rag.reader import Provisional
from rag.steps import ENOUGH, FURTHER, HARDLY
from rag.support import CERTAIN, shifted
from rag.verify import verify
from tests.ollama_chat import Brain, ChatReply, ChatRequest, count_words, say
from tests.scripted import (
    NO,
    ROLES,
    SURE,
    UNSURE,
    after_look,
    chat_of,
    cites,
    composing,
    enqueued,
    hit,
    in_json,
    looking,
    looks,
    refuses,
    says_yes,
    scripted_llm,
    shelf,
)

AID = hit("Macron spoke on Monday.", "Europe paid 60% of the total, Macron said.")
TALKS = hit("Talks go on in Riyadh.", path="talks.txt", title="Talks")
BRIDGE = hit("The bridge reopened.", path="bridge.txt", title="Bridge")
HITS = (AID, TALKS, BRIDGE)
QUESTION = "How much was it?"
"""All its words only ask, so that coverage leaves support as the model gave it."""
NEARLY = 0.45
"""A share below UNCALIBRATED's threshold, and not far below it."""
BETWEEN = (UNSURE + SURE) / 2


def stream(llm: LLM, hits: Sequence[Hit] = HITS, reads: int = 3) -> list[Event]:
    return list(build_chain(shelf(*hits), llm, reads).stream(QUESTION))


def draft_of(events: Sequence[Event]) -> Draft:
    """The one draft, which comes last."""
    drafts = [event for event in events if isinstance(event, Draft)]
    assert drafts == [events[-1]]
    return drafts[0]


def drafted(*replies: ChatReply, reads: int = 3) -> Draft:
    """What comes of these replies, where every second look says yes."""
    return draft_of(stream(scripted_llm(looking(composing(enqueued(*replies)))), reads=reads))


def said(number: int, short: str, support: float = SURE, text: str = "") -> tuple[Statement, ...]:
    """One statement; its text is the short answer where none is given."""
    near: Any = pytest.approx(support)
    return (Statement(text or short, (number,), short, near),)


def shorts(statements: Sequence[Statement]) -> tuple[Statement, ...]:
    """The statements before they were composed."""
    return tuple(replace(statement, text=statement.short) for statement in statements)


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
    assert (shorts(draft.statements), {s.hit for s in draft.sentences}) == (said(2, "60%"), {AID})
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
    refused, support = supports[best] == NO, shifted(supports[best], -FURTHER * (best > 0))
    assert shorts(draft.statements) == (() if refused else said(1, answers[best], support))
    assert draft.support == pytest.approx(support)
    assert {sentence.hit for sentence in draft.sentences} == {HITS[best]}


@pytest.mark.parametrize("reads", [1, 2])
def test_no_more_passages_are_read_than_allowed(reads: int) -> None:
    llm = scripted_llm(enqueued(*[refuses()] * reads))
    events = stream(llm, reads=reads)
    assert len(chat_of(llm).asked) == reads
    assert draft_of(events).hits == HITS


@pytest.mark.parametrize(
    ("supports", "read"),
    [
        ((NO, NEARLY, NO, SURE), 4),
        ((NEARLY, NEARLY, NEARLY, SURE), 4),
        ((NO, UNSURE, NO, SURE), 3),
        ((NO, NO, UNSURE, SURE), 3),
        ((SURE, NO, NO, NO), 1),
    ],
)
def test_a_fourth_passage_is_read_only_where_nothing_answers_yet(
    supports: tuple[float, ...], read: int
) -> None:
    strait = hit("The strait is closed.", path="strait.txt", title="Strait")
    texts = ("Monday", "Riyadh", "The bridge", "The strait")
    replies = [cites(1, text, share) for text, share in zip(texts, supports, strict=True)]
    events = stream(scripted_llm(looking(composing(enqueued(*replies[:read])))), (*HITS, strait), reads=4)
    assert len([event for event in events if isinstance(event, Reads)]) == read
    assert not verify(draft_of(events)).refused


@pytest.mark.parametrize(("share", "read"), [(NEARLY, 4), (HARDLY * 0.9, 3), (NO, 3)])
def test_where_three_passages_hardly_speak_of_it_no_fourth_is_read(share: float, read: int) -> None:
    strait = hit("The strait is closed.", path="strait.txt", title="Strait")
    events = stream(scripted_llm(enqueued(*[refuses(share)] * read)), (*HITS, strait), reads=4)
    assert len([event for event in events if isinstance(event, Reads)]) == read
    assert verify(draft_of(events)).refused


def test_where_several_things_are_asked_for_three_passages_are_enough() -> None:
    found = [hit(f"On minerals the two disagree {n}.", path=f"{n}.txt") for n in range(5)]
    replies = [cites(1, "minerals", SURE), *[refuses()] * 4]
    llm = scripted_llm(looking(composing(enqueued(*replies))))
    question = "What are the things on which the two disagree?"
    events = list(build_chain(shelf(*found), llm, 5).stream(question))
    assert len([event for event in events if isinstance(event, Reads)]) == ENOUGH


def test_a_short_answer_is_stated_as_a_sentence() -> None:
    sentence = "Of the total, Europe paid 60%."
    draft = draft_of(stream(scripted_llm(enqueued(cites(2, "60%"), say(sentence)))))
    assert draft.statements == said(2, "60%", text=sentence)


def test_the_citation_moves_to_where_the_answer_stands() -> None:
    assert shorts(drafted(cites(1, "60%")).statements) == said(2, "60%")


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


@pytest.mark.parametrize("support", [UNSURE, BETWEEN, SURE])
def test_an_answer_that_no_sentence_says_is_never_shown(support: float) -> None:
    answer = verify(drafted(cites(1, "Putin", support), refuses(), refuses()))
    assert [(claim.text, claim.verbatim) for claim in answer.claims] == [("Macron spoke on Monday.", True)]


DIED = "How many people died in the Valencia flood?"
LISTED = "On which points do Macron and Trump disagree?"
OLD = hit(
    "It rained.",
    "12 people died in the Valencia flood.",
    path="old.txt",
    title="Flood",
    published="2025-03-01",
)
NEW = hit("15 people died in the Valencia flood.", path="new.txt", title="Flood", published="2025-03-02")
LATER = hit("18 people died in the Valencia flood.", path="later.txt", title="Flood", published="2025-03-03")
SAME = hit("In the Valencia flood 12 people died.", path="same.txt", title="Flood")
TWIN = hit(
    "15 people died in the Valencia flood.", path="old.txt", title="Flood", published="2025-03-01", at=500
)
MUTE = hit("Nobody knows who died in the Valencia flood.", path="mute.txt", title="Flood")
ODD = hit("15 ferries left.", path="odd.txt", title="Ferries")


def asked_of(llm: LLM, question: str, *hits: Hit, reads: int = 1) -> list[Event]:
    return list(build_chain(shelf(*hits), llm, reads).stream(question))


def purposes(draft: Draft) -> list[str]:
    return [call.purpose for call in draft.calls]


def test_a_passage_that_may_contradict_the_answer_is_read_and_stated_too() -> None:
    llm = scripted_llm(composing(enqueued(cites(2, "12"), cites(1, "15"))))
    events = asked_of(llm, DIED, OLD, NEW)
    draft = draft_of(events)
    assert [event for event in events if isinstance(event, Reads)] == [Reads(1, 1, OLD), Reads(2, 2, NEW)]
    assert purposes(draft) == ["read", "compose", "read", "compose"]
    spoken = [[(s.short, s.numbers) for s in part] for part in (draft.statements, draft.rivals)]
    assert spoken == [[("12", (2,))], [("15", (3,))]]
    assert [(s.number, s.hit) for s in draft.sentences] == [(1, OLD), (2, OLD), (3, NEW)]
    (conflict,) = verify(draft).conflicts
    assert [(side.value, side.claim.citations[0].source.path) for side in conflict.sides] == [
        ("15", "new.txt"),
        ("12", "old.txt"),
    ]


@pytest.mark.parametrize("others", [(), (TWIN,), (SAME,), (MUTE,), (ODD,), (TWIN, SAME, MUTE, ODD)])
def test_no_passage_is_read_that_cannot_contradict_the_answer(others: tuple[Hit, ...]) -> None:
    draft = draft_of(asked_of(scripted_llm(composing(enqueued(cites(2, "12")))), DIED, OLD, *others))
    assert (purposes(draft), draft.rivals) == (["read", "compose"], ())
    assert verify(draft).conflicts == ()


def test_at_most_one_passage_more_is_read_and_it_is_the_nearest() -> None:
    llm = scripted_llm(composing(enqueued(cites(2, "12"), cites(1, "18"))))
    draft = draft_of(asked_of(llm, DIED, OLD, SAME, LATER, NEW))
    assert purposes(draft) == ["read", "compose", "read", "compose"]
    assert [s.hit for s in draft.sentences] == [OLD, OLD, LATER]


PAY = "How did Oslo pay for the harbour wall?"
LENT = hit("Oslo paid for the harbour wall through loans.", path="lent.txt", title="Walls")
GIVEN = hit("Gifts, not loans, paid for the harbour wall of Oslo.", path="given.txt", title="Walls")


def test_a_sentence_that_denies_the_answer_is_a_rival_which_no_model_reads() -> None:
    draft = draft_of(asked_of(scripted_llm(composing(enqueued(cites(1, "through loans")))), PAY, LENT, GIVEN))
    text = GIVEN.passage.text
    assert purposes(draft) == ["read", "compose"]
    assert [(s.number, s.hit) for s in draft.sentences] == [(1, LENT), (2, GIVEN)]
    assert draft.rivals == (Statement(text, (2,), "not loans", draft.support),)
    (conflict,) = verify(draft).conflicts
    assert [(side.value, side.claim.citations[0].quote) for side in conflict.sides] == [
        ("through loans", LENT.passage.text),
        ("not loans", text),
    ]


DISPUTED = "Is it true that Oslo paid for the harbour wall through loans?"


def test_two_articles_that_contradict_each_other_on_what_is_asked_are_both_shown_in_their_words() -> None:
    nearly = (cites(1, "loans", 0.3), refuses())
    draft = draft_of(asked_of(scripted_llm(enqueued(*nearly)), DISPUTED, LENT, GIVEN, reads=2))
    assert purposes(draft) == ["read", "read"]
    (conflict,) = verify(draft).conflicts
    assert [side.claim.citations[0].quote for side in conflict.sides] == [
        LENT.passage.text,
        GIVEN.passage.text,
    ]
    assert not verify(draft).refused


@pytest.mark.parametrize(
    ("question", "support", "hits"),
    [
        (DISPUTED, 0.05, (LENT, GIVEN)),
        (PAY, 0.3, (LENT, GIVEN)),
        ("Is it true that Oslo paid for the harbour wall?", 0.3, (LENT, GIVEN)),
        (DISPUTED, 0.3, (LENT, replace(GIVEN, passage=replace(GIVEN.passage, source=LENT.passage.source)))),
        (DISPUTED, 0.3, (LENT, ODD)),
    ],
)
def test_a_dispute_answers_only_the_closed_question_that_it_nearly_did(
    question: str, support: float, hits: tuple[Hit, ...]
) -> None:
    llm = scripted_llm(enqueued(cites(1, "loans", support), refuses()))
    assert verify(draft_of(asked_of(llm, question, *hits, reads=2))).refused


def test_far_hits_are_not_looked_through() -> None:
    llm = scripted_llm(composing(enqueued(cites(2, "12"))))
    near = [hit("Ferries left.", path=f"{n}.txt", title="Ferries") for n in range(KEPT - 1)]
    assert purposes(draft_of(asked_of(llm, DIED, OLD, *near, NEW))) == ["read", "compose"]


@pytest.mark.parametrize("reply", [refuses(), cites(1, "15", NO), cites(1, "12"), cites(1, "20")])
def test_a_rival_passage_that_says_nothing_else_is_no_rival(reply: ChatReply) -> None:
    draft = draft_of(asked_of(scripted_llm(composing(enqueued(cites(2, "12"), reply))), DIED, OLD, NEW))
    assert (purposes(draft), draft.rivals) == (["read", "compose", "read"], ())
    assert {sentence.hit for sentence in draft.sentences} == {OLD}


def test_what_was_read_anyway_contradicts_without_another_reading() -> None:
    replies = (cites(1, "15", UNSURE), cites(2, "12", BETWEEN))
    llm = scripted_llm(looking(composing(enqueued(*replies))), thresholds=Thresholds(0.5, 1.0))
    draft = draft_of(asked_of(llm, DIED, NEW, OLD, reads=2))
    assert purposes(draft) == ["read", "look", "read", "look", "compose", "compose"]
    assert [[s.short for s in part] for part in (draft.statements, draft.rivals)] == [["12"], ["15"]]


def test_a_refusal_reads_no_rival() -> None:
    draft = draft_of(asked_of(scripted_llm(enqueued(refuses())), DIED, OLD, NEW))
    assert (purposes(draft), draft.statements, draft.rivals) == (["read"], (), ())


TARIFFS = hit("It rained.", "Macron and Trump disagree on tariffs.", path="a.txt")
TROOPS = hit("Macron and Trump disagree on troops.", path="b.txt")
MINERALS = hit("On minerals Macron and Trump disagree.", path="c.txt")


def quotes_of(answer: Answer, number: int) -> list[str]:
    return [citation.quote for citation in answer.claims[number].citations]


def test_a_question_for_several_things_reads_all_and_states_each_with_its_own_citation() -> None:
    replies = (cites(2, "tariffs"), cites(1, "troops"), refuses())
    draft = draft_of(
        asked_of(scripted_llm(composing(enqueued(*replies))), LISTED, TARIFFS, TROOPS, MINERALS, reads=3)
    )
    assert purposes(draft) == ["read", "read", "read"]
    answer = verify(draft)
    assert [(s.short, s.text, *quotes_of(answer, n)) for n, s in enumerate(draft.statements)] == [
        ("tariffs", *["Macron and Trump disagree on tariffs."] * 2),
        ("troops", *["Macron and Trump disagree on troops."] * 2),
    ]
    assert [claim.verbatim for claim in answer.claims] == [True, True]
    assert sorted(c.n for claim in answer.claims for c in claim.citations) == [1, 2]
    assert answer.conflicts == ()


def test_what_a_draft_counts_is_what_its_calls_took() -> None:
    pause = 0.02
    brain = composing(enqueued(cites(2, "12"), cites(1, "15")))

    def slow(request: ChatRequest) -> ChatReply:
        time.sleep(pause)
        return brain(request)

    llm = scripted_llm(slow)
    draft = draft_of(asked_of(llm, DIED, OLD, NEW))
    calls, seconds = draft.calls, draft.seconds
    assert draft.tokens == total(calls, llm.context)
    by_purpose = {p: sum(call.seconds for call in calls if call.purpose == p) for p in ("read", "compose")}
    assert {"read": seconds.read, "compose": seconds.compose} == pytest.approx(by_purpose)
    assert min(by_purpose.values()) >= 2 * pause
    assert seconds.retrieve + seconds.read + seconds.compose <= seconds.total
    assert seconds.rewrite == 0


def test_the_records_hold_what_was_sent_and_said() -> None:
    llm = scripted_llm(composing(enqueued(cites(2, "12"), cites(1, "15"))))
    draft = draft_of(asked_of(llm, DIED, OLD, NEW))
    sent = [tuple((t["role"], t["content"]) for t in request.messages) for request in chat_of(llm).asked]
    recorded = [tuple((ROLES[role], text) for role, text in call.messages) for call in draft.calls]
    assert recorded == sent
    (ours,), (theirs,) = draft.statements, draft.rivals
    replies = [" S2\nAnswer: 12", ours.text, " S1\nAnswer: 15", theirs.text]
    assert [call.reply for call in draft.calls] == replies
    assert [call.support for call in draft.calls] == [pytest.approx(SURE), None, pytest.approx(SURE), None]


def test_a_second_look_counts_as_reading() -> None:
    llm = scripted_llm(composing(enqueued(cites(2, "12"), say(" yes"))), "lines", probabilities=False)
    draft = draft_of(asked_of(llm, DIED, OLD))
    assert purposes(draft) == ["read", "look", "compose"]
    assert draft.seconds.read == pytest.approx(sum(call.seconds for call in draft.calls[:2]))


def test_what_contradicts_a_list_is_stated_once() -> None:
    killed = hit("15 were killed by the Valencia flood.", path="new.txt", title="Flood")
    llm = scripted_llm(composing(enqueued(cites(2, "12 died"), cites(1, "15 were killed"))))
    draft = draft_of(asked_of(llm, "Compare the tolls of the Valencia flood.", OLD, killed, reads=2))
    assert purposes(draft) == ["read", "read", "compose"]
    assert [[(s.short, s.text) for s in part] for part in (draft.statements, draft.rivals)] == [
        [("12 died", "12 people died in the Valencia flood.")],
        [("15 were killed", "15 were killed")],
    ]


# The second look


def looks_of(llm: LLM) -> list[str]:
    """The short answers that were looked at, in order."""
    asked = [request.last("user") for request in chat_of(llm).asked if looks(request)]
    return [line.removeprefix("Answer: ") for text in asked for line in text.splitlines()[2:3]]


@pytest.mark.parametrize(
    ("support", "seen"), [(CERTAIN + 1e-6, False), (CERTAIN - 1e-6, True), (UNSURE, True), (0.49, False)]
)
def test_an_answer_is_looked_at_again_only_where_it_is_not_certain(support: float, seen: bool) -> None:
    llm = scripted_llm(looking(composing(enqueued(cites(2, "60%", support)))))
    events = stream(llm, [AID])
    assert looks_of(llm) == ["60%"] * seen
    assert events.count(Looks()) == int(seen)
    stages = [e for e in events if isinstance(e, Reads | Looks | Composes)]
    assert stages == [Reads(1, 1, AID), *[Looks()] * seen, *[Composes()] * (support > UNCALIBRATED.accept)]


@pytest.mark.parametrize("support", [UNSURE, 0.9])
@pytest.mark.parametrize("yes", [0.001, 0.2, 0.5, 0.79, 0.81, 0.999])
def test_a_second_look_decides_on_the_support(yes: float, support: float) -> None:
    llm = scripted_llm(looking(composing(enqueued(cites(2, "60%", support))), yes))
    draft = draft_of(stream(llm, [AID]))
    wanted = after_look(yes, support)
    assert draft.support == pytest.approx(wanted)
    stays = wanted >= UNCALIBRATED.accept
    assert shorts(draft.statements) == (said(2, "60%", wanted) if stays else ())
    assert verify(draft).refused is not stays


def test_a_look_that_says_no_gives_the_word_to_the_reading_that_gets_a_yes() -> None:
    second = cites(1, "Riyadh", shifted(0.8, FURTHER))
    replies = (cites(1, "Monday", 0.9), second, cites(1, "The bridge", 0.6))
    llm = scripted_llm(looking(composing(enqueued(*replies)), 0.05, 0.8))
    draft = draft_of(stream(llm))
    assert looks_of(llm) == ["Monday", "Riyadh"]
    wanted = after_look(0.8, shifted(0.8, FURTHER), FURTHER)
    assert (shorts(draft.statements), draft.support) == (said(1, "Riyadh", wanted), pytest.approx(wanted))
    assert purposes(draft) == ["read", "look", "read", "look", "read", "compose"]


@pytest.mark.parametrize(("told", "refused"), [(0.9, False), (0.31, False), (0.29, True), (0.01, True)])
def test_where_the_occasion_of_a_saying_is_asked_the_sentences_must_tell_the_saying(
    told: float, refused: bool
) -> None:
    question = "When was it when Macron said that Europe paid 60%?"
    llm = scripted_llm(looking(composing(enqueued(cites(1, "Monday", 0.9))), 0.9, told))
    draft = draft_of(asked_of(llm, question, AID, reads=1))
    assert looks_of(llm) == ["Monday", "Europe paid 60%"]
    assert (
        chat_of(llm)
        .asked[2]
        .last("user")
        .startswith("Text: Macron spoke on Monday.\nQuestion: What did Macron")
    )
    assert verify(draft).refused is refused


@pytest.mark.parametrize(
    ("support", "kind", "refused"),
    [(0.6, 0.001, True), (0.6, 0.3, False), (0.6, 0.9, False), (0.95, 0.001, False)],
)
def test_a_name_that_is_hardly_of_the_kind_asked_for_loses_support(
    support: float, kind: float, refused: bool
) -> None:
    llm = scripted_llm(looking(composing(enqueued(cites(1, "Riyadh", support))), 0.9, kind))
    draft = draft_of(asked_of(llm, "In which city do talks go on?", TALKS, reads=1))
    assert looks_of(llm) == ["Riyadh", "a city"]
    assert verify(draft).refused is refused


def test_what_is_sure_or_refused_anyway_is_not_asked_for_its_kind() -> None:
    for support in (0.985, 0.3):
        llm = scripted_llm(looking(composing(enqueued(cites(1, "Riyadh", support))), 0.9))
        stream_of = asked_of(llm, "In which city do talks go on?", TALKS, reads=1)
        assert "a city" not in looks_of(llm), draft_of(stream_of)


def test_however_sure_a_reading_is_the_saying_whose_occasion_is_asked_is_looked_for() -> None:
    question = "When was it when Macron said that Europe paid 60%?"
    llm = scripted_llm(looking(composing(enqueued(cites(1, "Monday", 0.995))), 0.9, 0.1))
    assert verify(draft_of(asked_of(llm, question, AID, reads=1))).refused
    assert looks_of(llm) == ["Monday", "Europe paid 60%"]


def test_no_reading_is_looked_at_twice() -> None:
    later = (
        cites(1, text, shifted(share, FURTHER)) for text, share in (("Riyadh", 0.85), ("The bridge", 0.8))
    )
    replies = (cites(1, "Monday", 0.9), *later)
    llm = scripted_llm(looking(composing(enqueued(*replies)), 0.2))
    draft = draft_of(stream(llm))
    assert looks_of(llm) == ["Monday", "Riyadh", "The bridge"]
    assert draft.support == pytest.approx(after_look(0.2, 0.9))


@pytest.mark.parametrize(
    "reply", [refuses(), refuses(UNSURE), cites(1, "60%", NO)], ids=["none", "in words", "weak"]
)
def test_what_would_not_answer_is_not_looked_at(reply: ChatReply) -> None:
    llm = scripted_llm(enqueued(reply))
    assert purposes(draft_of(stream(llm, [AID]))) == ["read"]


def test_of_a_list_every_part_in_doubt_is_looked_at_and_loses_its_place_by_a_no() -> None:
    replies = (cites(2, "tariffs", UNSURE), cites(1, "troops", 0.8), cites(1, "minerals"))
    llm = scripted_llm(looking(composing(enqueued(*replies)), 0.001, 0.9))
    draft = draft_of(asked_of(llm, LISTED, TARIFFS, TROOPS, MINERALS, reads=3))
    assert looks_of(llm) == ["tariffs", "troops"]
    assert [s.short for s in draft.statements] == ["minerals", "troops"]


@pytest.mark.parametrize(("yes", "rival"), [(SURE, ["15"]), (0.001, [])])
def test_a_rival_in_doubt_is_looked_at_too(yes: float, rival: list[str]) -> None:
    llm = scripted_llm(looking(composing(enqueued(cites(2, "12"), cites(1, "15", UNSURE))), yes))
    draft = draft_of(asked_of(llm, DIED, OLD, NEW))
    assert looks_of(llm) == ["15"]
    assert [s.short for s in draft.rivals] == rival
    assert purposes(draft) == ["read", "compose", "read", "look", *["compose"] * len(rival)]


def test_what_was_already_looked_at_for_want_of_odds_is_not_looked_at_again() -> None:
    replies = (say("Most of it."), in_json(2, "60%"), says_yes(0.8))
    llm = scripted_llm(composing(enqueued(*replies)), "lines")
    events = stream(llm, [AID])
    draft = draft_of(events)
    assert (purposes(draft), Looks() in events) == (["read", "read", "look", "compose"], False)
    assert draft.support == pytest.approx(0.8)


def test_a_look_without_odds_counts_by_its_word() -> None:
    def no_odds(request: ChatRequest) -> ChatReply:
        return say(" no") if looks(request) else cites(2, "60%", UNSURE)

    draft = draft_of(stream(scripted_llm(no_odds), [AID]))
    assert (draft.support, draft.statements) == (pytest.approx(after_look(0.0, UNSURE)), ())


def test_looks_count_in_tokens_and_in_the_time_of_reading() -> None:
    llm = scripted_llm(looking(composing(enqueued(cites(2, "60%", UNSURE)))))
    draft = draft_of(stream(llm, [AID]))
    assert purposes(draft) == ["read", "look", "compose"]
    assert draft.tokens == total(draft.calls, llm.context)
    assert draft.tokens.prompt == sum(count_words(request.prompt) for request in chat_of(llm).asked)
    assert draft.seconds.read == pytest.approx(sum(call.seconds for call in draft.calls[:2]))

"""The chain: passages are read and judged one after another until one is surely enough, then one Draft."""

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from index.article import Hit
from index.errors import ModelBroke, PromptTooLong
from rag.answer import Answer, Draft
from rag.assistant.chain import ENOUGH, KEPT, Means, build_chain
from rag.events import Compares, Event, Found, Looks, Reads
from rag.judging.accounts import DISPUTE, SAME_POINT, SAME_SUBJECT
from rag.judging.choose import MOST_CLAIMS
from rag.judging.nearness import Nearness, unknown
from rag.judging.score import shifted
from rag.judging.signals import TABLE, log_odds
from rag.judging.weigh import Scales
from rag.models.call import total
from rag.models.llm import LLM
from rag.rules import Rules
from rag.verify import verify
from tests.ollama_chat import ChatReply, ChatRequest, count_words
from tests.readings import asked
from tests.scripted import (
    FIT,
    LOOKED,
    LOOKING,
    NO,
    ROLES,
    SCALES,
    SURE,
    UNSURE,
    chat_of,
    cites,
    enqueued,
    hit,
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
BETWEEN = 0.9
"""A share between UNSURE and what is surely enough."""


def stream(
    llm: LLM,
    *hits: Hit,
    question: str = QUESTION,
    reads: int = 3,
    scales: Scales = SCALES,
    near: Nearness = unknown,
) -> list[Event]:
    means = Means(llm, scales, reads, near)
    return list(build_chain(shelf(*(hits or HITS)), means).stream(asked(question)))


def draft_of(events: Sequence[Event]) -> Draft:
    """The one draft, which comes last."""
    drafts = [event for event in events if isinstance(event, Draft)]
    assert drafts == [events[-1]]
    return drafts[0]


def drafted(*replies: ChatReply, hits: Sequence[Hit] = HITS, **how: Any) -> Draft:
    return draft_of(stream(scripted_llm(enqueued(*replies)), *hits, **how))


def shorts(draft: Draft) -> list[str]:
    return [statement.short for statement in draft.statements]


def purposes(draft: Draft) -> list[str]:
    return [call.purpose for call in draft.calls]


def cited(answer: Answer) -> list[str]:
    return [citation.source.path for claim in answer.claims for citation in claim.citations]


# Reading on


def test_events_come_in_order_and_end_with_the_draft() -> None:
    events = stream(scripted_llm(enqueued(refuses(), cites(1, "Riyadh"))))
    assert events[:-1] == [Found(HITS), Reads(1, 3, AID), Reads(2, 3, TALKS), Compares()]
    assert shorts(draft_of(events)) == ["Riyadh"]


def test_events_come_before_the_model_is_asked() -> None:
    llm = scripted_llm(enqueued(cites(2, "60%")))
    events = iter(build_chain(shelf(*HITS), Means(llm, SCALES, 3, unknown)).stream(asked(QUESTION)))
    assert [next(events), next(events)] == [Found(HITS), Reads(1, 3, AID)]
    assert chat_of(llm).asked == []


def test_reading_stops_at_a_passage_that_is_surely_enough() -> None:
    draft = drafted(cites(2, "60%", SURE))
    assert (shorts(draft), {s.hit for s in draft.sentences}) == (["60%"], {AID})
    assert purposes(draft) == ["read"]


UNLOOKED = Scales(replace(LOOKED, sure=0.9, unlooked=1.0))


def test_a_candidate_that_is_sure_without_a_look_gets_none() -> None:
    events = stream(scripted_llm(enqueued(cites(2, "60%", SURE))), scales=UNLOOKED)
    (one,) = draft_of(events).judged
    assert not any(isinstance(event, Looks) for event in events)
    assert (dict(one.signals)["look"], one.candidate.yes) == (1.0, None)
    assert one.support >= UNLOOKED.fit.sure


def test_what_is_read_of_another_article_is_looked_at_in_any_case() -> None:
    other = hit("Europe paid 40% of the total, Trump said.", path="other.txt", title="Other")
    replies = (cites(2, "60%", SURE), cites(1, "40%", SURE), says_yes(NO))
    draft = drafted(*replies, hits=(AID, other), scales=UNLOOKED)
    assert purposes(draft) == ["read", "read", "look"]
    assert [judged.candidate.yes is None for judged in draft.judged] == [True, False]


MANY = tuple(hit(f"Thing{n} is here.", path=f"{n}.txt") for n in range(5))
FEWER = ENOUGH - 1


def read_of(*supports: float, question: str = QUESTION) -> Draft:
    """What is drafted where the answers in MANY have these supports."""
    replies = [cites(1, f"Thing{n}", share) for n, share in enumerate(supports)]
    return drafted(*replies, hits=MANY, question=question, reads=5)


@pytest.mark.parametrize(
    ("supports", "best"),
    [
        ((UNSURE, *[NO] * FEWER), 0),
        ((*[NO] * FEWER, UNSURE), FEWER),
        ((BETWEEN, *[UNSURE] * FEWER), 0),
        ((*[UNSURE] * FEWER, BETWEEN), FEWER),
        ((UNSURE,) * ENOUGH, 0),
        ((*[NO] * ENOUGH, UNSURE), ENOUGH),
        ((NO, NO, NO, NO, UNSURE), 4),
        ((NO, SURE), 1),
    ],
)
def test_after_enough_passages_the_best_answer_that_is_not_sure_will_do_and_without_one_more_are_read(
    supports: tuple[float, ...], best: int
) -> None:
    draft = read_of(*supports)
    assert purposes(draft) == ["read"] * len(supports)
    assert shorts(draft) == [f"Thing{best}"]
    assert draft.support == pytest.approx(supports[best])
    assert {sentence.hit for sentence in draft.sentences} == {MANY[best]}


def test_where_several_things_are_asked_for_no_answer_is_enough() -> None:
    assert purposes(read_of(*[SURE] * 5, question="List the things.")) == ["read"] * 5


@pytest.mark.parametrize("reads", [1, 2])
def test_no_more_passages_are_read_than_allowed(reads: int) -> None:
    draft = drafted(*[refuses()] * reads, reads=reads)
    assert (len(draft.calls), draft.hits) == (reads, HITS)


def test_each_passage_is_shown_alone() -> None:
    llm = scripted_llm(enqueued(refuses(), refuses(), refuses()))
    stream(llm)
    texts = [request.last("user") for request in chat_of(llm).asked]
    shown = [[found.passage.sentences[0].text in text for found in HITS] for text in texts]
    assert shown == [[True, False, False], [False, True, False], [False, False, True]]


def test_the_citation_moves_to_where_the_answer_stands() -> None:
    (statement,) = drafted(cites(1, "60%")).statements
    assert statement.numbers == (2,)


def test_below_the_threshold_nothing_is_stated_and_the_answer_is_a_refusal() -> None:
    draft = drafted(cites(1, "Monday", 0.4), refuses(), refuses())
    assert (draft.statements, draft.support) == ((), pytest.approx(0.4))
    assert verify(draft).refused


def test_where_all_point_at_nothing_there_is_no_candidate() -> None:
    draft = drafted(refuses(UNSURE), refuses(), refuses())
    assert (draft.judged, draft.support, draft.statements) == ((), None, ())


def test_nothing_found_is_a_refusal_and_asks_nobody() -> None:
    llm = scripted_llm(enqueued())
    means = Means(llm, SCALES, 3, unknown)
    draft = draft_of(list(build_chain(shelf(), means).stream(asked(QUESTION))))
    assert (draft.statements, draft.support, draft.hits, chat_of(llm).asked) == ((), None, (), [])
    assert verify(draft).refused


def test_where_not_even_one_passage_fits_nothing_is_sent() -> None:
    llm = scripted_llm(enqueued(), context=300)
    with pytest.raises(PromptTooLong, match="300 tokens"):
        stream(llm)
    assert chat_of(llm).asked == []


def test_a_fault_of_the_model_ends_the_stream() -> None:
    def broken(_: ChatRequest) -> ChatReply:
        raise ModelBroke("Gone.")

    with pytest.raises(ModelBroke, match="Gone"):
        stream(scripted_llm(broken))


# Judging


def test_every_candidate_is_judged_with_its_signals_by_name() -> None:
    draft = drafted(cites(1, "Monday", 0.4), refuses(), cites(1, "The bridge", BETWEEN))
    assert [one.candidate.reading.rank for one in draft.judged] == [1, 3]
    for one, share in zip(draft.judged, (0.4, BETWEEN), strict=True):
        assert [name for name, _ in one.signals] == [signal.name for signal in TABLE]
        assert dict(one.signals)["first"] == pytest.approx(log_odds(share))
        assert one.support == pytest.approx(share)


def test_the_judged_of_a_draft_go_into_the_answer() -> None:
    draft = drafted(cites(2, "60%"))
    assert verify(draft).judged == draft.judged
    assert draft.statements[0].judged == draft.judged[0]


# The second look


def test_a_candidate_is_looked_at_in_the_loop_and_judged_with_it() -> None:
    llm = scripted_llm(looking(enqueued(cites(2, "60%", BETWEEN)), 0.9999))
    events = stream(llm, AID, scales=LOOKING)
    assert [type(event) for event in events] == [Found, Reads, Looks, Compares, Draft]
    draft = draft_of(events)
    assert purposes(draft) == ["read", "look"]
    assert draft.judged[0].candidate.yes == pytest.approx(0.9999)
    assert dict(draft.judged[0].signals)["look"] == pytest.approx(7.0)
    assert (draft.support or 0) > BETWEEN


def test_a_look_that_says_no_gives_the_word_to_the_reading_that_gets_a_yes() -> None:
    replies = (cites(1, "Monday", BETWEEN), cites(1, "Riyadh", BETWEEN), cites(1, "The bridge", BETWEEN))
    llm = scripted_llm(looking(enqueued(*replies), 0.001, 0.9999))
    draft = draft_of(stream(llm, scales=LOOKING))
    assert (shorts(draft), purposes(draft)) == (["Riyadh"], ["read", "look"] * 2)


@pytest.mark.parametrize(
    ("weights", "support"),
    [({"first": 1.0}, UNSURE), ({"first": 1.0, "look": 0.01}, SURE), ({"first": 1.0, "look": 0.1}, NO)],
    ids=["a look counts nothing", "sure anyway", "refused anyway"],
)
def test_nobody_looks_where_it_cannot_matter(weights: dict[str, float], support: float) -> None:
    llm = scripted_llm(looking(enqueued(cites(2, "60%", support))))
    events = stream(llm, AID, scales=Scales(replace(LOOKED, weights=weights)))
    assert not any(looks(request) for request in chat_of(llm).asked)
    assert Looks() not in events


LITTLE = Scales(replace(LOOKED, weights={"first": 0.9, "look": 0.1}))
"""A look moves the log odds by no more than 0.7."""
LISTED = "On which points do Oslo and Bergen disagree?"


@pytest.mark.parametrize(
    ("question", "second", "asked_of"),
    [
        (QUESTION, 0.5, ["read", "look", "read"]),
        (QUESTION, 0.75, ["read", "look", "read", "look"]),
        (LISTED, 0.5, ["read", "look", "read", "look"]),
    ],
    ids=["can't beat the best", "may beat the best", "stands beside the best"],
)
def test_a_candidate_is_looked_at_only_where_it_may_beat_the_best_so_far(
    question: str, second: float, asked_of: list[str]
) -> None:
    replies = enqueued(cites(1, "Monday", 0.8), cites(1, "Riyadh", second))
    llm = scripted_llm(looking(replies, 0.9, 0.1))
    draft = draft_of(stream(llm, AID, TALKS, question=question, reads=2, scales=LITTLE))
    assert purposes(draft) == asked_of


# Several things


def points(count: int) -> list[Hit]:
    return [hit(f"Oslo and Bergen disagree on thing{n}.", path=f"{n}.txt") for n in range(count)]


def test_a_question_for_several_things_reads_all_and_lists_up_to_four() -> None:
    found = points(6)
    replies = [cites(1, f"thing{n}") for n in range(6)]
    draft = drafted(*replies, hits=found, question=LISTED, reads=6)
    assert purposes(draft) == ["read"] * 6
    assert shorts(draft) == [f"thing{n}" for n in range(MOST_CLAIMS)]
    answer = verify(draft)
    assert cited(answer) == [f"{n}.txt" for n in range(MOST_CLAIMS)]
    assert [c.n for claim in answer.claims for c in claim.citations] == [1, 2, 3, 4]
    assert answer.conflicts == ()


def test_a_list_takes_only_what_is_supported_best_first() -> None:
    replies = [cites(1, "thing0", UNSURE), cites(1, "thing1", SURE), cites(1, "thing2", NO)]
    draft = drafted(*replies, hits=points(3), question=LISTED)
    assert shorts(draft) == ["thing1", "thing0"]


# What other articles say


DIED = "How many people died in the Valencia flood?"
OLD = hit(
    "It rained.",
    "12 people died in the Valencia flood.",
    path="old.txt",
    title="Flood",
    published="2025-03-01",
)
NEW = hit("15 people died in the Valencia flood.", path="new.txt", title="Flood", published="2025-03-02")
SAME = hit("In the Valencia flood 12 people died.", path="same.txt", title="Flood")
TWIN = hit(
    "15 people died in the Valencia flood.", path="old.txt", title="Flood", published="2025-03-01", at=500
)
MUTE = hit("Nobody knows who died in the Valencia flood.", path="mute.txt", title="Flood")
ODD = hit("15 ferries left.", path="odd.txt", title="Ferries")


def test_a_passage_that_may_contradict_the_answer_is_read_and_set_beside_it() -> None:
    llm = scripted_llm(enqueued(cites(2, "12"), cites(1, "15")))
    events = stream(llm, OLD, NEW, question=DIED, reads=1)
    draft = draft_of(events)
    assert [event for event in events if isinstance(event, Reads)] == [Reads(1, 1, OLD), Reads(2, 2, NEW)]
    assert [[(s.short, s.numbers) for s in part] for part in (draft.statements, draft.rivals)] == [
        [("12", (2,))],
        [("15", (3,))],
    ]
    assert [(s.number, s.hit) for s in draft.sentences] == [(1, OLD), (2, OLD), (3, NEW)]
    assert [one.candidate.short for one in draft.judged] == ["12", "15"]
    (conflict,) = verify(draft).conflicts
    assert [(side.value, side.claim.citations[0].source.path) for side in conflict.sides] == [
        ("15", "new.txt"),
        ("12", "old.txt"),
    ]


@pytest.mark.parametrize("others", [(), (TWIN,), (SAME,), (MUTE,), (ODD,), (TWIN, SAME, MUTE, ODD)])
def test_no_passage_is_read_that_cannot_contradict_the_answer(others: tuple[Hit, ...]) -> None:
    draft = drafted(cites(2, "12"), hits=(OLD, *others), question=DIED, reads=1)
    assert (purposes(draft), draft.rivals) == (["read"], ())
    assert verify(draft).conflicts == ()


@pytest.mark.parametrize("reply", [refuses(), cites(1, "15", NO), cites(1, "12")])
def test_a_rival_passage_that_says_nothing_else_is_no_rival(reply: ChatReply) -> None:
    draft = drafted(cites(2, "12"), reply, hits=(OLD, NEW), question=DIED, reads=1)
    assert (purposes(draft), draft.rivals) == (["read", "read"], ())


def test_what_was_read_anyway_contradicts_without_another_reading() -> None:
    draft = drafted(cites(1, "15", UNSURE), cites(2, "12", BETWEEN), hits=(NEW, OLD), question=DIED, reads=2)
    assert purposes(draft) == ["read", "read"]
    assert [[s.short for s in part] for part in (draft.statements, draft.rivals)] == [["12"], ["15"]]


def test_a_refusal_reads_no_rival() -> None:
    draft = drafted(refuses(), hits=(OLD, NEW), question=DIED, reads=1)
    assert (purposes(draft), draft.statements, draft.rivals) == (["read"], (), ())


def test_far_hits_are_not_looked_through() -> None:
    near = [hit("Ferries left.", path=f"{n}.txt", title="Ferries") for n in range(KEPT - 1)]
    draft = drafted(cites(2, "12"), hits=(OLD, *near, NEW), question=DIED, reads=1)
    assert (purposes(draft), len(draft.hits)) == (["read"], KEPT)


PAY = "How did Oslo pay for the harbour wall?"
LENT = hit("Oslo paid for the harbour wall through loans.", path="lent.txt", title="Walls")
GIVEN = hit("Gifts, not loans, paid for the harbour wall of Oslo.", path="given.txt", title="Walls")


def test_a_sentence_that_denies_the_answer_is_set_beside_it_without_a_model() -> None:
    draft = drafted(cites(1, "through loans"), hits=(LENT, GIVEN), question=PAY, reads=1)
    assert purposes(draft) == ["read"]
    (rival,) = draft.rivals
    assert (rival.short, rival.numbers, rival.support, rival.judged) == (
        "not loans",
        (2,),
        draft.support,
        None,
    )
    (conflict,) = verify(draft).conflicts
    assert [(side.value, side.claim.text) for side in conflict.sides] == [
        ("through loans", LENT.passage.text),
        ("not loans", GIVEN.passage.text),
    ]


def test_what_fires_is_named_in_the_answer_and_a_rule_may_be_off() -> None:
    for rules, fired in ((Rules(), ("other.denies",)), (Rules(frozenset({"other.denies"})), ())):
        scales = Scales(FIT, rules=rules)
        said = (cites(1, "through loans"), refuses())
        draft = drafted(*said, hits=(LENT, GIVEN), question=PAY, reads=1, scales=scales)
        assert (draft.fired, verify(draft).fired) == (fired, fired)
        assert bool(draft.rivals) is bool(fired)


DISPUTED = "Is it true that Oslo paid for the harbour wall through loans?"
NEARLY = 0.3


def test_two_articles_that_contradict_each_other_on_what_is_asked_are_both_shown() -> None:
    draft = drafted(cites(1, "loans", NEARLY), refuses(), hits=(LENT, GIVEN), question=DISPUTED, reads=2)
    assert purposes(draft) == ["read", "read"]
    assert shifted(NEARLY, DISPUTE) >= FIT.accept
    (conflict,) = verify(draft).conflicts
    assert [side.claim.text for side in conflict.sides] == [LENT.passage.text, GIVEN.passage.text]


@pytest.mark.parametrize(
    ("question", "support", "hits"),
    [(DISPUTED, 0.05, (LENT, GIVEN)), (PAY, NEARLY, (LENT, GIVEN)), (DISPUTED, NEARLY, (LENT, ODD))],
)
def test_a_dispute_answers_only_the_closed_question_that_it_nearly_did(
    question: str, support: float, hits: tuple[Hit, ...]
) -> None:
    draft = drafted(cites(1, "loans", support), refuses(), hits=hits, question=question, reads=2)
    assert verify(draft).refused


def nears(text: str, by: float) -> Nearness:
    """``text`` is near to any other by this cosine, all else by nothing."""
    return lambda _, others: [by if text in other else 0.0 for other in others]


BACK = hit("Oslo would get back the money that it had spent on boats, Berg said.", path="back.txt")
THROUGH = hit("Berg repeated that Oslo would get its money back through boats.", path="through.txt")


@pytest.mark.parametrize(("cosine", "shown"), [(SAME_POINT, True), (0.7, False)])
def test_another_account_of_the_same_point_is_set_beside_the_answer(cosine: float, shown: bool) -> None:
    draft = drafted(
        cites(1, "spent on boats"),
        hits=(BACK, THROUGH),
        question="What have boats to do with the money that Oslo gets back?",
        reads=1,
        near=nears("through boats", cosine),
    )
    answer = verify(draft)
    assert cited(answer) == ["back.txt", *["through.txt"] * shown]
    assert answer.conflicts == ()


VERSIONS = "Who paid for the wall according to each report?"
WALL = hit("Oslo paid for the wall.", path="wall.txt")
GATE = hit("The wall was paid for by Bergen.", path="gate.txt")
TIDE = hit("The tide was high.", path="tide.txt")


def test_each_articles_version_is_read_where_it_is_asked_for() -> None:
    llm = scripted_llm(enqueued(cites(1, "Oslo"), cites(1, "Bergen"), refuses()))
    draft = draft_of(stream(llm, WALL, GATE, TIDE, question=VERSIONS, reads=1))
    assert shorts(draft) == ["Oslo", "Bergen"]
    assert purposes(draft) == ["read"] * 3


@pytest.mark.parametrize(("cosine", "shown"), [(SAME_SUBJECT, True), (0.5, False)])
def test_an_article_that_does_not_answer_is_told_by_its_sentence_nearest_to_the_answer(
    cosine: float, shown: bool
) -> None:
    llm = scripted_llm(enqueued(cites(1, "Oslo"), refuses()))
    draft = draft_of(stream(llm, WALL, TIDE, question=VERSIONS, reads=1, near=nears("tide", cosine)))
    assert shorts(draft) == ["Oslo", *["The tide was high."] * shown]


# What is kept


def test_a_draft_says_who_spoke_and_what_was_asked() -> None:
    llm = scripted_llm(enqueued(cites(2, "60%")))
    draft = draft_of(stream(llm))
    assert (draft.question.asked, draft.question.text) == (QUESTION, QUESTION)
    assert (draft.model, draft.threshold) == (llm.model, FIT.accept)


def test_the_records_hold_what_was_sent_and_said() -> None:
    llm = scripted_llm(looking(enqueued(cites(2, "12", BETWEEN), cites(1, "15", BETWEEN))))
    draft = draft_of(stream(llm, OLD, NEW, question=DIED, reads=1, scales=LOOKING))
    sent = [tuple((t["role"], t["content"]) for t in request.messages) for request in chat_of(llm).asked]
    assert [tuple((ROLES[role], text) for role, text in call.messages) for call in draft.calls] == sent
    assert [call.reply for call in draft.calls] == [" S2\nAnswer: 12", "yes", " S1\nAnswer: 15", "yes"]
    assert [call.support for call in draft.calls] == [
        pytest.approx(BETWEEN),
        None,
        pytest.approx(BETWEEN),
        None,
    ]


def test_tokens_are_those_of_all_calls() -> None:
    llm = scripted_llm(looking(enqueued(refuses(), refuses(), cites(1, "The bridge", BETWEEN))))
    draft = draft_of(stream(llm, scales=LOOKING))
    assert draft.tokens == total(draft.calls, llm.context)
    assert draft.tokens.prompt == sum(count_words(request.prompt) for request in chat_of(llm).asked)


def test_seconds_run_on_one_clock() -> None:
    pause = 0.05

    def slow(request: ChatRequest) -> ChatReply:
        time.sleep(pause)
        return looking(lambda _: cites(1, "Talks", BETWEEN), 0.5)(request)

    began = time.perf_counter()
    draft = draft_of(stream(scripted_llm(slow), AID, TALKS, scales=LOOKING, reads=2))
    lasted, seconds = time.perf_counter() - began, draft.seconds
    by_purpose = {p: sum(c.seconds for c in draft.calls if c.purpose == p) for p in ("read", "look")}
    assert {"read": seconds.read, "look": seconds.look} == pytest.approx(by_purpose)
    assert min(by_purpose.values()) >= 2 * pause
    assert 0 < seconds.retrieve < seconds.first_token < seconds.total < lasted
    assert seconds.first_token >= pause
    assert seconds.rewrite == 0

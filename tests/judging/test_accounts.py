"""What other articles say to an answer: denials, disputes, other words for the same, without a model."""

from collections.abc import Sequence
from typing import Any

import pytest

from index.article import Hit
from rag.judging.accounts import AGAINST, ALSO, DISPUTES, SAME_MATTER, SAME_POINT, Beside, Read
from rag.judging.choose import Stated
from rag.judging.nearness import Nearness, unknown
from rag.rules import EVERY, Rule, Rules
from tests.readings import asked, judged, stated, told
from tests.scripted import hit

ACCEPT = 0.8
PAY = "How did Oslo pay for the harbour wall?"
LENT = hit("It rained.", "Oslo paid for the harbour wall through loans.", path="lent.txt")
GIVEN = hit("The sun shone.", "Gifts, not loans, paid for the harbour wall of Oslo.", path="given.txt")
TWICE = hit("Oslo paid for its harbour wall by gifts, not loans.", path="twice.txt")
NEAR = hit("Oslo paid for its harbour wall without loans.", path="lent.txt", at=900)
ASIDE = hit("Bergen took not loans but gifts.", path="aside.txt")


def against(question: str, best: Stated, hits: tuple[Hit, ...]) -> tuple[Stated, ...]:
    """What contradicts the best reading."""
    return EVERY.first(AGAINST, Beside(asked(question), best, hits, unknown))[1]


def also(question: str, best: Stated, hits: tuple[Hit, ...], near: Nearness) -> tuple[Stated, ...]:
    """What is set beside it."""
    return EVERY.first(ALSO, Beside(asked(question), best, hits, near))[1]


def nears(*near: str, by: float) -> Nearness:
    """These texts are near to any other by this cosine, all else by nothing."""
    return lambda _, others: [by if text in near else 0.0 for text in others]


@pytest.mark.parametrize(
    ("hits", "found"),
    [
        ((LENT, GIVEN, TWICE), told(GIVEN, 2, short="not loans")),
        ((TWICE, GIVEN), told(TWICE, 1, short="not loans")),
        ((ASIDE, GIVEN), told(GIVEN, 2, short="not loans")),
        ((LENT, NEAR, ASIDE), ()),
        ((), ()),
    ],
)
def test_the_first_sentence_of_another_article_that_denies_the_answer_is_a_reading_of_it(
    hits: tuple[Hit, ...], found: tuple[Stated, ...]
) -> None:
    assert against(PAY, stated(LENT, "through loans", 2), hits) == found


EXACTLY = "What exactly were Berg's words about the harbour plan?"
CALLED = hit('Berg called it a "bold plan" on Monday.', path="called.txt")
QUOTED = hit("It rained.", '"I think the plan of Oslo is a very bold one," Berg said.', path="quoted.txt")
SPLIT = hit(
    "Berg said that “we want calm.",
    "And the plan of Oslo is a very bold one.",
    "But be careful.”",
    path="split.txt",
)
OTHER_SPEAKER = hit('"The plan is a very bold one," Dahl said.', path="dahl.txt")
SAME_WORDS = hit('Berg said it was a "bold plan".', path="same.txt")
OTHER_WORDS = hit('"We want calm in the harbour," Berg said.', path="calm.txt")


@pytest.mark.parametrize(
    ("question", "hits", "found"),
    [
        (EXACTLY, (CALLED, QUOTED), told(QUOTED, 2)),
        (EXACTLY, (OTHER_WORDS, QUOTED), told(QUOTED, 2)),
        (EXACTLY, (SPLIT,), told(SPLIT, 1, 2)),
        (EXACTLY, (OTHER_SPEAKER, SAME_WORDS, OTHER_WORDS), ()),
        ("What did Berg call the harbour plan?", (QUOTED,), ()),
    ],
)
def test_who_asks_for_exact_words_is_shown_the_same_quotation_as_another_article_words_it(
    question: str, hits: tuple[Hit, ...], found: tuple[Stated, ...]
) -> None:
    assert against(question, stated(CALLED, "bold plan"), hits) == found


BACK = hit("Oslo would get back the money that it had spent on boats, Berg said.", path="back.txt")
THROUGH = hit("It rained.", "Berg repeated that Oslo would get its money back through boats.", path="thr.txt")
ASKED = "What have boats to do with the money that Oslo gets back?"


@pytest.mark.parametrize(
    ("short", "hits", "near", "found"),
    [
        ("spent on boats", (BACK, THROUGH), nears(THROUGH.passage.sentences[1].text, by=SAME_POINT), True),
        ("spent on boats", (BACK, THROUGH), nears(THROUGH.passage.sentences[1].text, by=0.7), False),
        ("said that money was spent", (THROUGH,), nears(THROUGH.passage.sentences[1].text, by=0.9), True),
        ("repeated that", (THROUGH,), nears(THROUGH.passage.sentences[1].text, by=0.9), False),
        ("boats", (THROUGH,), nears(THROUGH.passage.sentences[1].text, by=0.9), True),
        ("spent on boats", (THROUGH,), nears("It rained.", by=0.9), False),
        ("spent on boats", (BACK, NEAR), nears(BACK.passage.text, by=0.9), False),
        ("spent on boats", (THROUGH,), unknown, False),
        ("spent on boats", (), unknown, False),
    ],
)
def test_a_sentence_that_tells_the_same_point_without_the_answer_is_another_account(
    short: str, hits: tuple[Hit, ...], near: Nearness, found: bool
) -> None:
    assert also(ASKED, stated(BACK, short), hits, near) == (told(THROUGH, 2) if found else ())


COUNTED = hit("Three things divide Oslo and Bergen: fish, tolls and the wall.", path="counted.txt")
OPEN = hit("It rained.", "Oslo and Bergen quarrel over fish, tolls and many other things.", path="open.txt")
MANY = hit("Many boats of Oslo and Bergen bring fish and pay tolls.", path="many.txt")
HOW_MANY = "Over how many things are Oslo and Bergen divided?"


@pytest.mark.parametrize(
    ("question", "short", "by", "found"),
    [
        (HOW_MANY, "Three", 0.5, True),
        (HOW_MANY, "Three", 0.45, False),
        (HOW_MANY, "fish", 0.5, False),
        ("What divides Oslo and Bergen?", "Three things", 0.5, False),
        ("How are Oslo and Bergen divided?", "by three things", 0.5, False),
    ],
)
def test_a_list_left_open_is_another_account_of_what_a_number_was_given_of(
    question: str, short: str, by: float, found: bool
) -> None:
    near = nears(OPEN.passage.sentences[1].text, MANY.passage.text, by=by)
    told_open = told(OPEN, 2) if found else ()
    assert also(question, stated(COUNTED, short), (MANY, OPEN), near) == told_open


def test_what_stands_on_several_sentences_has_no_other_account() -> None:
    one, several = stated(THROUGH, "repeated", 2), stated(THROUGH, "repeated", 1, 2)
    near = nears(BACK.passage.text, by=0.9)
    assert also(ASKED, one, (BACK,), near) == told(BACK, 1)
    assert also(ASKED, several, (BACK,), near) == ()


def test_of_several_accounts_the_nearest_is_told() -> None:
    far = hit("Oslo would see its money again, Berg said.", path="far.txt")
    texts = {THROUGH.passage.sentences[1].text: 0.9, far.passage.text: 0.85}

    def near(_: str, others: Sequence[str]) -> list[float]:
        return [texts.get(text, 0.0) for text in others]

    assert also(ASKED, stated(BACK, "spent on boats"), (far, THROUGH), near) == told(THROUGH, 2)


@pytest.mark.parametrize(
    ("question", "near", "found"),
    [
        ("Did Oslo pay for the harbour wall through loans?", unknown, True),
        ("Did Oslo lend money for the harbour wall?", unknown, False),
        ("Did Oslo lend money for the harbour wall?", nears("lend", by=SAME_MATTER), True),
        ("Did Oslo lend money for the harbour wall?", nears("lend", by=0.6), False),
        ("Was the money for the harbour wall lent by Oslo?", nears("lend", by=SAME_MATTER), True),
        ("How did Oslo lend money for the harbour wall?", nears("lend", by=0.9), False),
    ],
)
def test_a_dispute_is_over_a_word_of_the_question_or_one_near_it_in_meaning(
    question: str, near: Nearness, found: bool
) -> None:
    over = Read(asked(question), [judged(LENT, "", 2)], (LENT, GIVEN), ACCEPT, near)
    _, pair = EVERY.first(DISPUTES, over)
    assert [r.statement.short for r in pair] == (
        [LENT.passage.sentences[1].text, GIVEN.passage.sentences[1].text] if found else []
    )


@pytest.mark.parametrize(
    ("question", "disputed"),
    [
        ("Did Oslo pay for the harbour wall of Bergen through loans?", False),
        ("Did Oslo pay for the harbour wall of Oslo through loans?", True),
    ],
)
def test_a_dispute_is_told_where_both_articles_speak_of_each_name(question: str, disputed: bool) -> None:
    over = Read(asked(question), [judged(LENT, "", 2)], (LENT, GIVEN), ACCEPT, unknown)
    assert bool(EVERY.first(DISPUTES, over)[1]) is disputed


FIRING: dict[str, Any] = {
    "other.denies": Beside(asked(PAY), stated(LENT, "through loans", 2), (GIVEN,), unknown),
    "other.requotes": Beside(asked(EXACTLY), stated(CALLED, "bold plan"), (QUOTED,), unknown),
    "other.retells": Beside(
        asked(ASKED),
        stated(BACK, "spent on boats"),
        (THROUGH,),
        nears(THROUGH.passage.sentences[1].text, by=0.9),
    ),
    "other.leaves_open": Beside(
        asked(HOW_MANY), stated(COUNTED, "Three"), (OPEN,), nears(OPEN.passage.sentences[1].text, by=0.5)
    ),
    "other.disputes": Read(
        asked("Did Oslo pay for the harbour wall through loans?"),
        [judged(LENT, "", 2)],
        (LENT, GIVEN),
        ACCEPT,
        unknown,
    ),
}
"""By the name of each rule, what it was written for."""


TABLES: tuple[tuple[Rule[Any, Any], ...], ...] = (AGAINST, ALSO, DISPUTES)


@pytest.mark.parametrize("rule", [rule for table in TABLES for rule in table], ids=lambda rule: rule.name)
def test_a_rule_fires_by_its_name_unless_it_is_off(rule: Rule[Any, Any]) -> None:
    (table,) = (table for table in TABLES if rule in table)
    assert EVERY.first(table, FIRING[rule.name])[0] == (rule.name,)
    assert rule.name not in Rules(frozenset({rule.name})).first(table, FIRING[rule.name])[0]

"""The rules: each fires on what it says, on nothing else, by its name, and can be switched off."""

import pytest

from index.article import Hit
from rag.judging.oddities import RULES
from rag.judging.signals import Seen
from rag.rules import EVERY, Rule, Rules
from tests.readings import seen
from tests.scripted import hit

AID = hit("Europe paid 60% of the aid on Monday.", "Berg built 12 walls in Oslo.", published="2025-03-01")

Case = tuple[str, Hit, str, int]
CASES: tuple[tuple[str, tuple[Case, ...], tuple[Case, ...]], ...] = (
    (
        "answer.no_name",
        (("Who built walls?", AID, "walls", 2), ("Where were walls built?", AID, "12", 2)),
        (
            ("Who built walls?", AID, "Berg", 2),
            ("Where were walls built?", AID, "in Oslo", 2),
            ("What was built?", AID, "walls", 2),
        ),
    ),
)


def fired(case: Case, rules: Rules = EVERY) -> tuple[str, ...]:
    question, found, short, at = case
    one: Seen = seen(question, found, short, at)
    return rules.fired(RULES, one)


def test_every_rule_has_its_cases_and_says_what_it_holds() -> None:
    assert [name for name, *_ in CASES] == [rule.name for rule in RULES]
    assert all(rule.says.endswith(".") for rule in RULES)


@pytest.mark.parametrize(("name", "case"), [(name, case) for name, odd, _ in CASES for case in odd])
def test_a_rule_fires_by_its_name_unless_it_is_off(name: str, case: Case) -> None:
    assert name in fired(case)
    assert fired(case, Rules(frozenset({name}))) == tuple(n for n in fired(case) if n != name)


@pytest.mark.parametrize(("name", "case"), [(name, case) for name, _, plain in CASES for case in plain])
def test_a_rule_leaves_alone_what_is_not_odd(name: str, case: Case) -> None:
    assert name not in fired(case)


def test_rules_fire_in_the_order_of_their_table_and_all_may_be_off() -> None:
    table = [Rule("late", "It is late.", lambda n: n > 9), Rule("odd", "It is odd.", lambda n: n % 2 == 1)]
    assert [EVERY.fired(table, number) for number in (11, 10, 8)] == [("late", "odd"), ("late",), ()]
    assert Rules(frozenset({"late", "odd"})).fired(table, 11) == ()

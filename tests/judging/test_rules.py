"""Rules: the first of a table that finds something is named, and any may be off."""

from rag.judging.accounts import AGAINST, ALSO, DISPUTES
from rag.rules import EVERY, Rule, Rules


def test_every_rule_has_a_name_of_its_own_and_says_what_it_holds() -> None:
    told = [(rule.name, rule.says) for rule in (*AGAINST, *ALSO)] + [(r.name, r.says) for r in DISPUTES]
    assert len({name for name, _ in told}) == len(told)
    assert all(name.startswith("other.") and says.endswith(".") for name, says in told)


def test_the_first_rule_that_is_on_and_finds_something_is_named() -> None:
    late: Rule[int, str] = Rule("late", "It is late.", lambda n: ("late",) if n > 9 else ())
    odd: Rule[int, str] = Rule("odd", "It is odd.", lambda n: ("odd",) if n % 2 else ())
    table = (late, odd)
    assert [EVERY.first(table, number) for number in (11, 9, 8)] == [
        (("late",), ("late",)),
        (("odd",), ("odd",)),
        ((), ()),
    ]
    assert Rules(frozenset({"late"})).first(table, 11) == (("odd",), ("odd",))
    assert Rules(frozenset({"late", "odd"})).first(table, 11) == ((), ())

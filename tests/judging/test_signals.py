"""The signals: each measures one thing of a candidate, bounded, and decides nothing."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.judging.score import Fit
from rag.judging.signals import BOUND, TABLE, Seen, log_odds, measured
from rag.judging.weigh import Scales, deserves_look, judged, looked, unlooked
from rag.models.judge import Pair
from tests.readings import asked, candidate, seen
from tests.scripted import hit

AID = hit("Berg spoke in Oslo.", "Europe paid 60% of the aid in 2024.", title="Aid", published="2025-03-01")


def signal(name: str, one: Seen) -> float:
    return dict(measured(one))[name]


def test_every_signal_is_measured_by_name_and_says_what_it_is() -> None:
    found = measured(seen(AID, "60%", 2))
    assert [name for name, _ in found] == [each.name for each in TABLE]
    assert len({each.name for each in TABLE}) == len(TABLE)
    assert all(each.says for each in TABLE)


@given(st.floats(0, 1))
def test_log_odds_of_a_share_are_bounded(share: float) -> None:
    assert -BOUND <= log_odds(share) <= BOUND
    if 0.001 < share < 0.999:
        assert log_odds(share) == pytest.approx(math.log(share / (1 - share)))


def test_where_there_is_no_share_nothing_is_told() -> None:
    assert log_odds(None) == 0.0


@pytest.mark.parametrize(("first", "found"), [(0.5, 0.0), (1.0, BOUND), (0.0, -BOUND), (None, 0.0)])
def test_the_first_token_and_the_look_count_by_their_log_odds(first: float | None, found: float) -> None:
    one = seen(AID, "Europe", 2, first=first, yes=first)
    assert signal("first", one) == pytest.approx(found)
    assert signal("look", one) == pytest.approx(found)


@pytest.mark.parametrize(("judge", "found"), [(1.5, 1.5), (99.0, BOUND), (-99.0, -BOUND), (None, 0.0)])
def test_the_small_judge_counts_where_there_is_one(judge: float | None, found: float) -> None:
    assert signal("judge", Seen(candidate(AID, "Europe", 2), judge)) == found


# Weighing


FIT = Fit("", "lines", "m", 0.0, {"judge": 1.0, "look": 1.0}, 0.5, 0.95)
BLIND = replace(FIT, weights={"first": 1.0})
"""For it a look counts nothing."""


def test_a_small_judge_sees_the_sentence_with_its_title_and_the_one_before() -> None:
    pairs: list[Pair] = []

    def small(given_pairs: object) -> list[float]:
        pairs.extend(given_pairs)  # type: ignore[call-overload]
        return [2.0]

    found = judged(asked("Who paid?"), candidate(AID, "Europe", 2), Scales(FIT, small))
    first, second = (sentence.text for sentence in AID.passage.sentences)
    assert pairs == [Pair("Who paid?", "Europe", "Aid", first, second)]
    assert dict(found.signals)["judge"] == 2.0
    assert found.support == pytest.approx(1 / (1 + math.exp(-2)))


def test_without_a_small_judge_it_counts_nothing() -> None:
    found = judged(asked("Who paid?"), candidate(AID, "Europe", 2), Scales(FIT))
    assert (dict(found.signals)["judge"], found.support) == (0.0, 0.5)


def test_a_look_is_deserved_where_its_weight_can_matter() -> None:
    found = judged(asked("Who paid?"), candidate(AID, "Europe", 2), Scales(FIT))
    assert deserves_look(found, 0.0, Scales(FIT))
    assert not deserves_look(found, 0.0, Scales(BLIND))


@pytest.mark.parametrize(("best", "deserved"), [(0.0, True), (0.6, True), (0.7, False), (0.94, False)])
def test_a_look_that_can_not_lift_a_candidate_over_the_best_is_not_deserved(
    best: float, deserved: bool
) -> None:
    weak = Scales(replace(FIT, weights={"look": 0.1}))
    found = judged(asked("Who paid?"), candidate(AID, "Europe", 2), weak)
    assert deserves_look(found, best, weak) is deserved


def test_thorough_scales_look_at_every_candidate() -> None:
    thorough = Scales(BLIND, thorough=True)
    found = judged(asked("Who paid?"), candidate(AID, "Europe", 2), thorough)
    assert deserves_look(found, 0.99, thorough)


@pytest.mark.parametrize(("bias", "sure"), [(2.0, True), (0.5, False)])
def test_what_is_sure_with_what_a_look_counts_for_unmade_gets_none(bias: float, sure: bool) -> None:
    scales = Scales(replace(FIT, weights={"look": 1.0}, bias=bias, sure=0.9, unlooked=1.0))
    found = judged(asked("Who paid?"), candidate(AID, "Europe", 2), scales)
    assert deserves_look(found, 0.0, scales) is not sure
    assert unlooked(found, scales).support == pytest.approx(1 / (1 + math.exp(-bias - sure)))
    assert unlooked(found, scales).candidate.yes is None
    always = Scales(replace(scales.fit, unlooked=None))
    assert deserves_look(found, 0.0, always)
    assert unlooked(found, always) == found


@pytest.mark.parametrize("yes", [0.0, 0.3, 1.0])
def test_who_looked_after_judging_gets_what_judging_after_the_look_gives(yes: float) -> None:
    scales, before = Scales(FIT), candidate(AID, "Europe", 2)
    found = judged(asked("Who paid?"), before, scales)
    assert looked(found, yes, scales) == judged(asked("Who paid?"), replace(before, yes=yes), scales)

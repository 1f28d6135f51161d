"""Support: read from the probabilities of the words that decide and of the words that answer."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.support import (
    DOUBT,
    FAMILIAR,
    FOREIGN,
    LEAST,
    PLAIN_YES,
    TRUST,
    blended,
    doubted,
    first_support,
    least_sure,
    looked,
    lowered,
    shifted,
    yes_share,
)


def entry(token: str, *options: tuple[str, float]) -> dict[str, Any]:
    top = [{"token": text, "logprob": math.log(share)} for text, share in options]
    return {"token": token, "logprob": -0.1, "top_logprobs": top}


PREFILLED = [entry("Source", ("Source", 1.0)), entry(":", (":", 1.0))]


@pytest.mark.parametrize(
    ("entries", "support"),
    [
        ([entry(" S2", (" S2", 0.6), (" none", 0.2))], 0.75),
        ([entry(" S2", (" S2", 0.3), (" S1", 0.3), (" S", 0.15), (" none", 0.25))], 0.75),
        ([entry(" S", (" S", 0.6), (" no", 0.1), (" None", 0.1))], 0.75),
        ([entry(" S2", (" S2", 0.5), ("Some", 0.5))], 1.0),
        ([entry(" none", (" none", 0.9), ("No", 0.1))], 0.0),
        ([entry("Europe", ("Europe", 0.9), ("It", 0.1))], None),
        ([*PREFILLED, entry(" S", (" S", 0.5), (" none", 0.5))], 0.5),
        (PREFILLED, None),
        ([{"token": " S2", "logprob": -0.1, "top_logprobs": None}], None),
        ([{"token": " S2", "logprob": -0.1}], None),
        ([], None),
    ],
)  # fmt: skip
def test_support_is_the_share_of_a_source_at_the_token_that_decides(
    entries: list[dict[str, Any]], support: float | None
) -> None:
    assert first_support(entries) == (support if support is None else pytest.approx(support))


@given(st.lists(st.tuples(st.sampled_from([" S1", " S12", " none", " no", "x", ""]), st.floats(-20, 0))))
def test_support_is_a_share_whatever_the_alternatives(options: list[tuple[str, float]]) -> None:
    top = [{"token": token, "logprob": logprob} for token, logprob in options]
    support = first_support([{"token": " S1", "logprob": -0.1, "top_logprobs": top}])
    assert support is None or 0 <= support <= 1


@pytest.mark.parametrize(
    ("text", "entries", "share"),
    [
        (" yes", [entry(" yes", (" yes", 0.6), (" Yes", 0.1), (" no", 0.3))], 0.7),
        (" No.", [entry(" No", (" no", 0.4), (" No", 0.4), (" yes", 0.2))], 0.2),
        ("\nyes", [entry("\n", ("\n", 0.9)), entry("yes", ("yes", 0.9), ("no", 0.1))], 0.9),
        (" Yes, it is.", [], 1.0),
        ("It is not.", [], 0.0),
        ("", [], 0.0),
    ],
)
def test_a_second_look_is_the_share_of_yes_or_the_word(
    text: str, entries: list[dict[str, Any]], share: float
) -> None:
    assert yes_share(entries, text) == pytest.approx(share)


def spoken(*words: tuple[str, float]) -> list[dict[str, Any]]:
    return [{"token": token, "logprob": logprob} for token, logprob in words]


DECIDED = ((" S2", -3.0), ("\n", -0.2), ("Answer", -0.1), (":", -0.1))


@pytest.mark.parametrize(
    ("words", "least"),
    [
        ((*DECIDED, (" 60", -0.5), ("%", -0.1)), -0.5),
        ((*DECIDED, (" 60", -0.1), ("%", -0.5)), -0.5),
        ((*DECIDED, (" 60", -0.5), ("\n", -2.0), ("Source", -2.0)), -0.5),
        ((*DECIDED, (" ", -2.0), ("60", -0.5)), -0.5),
        ((*DECIDED, (" 60", 0.0)), 0.0),
        ((("Answer:", -0.1), (" 60", -0.5)), -0.5),
        (DECIDED, None),
        (((" none", -0.5),), None),
        ((), None),
    ],
)
def test_the_least_sure_word_is_one_of_the_first_answer(
    words: tuple[tuple[str, float], ...], least: float | None
) -> None:
    assert least_sure(spoken(*words)) == least


SHARES, LOGS = st.floats(0.001, 0.999), st.floats(-50, 0)


@given(SHARES, LOGS, LOGS)
def test_a_less_sure_word_never_raises_support(support: float, one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert 0 < doubted(support, low) <= doubted(support, high) <= support * (1 + 1e-12)


@given(SHARES)
def test_doubt_has_an_end_and_none_of_it_changes_nothing(support: float) -> None:
    assert doubted(support, LEAST - 1) == doubted(support, LEAST)
    assert doubted(support, None) == support
    assert doubted(support, 0.0) == pytest.approx(support)


@pytest.mark.parametrize("certain", [0.0, 1.0])
def test_certainty_is_not_doubted(certain: float) -> None:
    assert doubted(certain, -3.0) == certain


YES = st.floats(0, 1)


@given(SHARES, YES, YES)
def test_a_likelier_yes_never_lowers_support(measured: float, one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert 0 < looked(low, measured, None) <= looked(high, measured, None) < 1


@given(YES, SHARES, SHARES, st.floats(-9, 0), st.floats(0, 9))
def test_what_tells_against_a_reading_tells_after_a_look_too(
    yes: float, one: float, other: float, least: float, against: float
) -> None:
    low, high = sorted((one, other))
    assert looked(yes, low, None) <= looked(yes, high, None)
    assert looked(yes, low, least, against) <= looked(yes, low, None) * (1 + 1e-9)


@pytest.mark.parametrize(
    ("yes", "measured", "least", "against", "log_odds"),
    [
        (0.5, 0.5, None, 0.0, 0.0),
        (0.8, 0.5, None, 0.0, math.log(4)),
        (0.8, 0.9, None, 0.0, math.log(4) + TRUST * math.log(9)),
        (0.8, 0.9, -1.0, 0.0, math.log(4) + TRUST * math.log(9) - DOUBT),
        (0.8, 0.5, None, 2.0, math.log(4) - 2),
        (0.0, 0.5, None, 0.0, math.log(1e-4 / (1 - 1e-4))),
        (1.0, 0.5, None, 0.0, math.log((1 - 1e-4) / 1e-4)),
    ],
)
def test_after_a_look_support_is_mostly_its_yes(
    yes: float, measured: float, least: float | None, against: float, log_odds: float
) -> None:
    assert looked(yes, measured, least, against) == pytest.approx(1 / (1 + math.exp(-log_odds)))


@given(SHARES, YES, YES)
def test_a_look_never_raises_what_was_read_and_a_plain_yes_changes_nothing(
    support: float, one: float, other: float
) -> None:
    low, high = sorted((one, other))
    assert 0 < lowered(support, low) <= lowered(support, high) <= support * (1 + 1e-9)
    assert lowered(support, max(high, PLAIN_YES)) == pytest.approx(support)


@pytest.mark.parametrize(
    ("support", "yes", "after"),
    [
        (0.9, 0.5, 9 * 0.25**0.4 / (1 + 9 * 0.25**0.4)),
        (0.5, 0.2, 0.0625**0.4 / (1 + 0.0625**0.4)),
        (0.9, 0.0, lowered(0.9, 1e-4)),
        (1.0, 0.0, 1.0),
        (0.0, 1.0, 0.0),
    ],
)
def test_a_look_shifts_the_odds_of_what_was_read(support: float, yes: float, after: float) -> None:
    assert lowered(support, yes) == pytest.approx(after)


@given(SHARES, SHARES, YES)
def test_the_blend_lies_between_the_reading_and_the_look(read: float, look: float, share: float) -> None:
    low, high = sorted((read, look))
    assert low * (1 - 1e-9) <= blended(read, look, share) <= high * (1 + 1e-9)


@pytest.mark.parametrize(
    ("share", "support"),
    [
        (0.0, 0.9),
        (FOREIGN, 0.9),
        (FAMILIAR, 0.6),
        (1.0, 0.6),
        ((FAMILIAR + FOREIGN) / 2, 13.5**0.5 / (1 + 13.5**0.5)),
    ],
)
def test_the_more_of_the_questions_words_are_held_the_less_the_look_decides(
    share: float, support: float
) -> None:
    assert blended(0.6, 0.9, share) == pytest.approx(support)


SHIFTS = st.floats(-20, 20)


@given(st.floats(0, 1), st.floats(0, 1), SHIFTS)
def test_a_shift_keeps_certainty_and_order(one: float, other: float, by: float) -> None:
    assert (shifted(0.0, by), shifted(1.0, by)) == (0.0, 1.0)
    low, high = sorted((one, other))
    assert 0 <= shifted(low, by) <= shifted(high, by) * (1 + 1e-9) <= 1 + 1e-8


@given(st.floats(0.01, 0.99), st.floats(-5, 5))
def test_a_shift_moves_the_log_odds_by_as_much_and_back(support: float, by: float) -> None:
    moved = shifted(support, by)
    assert math.log(moved / (1 - moved)) == pytest.approx(math.log(support / (1 - support)) + by)
    assert shifted(moved, -by) == pytest.approx(support)

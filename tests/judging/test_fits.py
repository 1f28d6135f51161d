"""The fitted score: a sigmoid of weights, thresholds that hold, a file that is whole or told."""

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import StorageError
from rag.judging.score import (
    COMMAND,
    Fit,
    file_of,
    fit_for,
    load,
    matters,
    shifted,
    shipped,
    sigmoid,
    store,
    support,
)
from rag.judging.signals import BOUND
from rag.models.weights import EMBEDDED

FIT = Fit("", "lines", "m", -1.0, {"first": 0.5, "look": 0.25}, 0.5, 0.95)


def test_support_is_the_sigmoid_of_the_weighted_signals() -> None:
    signals = (("first", 4.0), ("look", 2.0), ("unheard", 99.0))
    assert support(FIT, signals) == pytest.approx(1 / (1 + math.exp(-1.5)))
    assert support(FIT, ()) == pytest.approx(sigmoid(-1.0))


@given(st.floats(-500, 500), st.floats(-500, 500))
def test_a_sigmoid_is_a_share_that_grows(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert 0 <= sigmoid(low) <= sigmoid(high) <= 1
    assert sigmoid(low) == pytest.approx(1 - sigmoid(-low))


@given(st.floats(0.001, 0.999), st.floats(-5, 5))
def test_a_shift_can_be_taken_back_and_leaves_certainty_alone(share: float, by: float) -> None:
    assert shifted(shifted(share, by), -by) == pytest.approx(share)
    assert (shifted(0.0, by), shifted(1.0, by)) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("weights", "bias", "least", "wanted"),
    [
        ({"look": 1.0}, 0.0, 0.5, True),
        ({"look": -1.0}, 0.0, 0.5, True),
        ({"look": 0.1}, -9.0, 0.5, False),
        ({"look": 0.1}, 0.0, 0.6, True),
        ({"look": 0.1}, 0.0, 0.7, False),
        ({"look": 0.1}, 9.0, 0.5, False),
        ({"look": 1.0}, BOUND, 0.5, True),
        ({"look": 0.0}, 1.0, 0.5, False),
        ({}, 1.0, 0.5, False),
    ],
    ids=[
        *("open", "against", "refused anyway", "may reach", "out of reach", "sure anyway"),
        *("sure but for a no", "no weight", "unheard"),
    ],
)
def test_a_signal_matters_where_it_can_change_what_becomes_of_a_candidate(
    weights: dict[str, float], bias: float, least: float, wanted: bool
) -> None:
    fit = replace(FIT, weights=weights, bias=bias)
    assert matters(fit, (("look", 0.0),), "look", least) is wanted


# What is shipped

PLAIN = {"first": 4.0, "look": 3.0, "judge": 2.0}
"""The signals of a plain answer, as the embedded model gives them."""
FITS = [
    *(("", form) for form in ("grammar", "lines", "turn", "json")),
    *((EMBEDDED.sha256, form) for form in ("grammar", "lines", "turn")),
]


def supported(fit: Fit, **other: float) -> float:
    return support(fit, (PLAIN | other).items())


@pytest.mark.parametrize(("digest", "form"), FITS)
def test_a_plain_answer_is_sure_and_what_tells_against_it_refuses_it(digest: str, form: str) -> None:
    fit = shipped(digest, form)
    assert 0 < fit.accept <= fit.sure < supported(fit)
    assert supported(fit, look=-3.0) < fit.accept
    assert supported(fit, first=-2.0, look=0.0) < fit.accept
    assert supported(fit, look=-1.0, judge=-3.0) < fit.accept


@pytest.mark.parametrize(("digest", "form"), FITS)
@pytest.mark.parametrize("name", PLAIN)
def test_every_signal_counts_the_way_it_is_meant(digest: str, form: str, name: str) -> None:
    fit = shipped(digest, form)
    less, more = supported(fit), supported(fit, **{name: PLAIN[name] + 1})
    assert less < more


def test_only_the_model_on_which_it_was_measured_is_sure_without_a_look() -> None:
    assert {shipped(digest, form).unlooked is None for digest, form in FITS[:4]} == {True}
    assert {shipped(digest, form).unlooked for digest, form in FITS[4:]} == {1.0}


# The file


def test_what_is_stored_is_loaded_again(tmp_path: Path) -> None:
    fit = replace(FIT, digest="ab12", told={"questions": "40"})
    path = store(fit, tmp_path)
    assert path == file_of(tmp_path, "ab12", "lines")
    assert load(tmp_path, "sha256:ab12", "lines") == fit
    store(replace(fit, bias=2.0), tmp_path)
    assert getattr(load(tmp_path, "ab12", "lines"), "bias", None) == 2.0


def test_without_a_file_there_is_none(tmp_path: Path) -> None:
    assert load(tmp_path, "ab12", "lines") is None


@pytest.mark.parametrize("digest", ["../../etc", "a/b", "", "é", "x" * 300, "\ud800"])
def test_a_digest_that_is_no_word_names_a_file_in_the_same_folder(tmp_path: Path, digest: str) -> None:
    assert file_of(tmp_path, digest, "json").parent == tmp_path / "fits"
    store(replace(FIT, digest="kept", form="json"), tmp_path)
    assert load(tmp_path, digest, "json") is None


def written(home: Path, change: dict[str, Any]) -> Path:
    """A stored fit of the model ab12, with these fields changed by hand."""
    path = store(replace(FIT, digest="ab12"), home)
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | change), "utf-8")
    return path


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"version": 1}, "another version"),
        ({"digest": "cd34"}, "another model's"),
        ({"form": "json"}, "another model's"),
        ({"accept": 0.97, "sure": 0.9}, "out of order"),
        ({"accept": 2.0}, "1 of its fields"),
        ({"bias": "low"}, "1 of its fields"),
        ({"weights": {"first": None}}, "1 of its fields"),
    ],
)
def test_a_fit_that_can_not_be_used_is_told_with_the_command_that_makes_another(
    tmp_path: Path, change: dict[str, Any], why: str
) -> None:
    written(tmp_path, change)
    with pytest.raises(StorageError, match=why) as caught:
        load(tmp_path, "ab12", "lines")
    assert COMMAND in caught.value.hint


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe"])
def test_a_broken_file_is_told(tmp_path: Path, content: bytes) -> None:
    written(tmp_path, {}).write_bytes(content)
    with pytest.raises(StorageError, match="can't be used"):
        load(tmp_path, "ab12", "lines")


def test_a_folder_in_its_place_is_told(tmp_path: Path) -> None:
    file_of(tmp_path, "ab12", "lines").mkdir(parents=True)
    with pytest.raises(StorageError, match="can't be used"):
        load(tmp_path, "ab12", "lines")


def test_where_it_can_not_be_written_the_reader_is_told(tmp_path: Path) -> None:
    (tmp_path / "fits").write_text("a file", "utf-8")
    with pytest.raises(StorageError, match="can't be kept") as caught:
        store(FIT, tmp_path)
    assert "BYLINE_HOME" in caught.value.hint


# Which one


@pytest.mark.parametrize("form", ["grammar", "lines", "turn", "json"])
def test_every_form_has_a_shipped_fit_whatever_the_model(tmp_path: Path, form: str) -> None:
    fit = fit_for(tmp_path, "f" * 64, form)
    assert (fit, fit.form) == (shipped("f" * 64, form), form)
    assert fit.digest == ""
    assert 0 <= fit.accept <= fit.sure <= 1
    assert fit.weights


def test_the_users_own_fit_goes_before_the_shipped_one(tmp_path: Path) -> None:
    own = replace(FIT, digest="ab12")
    store(own, tmp_path)
    assert fit_for(tmp_path, "ab12", "lines") == own
    assert fit_for(tmp_path, "cd34", "lines") == shipped("cd34", "lines")


def test_a_stored_fit_that_can_not_be_used_does_not_stop_answers(tmp_path: Path) -> None:
    written(tmp_path, {"version": 1})
    assert fit_for(tmp_path, "ab12", "lines") == shipped("ab12", "lines")


@pytest.mark.parametrize("threshold", [0.0, 0.6, 0.99, 1.0])
def test_a_threshold_that_is_set_takes_the_place_of_the_fitted_one(tmp_path: Path, threshold: float) -> None:
    fit = fit_for(tmp_path, "f" * 64, "lines", threshold)
    assert fit.accept == threshold <= fit.sure

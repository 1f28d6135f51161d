"""Stored calibrations: what was written comes back for its model, and nothing else does."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import StorageError
from rag.calibration import (
    COMMAND,
    Calibration,
    Counts,
    Measured,
    file_of,
    load,
    plain,
    store,
)

DIGEST = "a" * 64
FITTED = Calibration(
    digest=DIGEST,
    model="small:1b",
    accept=0.9125,
    sure=0.97,
    fitted_on=Counts(42, 25, 40),
    refused_off_topic=Measured(24, 25, 0.8, 0.99),
    refused_same_topic=Measured(33, 40, 0.68, 0.91),
    wrongly_refused=Measured(2, 42, 0.01, 0.16),
    when="2025-11-22T06:00:00+00:00",
    version="0.1.0",
)


def test_what_is_stored_is_loaded(home: Path) -> None:
    path = store(FITTED, home)
    assert path == home / "calibration" / f"{DIGEST}.json"
    assert load(home, DIGEST) == load(home, f"sha256:{DIGEST}") == FITTED


def test_a_model_without_one_has_none_and_nothing_is_made(home: Path) -> None:
    assert load(home, DIGEST) is None
    assert not home.exists()


def test_the_newer_calibration_takes_the_place_of_the_older(home: Path) -> None:
    newer = replace(FITTED, accept=0.5, when="2025-11-23T06:00:00+00:00")
    store(FITTED, home)
    path = store(newer, home)
    assert load(home, DIGEST) == newer
    assert list(path.parent.iterdir()) == [path]


def test_each_model_has_its_own(home: Path) -> None:
    other = replace(FITTED, digest="b" * 64, accept=0.3)
    store(FITTED, home)
    store(other, home)
    assert (load(home, DIGEST), load(home, "b" * 64)) == (FITTED, other)


@given(st.text())
def test_a_digest_never_leads_out_of_the_folder(digest: str) -> None:
    path = file_of(Path("home"), digest)
    assert path.parent == Path("home/calibration")
    assert path.suffix == ".json"
    assert len(path.name) <= 133
    assert path == file_of(Path("home"), plain(digest))


def test_digests_that_are_no_words_are_kept_apart(home: Path) -> None:
    strange = [replace(FITTED, digest=digest) for digest in ("../../x", "..", "a/b")]
    for each in strange:
        store(each, home)
    assert [load(home, each.digest) for each in strange] == strange


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"accept": 1.5}, "1 of its fields"),
        ({"accept": "0.9"}, "1 of its fields"),
        ({"accept": None, "sure": -1}, "2 of its fields"),
        ({"accept": float("nan")}, "1 of its fields"),
        ({"wrongly_refused": {"hits": -1, "total": 4, "low": 0, "high": 1}}, "1 of its fields"),
        ({"fitted_on": 9}, "1 of its fields"),
        ({"accept": 0.98}, "out of order"),
        ({"digest": "b" * 64}, "another model's"),
    ],
)
def test_a_calibration_that_can_not_be_true_is_not_used(
    home: Path, changed: dict[str, Any], why: str
) -> None:
    path = store(FITTED, home)
    row = json.loads(path.read_text(encoding="utf-8")) | changed
    path.write_text(json.dumps(row), encoding="utf-8")
    with pytest.raises(StorageError, match=why) as caught:
        load(home, DIGEST)
    assert str(path) in str(caught.value)
    assert COMMAND in caught.value.hint


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000])
def test_a_file_that_is_no_calibration_is_an_error_of_one_line(home: Path, content: bytes) -> None:
    store(FITTED, home).write_bytes(content)
    with pytest.raises(StorageError) as caught:
        load(home, DIGEST)
    assert "\n" not in str(caught.value)


def test_a_file_that_can_not_be_read_is_an_error(home: Path) -> None:
    file_of(home, DIGEST).mkdir(parents=True)
    with pytest.raises(StorageError, match=DIGEST):
        load(home, DIGEST)


def test_where_it_can_not_be_written_the_reason_is_told(home: Path) -> None:
    home.write_text("a file, no folder", encoding="utf-8")
    with pytest.raises(StorageError, match="can't be kept") as caught:
        store(FITTED, home)
    assert "BYLINE_HOME" in caught.value.hint


def test_a_write_that_fails_leaves_the_older_one_and_no_other_file(home: Path) -> None:
    path = file_of(home, DIGEST)
    (path / "in the way").mkdir(parents=True)
    with pytest.raises(StorageError):
        store(FITTED, home)
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize(("measured", "share"), [((0, 0, 0.0, 1.0), None), ((3, 4, 0.3, 0.95), 0.75)])
def test_there_is_no_share_of_nothing(measured: tuple[int, int, float, float], share: float | None) -> None:
    assert Measured(*measured).share == share

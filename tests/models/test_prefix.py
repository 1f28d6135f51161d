"""The fixed part of the prompts is read once, and found again by the next process."""

import time
from pathlib import Path

import pytest
from langchain_core.messages import HumanMessage, SystemMessage

from rag.models import prefix
from rag.models.llm import LLM, open_llm, weights_folder
from rag.reading import prompt
from rag.settings import Settings
from tests.readings import asked
from tests.scripted import hit

ASKED = [SystemMessage("Be brief."), HumanMessage("Who?")]
AID = hit("Macron spoke on Monday.", "Europe paid 60% of the total, Macron said.")


def test_what_is_kept_is_found_whole(tmp_path: Path) -> None:
    path = prefix.file_of(tmp_path / "home", "ab", 4096, ASKED)
    assert prefix.load(path) == b""
    prefix.store(path, b"cache")
    assert prefix.load(path) == b"cache"
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(("start", "put"), [(-1, b""), (60, b"?"), (40, b"?"), (0, b""), (0, b"?" * 32)])
def test_what_was_cut_or_changed_is_not_there(tmp_path: Path, start: int, put: bytes) -> None:
    path = prefix.file_of(tmp_path, "ab", 4096, ASKED)
    prefix.store(path, b"the prompt cache of the model")
    path.write_bytes(path.read_bytes()[:start] + put)
    assert prefix.load(path) == b""


def test_it_goes_by_weights_window_and_prompt(tmp_path: Path) -> None:
    places = {
        prefix.file_of(tmp_path, "ab", 4096, ASKED),
        prefix.file_of(tmp_path, "ac", 4096, ASKED),
        prefix.file_of(tmp_path, "ab", 2048, ASKED),
        prefix.file_of(tmp_path, "ab", 4096, ASKED[:1]),
        prefix.file_of(tmp_path, "ab", 4096, [HumanMessage("Be brief."), ASKED[1]]),
    }
    assert len(places) == 5


def test_the_last_few_are_kept_and_nothing_else_is_touched(tmp_path: Path) -> None:
    paths = [prefix.file_of(tmp_path, digest, 4096, ASKED) for digest in "abcde"]
    prefix.store(paths[0], b"a")
    beside = paths[0].with_name("replies.json")
    beside.write_text("{}")
    for path, digest in zip(paths, "abcde", strict=True):
        prefix.store(path, digest.encode())
    assert [prefix.load(path) for path in paths] == [b"", b"", b"c", b"d", b"e"]
    prefix.store(paths[4], b"")
    assert (prefix.load(paths[4]), beside.exists()) == (b"e", True)


def test_where_nothing_can_be_kept_nothing_is_raised(tmp_path: Path) -> None:
    (tmp_path / "models").write_text("a file where the folder should be")
    path = prefix.file_of(tmp_path, "ab", 4096, ASKED)
    prefix.store(path, b"cache")
    assert prefix.load(path) == b""


def opened(home: Path) -> tuple[float, tuple[str, list[float]]]:
    """How long opening the embedded model took (s), and what it replies, with its figures."""
    began = time.monotonic()
    llm = open_llm(Settings(corpus=home, home=home, llm="embedded"))
    took = time.monotonic() - began
    try:
        return took, replied(llm)
    finally:
        llm.close()


def replied(llm: LLM) -> tuple[str, list[float]]:
    messages = prompt.messages(
        asked("What share of the total did Europe pay?"), prompt.number([AID]), "grammar"
    )
    said = llm.chat.invoke(messages)
    return said.text, [entry["logprob"] for entry in said.response_metadata["logprobs"]]


@pytest.mark.model
def test_the_second_opening_reads_nothing_and_replies_alike(weights_home: Path, tmp_path: Path) -> None:
    weights_folder(tmp_path).symlink_to(weights_folder(weights_home))
    first, said = opened(tmp_path)
    (kept,) = (tmp_path / "models").glob("prefix-*.bin")
    second, again = opened(tmp_path)
    assert said == again
    assert second < 0.6 * first
    prefix.store(kept, b"whole, but no cache of llama.cpp's")
    _, anew = opened(tmp_path)
    assert said == anew
    assert len(prefix.load(kept)) > 1_000_000

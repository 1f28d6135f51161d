"""Recorded calls: what was asked before is not asked again, and comes back as it came the first time."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage, AIMessageChunk, HumanMessage, SystemMessage

from eval.recorded import RecordedChat
from tests.ollama_chat import ChatReply, ChatRequest
from tests.scripted import ScriptedChat, cites

MESSAGES = [SystemMessage("Read."), HumanMessage("What share?")]
LIMITS: dict[str, Any] = {"max_tokens": 20, "grammar": "root ::= [a-z]"}


def reply(_: ChatRequest) -> ChatReply:
    return cites(2, "60% of the total", least=-0.5)


def chat(folder: Path, brain: Any = reply, digest: str = "d" * 64) -> RecordedChat:
    return RecordedChat(inner=ScriptedChat(brain=brain), folder=folder, digest=digest)


def inner(recorded: RecordedChat) -> ScriptedChat:
    assert isinstance(recorded.inner, ScriptedChat)
    return recorded.inner


def heard(stream: Iterator[Any]) -> list[tuple[str, Any, Any]]:
    chunks = [c for c in stream if isinstance(c, AIMessageChunk)]
    told = [(str(c.text), c.response_metadata, c.usage_metadata) for c in chunks]
    return [one for one in told if one[0] or one[2]]


def test_a_second_run_asks_the_model_nothing_and_hears_the_same(tmp_path: Path) -> None:
    live = heard(ScriptedChat(brain=reply).stream(MESSAGES, **LIMITS))
    first, second = chat(tmp_path), chat(tmp_path)
    assert [heard(one.stream(MESSAGES, **LIMITS)) for one in (first, second)] == [live, live]
    assert (first.asked, second.asked, inner(second).asked) == (1, 0, [])
    assert live[0][1]["logprobs"][0]["top_logprobs"]
    assert live[-1][2]["output_tokens"] == len(live) - 1


def test_a_reply_that_is_heard_whole_is_the_same_too(tmp_path: Path) -> None:
    def said(one: RecordedChat) -> tuple[Any, ...]:
        message = one.invoke(MESSAGES, **LIMITS)
        return message.text, message.response_metadata["logprobs"], message.usage_metadata

    first, second = chat(tmp_path), chat(tmp_path)
    assert said(first) == said(second)
    assert second.asked == 0


@pytest.mark.parametrize(
    ("messages", "limits", "digest"),
    [
        ([MESSAGES[0], HumanMessage("What sum?")], LIMITS, "d" * 64),
        ([HumanMessage("Read."), MESSAGES[1]], LIMITS, "d" * 64),
        ([*MESSAGES, AIMessage("Source:")], LIMITS, "d" * 64),
        (MESSAGES, LIMITS | {"max_tokens": 21}, "d" * 64),
        (MESSAGES, LIMITS | {"grammar": "root ::= [0-9]"}, "d" * 64),
        (MESSAGES, LIMITS | {"format": {"type": "object"}}, "d" * 64),
        (MESSAGES, LIMITS | {"stop": ["\n"]}, "d" * 64),
        (MESSAGES, LIMITS, "e" * 64),
    ],
)
def test_whatever_decides_the_reply_is_asked_anew_when_it_changes(
    tmp_path: Path, messages: Any, limits: dict[str, Any], digest: str
) -> None:
    chat(tmp_path).invoke(MESSAGES, **LIMITS)
    other = chat(tmp_path, digest=digest)
    other.invoke(messages, **limits)
    assert other.asked == 1


def test_a_reply_left_early_is_known_as_far_as_it_was_heard(tmp_path: Path) -> None:
    first = chat(tmp_path)
    stream = first.stream(MESSAGES, **LIMITS)
    begun = next(stream).text
    stream.close()  # type: ignore[attr-defined]
    again = chat(tmp_path)
    stream = again.stream(MESSAGES, **LIMITS)
    assert next(stream).text == begun
    stream.close()  # type: ignore[attr-defined]
    assert again.asked == 0


def test_a_reply_left_early_is_continued_where_more_is_wanted(tmp_path: Path) -> None:
    live = heard(ScriptedChat(brain=reply).stream(MESSAGES, **LIMITS))
    stream = chat(tmp_path).stream(MESSAGES, **LIMITS)
    next(stream)
    stream.close()  # type: ignore[attr-defined]
    more, after = chat(tmp_path), chat(tmp_path)
    assert [heard(one.stream(MESSAGES, **LIMITS)) for one in (more, after)] == [live, live]
    assert (more.asked, after.asked) == (1, 0)


@pytest.mark.parametrize("kept", ["", "{", "[]", "null", '{"whole": true}', '{"whole": true, "chunks": [1]}'])
def test_a_broken_file_is_asked_anew_and_mended(tmp_path: Path, kept: str) -> None:
    chat(tmp_path).invoke(MESSAGES, **LIMITS)
    [file] = tmp_path.rglob("*.json")
    whole = json.loads(file.read_text())
    file.write_text(kept)
    again = chat(tmp_path)
    again.invoke(MESSAGES, **LIMITS)
    assert again.asked == 1
    assert json.loads(file.read_text()) == whole


def test_a_fault_is_not_kept(tmp_path: Path) -> None:
    def broken(_: ChatRequest) -> ChatReply:
        raise ConnectionError("gone")

    with pytest.raises(ConnectionError):
        chat(tmp_path, broken).invoke(MESSAGES, **LIMITS)
    assert list(tmp_path.rglob("*.json")) == []

"""The embedded model on its real weights: bound replies, probabilities, the same answer each time."""

import itertools
import math
import os
import socket
import stat
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage

from index.errors import ModelBroke, ModelFault, PromptTooLong, WeightsError
from rag.answer import Model
from rag.models import weights
from rag.models.embedded import EmbeddedChat, Llama
from rag.models.llm import LLM, choose
from rag.models.prompt import ANSWER_TOKENS, PREFILL, opening
from rag.reading import prompt
from rag.reading.look import look
from rag.reading.reader import fits, read
from rag.settings import Settings
from tests.readings import asked
from tests.scripted import hit

AID = hit("Macron spoke on Monday.", "Europe paid 60% of the total, Macron said.")
QUESTION = asked("What share of the total did Europe pay?")
ASKED: list[BaseMessage] = [SystemMessage("Be brief."), HumanMessage("Count from one to ten.")]


@pytest.mark.model
def test_the_model_is_the_verified_one(embedded: LLM, weights_home: Path) -> None:
    name = Path(weights.EMBEDDED.file_name).stem
    assert embedded.model == Model("embedded", name, weights.EMBEDDED.sha256)
    assert (embedded.form, embedded.model.form) == ("grammar", "grammar")
    gguf = choose(Settings(weights_home, weights_home, llm="embedded")).gguf
    assert gguf is not None
    assert gguf.name == weights.EMBEDDED.file_name


@pytest.mark.model
def test_a_reply_is_bound_to_the_grammar_after_the_prefill(embedded: LLM) -> None:
    messages = prompt.messages(QUESTION, prompt.number([AID]), "grammar")
    said = embedded.chat.bind(grammar=prompt.grammar(2)).invoke(messages)
    short, numbers = prompt.parse(f"{PREFILL}{said.text}") or ("", ())
    assert (numbers, "60%" in short) == ((2,), True)
    odd = embedded.chat.bind(grammar='root ::= "\\n" [xyz] [xyz]').invoke(ASKED)
    assert (len(odd.text), set(odd.text) <= set("\nxyz")) == (3, True)


@pytest.mark.model
def test_a_prefill_is_gone_on_from_and_not_repeated(embedded: LLM) -> None:
    said = embedded.chat.invoke([*ASKED, AIMessage("one, two, three,")])
    assert said.text.lstrip().startswith("four")


@pytest.mark.model
def test_every_token_has_its_alternatives(embedded: LLM) -> None:
    said = embedded.chat.bind(max_tokens=4, top_logprobs=5).invoke(ASKED)
    entries = said.response_metadata["logprobs"]
    assert "".join(entry["token"] for entry in entries) == said.text
    assert [len(entry["top_logprobs"]) for entry in entries] == [5] * 4
    for entry in entries:
        shares = [math.exp(option["logprob"]) for option in entry["top_logprobs"]]
        assert sum(shares) <= 1.001
        assert shares == sorted(shares, reverse=True)
    assert said.usage_metadata is not None
    assert said.usage_metadata["output_tokens"] == 4
    assert said.usage_metadata["input_tokens"] > 10


@pytest.mark.model
def test_the_first_token_separates_what_is_said_from_what_is_not(embedded: LLM) -> None:
    said = read(QUESTION, AID, 1, embedded)
    unsaid = read(asked("Who won the football match?"), AID, 1, embedded)
    assert said.first is not None
    assert unsaid.first is not None
    assert said.first > 0.9 > 0.5 > unsaid.first
    assert (said.named, "60%" in said.short, unsaid.named) == ((2,), True, ())
    assert said.least is not None
    assert said.least > -2


@pytest.mark.model
def test_a_look_tells_an_answer_from_what_is_said_of_something_else(embedded: LLM) -> None:
    text = AID.passage.sentences[1].text
    right, (call,) = look(QUESTION, "60%", text, embedded)
    wrong, _ = look(asked("What share of the total did Russia pay?"), "60%", text, embedded)
    assert right > 0.5 > wrong
    assert (call.reply, call.tokens[1]) == ("yes", 1)


@pytest.mark.model
def test_the_same_prompt_gives_the_same_reply_whole_or_in_pieces(embedded: LLM) -> None:
    chat = embedded.chat.bind(max_tokens=12)
    chunks = list(chat.stream(ASKED))
    whole = sum(chunks[1:], chunks[0])
    said = [chat.invoke(ASKED) for _ in range(2)]
    assert len([chunk for chunk in chunks if chunk.text]) > 3
    assert {one.text for one in said} == {whole.text}
    assert said[0].response_metadata["finish_reason"] == whole.response_metadata["finish_reason"]
    assert said[0].usage_metadata == whole.usage_metadata


def figures_of(question: str, llm: LLM) -> tuple[str, list[float]]:
    """What a reading of the passage says to a question, and the log probability of each of its tokens."""
    said = llm.chat.invoke(prompt.messages(asked(question), prompt.number([AID]), "grammar"))
    return said.text, [entry["logprob"] for entry in said.response_metadata["logprobs"]]


@pytest.mark.model
def test_what_was_asked_before_changes_no_figure_of_a_reply(embedded: LLM) -> None:
    share = QUESTION.text
    questions = (share, "What share of the total did Macron name?", "Who spoke?", share, share)
    first, *_, again, last = [figures_of(question, embedded) for question in questions]
    assert first == again == last


@pytest.mark.model
def test_a_cache_that_is_gone_costs_time_alone(embedded: LLM, sockets: Path) -> None:
    assert isinstance(embedded.chat, EmbeddedChat)
    chat, llama = embedded.chat.bind(max_tokens=12), embedded.chat.llama
    said = chat.invoke(ASKED)
    (kept,) = sockets.glob("byline-*/fixed")
    kept.unlink()
    assert [chat.invoke(ASKED).text for _ in range(2)] == [said.text] * 2
    chat.invoke(opening("grammar"), max_tokens=1)
    llama.keep()
    assert (kept.is_file(), chat.invoke(ASKED).text) == (True, said.text)


@pytest.mark.model
def test_who_leaves_the_stream_stops_the_model(embedded: LLM) -> None:
    chat = embedded.chat.bind(max_tokens=2000)
    began = time.monotonic()
    stream: Any = chat.stream([HumanMessage("Count from one to five hundred, in words.")])
    pieces = [str(chunk.text) for chunk in itertools.islice(stream, 4)]
    stream.close()
    left = time.monotonic() - began
    assert len(pieces) == 4
    assert left < 15  # 2,000 tokens take a minute and more
    assert embedded.chat.bind(max_tokens=2).invoke(ASKED).text


@pytest.mark.model
def test_a_stop_text_ends_the_reply(embedded: LLM) -> None:
    said = embedded.chat.invoke([*ASKED, AIMessage("one, two, three,")], stop=["five"])
    assert ("four" in said.text, "five" in said.text) == (True, False)


@pytest.mark.model
def test_a_prompt_too_long_is_refused_with_its_size(embedded: LLM) -> None:
    with pytest.raises(PromptTooLong, match=f"window is {embedded.context}") as caught:
        embedded.chat.invoke([HumanMessage("word " * (embedded.context + 10))])
    assert "BYLINE_NUM_CTX" in caught.value.hint


@pytest.mark.model
def test_a_grammar_that_is_none_is_our_error(embedded: LLM) -> None:
    with pytest.raises(ModelBroke):
        embedded.chat.bind(grammar="root ::= (").invoke(ASKED)
    assert embedded.chat.bind(max_tokens=2).invoke(ASKED).text


@pytest.mark.model
@pytest.mark.parametrize(
    ("text", "least", "most"), [("", 0, 0), ("Europe", 1, 2), ("word " * 1000, 1000, 1001)]
)
def test_tokens_are_counted(embedded: LLM, text: str, least: int, most: int) -> None:
    assert least <= embedded.count_tokens(text) <= most


@pytest.mark.model
def test_a_prompt_that_fits_by_our_count_fits(embedded: LLM) -> None:
    lengths = (length for length in range(2000, 0, -50))
    long = next(
        found
        for length in lengths
        if fits(QUESTION, found := hit(*["Europe paid 60%, Macron said."] * length), embedded)
    )
    messages = prompt.messages(QUESTION, prompt.number([long]), "grammar")
    text = "\n".join(str(message.text) for message in messages)
    assert embedded.count_tokens(text) + ANSWER_TOKENS <= embedded.context


@pytest.mark.model
@pytest.mark.usefixtures("embedded")
def test_the_socket_lies_in_a_folder_for_this_user_alone(sockets: Path) -> None:
    (folder,) = sockets.iterdir()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    kinds = {file.name: stat.S_ISSOCK(file.stat().st_mode) for file in folder.iterdir()}
    assert kinds == {"llama.sock": True, "fixed": False}


@pytest.mark.parametrize("content", [b"GGUF", b"GGUF" + bytes(range(256)) * 40])
def test_a_file_that_llama_can_not_load_leaves_an_error_and_no_folder(
    tmp_path: Path, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    gguf, folder = tmp_path / "mine.gguf", tmp_path / "tmp"
    gguf.write_bytes(content)
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    with pytest.raises(WeightsError, match=r"mine\.gguf") as caught:
        Llama(gguf, 1024)
    assert "BYLINE_GGUF" in caught.value.hint
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("listens", [True, False])
@pytest.mark.parametrize("hours", [0, 2])
def test_what_a_killed_process_left_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, listens: bool, hours: int
) -> None:
    with tempfile.TemporaryDirectory(prefix="t-") as short, socket.socket(socket.AF_UNIX) as server:
        monkeypatch.setattr("tempfile.tempdir", short)
        left = Path(short) / "byline-left"
        left.mkdir()
        (left / "fixed").write_bytes(b"kept")
        server.bind(str(left / "llama.sock"))
        if listens:
            server.listen()
        other = Path(short) / "byline-eval-0"
        other.mkdir()
        for folder in (left, other):
            os.utime(folder, (time.time() - 3600 * hours - 10,) * 2)
        (tmp_path / "mine.gguf").write_bytes(b"GGUF")
        with pytest.raises(WeightsError):
            Llama(tmp_path / "mine.gguf", 1024)
        assert (left.exists(), other.exists()) == (listens or hours == 0, True)


class ScriptedLlama(Llama):
    """Says these events; ``heard`` counts those taken before it was told to stop."""

    def __init__(self, *events: dict[str, Any] | Exception) -> None:
        self.events, self.context, self.heard = events, 4096, 0

    def chat(self, body: dict[str, Any], on_data: Callable[[dict[str, Any]], bool]) -> None:  # noqa: ARG002
        for event in self.events:
            if isinstance(event, Exception):
                raise event
            self.heard += 1
            if on_data(event):
                return
            time.sleep(0.01)


def piece(text: str, finish: str | None = None) -> dict[str, Any]:
    return {"choices": [{"delta": {"content": text}, "finish_reason": finish}]}


FULL = {"code": 400, "type": "exceed_context_size_error", "message": "too long", "n_prompt_tokens": 5000}


@pytest.mark.parametrize(
    ("events", "error", "message"),
    [
        ((piece("a"), RuntimeError("no memory")), ModelBroke, "no memory"),
        ((RuntimeError("no memory"),), ModelBroke, "no memory"),
        ((piece("a"), {"error": {"code": 500, "message": "no memory"}}), ModelBroke, "no memory"),
        (({"error": {"code": 500}},), ModelBroke, "500"),
        ((piece("a"), piece("b")), ModelBroke, "in the middle of an answer"),
        ((), ModelBroke, "stopped"),
        (({"error": FULL},), PromptTooLong, "takes 5000 tokens; the model's window is 4096"),
    ],
)
@pytest.mark.parametrize("streamed", [False, True])
def test_a_fault_of_llama_becomes_our_error(
    events: tuple[dict[str, Any] | Exception, ...], error: type[ModelFault], message: str, streamed: bool
) -> None:
    chat = EmbeddedChat(llama=ScriptedLlama(*events))
    with pytest.raises(error, match=message):
        list(chat.stream(ASKED)) if streamed else chat.invoke(ASKED)


def test_leaving_early_tells_llama_to_stop() -> None:
    llama = ScriptedLlama(*[piece("word ")] * 500, piece("", "stop"))
    stream: Any = EmbeddedChat(llama=llama).stream(ASKED)
    assert next(stream).text == "word "
    stream.close()
    assert llama.heard < 500


def test_events_become_one_reply() -> None:
    usage = {"prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11}
    entry = {"token": "a", "logprob": -0.1, "top_logprobs": []}
    first: dict[str, Any] = {"choices": [{"delta": {"content": "a"}, "logprobs": {"content": [entry]}}]}
    last: dict[str, Any] = {"choices": [], "usage": usage}
    said = EmbeddedChat(llama=ScriptedLlama(first, piece("b", "stop"), last)).invoke(ASKED)
    assert said.text == "ab"
    assert said.response_metadata == {"logprobs": [entry], "finish_reason": "stop"}
    assert said.usage_metadata == {"input_tokens": 9, "output_tokens": 2, "total_tokens": 11}

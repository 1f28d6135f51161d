"""What Ollama says to POST /api/chat: its lines, its refusals, its cuts. No sockets here.

Law: fields, wording and order are Ollama's; what the model says is the test's, through ``Brain``.
Behaviour that changed between releases follows ``Server.version``: before 0.12.6 ``truncate`` and
``shift`` are ignored, before 0.5 ``format`` is, before 0.12.11 there are no log probabilities, before 0.30
an overflow is refused in plain words, later in llama-server's JSON, as a string inside ``error``.

Does not know: templates (a ChatML rendering stands for all of them), images, tools, embeddings.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import jsonschema

Json = dict[str, Any]
CREATED = "2026-01-02T03:04:05.678901Z"
FORMATS = 'invalid format: {}; expected "json" or a valid JSON Schema object'


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A model the server holds. ``remote_host`` makes it a cloud model; ``prefill`` says whether its
    template leaves a last assistant message open, so that the model goes on from it. ``digest`` is its
    manifest's, ``weights`` its file's (the same where none is given), ``stops`` are its own stop words."""

    name: str
    digest: str = "a" * 64
    size: int = 397_821_319
    family: str = "qwen2"
    context_length: int = 32_768
    capabilities: tuple[str, ...] = ("completion",)
    prefill: bool = True
    remote_host: str = ""
    weights: str = ""
    parameter_size: str = "3.1B"
    stops: tuple[str, ...] = ()

    @property
    def full_name(self) -> str:
        return full(self.name)


@dataclass(frozen=True, slots=True)
class Token:
    """One token of a reply; ``top`` are the alternatives as (text, log probability), best first."""

    text: str
    logprob: float = -0.01
    top: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong after ``after`` tokens.

    ``die`` drops the connection, ``end`` closes the stream properly but without its last line,
    ``error`` sends Ollama's error (a line of the stream, or status 500 before the first token),
    ``hang`` sends nothing more until the server stops.
    """

    kind: Literal["die", "end", "error", "hang"]
    after: int = 1
    text: str = "an error was encountered while running the model: unexpected EOF"


@dataclass(frozen=True, slots=True)
class ChatReply:
    """What the model says: without the prefilled text, as Ollama does."""

    tokens: tuple[Token, ...]
    fault: Fault | None = None


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """One POST /api/chat as the model sees it: ``messages`` and ``prompt`` (the rendered text) are
    what Ollama's truncation left, ``body`` is what the client sent."""

    messages: tuple[Mapping[str, str], ...]
    prompt: str
    prefill: str
    body: Json

    @property
    def options(self) -> Json:
        return dict(self.body.get("options") or {})

    def last(self, role: str) -> str:
        """The newest message of a role, or an empty text."""
        return next((m["content"] for m in reversed(self.messages) if m["role"] == role), "")


Brain = Callable[[ChatRequest], ChatReply]


@dataclass(frozen=True, slots=True)
class Server:
    """What a server is, apart from its models. ``count`` gives the tokens of a text."""

    version: str
    brain: Brain
    count: Callable[[str], int]

    def since(self, release: str) -> bool:
        return _release(self.version) >= _release(release)


@dataclass(frozen=True)
class Refusal(Exception):
    """An answer with a status other than 200, before any content."""

    status: int
    error: str
    plain: bool = False
    """Whether the content type is given without its charset, as llama.cpp's part of Ollama does."""


class Dropped(Exception):
    """The connection is to be cut, here and now."""


class Stuck(Exception):
    """Nothing more is to be sent, and the connection stays open."""


def say(text: str, top: tuple[tuple[str, float], ...] = (), fault: Fault | None = None) -> ChatReply:
    """A reply of one token a word; ``top`` are the alternatives at the first token."""
    words = re.findall(r"\s*\S+|\s+$", text)
    tokens = [Token(word, top=((word, -0.01),)) for word in words]
    if tokens and top:
        tokens[0] = Token(words[0], dict(top).get(words[0], -0.01), top)
    return ChatReply(tuple(tokens), fault)


def count_words(text: str) -> int:
    """A stand-in tokenizer: words and marks."""
    return len(re.findall(r"\w+|[^\w\s]", text))


def full(name: str) -> str:
    """A model's name with its tag."""
    return name if ":" in name else f"{name}:latest"


def _release(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def chat_lines(server: Server, model: ModelFile, body: Json) -> Iterator[Json]:
    """The stream of /api/chat.

    Raises Refusal before the first line, Dropped or Stuck where the reply's fault says so.
    """
    _check(model, body)
    head = {"model": body["model"], "created_at": CREATED}
    if not body.get("messages"):
        yield head | {"message": _said(""), "done": True, "done_reason": "load"}
        return
    window = min(int((body.get("options") or {}).get("num_ctx", 4096)), model.context_length)
    request = _fit(server, model, body, window)
    reply = server.brain(request)
    _obey(body.get("format") if server.since("0.5") else None, "".join(token.text for token in reply.tokens))
    tokens, reason = _bound(server, request, reply.tokens, window)
    lines = [head | _content(server, body, token) for token in tokens]
    if "thinking" in model.capabilities and body.get("think") is not False:
        lines = [line | {"message": _thought(line["message"]["content"])} for line in lines]
    metrics = _metrics(server.count(request.prompt), len(tokens))
    last = head | {"message": _said(""), "done": True, "done_reason": reason} | metrics
    yield from _spoil(reply.fault, [*lines, last])


def joined(lines: list[Json]) -> Json:
    """The answer to a chat that does not stream: the last line, with all the text and probabilities."""
    if "error" in lines[-1]:
        raise Refusal(500, lines[-1]["error"])
    text = "".join(line["message"]["content"] for line in lines)
    probabilities = [one for line in lines for one in line.get("logprobs", ())]
    told = lines[-1] | {"message": _said(text)}
    first = ("model", "created_at", "message", "done", "done_reason")
    head = {key: told[key] for key in first if key in told}
    return head | ({"logprobs": probabilities} if probabilities else {}) | told


def _check(model: ModelFile, body: Json) -> None:
    if not isinstance((body.get("options") or {}).get("num_ctx", 0), int):
        raise Refusal(500, 'option "num_ctx" must be of type integer')
    if isinstance(body.get("format"), str) and body["format"] not in ("", "json"):
        raise Refusal(500, FORMATS.format(json.dumps(json.dumps(body["format"]))), plain=True)
    if not 0 <= int(body.get("top_logprobs") or 0) <= 20:
        raise Refusal(400, "top_logprobs must be between 0 and 20")
    if body.get("think") and "thinking" not in model.capabilities:
        raise Refusal(400, f'"{body["model"]}" does not support thinking')
    if "completion" not in model.capabilities:
        raise Refusal(400, f'"{body["model"]}" does not support chat')


def _fit(server: Server, model: ModelFile, body: Json, window: int) -> ChatRequest:
    """What the model gets: all of it, or an error, or silently less (old messages, then the front)."""
    messages = tuple(body["messages"])
    truncate = body.get("truncate", True) or not server.since("0.12.6")
    if not truncate and server.count(_render(model, messages)) >= window:
        raise _overflow(server, server.count(_render(model, messages)), window)
    kept = messages
    while len(kept) > 1 and server.count(_render(model, kept)) > window:
        kept = _without_oldest(kept)
    prompt = _render(model, kept)
    while server.count(prompt) > window:
        prompt = prompt[len(prompt) // 2 :]
    last = kept[-1]
    prefill = last["content"] if model.prefill and last["role"] == "assistant" else ""
    return ChatRequest(kept, prompt, prefill, body)


def _without_oldest(messages: tuple[Json, ...]) -> tuple[Json, ...]:
    """Without the oldest message that is not the system's; system messages and the last one stay."""
    for index, message in enumerate(messages[:-1]):
        if message["role"] != "system":
            return messages[:index] + messages[index + 1 :]
    return messages[-1:]


def _overflow(server: Server, tokens: int, window: int) -> Refusal:
    if not server.since("0.30"):
        return Refusal(400, "the input length exceeds the context length", plain=True)
    text = f"request ({tokens} tokens) exceeds the available context size ({window} tokens)"
    text += ", try increasing it"
    error = {"code": 400, "message": text, "type": "exceed_context_size_error"}
    error |= {"n_prompt_tokens": tokens, "n_ctx": window}
    return Refusal(400, json.dumps({"error": error}, separators=(",", ":")), plain=True)


def _render(model: ModelFile, messages: tuple[Json, ...]) -> str:
    turns = [f"<|im_start|>{m['role']}\n{m['content']}<|im_end|>\n" for m in messages]
    if model.prefill and messages[-1]["role"] == "assistant":
        return "".join(turns).removesuffix("<|im_end|>\n")
    return "".join(turns) + "<|im_start|>assistant\n"


def _bound(
    server: Server, request: ChatRequest, tokens: tuple[Token, ...], window: int
) -> tuple[tuple[Token, ...], str]:
    """The tokens up to a stop text, num_predict or the window's end, and the done_reason."""
    options = request.options
    stops = tuple(options.get("stop") or ())
    text = ""
    for index, token in enumerate(tokens):
        text += token.text
        if any(stop in text for stop in stops):
            return tokens[:index], "stop"
    limit = int(options.get("num_predict", -1))
    limit = limit if limit >= 0 else len(tokens)
    if server.since("0.12.6") and not request.body.get("shift", True):
        limit = min(limit, window - server.count(request.prompt))
    return tokens[:limit], "length" if len(tokens) > limit else "stop"


def _obey(wanted: str | Json | None, text: str) -> None:
    """A grammar would not let the model break the format, so a script that does is a test's mistake."""
    if not wanted:
        return
    try:
        jsonschema.validate(json.loads(text), {} if isinstance(wanted, str) else wanted)
    except (jsonschema.ValidationError, ValueError) as error:
        raise Refusal(500, f"the test's reply {text!r} breaks the format it asked for: {error}") from error


def _content(server: Server, body: Json, token: Token) -> Json:
    line: Json = {"message": _said(token.text), "done": False}
    if not body.get("logprobs") or not server.since("0.12.11"):
        return line
    top = token.top[: int(body.get("top_logprobs") or 0)]
    entry = _probability(token.text, token.logprob)
    entry |= {"top_logprobs": [_probability(*one) for one in top]} if top else {}
    return line | {"logprobs": [entry]}


def _probability(text: str, logprob: float) -> Json:
    return {"token": text, "logprob": logprob}


def _said(text: str) -> Json:
    return {"role": "assistant", "content": text}


def _thought(text: str) -> Json:
    return {"role": "assistant", "content": "", "thinking": text}


def _metrics(prompt: int, answer: int) -> Json:
    durations = {"total_duration": 5_000_000 * (prompt + answer), "load_duration": 1_000_000}
    durations |= {"prompt_eval_count": prompt, "prompt_eval_duration": 4_000_000 * prompt}
    durations |= {"eval_count": max(answer, 1)}  # the word that ended it counts, and takes no time
    return durations | ({"eval_duration": 4_000_000 * answer} if answer else {})


def _spoil(fault: Fault | None, lines: list[Json]) -> Iterator[Json]:
    for number, line in enumerate(lines):
        if fault and (number == fault.after or line["done"]):
            yield from _break(fault, number)
            return
        yield line


def _break(fault: Fault, number: int) -> Iterator[Json]:
    if fault.kind == "die":
        raise Dropped
    if fault.kind == "hang":
        raise Stuck
    if fault.kind == "error" and number == 0:
        raise Refusal(500, fault.text)
    if fault.kind == "error":
        yield {"error": fault.text}

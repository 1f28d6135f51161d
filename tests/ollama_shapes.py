"""The shapes of what an Ollama replies, and the requests that show them.

A shape is a reply without its content: its status, its content type, and line by line the keys in their order
with the type of each value. ``ollama_shapes.json`` holds those of a real 0.24.0. The stand-in is held to them
in every run, a server at OLLAMA_HOST in the ``live`` ones.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

Shape = dict[str, Any]
KNOWN: dict[str, Shape] = json.loads(
    Path(__file__).with_name("ollama_shapes.json").read_text(encoding="utf-8")
)
"""By the name of the request."""
SPELLED = "bytes"
"""A token's bytes, which some builds of the server add to its text; Byline reads the text."""
NAMES = {True: "true", False: "false"}
TYPES = {str: "text", int: "whole", float: "real", type(None): "null"}


@dataclass(frozen=True, slots=True)
class Request:
    """A request. ``body`` is JSON, or text that is none; MODEL in it is the model's name."""

    name: str
    method: str
    path: str
    body: Any = None


MODEL = "MODEL"
SHORT = {"num_ctx": 1024, "temperature": 0, "num_predict": 12}
HI = [{"role": "user", "content": "hi"}]
FOG = "S1: The ferry left on Friday.\nS2: Fog delayed it.\n\nQuestion: What delayed the ferry?"
PREFILLED = [{"role": "user", "content": FOG}, {"role": "assistant", "content": "Source:"}]
LONG = [{"role": "user", "content": "fog " * 3000}]
FORMAT = {
    "type": "object",
    "properties": {
        "source": {"type": "integer", "enum": [0, 1, 2]},
        "answer": {"type": "string", "maxLength": 40},
    },
    "required": ["source", "answer"],
}
PLAIN = {"think": False, "options": SHORT}
ODDS = {**PLAIN, "logprobs": True, "top_logprobs": 20}
STRICT = {"truncate": False, "shift": False}


def _chat(name: str, messages: Any, **more: Any) -> Request:
    return Request(name, "POST", "/api/chat", {"model": MODEL, "stream": True, "messages": messages, **more})


COUNT = [{"role": "user", "content": "Count from 1 to 50."}]
REQUESTS: tuple[Request, ...] = (
    Request("version", "GET", "/api/version"),
    Request("root", "GET", "/"),
    Request("tags", "GET", "/api/tags"),
    Request("show", "POST", "/api/show", {"model": MODEL}),
    Request("show missing", "POST", "/api/show", {"model": "nomodel"}),
    _chat("load", [], stream=False),
    Request("ps after", "GET", "/api/ps"),
    _chat("chat stream, logprobs, prefilled", PREFILLED, **ODDS, **STRICT),
    _chat("chat whole, format", PREFILLED[:1], **ODDS, stream=False, format=FORMAT),
    _chat("reply cut by num_predict", COUNT, think=False, options=SHORT | {"num_predict": 3}),
    _chat("prompt too long, truncate false", LONG, **PLAIN, **STRICT),
    _chat("thinking asked of a model that can't", HI, think=True, options=SHORT),
    _chat("missing model", HI, model="nomodel"),
    _chat("bad name", HI, model="a b/c:d e"),
    Request("no JSON", "POST", "/api/chat", "{nonsense"),
    _chat("bad format", HI, **PLAIN, format="yaml"),
    _chat("wrong type of option", HI, options={"num_ctx": "many"}),
    _chat("top_logprobs out of range", HI, **PLAIN, logprobs=True, top_logprobs=50),
    Request("pull of a bad name", "POST", "/api/pull", {"model": "<b>two</b> words", "stream": True}),
    Request("no such route", "GET", "/api/nothing"),
)
"""What any model that writes text shows, in this order."""
THINKS = _chat("model that thinks, not told", HI, options=SHORT)
STOPPED = _chat(
    "empty reply by a stop",
    [*COUNT, {"role": "assistant", "content": "Here: "}],
    think=False,
    logprobs=True,
    options=SHORT | {"stop": ["1"]},
)
UNREACHED = Request("pull that can't be reached", "POST", "/api/pull", {"model": "qwen2.5:3b"})


def ask(url: str, request: Request, model: str) -> httpx.Response:
    """The server's reply."""
    body = request.body
    if isinstance(body, dict):
        body = {key: model if value == MODEL else value for key, value in body.items()}
    content = None if body is None else body if isinstance(body, str) else json.dumps(body)
    with httpx.Client(base_url=url, trust_env=False, timeout=120) as http:
        return http.request(request.method, request.path, content=content)


def shape_of(reply: httpx.Response) -> Shape:
    """The shape of a reply; lines of one shape in a row count once."""
    lines: list[Any] = []
    for text in reply.text.splitlines():
        try:
            line = _shape(json.loads(text))
        except ValueError:
            line = "text"
        lines += [line] if line not in lines[-1:] else []
    return {"status": reply.status_code, "type": reply.headers["content-type"], "lines": lines}


def _shape(value: Any, key: str = "") -> Any:
    """Keys in their order, types for values. What a model's file tells of itself is not looked into."""
    if key == "model_info":
        return "facts"
    if isinstance(value, dict):
        return [[name, _shape(each, name)] for name, each in value.items() if name != SPELLED]
    if isinstance(value, list):
        return ["every", _shape(value[0])] if value else ["every"]
    return NAMES[value] if isinstance(value, bool) else TYPES[type(value)]

"""A server on 127.0.0.1 that a client can't tell from Ollama, with a scripted or real model behind it.

Law: it listens on the loopback address alone, records what it was asked, and stops with its block.
What it says is written down in ``ollama_chat``.
"""

import json
import re
import select
import socket
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import chain, islice, takewhile
from types import TracebackType
from typing import Any, Self

from tests.ollama_chat import (
    CREATED,
    Brain,
    Dropped,
    Json,
    ModelFile,
    Refusal,
    Server,
    Stuck,
    chat_lines,
    count_words,
    full,
    joined,
    say,
)

NAME = re.compile(r"[\w.-]+(?::\d+)?(?:/[\w.-]+){0,3}(?::[\w.-]+)?", re.ASCII)
"""What can be a model's name: host, namespace, model and tag, all but the model left out at will."""
JSON = "application/json; charset=utf-8"
NONSENSE = "invalid character 'n' looking for beginning of object key string"
KEPT_SECONDS = 300.0
"""How long a model stays loaded after the last call, unless a request says otherwise."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One request the server got, for assertions."""

    method: str
    path: str
    body: Json
    headers: Mapping[str, str]


@dataclass(slots=True)
class OllamaStandin:
    """``with OllamaStandin((ModelFile("m"),), brain) as ollama: use(ollama.url)``.

    ``library`` are the models that /api/pull can fetch; ``pace`` is called ahead of each line of a pull,
    with its number, and may wait, or raise Dropped; ``count`` gives the tokens of a text. Without a ``port``
    it is a free one. What is connected when the block is left is cut off, as by a process that ends.
    """

    models: tuple[ModelFile, ...] = ()
    brain: Brain = lambda request: say(" none" if request.prefill else "Hello.")
    library: tuple[ModelFile, ...] = ()
    pace: Callable[[int], None] = lambda _: None
    count: Callable[[str], int] = count_words
    version: str = "0.40.2"
    port: int = 0
    seen: list[Seen] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)
    connections: set[socket.socket] = field(default_factory=set)
    kept: dict[str, float] = field(default_factory=dict)
    """How long each loaded model is kept after the last call, in seconds, below 0 for ever."""
    _http: ThreadingHTTPServer | None = None

    def __enter__(self) -> Self:
        self._http = ThreadingHTTPServer(
            ("127.0.0.1", self.port), type("Bound", (_Handler,), {"standin": self})
        )
        self._http.daemon_threads = True
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._http is not None
        self.stopping.set()
        self._http.shutdown()
        self._http.server_close()
        for connection in tuple(self.connections):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    @property
    def url(self) -> str:
        assert self._http is not None
        return f"http://127.0.0.1:{self._http.server_port}"

    def bodies(self, path: str) -> list[Json]:
        """The bodies of the requests to a path, in order."""
        return [seen.body for seen in self.seen if seen.path == path]

    def find(self, name: str) -> ModelFile:
        """The model of that name; raises Refusal (404) where there is none."""
        for model in self.models:
            if model.full_name == full(name):
                return model
        raise Refusal(404, f"model '{name}' not found")

    def asked(self, name: str) -> ModelFile:
        """The model of that name, for a chat; raises Refusal (400) for what can't be a name, as (404)."""
        if not NAME.fullmatch(name):
            raise Refusal(400, "invalid model name")
        return self.find(name)

    def load(self, model: ModelFile, body: Json) -> None:
        """Have the model loaded, for as long as the request says, else as before."""
        said = body.get("keep_alive")
        seconds = self.kept.get(model.full_name, KEPT_SECONDS)
        self.kept[model.full_name] = seconds if said is None else float(str(said).removesuffix("s"))

    def running(self) -> list[tuple[ModelFile, float]]:
        """The loaded models, and how long each is kept."""
        return [(self.find(name), seconds) for name, seconds in self.kept.items()]

    def pulls(self, name: str) -> Iterator[Json]:
        """The lines of /api/pull; the server has the model once the last of them is told.

        Raises Refusal (400) for what can't be a name.
        """
        if not NAME.fullmatch(name):
            raise Refusal(400, "invalid model name")
        return self._pulls(next((each for each in self.library if each.full_name == full(name)), None))

    def _pulls(self, model: ModelFile | None) -> Iterator[Json]:
        for number, line in enumerate(pull_lines(model)):
            self.pace(number)
            if model and line["status"] == "success":
                others = [each for each in self.models if each.full_name != model.full_name]
                self.models = (model, *others)  # the newest is listed first
            yield line


class _Handler(BaseHTTPRequestHandler):
    standin: OllamaStandin
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        """Silent: tests read ``seen``."""

    def handle(self) -> None:
        self.standin.connections.add(self.connection)
        try:
            super().handle()
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True
        finally:
            self.standin.connections.discard(self.connection)

    def do_GET(self) -> None:
        try:
            body = self._read()
        except ValueError:
            self._send({"error": NONSENSE}, 400)
            return
        route = self._routes().get((self.command, self.path))
        try:
            if self.path == "/":
                self._write(200, b"Ollama is running", "text/plain; charset=utf-8")
            elif route is None:
                self._write(404, b"404 page not found", "text/plain")
            else:
                route(body)
        except Refusal as refusal:
            kind = "application/json" if refusal.plain else JSON
            self._send({"error": refusal.error}, refusal.status, kind)
        except (Dropped, Stuck) as broken:
            self._break(broken)

    do_HEAD = do_POST = do_GET

    def _routes(self) -> dict[tuple[str, str], Callable[[Json], None]]:
        standin = self.standin
        return {
            ("GET", "/api/version"): lambda _: self._send({"version": standin.version}),
            ("GET", "/api/tags"): lambda _: self._send({"models": [tag(model) for model in standin.models]}),
            ("GET", "/api/ps"): lambda _: self._send({"models": [loaded(*e) for e in standin.running()]}),
            ("POST", "/api/show"): lambda body: self._send(show(standin.find(_name(body)))),
            ("POST", "/api/pull"): self._pull,
            ("POST", "/api/chat"): self._chat,
        }

    def _read(self) -> Json:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body: Json = json.loads(raw) if raw else {}
        self.standin.seen.append(Seen(self.command, self.path, body, dict(self.headers.items())))
        return body

    def _pull(self, body: Json) -> None:
        lines = self.standin.pulls(_name(body))
        if body.get("stream", True):
            self._stream(takewhile(lambda _: not self._left(), lines))
        else:
            *_, last = lines
            self._send(last, 500 if "error" in last else 200)

    def _left(self) -> bool:
        """Whether the client has closed the connection: then Ollama ends what it does for it."""
        readable, _, _ = select.select([self.connection], [], [], 0)
        return bool(readable) and not self.connection.recv(1, socket.MSG_PEEK)

    def _chat(self, body: Json) -> None:
        standin = self.standin
        server = Server(standin.version, standin.brain, standin.count)
        model = standin.asked(_name(body))
        standin.load(model, body)
        lines = chat_lines(server, model, body)
        if body.get("stream", True):
            self._stream(_begun(lines))
        else:
            self._send(joined(list(lines)))

    def _write(self, status: int, content: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def _send(self, value: Json, status: int = 200, kind: str = JSON) -> None:
        self._write(status, json.dumps(value).encode(), kind)

    def _stream(self, lines: Iterable[Json]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/x-ndjson")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for line in lines:
            data = json.dumps(line).encode() + b"\n"
            self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.write(b"0\r\n\r\n")

    def _break(self, broken: Dropped | Stuck) -> None:
        if isinstance(broken, Stuck):
            self.standin.stopping.wait()
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)


def _begun(lines: Iterator[Json]) -> Iterator[Json]:
    """The same lines, the first one already made: a refusal comes before the headers."""
    return chain(list(islice(lines, 1)), lines)


def _name(body: Json) -> str:
    return str(body.get("model") or body.get("name") or "")


def tag(model: ModelFile) -> Json:
    """One entry of /api/tags."""
    entry: Json = {"name": model.full_name, "model": model.full_name, **_remote(model)}
    entry |= {"modified_at": CREATED, "size": model.size, "digest": model.digest, "details": _details(model)}
    return entry


def loaded(model: ModelFile, seconds: float) -> Json:
    """One entry of /api/ps."""
    expires = datetime.now(UTC) + timedelta(seconds=seconds if seconds >= 0 else 10**9)
    entry: Json = {"name": model.full_name, "model": model.full_name, "size": model.size}
    entry |= {"digest": model.digest, "details": _details(model), "expires_at": expires.isoformat()}
    return entry | {"size_vram": 0, "context_length": 4096}


def show(model: ModelFile) -> Json:
    """The answer to /api/show. The template shows whether a prefill is left open."""
    close = "{{ if not $last }}<|im_end|>\n{{ end }}" if model.prefill else "<|im_end|>\n"
    template = "{{ range $i, $_ := .Messages }}{{ $last := eq (len (slice $.Messages $i)) 1 }}"
    template += "<|im_start|>{{ .Role }}\n{{ .Content }}" + close + "{{ end }}"
    info = {"general.architecture": model.family, "general.parameter_count": 494_032_768}
    info[f"{model.family}.context_length"] = model.context_length
    stops = "\n".join(f'stop                           "{word}"' for word in model.stops)
    weights = model.weights or model.digest
    modelfile = f'# FROM {model.name}\n\nFROM /blobs/sha256-{weights}\nTEMPLATE """{template}"""\n'
    answer: Json = {"modelfile": modelfile} | ({"parameters": stops} if stops else {})
    answer |= {"template": template, "details": _details(model), "model_info": info}
    answer |= {"capabilities": list(model.capabilities), "modified_at": CREATED}
    return _remote(model) | answer


def _details(model: ModelFile) -> Json:
    details = {"parent_model": "", "format": "gguf", "family": model.family, "families": [model.family]}
    return details | {"parameter_size": model.parameter_size, "quantization_level": "Q4_K_M"}


def _remote(model: ModelFile) -> Json:
    return {"remote_model": model.name, "remote_host": model.remote_host} if model.remote_host else {}


def pull_lines(model: ModelFile | None) -> Iterator[Json]:
    """The stream of /api/pull; None is a model that the library does not have."""
    yield {"status": "pulling manifest"}
    if model is None:
        yield {"error": "pull model manifest: file does not exist"}
        return
    layer: Json = {"status": f"pulling {model.digest[:12]}", "digest": f"sha256:{model.digest}"}
    layer |= {"total": model.size}
    yield layer
    yield from (layer | {"completed": model.size * part // 4} for part in range(1, 5))
    yield from ({"status": status} for status in ("verifying sha256 digest", "writing manifest", "success"))

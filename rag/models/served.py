"""What an Ollama has: its version and its models, with all that tells one from another.

Law: a model is known by the digest of its weights, not of its manifest: the same file is the same model
under every name and in every engine. Models are looked at side by side, for there may be hundreds.

Does not know: chats, which model is best.
"""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from string import hexdigits
from typing import Any

import httpx

from rag.models.ollama import CONNECT_SECONDS, STRICT, no_server, translated

GIVES_LOGPROBS = (0, 12, 11)
"""The first Ollama version that gives token probabilities."""
GIVES_FORMAT = (0, 5, 0)
"""The first that holds a reply to a JSON schema."""
BLOB = "sha256-"
"""What stands before a digest in the name of a server's file."""
SCALES = {"K": 1e-6, "M": 1e-3, "B": 1.0, "T": 1e3}
"""Of the letters behind a number of parameters, in billions."""
AT_ONCE = 8
"""How many models are looked at side by side."""


@dataclass(frozen=True, slots=True)
class OllamaModel:
    """A model that an Ollama server has. ``remote`` is the machine it would really run on, or "".

    ``digest`` is that of its manifest, which changes with its template and settings; ``weights`` that of the
    file it runs, or of that and its adapters, and the manifest's where it runs no file of the server's.
    ``billions`` are its parameters (0 where nobody says), ``size`` its bytes, ``stops`` the words at which it
    ends by its own settings.
    """

    name: str
    digest: str
    context: int
    completes: bool
    remote: str
    weights: str = ""
    billions: float = 0.0
    size: int = 0
    stops: tuple[str, ...] = ()


def models(host: str) -> tuple[OllamaModel, ...]:
    """The models that the server at ``host`` has, newest first. Raises OllamaDown, ModelBroke."""
    with translated(host), _http(host) as http:
        entries = _entries(http, host)
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="show") as pool:
            shown = pool.map(lambda entry: _shown(http, _name(entry)), entries)
            return tuple(_model(entry, each) for entry, each in zip(entries, shown, strict=True) if each)


def server_version(host: str) -> tuple[int, ...]:
    """The server's version as numbers; () where it says none. Raises OllamaDown, ModelBroke."""
    with translated(host), _http(host) as http:
        text = str(_first(http, host, "/api/version").get("version") or "")
        return tuple(int(part) for part in text.split("-")[0].split(".") if part.isdigit())


def _entries(http: httpx.Client, host: str) -> list[dict[str, Any]]:
    """The entries of /api/tags."""
    return list(_first(http, host, "/api/tags").get("models") or [])


def _first(http: httpx.Client, host: str, path: str) -> Any:
    """The first thing that a server is asked. What takes the connection and says nothing is no Ollama."""
    try:
        reply = http.get(path, timeout=CONNECT_SECONDS)
    except httpx.TimeoutException as error:
        raise no_server(host) from error
    return reply.raise_for_status().json()


def _http(host: str) -> httpx.Client:
    timeout = httpx.Timeout(30, connect=CONNECT_SECONDS)
    return httpx.Client(base_url=host, **STRICT, timeout=timeout)


def _name(entry: dict[str, Any]) -> str:
    return str(entry.get("model") or entry["name"])


def _shown(http: httpx.Client, name: str) -> dict[str, Any]:
    """The answer to /api/show; the client library drops remote_host. {} for a model that has just gone."""
    reply = http.post("/api/show", json={"model": name})
    if reply.status_code == httpx.codes.NOT_FOUND and "error" in reply.text:
        return {}
    return dict(reply.raise_for_status().json())


def _model(entry: dict[str, Any], shown: dict[str, Any]) -> OllamaModel:
    """One entry of /api/tags with what /api/show adds."""
    info, digest = shown.get("model_info") or {}, str(entry.get("digest") or "")
    return OllamaModel(
        name=_name(entry),
        digest=digest,
        context=next((int(v) for k, v in info.items() if k.endswith(".context_length")), 0),
        completes="completion" in (shown.get("capabilities") or ["completion"]),
        remote=str(shown.get("remote_host") or entry.get("remote_host") or ""),
        weights=weights_of(str(shown.get("modelfile") or "")) or digest.removeprefix("sha256:"),
        billions=_billions(entry, info),
        size=int(entry.get("size") or 0),
        stops=stops_of(str(shown.get("parameters") or "")),
    )


def weights_of(modelfile: str) -> str:
    """The SHA-256 of the file that a modelfile's first FROM line names; "" where it names none.

    With adapters it is that of all their digests in a row: another model than the file alone.
    """
    base, added = _blobs(modelfile, "FROM")[:1], _blobs(modelfile, "ADAPTER")
    if not base or not added:
        return "".join(base)
    return sha256(" ".join([*base, *added]).encode()).hexdigest()


def _blobs(modelfile: str, instruction: str) -> list[str]:
    """The digests of the files that the lines of this instruction name."""
    lines = [line.split(maxsplit=1) for line in modelfile.splitlines()]
    named = [line[1].strip().strip('"') for line in lines if len(line) == 2 and line[0] == instruction]
    found = [name.rpartition(BLOB)[2] for name in named if BLOB in name]
    return [digest for digest in found if len(digest) == 64 and set(digest) <= set(hexdigits)]


def stops_of(parameters: str) -> tuple[str, ...]:
    """The words at which a model ends, from the lines of /api/show: ``stop   "<|im_end|>"``."""
    lines = [line.split(maxsplit=1) for line in parameters.splitlines()]
    return tuple(line[1].strip().strip('"') for line in lines if len(line) == 2 and line[0] == "stop")


def _billions(entry: dict[str, Any], info: dict[str, Any]) -> float:
    """Parameters in billions: as the server tells them (1.8B, 268.10M), or as the file counts them."""
    told = str((entry.get("details") or {}).get("parameter_size") or "").strip().upper()
    with suppress(ValueError, KeyError, IndexError):
        return float(told[:-1]) * SCALES[told[-1]]
    return float(info.get("general.parameter_count") or 0) / 1e9


def told_size(count: int) -> str:
    """A number of bytes as it is read: 398 MB, 1.9 GB."""
    for unit, scale in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= scale:
            return f"{count / scale:.{1 if unit == 'GB' else 0}f} {unit}"
    return f"{count} B"

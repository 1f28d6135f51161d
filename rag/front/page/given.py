"""What a browser or a program may send: text where text is expected, and no file but one it uploaded.

Law: Gradio takes an object of the form of a file, wherever it stands, for a file of this machine or of the
web, and fetches it before any handler runs. So an object passes only in the place of an upload, only for what
this client uploaded, and only as the path of that; what is handed on is what was looked at, made anew.

Does not know: HTTP, who sends, what the handlers do.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from inspect import signature
from typing import Any, Literal
from urllib.parse import unquote

from index.errors import UsageError

Kind = Literal["text", "texts", "files", "nothing", "values"]
KINDS: dict[str, Kind] = {
    "textbox": "text",
    "button": "text",
    "radio": "text",
    "browserstate": "text",
    "checkboxgroup": "texts",
    "file": "files",
    "state": "nothing",
}
"""What each kind of Gradio's components is given. Of any other: values, without an object in them."""
HINT = "the page's API lists what is sent"
FILE = "/gradio_api/file="
FILELIKE = {"path", "url", "meta"}
"""What an object has that stands for a file."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends: whether a path is an upload of theirs, and the address at which they know the page."""

    uploaded: Callable[[str], bool]
    address: str


@dataclass(frozen=True, slots=True)
class Takes:
    """What the handlers of a page take: the kinds of the inputs, by number and, of public ones, by name.

    ``parameters`` are those of public ones: their names, and whether each must be given.
    """

    numbers: Mapping[int, tuple[Kind, ...]]
    names: Mapping[str, tuple[Kind, ...]]
    parameters: Mapping[str, Mapping[str, bool]]


def takes(page: Any) -> Takes:
    """What the handlers of ``page``, a Gradio Blocks, take."""
    kinds = {each._id: tuple(map(_kind, each.inputs)) for each in page.fns.values()}
    public = {str(each.api_name): each for each in page.fns.values() if each.api_visibility == "public"}
    names = {name: kinds[each._id] for name, each in public.items()}
    return Takes(kinds, names, {name: _parameters(each.fn) for name, each in public.items()})


def _parameters(function: Callable[..., Any]) -> dict[str, bool]:
    found = signature(function).parameters.values()
    return {each.name: each.default is each.empty for each in found}


def _kind(block: Any) -> Kind:
    return KINDS.get(block.get_block_name(), "values")


def parsed(body: bytes) -> Any:
    """The JSON of a body. Raises UsageError."""
    try:
        return json.loads(body, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise UsageError("The body is no JSON that is read here.", HINT) from error


def _no_number(text: str) -> None:
    raise ValueError(text)


def joined(body: Any, takes: Takes, sender: Sender) -> dict[str, Any]:
    """What /queue/join and /run are given. Raises UsageError."""
    number = _object(body).get("fn_index")
    if type(number) is not int or number not in takes.numbers:
        raise UsageError("There is no such handler.", HINT)
    kept = {name: plain(body.get(name), name) for name in ("session_hash", "trigger_id")}
    data, event = _data(body, takes.numbers[number], sender), _event(body.get("event_data"))
    return {**kept, "fn_index": number, "data": data, "event_data": event}


def called(body: Any, name: str, takes: Takes, sender: Sender) -> dict[str, Any]:
    """What /call/NAME is given. Raises UsageError."""
    if name not in takes.names:
        raise UsageError("There is no such handler.", HINT)
    data = _data(_object(body), takes.names[name], sender)
    return {"data": data, "session_hash": plain(body.get("session_hash"), "session_hash")}


def named(body: Any) -> dict[str, Any]:
    """What is given by name: values alone. Raises UsageError."""
    return {name: plain(value, name) for name, value in _object(body).items()}


def keyed(body: Any, name: str, takes: Takes) -> dict[str, Any]:
    """What /call/v2/NAME is given. Raises UsageError."""
    sent, known = named(body), takes.parameters.get(name)
    if known is None:
        raise UsageError("There is no such handler.", HINT)
    missing = [each for each, must in known.items() if must and each not in sent]
    if missing or sent.keys() - known.keys():
        raise UsageError(f"{name} is sent {', '.join(known)}, and nothing else.", HINT)
    return sent


def tooled(body: Any) -> Any:
    """Messages of the Model Context Protocol: the arguments of a tool are values alone. Raises UsageError."""
    for message in body if isinstance(body, list) else [body]:
        params = _object(message).get("params")
        if isinstance(params, dict) and "arguments" in params:
            named(params["arguments"] or {})
    return body


def plain(value: Any, what: str) -> Any:
    """The value, which holds no object. Raises UsageError."""
    if any(isinstance(each, dict) for each in _parts(value)):
        raise UsageError(f"{what}: text is expected here, not an object.", HINT)
    return value


def _parts(value: Any) -> Iterator[Any]:
    """The value and all that is in it, however deep."""
    left = [value]
    while left:
        each = left.pop()
        yield each
        if isinstance(each, dict | list):
            left.extend(each.values() if isinstance(each, dict) else each)


def _object(body: Any) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise UsageError("An object is expected.", HINT)
    return body


def _data(body: Mapping[str, Any], kinds: Sequence[Kind], sender: Sender) -> list[Any]:
    data = body.get("data")
    if not isinstance(data, list) or len(data) > len(kinds):
        raise UsageError(f"data: a list of at most {len(kinds)} is expected.", HINT)
    return [_fit(value, kinds[number], sender, f"data.{number}") for number, value in enumerate(data)]


def _fit(value: Any, kind: Kind, sender: Sender, what: str) -> Any:
    """The value as a handler's input of this kind is given it. Raises UsageError."""
    if value is None or kind == "nothing":
        _refuse_files(value, what)
        return None
    if kind == "files":
        return [_file(each, sender, what) for each in (value if isinstance(value, list) else [value])]
    plain(value, what)
    many = value if kind == "texts" and isinstance(value, list) else [value]
    if kind != "values" and not all(isinstance(each, str) for each in many):
        raise UsageError(f"{what}: text is expected here.", HINT)
    return value


def _file(value: Any, sender: Sender, what: str) -> dict[str, Any]:
    """A file as Gradio is given it: nothing but a path, which its sender uploaded."""
    path, url = (value.get("path"), value.get("url")) if isinstance(value, dict) else (None, None)
    if not isinstance(path, str) or not sender.uploaded(path):
        raise UsageError(f"{what}: only what was uploaded from here is taken.", HINT)
    if url and not _is_own(url, path, sender.address):
        raise UsageError(f"{what}: nothing is fetched from an address.", HINT)
    return {"path": path, "orig_name": path.rpartition("/")[2], "meta": {"_type": "gradio.FileData"}}


def _is_own(url: Any, path: str, address: str) -> bool:
    """Whether the URL is the one that the page itself gives an upload."""
    own = (f"{FILE}{path}", f"{address}{FILE}{path}")
    return isinstance(url, str) and (url in own or unquote(url) in own)


def _event(event: Any) -> dict[str, Any] | None:
    """What is told of a thumb: the number of the message, and which way. Raises UsageError."""
    _refuse_files(event, "event_data")
    if not isinstance(event, dict):
        return None
    told = {name: plain(event.get(name), f"event_data.{name}") for name in ("index", "liked")}
    return {**told, "value": None}


def _refuse_files(value: Any, what: str) -> None:
    """Raises UsageError where an object in the value could be taken for a file."""
    if any(isinstance(each, dict) and each.keys() & FILELIKE for each in _parts(value)):
        raise UsageError(f"{what}: no file is taken here.", HINT)

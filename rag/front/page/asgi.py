"""What requests and replies are made of: headers, bodies within a bound, a short reply.

Law: nothing is held beyond the bound; a request that was read is handed on whole.

Does not know: which requests are taken, what is in them.
"""

import json
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = Iterable[tuple[bytes, bytes]]


def header(scope: Scope, name: bytes) -> str:
    """The values of a request's header, joined as HTTP joins them; "" where there is none."""
    return ", ".join(value.decode("latin-1") for key, value in scope["headers"] if key == name)


def changed(scope: Scope, without: Iterable[bytes], headers: Headers = ()) -> Scope:
    """The request with these headers in place of those named ``without``, or begun by it and "*"."""
    gone = tuple(without)
    kept = [each for each in scope["headers"] if not _named(each[0], gone)]
    return {**scope, "headers": [*kept, *headers]}


def _named(name: bytes, names: tuple[bytes, ...]) -> bool:
    return any(name.startswith(each[:-1]) if each.endswith(b"*") else name == each for each in names)


async def read(receive: Receive, most: int) -> bytes | None:
    """The body of a request; None where it has more than ``most`` bytes, or ended early."""
    parts, size = [], 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        part = message.get("body", b"")
        size += len(part)
        if size > most:
            return None
        parts.append(part)
        if not message.get("more_body"):
            return b"".join(parts)


def again(body: bytes, receive: Receive) -> Receive:
    """What gives ``body`` as that of a request, and after it what ``receive`` gives."""
    left = [{"type": "http.request", "body": body, "more_body": False}]

    async def receiving() -> Message:
        return left.pop() if left else await receive()

    return receiving


def with_headers(send: Send, headers: Headers) -> Send:
    """What sends a reply with these headers in place of its own of the same names."""
    ours = list(headers)
    names = {name for name, _ in ours}

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            theirs = [each for each in message.get("headers", ()) if each[0].lower() not in names]
            message = {**message, "headers": [*theirs, *ours]}
        await send(message)

    return sending


def whole(send: Send, changed: Callable[[int, bytes], Headers]) -> Send:
    """What holds a reply back until it is whole; ``changed`` sees it and gives its further headers."""
    held: list[Message] = []
    parts: list[bytes] = []

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            held.append(message)
            return
        parts.append(message.get("body", b""))
        if message.get("more_body"):
            return
        body, start = b"".join(parts), held[0]
        await with_headers(send, changed(start["status"], body))(start)
        await send({"type": "http.response.body", "body": body})

    return sending


async def reply(send: Send, status: int, sentence: str) -> None:
    """A sentence as a whole reply, as Gradio's clients read it."""
    body = json.dumps({"detail": sentence, "error": sentence}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})

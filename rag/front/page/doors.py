"""The addresses that the page has: all others of Gradio's are shut.

Law: Gradio is asked for what the page and its programs need, and for nothing else; nothing is fetched from
an address for anybody. What is sent is looked at before Gradio sees it, and handed on made anew. A file comes
back to the client that uploaded it, and to no other.

Does not know: who may ask at all, what is in a reply.
"""

import json
import re
from collections.abc import Callable, Iterable
from http.cookies import CookieError, SimpleCookie
from typing import Any

from index.errors import UsageError
from rag.front.page import given
from rag.front.page.asgi import (
    App,
    Headers,
    Receive,
    Scope,
    Send,
    again,
    changed,
    header,
    read,
    reply,
    whole,
    with_headers,
)
from rag.front.page.given import FILE, Sender, Takes
from rag.front.page.guard import APART, headers, objection
from rag.front.page.inline import script_hashes
from rag.front.page.uploads import Uploads

MOST_JSON = 1024 * 1024
"""Bytes of what is sent, uploads apart."""
OWN = (b"content-length", b"transfer-encoding")
TOLD_BY_PROXIES = (b"x-forwarded-*", b"x-gradio-*", b"forwarded", b"origin")
"""What Gradio would take its own address from, and ask there; and what it would answer with CORS headers."""
Read = Callable[[Any], Any]

GET = tuple(
    re.compile(pattern)
    for pattern in (
        r"/config/?|/theme\.css|/favicon\.ico|/manifest\.json|/robots\.txt",
        r"/(assets|static|svelte|export)/.+",
        r"/gradio_api/(info/?|openapi\.json|theme\.css|app_id/?|startup-events|upload_progress|queue/(data|status))",
        r"/gradio_api/(heartbeat/[^/]+|call(/v2)?/[^/]+/[^/]+)",
    )
)
JOIN = re.compile(r"/gradio_api/(queue/join|(run|api)/[^/]+/?)")
"""Gradio's page joins the queue, or runs at once what has none."""
MCP = re.compile(r"/gradio_api/mcp(/.*)?")
CALL = re.compile(r"/gradio_api/call(/v2)?/([^/]+)/?")
NOTHING = "There is nothing at this address."
NOT_YOURS = "Only what was uploaded from here is given back."
NO_ADDRESS = "Nothing is fetched from an address."
TOO_LONG = f"More than {MOST_JSON:,} bytes are not read here."


class Doors:
    """An ASGI middleware: what stands between the network and Gradio.

    ``host``: where the page is served, as it was given. ``takes``: what its handlers take.
    """

    def __init__(self, app: App, host: str, takes: Takes, *, mcp: bool) -> None:
        self._app, self._host, self._takes, self._mcp = app, host, takes, mcp
        self._uploads = Uploads()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            said = with_headers(send, headers())
            if why := objection(scope, self._host):
                await reply(said, 403, why)
            else:
                await self._open(changed(scope, TOLD_BY_PROXIES), receive, said, send)

    async def _open(self, scope: Scope, receive: Receive, said: Send, send: Send) -> None:
        method, path = scope["method"], scope["path"]
        if method in ("GET", "HEAD") and path == "/":
            await self._page(scope, receive, send)
        elif method in ("GET", "HEAD") and path.startswith(FILE):
            await self._file(scope, receive, send)
        elif path.startswith("/gradio_api/proxy="):
            await reply(said, 403, NO_ADDRESS)
        elif self._is_plain(method, path):
            await self._app(self._own(scope), receive, said)
        elif method == "POST" and path == "/gradio_api/upload":
            await self._upload(scope, receive, said)
        elif method == "POST" and (reader := self._reader(scope)):
            await self._sent(scope, receive, said, reader)
        else:
            await reply(said, 404, NOTHING)

    def _is_plain(self, method: str, path: str) -> bool:
        """Whether nothing is sent with the request, and Gradio may have it as it is."""
        if self._mcp and MCP.fullmatch(path):
            return method in ("GET", "DELETE")
        return method in ("GET", "HEAD") and any(each.fullmatch(path) for each in GET)

    async def _page(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The page itself, with the hashes of its scripts, and a name for a client that has none."""
        cookie = () if self._client(scope) else self._cookie(scope, self._uploads.name())

        def more(_: int, body: bytes) -> Headers:
            return (*headers(script_hashes(body.decode(errors="replace"))), *cookie)

        await self._app(changed(scope, (b"accept-encoding",)), receive, whole(send, more))

    async def _file(self, scope: Scope, receive: Receive, send: Send) -> None:
        said = with_headers(send, {**dict(headers()), **dict(APART)}.items())
        if self._uploads.has(self._client(scope), scope["path"].removeprefix(FILE)):
            await self._app(changed(scope, (b"range",)), receive, said)
        else:
            await reply(said, 403, NOT_YOURS)

    async def _upload(self, scope: Scope, receive: Receive, said: Send) -> None:
        """Files that are sent; what Gradio says that they are called is the client's from then on."""
        if not header(scope, b"content-type").lower().startswith("multipart/form-data"):
            await reply(said, 403, NO_ADDRESS)
            return
        known = self._client(scope)
        client = known or self._uploads.name()

        def more(status: int, body: bytes) -> Headers:
            self._uploads.note(client, json.loads(body) if status == 200 else ())
            return () if known else self._cookie(scope, client)

        await self._app(changed(scope, (b"accept-encoding",)), receive, whole(said, more))

    async def _sent(self, scope: Scope, receive: Receive, said: Send, reader: Read) -> None:
        """A body of JSON, looked at and handed on."""
        body = await read(receive, MOST_JSON)
        if body is None:
            await reply(said, 413, TOO_LONG)
            return
        try:
            checked = json.dumps(reader(given.parsed(body))).encode()
        except UsageError as error:
            await reply(said, 403, f"{error} Next: {error.hint}.")
            return
        length = ((b"content-length", str(len(checked)).encode()),)
        await self._app(changed(self._own(scope), OWN, length), again(checked, receive), said)

    def _own(self, scope: Scope) -> Scope:
        """For MCP, the request as sent to the server's own address: there its tools ask, through HTTP."""
        if not (self._mcp and MCP.fullmatch(scope["path"])):
            return scope
        host, port = scope["server"]
        own = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        return changed(scope, (b"host",), ((b"host", own.encode()),))

    def _reader(self, scope: Scope) -> Read | None:
        """What looks at the body that is sent to an address; None where nothing is sent there."""
        path, takes, sender = scope["path"], self._takes, self._sender(scope)
        if JOIN.fullmatch(path):
            return lambda body: given.joined(body, takes, sender)
        if path in ("/gradio_api/cancel", "/gradio_api/reset", "/gradio_api/reset/"):
            return given.named
        if self._mcp and MCP.fullmatch(path):
            return given.tooled
        if call := CALL.fullmatch(path):
            name = call[2]
            if call[1]:
                return lambda body: given.keyed(body, name, takes)
            return lambda body: given.called(body, name, takes, sender)
        return None

    def _sender(self, scope: Scope) -> Sender:
        client = self._client(scope)
        address = f"{scope.get('scheme', 'http')}://{header(scope, b'host')}"
        return Sender(lambda path: self._uploads.has(client, path), address)

    def _client(self, scope: Scope) -> str:
        return self._uploads.client(_cookies(header(scope, b"cookie"), _named(scope)))

    def _cookie(self, scope: Scope, client: str) -> Headers:
        said = f"{_named(scope)}={client}; Path=/; HttpOnly; SameSite=Strict"
        return ((b"set-cookie", said.encode()),)


def _named(scope: Scope) -> str:
    """Ports share their cookies, so each has one of its own."""
    return f"byline-{(scope.get('server') or ('', 0))[1]}"


def _cookies(text: str, name: str) -> Iterable[str]:
    try:
        return [each.value for each in SimpleCookie(text).values() if each.key == name]
    except CookieError:
        return ()

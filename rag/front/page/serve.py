"""The page, served: one port of this machine, in a thread, until the block is left.

Law: a port that is taken is told of before anything is loaded. The page is there before the model is; the
model is loaded once the page has been painted, or soon after.

Does not know: what the commands print.
"""

import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Thread, Timer
from typing import Any

from index.errors import BylineError, UsageError
from rag.front.live import Live
from rag.front.page.backend import Backend, open_backend
from rag.settings import silence
from rag.settings.loopback import is_loopback

PORT = 7860
WARM_SECONDS = 3.0
"""How long the first visitor's page may be painted before the model is loaded."""
START_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Page:
    """A page that is being served. ``local``: only this machine reaches it."""

    url: str
    local: bool


@contextmanager
def open_page(live: Live, host: str = "127.0.0.1", port: int = PORT, *, mcp: bool = False) -> Iterator[Page]:
    """Serve the page over ``live``, which stays the caller's; port 0 is a free one.

    ``mcp``: programs may ask through the Model Context Protocol too. Raises UsageError where the host or the
    port can't be had.
    """
    silence()  # before Gradio is imported
    listening = _listen(host, port)
    with listening:
        page = Page(_url(host, listening.getsockname()[1]), is_loopback(host))
        backend = open_backend(live)
        server = _server(backend, host, mcp)
        thread = Thread(target=server.run, kwargs={"sockets": [listening]}, name="page", daemon=True)
        warm = Timer(WARM_SECONDS, _warm, [backend])
        warm.daemon = True
        try:
            thread.start()
            _await(server, thread)
            warm.start()
            yield page
        finally:
            warm.cancel()
            server.should_exit = True
            thread.join(START_SECONDS)


def _listen(host: str, port: int) -> socket.socket:
    """A socket that listens. Raises UsageError."""
    try:
        family = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host.strip("[]"), port), family=family)
    except (OSError, OverflowError, UnicodeError) as error:
        if isinstance(error, socket.gaierror | UnicodeError):
            raise UsageError(f"There is no host {host!r} here.", "--host 127.0.0.1") from error
        reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else str(error)
        raise UsageError(
            f"Port {port} of {host} can't be had: {reason.lower()}.", f"byline chat --port {_other(port)}"
        ) from error


def _other(port: int) -> int:
    return port + 1 if 1024 <= port < 65535 else PORT + 1


def _url(host: str, port: int) -> str:
    """What a browser on this machine types."""
    bare = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host.strip("[]"), host.strip("[]"))
    return f"http://[{bare}]:{port}/" if ":" in bare else f"http://{bare}:{port}/"


def _server(backend: Backend, host: str, mcp: bool) -> Any:
    from uvicorn import Config, Server

    from rag.front.page.site import site

    app = site(backend, host, mcp=mcp)
    return Server(Config(app, log_level="critical", access_log=False, timeout_graceful_shutdown=1, ws="none"))


def _await(server: Any, thread: Thread) -> None:
    """Wait until the server serves."""
    ends = time.monotonic() + START_SECONDS
    while not server.started:
        if not thread.is_alive() or time.monotonic() > ends:
            raise UsageError("The page could not be served.", "byline chat --terminal")
        time.sleep(0.01)


def _warm(backend: Backend) -> None:
    """Load the model; what goes wrong is told where it is asked."""
    with suppress(BylineError):
        backend.live.model()
        backend.opened.set()

"""What byline chat does: the page is served until Ctrl-C.

Law: what can't work is told before anything is served. Only this machine reaches the page, unless its user
said otherwise, who is then told what that means.

Does not know: commands and their options, how lines are printed.
"""

import sys
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event

from index.errors import StorageError
from index.read import list_folder, nothing_to_read
from index.store import index_folder
from rag.front.live import Live
from rag.front.page.serve import Page, open_page
from rag.settings import Settings

KEEP_SECONDS = 60.0
"""How often a model that Ollama would soon unload is kept."""
LOCAL = ("127.0.0.1", "localhost", "::1")
OPEN_TO_ALL = (
    "There is no password: anyone on the network who reaches this address can list, read and delete all "
    "conversations, ask, read the articles and add to them, and choose and pull models."
)


@contextmanager
def uploads_folder(settings: Settings) -> Iterator[Path]:
    """A folder for files on their way into the corpus: its owner's alone, gone afterwards.

    Raises StorageError.
    """
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
        folder = TemporaryDirectory(prefix="uploads-", dir=settings.home, ignore_cleanup_errors=True)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise StorageError(f"{settings.home}: {reason}.", "make room, or set BYLINE_HOME") from error
    with folder as name:
        yield Path(name)


def show_page(
    settings: Settings,
    host: str,
    port: int,
    environ: MutableMapping[str, str],
    tell: Callable[[str], None],
    *,
    mcp: bool,
    browser: bool,
) -> None:
    """Serve the page until KeyboardInterrupt, which is raised on.

    ``tell`` is given each line for the user; ``environ`` is the process's own, and is told where uploads go
    and that this machine is reached without a proxy; with ``browser`` one is opened where it would be seen.
    Raises CorpusError, UsageError, StorageError.
    """
    _refuse_empty(settings)
    with uploads_folder(settings) as folder, Live(settings) as live:
        _prepare(environ, folder)
        with open_page(live, host, port, mcp=mcp) as page:
            _tell_of(page, mcp, tell)
            if browser and _has_display(environ):
                _open_browser(page.url)
            _keep_warm(live)


def _keep_warm(live: Live) -> None:
    """Until KeyboardInterrupt: while the page is open, the model stays loaded."""
    while True:
        Event().wait(KEEP_SECONDS)
        live.keep()


def _tell_of(page: Page, mcp: bool, tell: Callable[[str], None]) -> None:
    tell(f"Byline is at {page.url}  (Ctrl-C ends)")
    if mcp:
        tell(f"Programs ask through MCP at {page.url}gradio_api/mcp/")
    if not page.local:
        tell(OPEN_TO_ALL)


def _refuse_empty(settings: Settings) -> None:
    """Raises CorpusError for a folder that is none, or that neither holds an article nor ever did."""
    listing = list_folder(settings.corpus)
    if not listing.files and not index_folder(settings.home, settings.corpus).exists():
        raise nothing_to_read(settings.corpus, listing.skipped)


def _prepare(environ: MutableMapping[str, str], uploads: Path) -> None:
    """What Gradio and HTTP clients read from the environment."""
    environ["GRADIO_TEMP_DIR"] = str(uploads)
    for name in ("NO_PROXY", "no_proxy"):
        environ[name] = ",".join(filter(None, (environ.get(name), *LOCAL)))


def _has_display(environ: Mapping[str, str]) -> bool:
    shown = sys.platform in ("darwin", "win32") or environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY")
    return bool(shown) and sys.stderr.isatty()


def _open_browser(url: str) -> None:
    import webbrowser

    webbrowser.open(url)

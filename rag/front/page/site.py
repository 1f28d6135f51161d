"""The web site around the page: what is taken away as files, and the headers of every reply.

Law: besides Gradio's own there are two addresses, for a conversation and for one exchange of it. Nothing on
disk is served: a file is made when it is asked for.

Does not know: ports, threads, commands.
"""

from pathlib import Path
from typing import Any

from index.errors import BylineError
from rag.front.page.backend import Backend
from rag.front.page.blocks import build
from rag.front.page.doors import Doors
from rag.front.page.given import takes
from rag.front.page.keep import exported

MOST_BYTES = 64 * 1024 * 1024
"""Of one uploaded file, whatever becomes of it."""
FONTS = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Helvetica", "Arial", "sans-serif")
MONO = ("ui-monospace", "Menlo", "Consolas", "monospace")


def site(backend: Backend, host: str, *, mcp: bool) -> Any:
    """The ASGI application. ``host``: where it is served, as it was given; see ``guard.objection``."""
    page = build(backend)
    return Doors(mounted(backend, page, mcp=mcp), host, takes(page), mcp=mcp)


def mounted(backend: Backend, page: Any, *, mcp: bool) -> Any:
    """Gradio's own application for ``page``, and the two addresses, with no door before them.

    Gradio checks that a file which it is given is an upload only once ``launch`` was called, which
    never happens to a mounted page: it is told that it did, so that what comes past the doors is refused too.
    """
    import gradio as gr
    from fastapi import FastAPI

    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.add_api_route("/export/{conversation}/{exchange}.{kind}", _export(backend), methods=["GET"])
    app.add_api_route("/export/{conversation}.{kind}", _export(backend), methods=["GET"])
    here = Path(__file__).parent
    app = gr.mount_gradio_app(
        app,
        page,
        path="/",
        footer_links=[],
        run_history=False,
        allowed_paths=[],
        show_error=False,
        max_file_size=MOST_BYTES,
        ssr_mode=False,
        enable_monitoring=False,
        pwa=False,
        mcp_server=mcp,
        theme=gr.themes.Base(font=list(FONTS), font_mono=list(MONO)),
        css_paths=[here / "style.css", here / "layout.css"],
        js=(here / "script.js").read_text(encoding="utf-8"),
    )
    page.has_launched = True
    return app


def _export(backend: Backend) -> Any:
    from fastapi import Response

    def export(conversation: str, kind: str, exchange: str | None = None) -> Response:
        try:
            file = exported(backend, conversation, exchange, kind)
        except KeyError:
            return Response("There is no such conversation.", 404, media_type="text/plain")
        except BylineError as error:
            return Response(str(error), 500, media_type="text/plain")
        headers = {"content-disposition": f'attachment; filename="{file.name}"', "cache-control": "no-store"}
        return Response(file.text, media_type=file.media, headers=headers)

    return export

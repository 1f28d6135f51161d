"""The page as Gradio Blocks: the parts, laid out, with what each does.

Law: every handler is private but the one that programs may call. Handlers hold no state of their own: what
a tab remembers is in its memory, what is kept is in the backend.

Does not know: ports, how the parts look.
"""

from typing import TYPE_CHECKING

from rag.front.page.backend import Backend
from rag.front.page.endpoint import endpoint
from rag.front.page.layout import side_bar, sources, talk, verdict
from rag.front.page.outputs import memory
from rag.front.page.running import Running
from rag.front.page.view import View
from rag.front.page.wire_chat import Chat, wire_chat
from rag.front.page.wire_keep import wire_keep
from rag.front.page.wire_side import wire_side

if TYPE_CHECKING:
    import gradio as gr

MOST_QUEUED = 200
"""Events of all tabs that wait for the server; a question waits in its turn, not here."""


def build(backend: Backend) -> "gr.Blocks":
    """The page over ``backend``, not served yet."""
    import gradio as gr
    from gradio.events import api

    page = gr.Blocks(title="Byline", analytics_enabled=False, fill_width=True)
    with page:
        kept = memory()
        side = side_bar()
        with gr.Row(elem_id="desk"):
            with gr.Column(scale=3, min_width=320, elem_id="talk"):
                talking, judging = talk(), verdict()
            with gr.Column(scale=2, min_width=320, elem_id="evidence"):
                beside = sources()
        running: Running[View] = Running()
        chat = Chat(backend, running, talking, beside, side, kept)
        refresh = wire_side(page, chat)
        wire_chat(chat, refresh)
        wire_keep(chat, judging, refresh)
        api(endpoint(backend.live, _failure), api_name="ask", concurrency_limit=None, api_visibility="public")
    page.queue(max_size=MOST_QUEUED, default_concurrency_limit=None, api_open=False)
    return page


def _failure(message: str) -> Exception:
    import gradio as gr

    return gr.Error(message, print_exception=False, title="Byline")

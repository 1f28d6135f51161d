"""What is where on the page: the side bar, the chat, the sources, as Gradio components without handlers.

Law: every part has an id that the style, the script and the tests know it by, and a name that a screen
reader says. No part holds text of articles when it is made.

Does not know: what the parts do.
"""

from dataclasses import dataclass
from typing import Any

from rag.front.page.cards import nothing
from rag.front.page.corpus import LOADING

EXAMPLES = 4
KINDS = "txt, md, html, pdf, docx"


@dataclass(frozen=True, slots=True)
class Talk:
    """The chat, and what is asked and kept with it. ``told``, unseen: the last question, and if it failed."""

    chat: Any
    examples: list[Any]
    example_row: Any
    question: Any
    told: Any
    send: Any
    stop: Any
    retry: Any
    edit: Any
    new: Any
    export: Any
    editing: Any


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is wrong with an answer."""

    group: Any
    reason: Any
    correction: Any
    judge: Any
    noted: Any


@dataclass(frozen=True, slots=True)
class Sources:
    """The panel, and the whole article over the page."""

    panel: Any
    wanted: Any
    fetch: Any
    article: Any


@dataclass(frozen=True, slots=True)
class Side:
    """The side bar: conversations, articles, models."""

    bar: Any
    conversations: Any
    delete: Any
    stats: Any
    search: Any
    sources: Any
    since: Any
    until: Any
    upload: Any
    added: Any
    reindex: Any
    models: Any
    model: Any
    pull: Any
    pull_stop: Any
    pull_name: Any
    pulled: Any
    check: Any


def side_bar() -> Side:
    """The side bar, open where the window is wide."""
    import gradio as gr

    with gr.Sidebar(elem_id="corpus", label="Articles and conversations", width=320, open=False) as bar:
        with gr.Accordion("Conversations", open=False, elem_id="history"):
            conversations = gr.Radio([], label="Conversations", elem_id="conversations", show_label=False)
            delete = gr.Button("Delete this conversation", elem_id="delete", size="sm")
        stats = gr.HTML(LOADING, elem_id="stats")
        search, sources, since, until = _filters()
        label = f"Add articles: {KINDS}"
        upload = gr.File(label=label, file_count="multiple", elem_id="upload", height=130)
        reindex = gr.Button("Re-index", elem_id="reindex", size="sm")
        added = gr.HTML("", elem_id="added")
        with gr.Accordion("Model", open=False, elem_id="models", visible=False) as models:
            model, pull, pull_stop, pull_name, pulled, check = _models()
    return Side(
        bar, conversations, delete, stats, search, sources, since, until, upload, added, reindex,
        models, model, pull, pull_stop, pull_name, pulled, check,
    )  # fmt: skip


def _models() -> tuple[Any, Any, Any, Any, Any, Any]:
    import gradio as gr

    model = gr.Radio([], label="The model that answers", elem_id="model")
    name = gr.Textbox(
        label="Get another through Ollama", placeholder="qwen2.5:3b", elem_id="pull-name", max_lines=1
    )
    with gr.Row(elem_id="pulls"):
        pull = gr.Button("Pull", elem_id="pull", size="sm", min_width=80)
        stop = gr.Button("Stop pulling", elem_id="pull-stop", size="sm", interactive=False, min_width=80)
    check = gr.Button("Check the model that answers", elem_id="check", size="sm")
    return model, pull, stop, name, gr.HTML("", elem_id="pulled"), check


def _filters() -> tuple[Any, Any, Any, Any]:
    import gradio as gr

    search = gr.Textbox(label="Search in titles", elem_id="search", max_lines=1)
    sources = gr.CheckboxGroup([], label="Ask these articles", elem_id="source-list")
    with gr.Row():
        since = gr.Textbox(label="From", placeholder="2025-02-25", elem_id="since", max_lines=1, min_width=80)
        until = gr.Textbox(label="To", placeholder="2025-03-31", elem_id="until", max_lines=1, min_width=80)
    return search, sources, since, until


def talk() -> Talk:
    """The chat and the box under it."""
    import gradio as gr

    gr.HTML('<h1 class="name">Byline</h1>', elem_id="masthead")
    chat = _chat()
    with gr.Row(elem_id="examples") as row:
        examples = [gr.Button("", visible=False, size="sm", elem_classes="example") for _ in range(EXAMPLES)]
    editing = gr.HTML("", elem_id="editing")
    with gr.Row(elem_id="asking"):
        question = gr.Textbox(
            label="Question", show_label=False, placeholder="Ask your articles", elem_id="question",
            lines=1, max_lines=8, scale=8, container=False, autofocus=True,
        )  # fmt: skip
        send = gr.Button("Ask", elem_id="send", variant="primary", scale=1, min_width=80)
        stop = gr.Button("Stop", elem_id="stop", interactive=False, scale=1, min_width=80)
    with gr.Row(elem_id="tools"):
        retry = gr.Button("Ask again", elem_id="retry", size="sm", interactive=False, min_width=110)
        edit = gr.Button("Edit the question", elem_id="edit", size="sm", interactive=False, min_width=110)
        new = gr.Button("New conversation", elem_id="new", size="sm", min_width=110)
        export = gr.HTML("", elem_id="export")
    told = gr.Textbox("", label="Question answered", elem_id="told", visible="hidden")
    return Talk(chat, examples, row, question, told, send, stop, retry, edit, new, export, editing)


def _chat() -> Any:
    """Text is made safe before it comes here; the sanitiser stays on all the same."""
    import gradio as gr

    return gr.Chatbot(
        [],
        elem_id="chat",
        label="Conversation",
        show_label=False,
        layout="panel",
        height=None,
        buttons=[],
        latex_delimiters=[],
        allow_tags=False,
        line_breaks=False,
        sanitize_html=True,
        group_consecutive_messages=False,
        feedback_options=("Like", "Dislike"),
        placeholder="Every sentence of an answer shows its source.",
    )


def verdict() -> Verdict:
    """Shown once a thumb points down."""
    import gradio as gr

    from rag.records.feedback import REASONS

    with gr.Column(visible=False, elem_id="verdict") as group:
        reason = gr.Radio(list(REASONS), label="What is wrong with this answer?", elem_id="reason")
        correction = gr.Textbox(label="The right answer, if you know it", elem_id="correction", max_lines=2)
        judge = gr.Button("Keep this verdict", elem_id="judge", size="sm")
    noted = gr.HTML("", elem_id="noted")
    return Verdict(group, reason, correction, judge, noted)


def sources() -> Sources:
    """The panel; and, unseen until it is asked for, the whole article."""
    import gradio as gr

    panel = gr.HTML(
        nothing(), elem_id="sources", js_on_load=None,
        html_template='<div role="region" aria-label="Sources" tabindex="0">${value}</div>',
    )  # fmt: skip
    wanted = gr.Textbox("", label="Article wanted", elem_id="wanted", visible="hidden")
    fetch = gr.Button("Open the article", elem_id="fetch", visible="hidden")
    return Sources(panel, wanted, fetch, gr.HTML("", elem_id="article", js_on_load=None))

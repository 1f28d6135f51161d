"""Model calls remembered, so that an eval after a change asks the model only what it has not been asked.

Law: decoding is deterministic, so a call is its digest: model, messages, grammar, form and limits. What
came back is kept whole, with its probabilities, a file a call; a reply that was left early is kept as far
as it was heard, and asked anew where more of it is wanted.

Does not know: what a call is for, whether a reply is good.
"""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.language_models.chat_models import generate_from_stream
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from pydantic import ConfigDict

from index.atomic import write_whole

FORMAT = 1


class RecordedChat(BaseChatModel):
    """A chat model that answers from ``folder`` what it was asked before, and asks ``inner`` all else.

    ``digest`` names the model. ``asked`` counts the calls that reached the model.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)
    inner: BaseChatModel
    folder: Path
    digest: str
    asked: int = 0

    @property
    def _llm_type(self) -> str:
        return "byline-recorded"

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return generate_from_stream(self._stream(messages, stop, run_manager, **kwargs))

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,  # noqa: ARG002
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        path = self.folder / place(self.digest, messages, stop, kwargs)
        known, whole = _load(path)
        yield from known
        if not whole:
            live = self._live(path, messages, stop, kwargs)
            yield from (chunk for n, chunk in enumerate(live) if n >= len(known))

    def _live(
        self, path: Path, messages: list[BaseMessage], stop: list[str] | None, kwargs: dict[str, Any]
    ) -> Iterator[ChatGenerationChunk]:
        """The model's reply, kept as far as it was heard."""
        self.asked += 1
        heard: list[ChatGenerationChunk] = []
        whole = False
        try:
            for chunk in self.inner._stream(messages, stop, None, **kwargs):
                heard.append(chunk)
                yield chunk
            whole = True
        finally:
            if heard:
                _keep(path, heard, whole)


def place(digest: str, messages: list[BaseMessage], stop: list[str] | None, kwargs: dict[str, Any]) -> str:
    """The file of a call, relative to the folder: the SHA-256 of all that decides what comes back."""
    turns = [(message.type, str(message.text)) for message in messages]
    told = json.dumps([FORMAT, digest, turns, stop, kwargs], sort_keys=True, default=str)
    name = hashlib.sha256(told.encode(errors="surrogatepass")).hexdigest()
    return f"{name[:2]}/{name}.json"


def _keep(path: Path, heard: list[ChatGenerationChunk], whole: bool) -> None:
    chunks = [
        {"text": str(c.message.text), "meta": c.message.response_metadata, "usage": _usage(c)} for c in heard
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, json.dumps({"whole": whole, "chunks": chunks}, default=str).encode())


def _usage(chunk: ChatGenerationChunk) -> Any:
    return chunk.message.usage_metadata if isinstance(chunk.message, AIMessageChunk) else None


def _load(path: Path) -> tuple[list[ChatGenerationChunk], bool]:
    """What is known of a reply, and whether that is all of it; a file that can't be read is none."""
    try:
        kept = json.loads(path.read_bytes())
        chunks = [
            AIMessageChunk(content=c["text"], response_metadata=c["meta"], usage_metadata=c["usage"])
            for c in kept["chunks"]
        ]
        return [ChatGenerationChunk(message=chunk) for chunk in chunks], bool(kept["whole"])
    except (OSError, ValueError, KeyError, TypeError):
        return [], False

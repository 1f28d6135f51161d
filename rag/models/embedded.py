"""llama.cpp in this process, as a LangChain chat model. The only importer of xllamacpp.

Law: no network. llama.cpp's server always listens, so it listens on a Unix socket in a folder that
only this user may enter, behind a random key; requests go by function call, and the socket serves to count
tokens and to put the prompt cache back, which lies in that folder and holds the one fixed part alone.
Decoding is greedy, and each request goes on from the same cache, for llama.cpp's figures depend on how much
of a prompt is read at once: the same prompt gives the same reply, whatever was asked before.

Does not know: prompts, passages, where weights come from.
"""

import json
import secrets
import shutil
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import httpx
from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.language_models.chat_models import generate_from_stream
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from pydantic import ConfigDict

from index.errors import ModelBroke, PromptTooLong, WeightsError

WAIT = 600
"""Seconds in which the model must have answered those who asked before."""
STALE = 3600
"""Seconds after which a folder in which nobody listens was left by a process that was killed."""
_PREFIX, _SOCKET, _FIXED = "byline-", "llama.sock", "fixed"
_ROLES = {"system": "system", "human": "user", "ai": "assistant"}


class Llama:
    """A loaded GGUF model: llama.cpp's server object and the folder of its socket.

    Raises WeightsError where llama.cpp can't load the file. ``threads`` 0 lets llama.cpp choose.
    """

    _kept = False

    def __init__(self, gguf: Path, context: int, threads: int = 0) -> None:
        import xllamacpp

        _sweep(Path(tempfile.gettempdir()))
        self._folder = tempfile.TemporaryDirectory(prefix=_PREFIX, ignore_cleanup_errors=True)
        self._socket = Path(self._folder.name) / _SOCKET
        self._key = secrets.token_urlsafe(24)
        self.context = context
        params = xllamacpp.CommonParams()
        params.model.path = str(gguf)
        params.n_ctx, params.n_parallel, params.cache_ram_mib = context, 1, 0
        if threads:
            params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
        params.hostnames, params.api_keys = [str(self._socket)], [self._key]
        params.ui, params.verbosity, params.slot_save_path = False, -1, f"{self._folder.name}/"
        try:
            self._server: Any = xllamacpp.Server(params)
        except Exception as error:
            self._folder.cleanup()
            raise WeightsError(
                f"llama.cpp can't load {gguf.name}: {error}", "byline model pull, or set BYLINE_GGUF"
            ) from error

    def chat(self, body: dict[str, Any], on_data: Callable[[dict[str, Any]], bool]) -> None:
        """Run one request; ``on_data`` gets each OpenAI-style event and returns True to stop.

        llama.cpp swallows what ``on_data`` raises, so it must not.
        """
        self._server.handle_chat_completions(body, on_data)

    def count_tokens(self, text: str) -> int:
        """How many tokens ``text`` takes. Raises ModelBroke where the model no longer answers."""
        try:
            reply = self._post("/tokenize", {"content": text}, 30)
            return len(reply.raise_for_status().json()["tokens"])
        except (httpx.HTTPStatusError, KeyError, ValueError) as error:
            raise ModelBroke(f"The embedded model stopped answering: {error}") from error

    def keep(self) -> bytes:
        """Keep what was read last, in the folder of the socket, for ``rewind``; b"" where that fails."""
        self._kept = self._cache("save")
        try:
            return self._cached.read_bytes() if self._kept else b""
        except OSError:
            return b""

    def resume(self, kept: bytes) -> bool:
        """Begin with what one of the same weights and window kept; False where llama.cpp won't take it."""
        try:
            self._cached.write_bytes(kept)
        except OSError:
            return False
        self._kept = self._cache("restore")
        return self._kept

    def rewind(self) -> None:
        """Put the prompt cache back to what was kept of it; where nothing is, it stays."""
        self._kept = self._kept and self._cache("restore")

    @property
    def _cached(self) -> Path:
        return self._socket.with_name(_FIXED)

    def _cache(self, action: str) -> bool:
        try:
            return self._post(f"/slots/0?action={action}", {"filename": _FIXED}, WAIT).is_success
        except ModelBroke:
            return False

    def _post(self, path: str, body: dict[str, Any], seconds: float) -> httpx.Response:
        """The reply, once requests before it are done. Raises ModelBroke where there is none."""
        transport = httpx.HTTPTransport(uds=str(self._socket), verify=False)
        headers = {"Authorization": f"Bearer {self._key}"}
        try:
            with httpx.Client(
                transport=transport, headers=headers, timeout=seconds, trust_env=False
            ) as client:
                return client.post(f"http://llama{path}", json=body)
        except (httpx.HTTPError, RuntimeError) as error:
            raise ModelBroke(f"The embedded model stopped answering: {error}") from error

    def close(self) -> None:
        """Unload the model and remove the socket."""
        self._server = None
        self._folder.cleanup()


def _sweep(folder: Path) -> None:
    """Remove what processes that were killed an hour ago or earlier left there."""
    for left in folder.glob(f"{_PREFIX}*"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > STALE and not _listens(left / _SOCKET):
                shutil.rmtree(left, ignore_errors=True)


def _listens(address: Path) -> bool:
    """Whether somebody listens there. Where nothing can be told, somebody does."""
    if not hasattr(socket, "AF_UNIX"):
        return True
    with socket.socket(socket.AF_UNIX) as knocking:
        try:
            knocking.connect(str(address))
        except ConnectionRefusedError:
            return False
        except OSError:
            return True
    return True


class EmbeddedChat(BaseChatModel):
    """A LangChain chat model over ``Llama``.

    Takes ``grammar`` (GBNF), ``max_tokens`` and ``top_logprobs`` per call. A last
    AIMessage is a prefill: the reply goes on from it and does not repeat it.
    ``response_metadata["logprobs"]`` is a list, a token each: {"token", "logprob", "top_logprobs":
    [...]}, before the grammar's cut.
    Raises PromptTooLong and ModelBroke.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)
    llama: Llama
    max_tokens: int = 96
    top_logprobs: int = 20

    @property
    def _llm_type(self) -> str:
        return "byline-embedded"

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
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        body = self._body(messages, stop, kwargs)
        self.llama.rewind()
        finish = None
        for event in _events(self.llama, body):
            _raise_fault(event, self.llama.context)
            chunk = _chunk(event)
            finish = finish or chunk.message.response_metadata.get("finish_reason")
            if run_manager and chunk.text:
                run_manager.on_llm_new_token(chunk.text, chunk=chunk)
            yield chunk
        if finish is None:
            raise ModelBroke("The embedded model stopped in the middle of an answer.", "ask again")

    def _body(
        self, messages: list[BaseMessage], stop: list[str] | None, kwargs: dict[str, Any]
    ) -> dict[str, Any]:
        body = {
            "messages": [{"role": _ROLES[m.type], "content": m.text} for m in messages],
            "max_tokens": kwargs.get("max_tokens", self.max_tokens),
            "temperature": 0,
            "stream": True,
            "stream_options": {"include_usage": True},
            "cache_prompt": True,
            "id_slot": 0,
            "logprobs": True,
            "top_logprobs": kwargs.get("top_logprobs", self.top_logprobs),
        }
        if grammar := kwargs.get("grammar"):
            body["grammar"] = grammar
        return {**body, "stop": stop} if stop else body


def _events(llama: Llama, body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The events of one request as they come; leaving early stops the model."""
    queue: SimpleQueue[dict[str, Any] | BaseException | None] = SimpleQueue()
    left = threading.Event()

    def on_data(event: dict[str, Any]) -> bool:
        queue.put(event)
        return left.is_set()

    def work() -> None:
        try:
            llama.chat(body, on_data)
            queue.put(None)
        except Exception as error:
            queue.put(error)

    worker = threading.Thread(target=work, name="llama", daemon=True)
    worker.start()
    try:
        while (event := queue.get()) is not None:
            if isinstance(event, BaseException):
                raise ModelBroke(f"The embedded model failed: {event}", "ask again") from event
            yield event
    finally:
        left.set()
        worker.join()


def _raise_fault(event: dict[str, Any], context: int) -> None:
    if not (error := event.get("error")):
        return
    if error.get("type") == "exceed_context_size_error":
        raise PromptTooLong(
            f"The prompt takes {error.get('n_prompt_tokens')} tokens; the model's window is {context}.",
            "shorten the question, or raise BYLINE_NUM_CTX",
        )
    raise ModelBroke(f"The embedded model failed: {json.dumps(error.get('message', error))}", "ask again")


def _chunk(event: dict[str, Any]) -> ChatGenerationChunk:
    """One OpenAI-style streaming event as a LangChain chunk."""
    choice = (event.get("choices") or [{}])[0]
    metadata: dict[str, Any] = {}
    if logprobs := (choice.get("logprobs") or {}).get("content"):
        metadata["logprobs"] = logprobs
    if finish := choice.get("finish_reason"):
        metadata["finish_reason"] = finish
    text = (choice.get("delta") or {}).get("content") or ""
    message = AIMessageChunk(content=text, response_metadata=metadata, usage_metadata=_usage(event))
    return ChatGenerationChunk(message=message)


def _usage(event: dict[str, Any]) -> UsageMetadata | None:
    if not (usage := event.get("usage")):
        return None
    return UsageMetadata(
        input_tokens=usage["prompt_tokens"],
        output_tokens=usage["completion_tokens"],
        total_tokens=usage["total_tokens"],
    )

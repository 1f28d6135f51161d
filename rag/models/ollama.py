"""Ollama: pulling a model, and chatting with one. The only importer of ollama.

Law: nothing leaves for another machine unless the user allowed it: proxies of the environment are
ignored, redirects are not followed. A prompt is never cut silently: every chat asks for an error instead.
What a model's own settings or the server's defaults would add to the choice of words is switched off, so that
the same weights answer alike everywhere. A reply counts only once the server has said that it is done. Every
foreign error becomes one of ours here.

Does not know: prompts, when Ollama is preferred to the embedded model.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any, cast

import httpx
import ollama
from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models.chat_models import generate_from_stream
from langchain_core.messages import BaseMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from langchain_ollama import ChatOllama

from index.errors import ModelBroke, ModelFault, ModelMissing, OllamaDown, PromptTooLong

CONNECT_SECONDS = 3.0
STRICT: dict[str, Any] = {"trust_env": False, "follow_redirects": False}
"""Of every client: no proxy, and no other address."""
GREEDY: dict[str, float] = {
    "temperature": 0.0,
    "seed": 1,
    "repeat_penalty": 1.0,
    "presence_penalty": 0.0,
    "frequency_penalty": 0.0,
}
"""Sent with every call: the likeliest word, whatever was said before. Servers up to 0.24 at least punish
repeated words by default, and a reader repeats its text."""


@contextmanager
def translated(host: str, model: str = "") -> Iterator[None]:
    """Raise our errors in place of those of httpx, the ollama client and LangChain."""
    try:
        yield
    except ModelFault:
        raise
    except ollama.ResponseError as error:
        raise of_response(error.status_code, str(error.error), host, model) from error
    except (httpx.ConnectError, httpx.ConnectTimeout, ConnectionError) as error:
        raise no_server(host) from error
    except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
        raise OllamaDown(
            f"{host} is no address of an Ollama.", "OLLAMA_HOST=http://127.0.0.1:11434"
        ) from error
    except httpx.TimeoutException as error:
        raise ModelBroke(f"Ollama at {host} went silent.", "ask again, or raise BYLINE_TIMEOUT") from error
    except httpx.HTTPStatusError as error:
        raise _of_status(error.response.status_code, host) from error
    except (httpx.HTTPError, httpx.StreamError) as error:
        raise ModelBroke(f"Ollama stopped in the middle of an answer: {error}", "ask again") from error
    except (ollama.RequestError, httpx.CookieConflict, *_UNREADABLE) as error:
        raise ModelBroke(
            f"Ollama sent what can't be read: {_one_line(str(error))}", "byline doctor"
        ) from error


_UNREADABLE = (ValueError, KeyError, TypeError, AttributeError)
"""What a reply raises that is no JSON, or not of the form that Ollama's replies have."""


def no_server(host: str) -> OllamaDown:
    """The error for a host at which no Ollama answers."""
    return OllamaDown(f"No Ollama answers at {host}.", "ollama serve, or BYLINE_LLM=embedded")


def _of_status(status: int, host: str) -> ModelBroke:
    said = "points to another address, which is not asked" if 300 <= status < 400 else f"says {status}"
    return ModelBroke(f"What answers at {host} {said}: is it Ollama?", "byline doctor, or set OLLAMA_HOST")


def of_response(status: int, text: str, host: str, model: str) -> ModelFault:
    """Our error for a request that the server refused with these words."""
    if 300 <= status < 400:
        return _of_status(status, host)
    if status == 404:
        return ModelMissing(f"Ollama has no model {model!r}.", f"ollama pull {model}")
    if "invalid model name" in text:
        return ModelMissing(f"{model!r} can't be a model's name.", "byline model list")
    if "exceed" in text and ("context" in text or "exceed_context_size" in text):
        return PromptTooLong(
            f"The prompt does not fit the window of {model}.", "shorten the question, or raise BYLINE_NUM_CTX"
        )
    return ModelBroke(f"Ollama failed: {_one_line(text)}", "ask again, or byline doctor")


def _one_line(text: str) -> str:
    return " ".join(text.split())[:300]


class _StrictTransport(httpx.HTTPTransport):
    """Adds what the client has no argument for: an error where the prompt or the reply would be cut."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/api/chat"):
            body = json.loads(request.read()) | {"truncate": False, "shift": False}
            headers = [(k, v) for k, v in request.headers.items() if k.lower() != "content-length"]
            request = httpx.Request(
                request.method, request.url, headers=headers, json=body, extensions=request.extensions
            )
        return super().handle_request(request)


class OllamaChat(ChatOllama):
    """ChatOllama whose errors are ours and whose replies are whole.

    Takes ``max_tokens``, ``stop`` and ``format`` per call; ``stops`` are the model's own, which ``stop`` does
    not replace. ``response_metadata["logprobs"]`` is as EmbeddedChat gives it, or absent on old servers.
    Raises OllamaDown, ModelMissing, ModelBroke, PromptTooLong.
    """

    stops: tuple[str, ...] = ()

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
        done = False
        options = self._bounds(stop, kwargs.pop("max_tokens", None) or kwargs.pop("num_predict", None))
        with translated(str(self.base_url), self.model):
            for chunk in super()._stream(messages, None, run_manager, options=options, **kwargs):
                info = chunk.generation_info or {}
                done = done or bool(info.get("done_reason"))
                self._refuse_cut(info)
                yield ChatGenerationChunk(message=chunk.message, generation_info=_plain(info))
            if not done:
                raise ModelBroke("Ollama ended its answer early.", "ask again")

    def _bounds(self, stop: list[str] | None, max_tokens: int | None) -> dict[str, Any]:
        """The options of one call. Options that a request names take the place of the model's own."""
        ends = [*(stop or ()), *self.stops] if stop else []
        bounds = {"num_ctx": self.num_ctx, "num_predict": max_tokens or self.num_predict, **GREEDY}
        return {**bounds, "stop": ends} if ends else bounds

    def _refuse_cut(self, info: dict[str, Any]) -> None:
        """Old servers ignore ``truncate``; a prompt that fills the window was cut."""
        if self.num_ctx and (info.get("prompt_eval_count") or 0) >= self.num_ctx:
            raise PromptTooLong(f"Ollama cut the prompt to {self.num_ctx} tokens.", "raise BYLINE_NUM_CTX")


def _plain(info: dict[str, Any]) -> dict[str, Any]:
    """Generation info with log probabilities as plain dictionaries, and without a null list."""
    kept = {key: value for key, value in info.items() if key != "logprobs"}
    if info.get("logprobs"):
        kept["logprobs"] = [entry.model_dump() for entry in info["logprobs"]]
    return kept


def chat(
    host: str, model: str, context: int, timeout: float, max_tokens: int, stops: tuple[str, ...] = ()
) -> OllamaChat:
    """A chat model on ``host``. Nothing is sent yet. ``timeout``: seconds to wait for each word."""
    return OllamaChat(
        model=model,
        base_url=host,
        num_ctx=context,
        num_predict=max_tokens,
        stops=stops,
        reasoning=False,
        logprobs=True,
        top_logprobs=20,
        client_kwargs={**STRICT, "timeout": httpx.Timeout(timeout, connect=CONNECT_SECONDS)},
        sync_client_kwargs={"transport": _StrictTransport()},
    )


@dataclass(frozen=True, slots=True)
class Step:
    """How far a pull is: what is being done, bytes done and in all; 0 of 0 where it is not counted."""

    status: str
    done: int = 0
    total: int = 0


def pulling(host: str, name: str) -> Iterator[Step]:
    """Have Ollama pull ``name``, step by step; whoever closes the generator stops it.

    The bytes are those of all layers that Ollama has told of; it keeps what has come, and goes on from
    there the next time. Raises OllamaDown, ModelMissing, ModelBroke.
    """
    client = ollama.Client(host=host, **STRICT, timeout=httpx.Timeout(600, connect=CONNECT_SECONDS))
    layers: dict[str, tuple[int, int]] = {}
    status = ""
    with (
        translated(host, name),
        _pull_translated(host, name),
        closing(cast(Any, client.pull(name, stream=True))) as told,
    ):
        for each in told:
            status = each.status or ""
            if each.total:
                layers[each.digest or status] = (each.completed or 0, each.total)
            counts = zip(*layers.values(), strict=True) if each.total else ()
            yield Step(status, *map(sum, counts))
        if status != "success":
            raise _cut_short(name)


@contextmanager
def _pull_translated(host: str, name: str) -> Iterator[None]:
    """What goes wrong with a pull is told as such, where ``translated`` speaks of answers."""
    try:
        yield
    except ollama.ResponseError as error:
        if 300 <= error.status_code < 400:
            raise _of_status(error.status_code, host) from error
        text = _one_line(str(error.error))
        if "invalid model name" in text or ("manifest" in text and "does not exist" in text):
            raise ModelMissing(
                f"There is no model {name!r} to pull.", "ollama.com/library lists them"
            ) from error
        raise ModelBroke(f"Ollama could not pull {name}: {text}", "pull it again") from error
    except (httpx.ReadError, httpx.ReadTimeout, httpx.RemoteProtocolError) as error:
        raise _cut_short(name) from error


def _cut_short(name: str) -> ModelBroke:
    return ModelBroke(f"Ollama stopped pulling {name}.", "pull it again: what has come is kept")


def pull(host: str, name: str, progress: Callable[[str, int, int], None]) -> None:
    """As ``pulling``; ``progress`` gets (status, bytes done, bytes in all) as it goes."""
    for step in pulling(host, name):
        progress(step.status, step.done, step.total)

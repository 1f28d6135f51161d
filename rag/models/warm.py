"""A served model is loaded before it is asked, and stays loaded while somebody may ask.

Law: a model's time in memory is only ever made longer, never shorter, and nothing is unloaded: others may use
the same server. A model that is not loaded any more is left alone until it is asked.

Does not know: prompts, who is waiting.
"""

from datetime import datetime, timedelta
from typing import Any

import httpx

from rag.models.ollama import CONNECT_SECONDS, STRICT, of_response, translated

KEPT_SECONDS = 600
"""How long a model that is kept stays in memory after the last call."""
SOON_SECONDS = 300
"""What is unloaded sooner than this is kept."""


def load(host: str, model: str, context: int, timeout: float, keep_seconds: int | None = None) -> None:
    """Have the model loaded, with the window that it will be asked with: another one would load it anew.

    Without ``keep_seconds`` it stays as long as the server or whoever loaded it wants. Raises OllamaDown,
    ModelMissing, ModelBroke.
    """
    body: dict[str, Any] = {"model": model, "messages": [], "stream": False, "options": {"num_ctx": context}}
    if keep_seconds is not None:
        body["keep_alive"] = f"{keep_seconds}s"
    with translated(host, model), _http(host, timeout) as http:
        reply = http.post("/api/chat", json=body)
        if reply.status_code != httpx.codes.OK:
            raise of_response(reply.status_code, str(reply.json()["error"]), host, model)


def keep(host: str, model: str, context: int, timeout: float, now: datetime) -> None:
    """Keep the model in memory if it would soon be unloaded. Raises OllamaDown, ModelMissing, ModelBroke."""
    with translated(host, model), _http(host, timeout) as http:
        running = http.get("/api/ps").raise_for_status().json()["models"] or []
    mine = (each for each in running if model in (each["name"], each["name"].removesuffix(":latest")))
    if any(_soon(str(each.get("expires_at") or ""), now) for each in mine):
        load(host, model, context, timeout, KEPT_SECONDS)


def _soon(expires: str, now: datetime) -> bool:
    """Whether that time is near. One so far away that it can't be read (for ever) is not."""
    try:
        then = datetime.fromisoformat(expires)
        return then - now < timedelta(seconds=SOON_SECONDS)
    except (ValueError, OverflowError):
        return False


def _http(host: str, timeout: float) -> httpx.Client:
    return httpx.Client(base_url=host, **STRICT, timeout=httpx.Timeout(timeout, connect=CONNECT_SECONDS))

"""What a ``.env`` file in the working folder may set: whoever sent the folder may have written it.

Law: it can say how Byline works here, and never where anything is sent or what is loaded: an address is
loopback, or is not taken; a model, an embedder, a file, or what Byline keeps is not named there; of other
programs' variables none is set. What is not taken is told, where it is any business of Byline's.

Does not know: what the settings do.
"""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from rag.settings.loopback import is_loopback

_FREE = """corpus llm num_ctx threads reads threshold timeout
    terminal port mcp no_browser json source since until dry_run watch rebuild auto
    why"""
FREE = frozenset(f"BYLINE_{name.upper()}" for name in _FREE.split())
"""Choices, numbers, and which folder is asked."""
_LIBRARIES = "OLLAMA|HF|HUGGING_?FACE|(SENTENCE_)?TRANSFORMERS|TORCH|LANG(CHAIN|SMITH)|CHROMA|GRADIO|PIP"
_OTHERS = re.compile(rf"(BYLINE|{_LIBRARIES})_|\w*_PROXY$", re.IGNORECASE)
"""What would reach Byline or its libraries: told of where it is not taken."""


def _is_own_url(text: str) -> bool:
    """Whether an address is written so that every reader of addresses takes it for this machine's."""
    text = text if "://" in text else f"http://{text}"
    return bool(re.fullmatch(r"https?://[\w.\[\]:]*/?", text)) and is_loopback(urlsplit(text).hostname or "")


LOOPBACK: Mapping[str, Callable[[str], bool]] = {
    "OLLAMA_HOST": _is_own_url,
    "BYLINE_CHROMA_URL": _is_own_url,
    "BYLINE_HOST": is_loopback,
}
"""Addresses, each with what tells whether it is one of this machine's own."""


def read_envfile(file: Path) -> tuple[dict[str, str], tuple[str, ...]]:
    """The variables that are taken from the file, and a sentence for each that is not."""
    from dotenv import dotenv_values

    try:
        if not file.is_file():
            return {}, ()
        found = {name: text for name, text in dotenv_values(file).items() if text is not None}
    except (OSError, ValueError):
        return {}, (f"{file.name} can't be read, so nothing is taken from it.",)
    taken = {name: text for name, text in found.items() if _is_taken(name, text)}
    return taken, tuple(_told(name) for name in found if name not in taken and _OTHERS.match(name))


def _is_taken(name: str, text: str) -> bool:
    return name in FREE or (name in LOOPBACK and _is_taken_address(name, text))


def _is_taken_address(name: str, text: str) -> bool:
    try:
        return not text or LOOPBACK[name](text)
    except ValueError:
        return False


def _told(name: str) -> str:
    why = "is no loopback address" if name in LOOPBACK else "is not read from there"
    return f"{name} in .env {why}, and is left out: set it in the environment, if it is yours."

"""What a model wants to see before a question and before a passage: "query: ", "passage: ".

Law: a prompt belongs to the model, never to a text that is stored. A model's own configuration wins over
what is known of its family; a model of which neither speaks gets none.

Does not know: how texts are embedded.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_QUESTION, _PASSAGE = ("query",), ("document", "passage", "corpus")


@dataclass(frozen=True, slots=True)
class Prompts:
    """What goes before a question and before a passage; empty for nothing."""

    query: str = ""
    document: str = ""

    def __bool__(self) -> bool:
        return bool(self.query or self.document)


_FAMILIES = (
    ("e5-", Prompts("query: ", "passage: ")),
    ("nomic-embed-text", Prompts("search_query: ", "search_document: ")),
    ("snowflake-arctic-embed", Prompts("query: ", "")),
    ("bge-", Prompts()),  # those of version 1.5 and m3 do without
)
"""Families whose configurations mostly don't say it, by a part of the name; the models' cards do."""


def prompts_of(folder: Path, name: str) -> Prompts:
    """The prompts of the model in ``folder``, known as ``name``."""
    own = _configured(folder / "config_sentence_transformers.json")
    if own:
        return own
    plain = name.lower()
    return next((known for part, known in _FAMILIES if part in plain), Prompts())


def _configured(file: Path) -> Prompts:
    try:
        said: Any = json.loads(file.read_text(encoding="utf-8")).get("prompts")
    except (OSError, ValueError, AttributeError):
        return Prompts()
    if not isinstance(said, dict):
        return Prompts()
    return Prompts(_first(said, _QUESTION), _first(said, _PASSAGE))


def _first(said: dict[str, Any], names: tuple[str, ...]) -> str:
    return next((text for name in names if isinstance(text := said.get(name), str)), "")

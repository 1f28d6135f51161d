"""Every setting: one table of names, environment variables, defaults and help.

Law: the front doors read the environment once, here, and pass a frozen Settings down; nothing below
looks at the environment. A value that can't be is a SettingError that names its variable.

Does not know: what the settings do.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.errors import SettingError
from rag.settings.host import address

SEEDS = Path(__file__).resolve().parent.parent.parent / "seeds"


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the table: the field of Settings, its variable, its default as shown, its help."""

    name: str
    variable: str
    default: str
    help: str
    parse: Callable[[str], Any]


def _choice(*allowed: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text.lower() not in allowed:
            raise ValueError(f"use one of {', '.join(allowed)}")
        return text.lower()

    return parse


def _between(low: float, high: float, kind: type[int] | type[float]) -> Callable[[str], float]:
    def parse(text: str) -> float:
        value = kind(text)
        if not low <= value <= high:
            raise ValueError(f"use a number from {low:g} to {high:g}")
        return value

    return parse


def _flag(text: str) -> bool:
    if text.lower() in ("1", "true", "yes", "on"):
        return True
    if text.lower() in ("", "0", "false", "no", "off"):
        return False
    raise ValueError("use 1 or 0")


def _path(text: str) -> Path:
    try:
        return Path(text).expanduser()
    except RuntimeError as error:
        raise ValueError("there is no such user") from error


def cache_folder() -> Path:
    """Where indexes and weights live unless BYLINE_HOME says otherwise."""
    from platformdirs import user_cache_path

    return user_cache_path("byline", appauthor=False)


_BACKENDS = ("auto", "ollama", "embedded")
_WINDOW = _between(1024, 1_048_576, int)
_WHOLE = _between(0, 1024, int)
_SHARE = _between(0, 1, float)
_SECONDS = _between(1, 86_400, float)
TABLE: tuple[Setting, ...] = (
    Setting("corpus", "BYLINE_CORPUS", "seeds/", "The folder of articles.", _path),
    Setting("home", "BYLINE_HOME", "the user's cache folder", "Where indexes and weights are kept.", _path),
    Setting("llm", "BYLINE_LLM", "auto", "Who answers: auto, ollama or embedded.", _choice(*_BACKENDS)),
    Setting("ollama_host", "OLLAMA_HOST", "http://127.0.0.1:11434", "Where Ollama is asked.", address),
    Setting("model", "BYLINE_MODEL", "the one chosen last, else the best", "The Ollama model's name.", str),
    Setting("allow_remote", "BYLINE_ALLOW_REMOTE", "0", "1: also models that run elsewhere.", _flag),
    Setting("gguf", "BYLINE_GGUF", "the verified weights", "A GGUF file for the embedded model.", _path),
    Setting("embedder", "BYLINE_EMBEDDER", "multilingual-e5-small", "minilm, or a name or folder.", str),
    Setting("chroma_url", "BYLINE_CHROMA_URL", "a local folder", "A Chroma server for the vectors.", str),
    Setting("num_ctx", "BYLINE_NUM_CTX", "4096", "The model's context window, in tokens.", _WINDOW),
    Setting("threads", "BYLINE_THREADS", "0", "Threads of the embedded model; 0: its own choice.", _WHOLE),
    Setting(
        "reads",
        "BYLINE_READS",
        "3",
        "The most passages read; after two, while none answers.",
        _between(1, 20, int),
    ),
    Setting("threshold", "BYLINE_THRESHOLD", "the model's", "Refuse below this support, 0 to 1.", _SHARE),
    Setting("timeout", "BYLINE_TIMEOUT", "300", "Seconds to wait for Ollama's next word.", _SECONDS),
)


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one run; see TABLE for what each is. None and "" mean the default said there."""

    corpus: Path
    home: Path
    llm: str = "auto"
    ollama_host: str = "http://127.0.0.1:11434"
    model: str = ""
    allow_remote: bool = False
    gguf: Path | None = None
    embedder: str = ""
    chroma_url: str = ""
    num_ctx: int = 4096
    threads: int = 0
    reads: int = 3
    threshold: float | None = None
    timeout: float = 300.0


def load_settings(environ: Mapping[str, str] | None = None, **given: Any) -> Settings:
    """Settings from ``environ`` (the process's own by default); ``given`` wins where it is not None.

    An empty variable counts as unset. Raises SettingError.
    """
    variables = os.environ if environ is None else environ
    found = {row.name: _read(row, variables[row.variable]) for row in TABLE if variables.get(row.variable)}
    chosen = {name: value for name, value in given.items() if value is not None}
    defaults: dict[str, Any] = {"corpus": SEEDS, "home": cache_folder()}
    return Settings(**{**defaults, **found, **chosen})


def _row(variable: str) -> Setting:
    return next(row for row in TABLE if row.variable == variable)


def _read(row: Setting, text: str) -> Any:
    try:
        return row.parse(text)
    except ValueError as error:
        raise SettingError(f"{row.variable}={text!r}: {error}", f"set or unset {row.variable}") from error


_SILENT = {
    "LANGSMITH_TRACING_V2": "false",
    "LANGSMITH_TRACING": "false",
    "LANGCHAIN_TRACING_V2": "false",
    "ANONYMIZED_TELEMETRY": "False",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "GRADIO_ANALYTICS_ENABLED": "False",
    "GRADIO_ANALYTICS_CACHE_FREQUENCY": "1000000000",  # its own count of calls, made with pandas
    "TOKENIZERS_PARALLELISM": "false",
}
"""What keeps libraries from calling out. An inherited value must not win: a question is private."""


def prepare_process(folder: Path | None = None) -> tuple[str, ...]:
    """For front doors, before anything heavy is imported: read ``.env``, silence the libraries.

    ``.env`` is looked for in ``folder`` (the working folder by default); variables that are already
    set win over it. What it may not set is not set; the sentences say which, and are to be shown. OLLAMA_HOST
    is put as every client reads it: Ollama's own stops at its import where it can't. Raises SettingError.
    """
    from rag.settings.envfile import read_envfile

    found, refused = read_envfile((folder or Path.cwd()) / ".env")
    for name, text in found.items():
        os.environ.setdefault(name, text)
    silence()
    if host := os.environ.get("OLLAMA_HOST"):
        os.environ["OLLAMA_HOST"] = str(_read(_row("OLLAMA_HOST"), host))
    return refused


def silence() -> None:
    """Keep libraries from sending anything anywhere."""
    os.environ.update(_SILENT)
    os.environ.pop("LANGCHAIN_TRACING", None)

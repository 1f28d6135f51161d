"""Settings: one table, the environment read at the edge, and libraries kept from calling out."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import fields
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

import app
from index.errors import SettingError
from rag.settings import SEEDS, TABLE, Settings, cache_folder, load_settings
from rag.settings.envfile import FREE, LOOPBACK, read_envfile

ROOT = Path(__file__).resolve().parent.parent


def test_every_row_of_the_table_is_a_setting_with_a_default_and_back() -> None:
    assert [row.name for row in TABLE] == [field.name for field in fields(Settings)]
    assert len({row.variable for row in TABLE}) == len(TABLE)
    assert all(row.variable.startswith("BYLINE_") or row.variable == "OLLAMA_HOST" for row in TABLE)
    assert all(row.default and row.help.endswith(".") for row in TABLE)


def test_without_an_environment_the_defaults_hold() -> None:
    assert load_settings({}) == Settings(corpus=SEEDS, home=cache_folder())
    assert SEEDS == ROOT / "seeds"


@pytest.mark.parametrize("row", [row for row in TABLE if row.default[0].isdigit() or "://" in row.default])
def test_a_default_that_is_shown_as_a_value_is_the_default(row: object) -> None:
    shown = next(each for each in TABLE if each is row)
    assert shown.parse(shown.default) == getattr(load_settings({}), shown.name)


@pytest.mark.parametrize(
    ("variable", "text", "name", "value"),
    [
        ("BYLINE_CORPUS", "/articles", "corpus", Path("/articles")),
        ("BYLINE_CORPUS", "~/articles", "corpus", Path.home() / "articles"),
        ("BYLINE_HOME", "cache", "home", Path("cache")),
        ("BYLINE_LLM", "Ollama", "llm", "ollama"),
        ("BYLINE_LLM", "embedded", "llm", "embedded"),
        ("BYLINE_MODEL", "qwen2.5:3b", "model", "qwen2.5:3b"),
        ("BYLINE_ALLOW_REMOTE", "1", "allow_remote", True),
        ("BYLINE_ALLOW_REMOTE", "Yes", "allow_remote", True),
        ("BYLINE_ALLOW_REMOTE", "off", "allow_remote", False),
        ("BYLINE_GGUF", "~/m.gguf", "gguf", Path.home() / "m.gguf"),
        ("BYLINE_EMBEDDER", "org/model", "embedder", "org/model"),
        ("BYLINE_CHROMA_URL", "http://db:8000", "chroma_url", "http://db:8000"),
        ("BYLINE_NUM_CTX", "8192", "num_ctx", 8192),
        ("BYLINE_THREADS", "2", "threads", 2),
        ("BYLINE_READS", "20", "reads", 20),
        ("BYLINE_THRESHOLD", "0", "threshold", 0.0),
        ("BYLINE_THRESHOLD", "0.85", "threshold", 0.85),
        ("BYLINE_TIMEOUT", "1.5", "timeout", 1.5),
        ("BYLINE_LLM", "", "llm", "auto"),
        ("BYLINE_NUM_CTX", "", "num_ctx", 4096),
        ("BYLINE_THRESHOLD", "", "threshold", None),
    ],
)
def test_a_variable_sets_its_setting_and_no_other(variable: str, text: str, name: str, value: object) -> None:
    defaults = {field.name: getattr(load_settings({}), field.name) for field in fields(Settings)}
    assert load_settings({variable: text, "PATH": "/bin"}) == Settings(**{**defaults, name: value})


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("BYLINE_LLM", "gpt"),
        ("BYLINE_ALLOW_REMOTE", "maybe"),
        ("BYLINE_NUM_CTX", "many"),
        ("BYLINE_NUM_CTX", "1023"),
        ("BYLINE_NUM_CTX", "4096.5"),
        ("BYLINE_NUM_CTX", "9" * 30),
        ("BYLINE_THREADS", "-1"),
        ("BYLINE_READS", "0"),
        ("BYLINE_READS", "21"),
        ("BYLINE_THRESHOLD", "1.1"),
        ("BYLINE_THRESHOLD", "-0.1"),
        ("BYLINE_THRESHOLD", "nan"),
        ("BYLINE_TIMEOUT", "0"),
        ("BYLINE_TIMEOUT", "inf"),
        ("BYLINE_CORPUS", "~no-such-user/articles"),
        ("OLLAMA_HOST", "ftp://host"),
        ("OLLAMA_HOST", "two words"),
        ("OLLAMA_HOST", "http://"),
        ("OLLAMA_HOST", "http://host:port"),
        ("OLLAMA_HOST", "host:99999"),
        ("OLLAMA_HOST", "[::1"),
    ],
)
def test_a_value_that_can_not_be_is_an_error_that_names_its_variable(variable: str, text: str) -> None:
    with pytest.raises(SettingError) as caught:
        load_settings({variable: text})
    assert str(caught.value).startswith(f"{variable}={text!r}: ")
    assert "\n" not in str(caught.value)
    assert (caught.value.hint, caught.value.exit_code) == (f"set or unset {variable}", 2)


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("localhost", "http://localhost:11434"),
        ("0.0.0.0", "http://127.0.0.1:11434"),
        ("0.0.0.0:8080", "http://127.0.0.1:8080"),
        ("host:1234", "http://host:1234"),
        ("192.168.1.5", "http://192.168.1.5:11434"),
        ("[::1]:1", "http://[::1]:1"),
        ("[::1]", "http://[::1]:11434"),
        ("[::]", "http://[::1]:11434"),
        ("http://host", "http://host:80"),
        ('"http://host:1"', "http://host:1"),
        ("https://x/", "https://x:443"),
        ("https://x/ollama/", "https://x:443/ollama"),
        ("http://HOST:5", "http://host:5"),
        (":1234", "http://127.0.0.1:1234"),
        (" localhost ", "http://localhost:11434"),
    ],
)
def test_ollama_host_is_read_as_ollama_reads_it(text: str, host: str) -> None:
    assert load_settings({"OLLAMA_HOST": text}).ollama_host == host


@given(st.sampled_from(TABLE), st.text(min_size=1))
def test_any_value_is_read_or_is_a_setting_error(row: object, text: str) -> None:
    variable = next(each.variable for each in TABLE if each is row)
    with suppress(SettingError):
        assert isinstance(load_settings({variable: text}), Settings)


def test_what_is_given_wins_over_the_environment_and_none_does_not() -> None:
    environ = {"BYLINE_CORPUS": "/one", "BYLINE_READS": "5", "BYLINE_LLM": "ollama"}
    settings = load_settings(environ, corpus=Path("/two"), reads=None, llm="auto")
    assert (settings.corpus, settings.reads, settings.llm) == (Path("/two"), 5, "auto")


def run(code: str, folder: Path, **environ: str) -> str:
    """Run Python code in a process of its own, with nothing of this one's settings."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, env={**kept, "PYTHONPATH": str(ROOT), **environ},
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_a_dotenv_file_is_read_and_does_not_override(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("BYLINE_READS=7\nBYLINE_LLM=ollama\n# BYLINE_MODEL=x\n", encoding="utf-8")
    code = (
        "from rag.settings import *; prepare_process(); s = load_settings(); print(s.reads, s.llm, [s.model])"
    )
    assert run(code, tmp_path, BYLINE_LLM="embedded") == "7 embedded ['']\n"


def test_the_folder_of_the_dotenv_file_can_be_given(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / ".env").write_text("BYLINE_READS=7\n", encoding="utf-8")
    code = "from pathlib import Path; from rag.settings import *; prepare_process(Path('there')); "
    assert run(code + "print(load_settings().reads)", tmp_path) == "7\n"


def test_nothing_of_the_environment_is_read_or_written_before_it_is_prepared(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("BYLINE_READS=7\n", encoding="utf-8")
    code = (
        "import os; before = dict(os.environ); from rag.settings import *; "
        "print(dict(os.environ) == before, load_settings().reads)"
    )
    assert run(code, tmp_path) == "True 3\n"


NOISY = {
    "LANGSMITH_TRACING": "true",
    "LANGCHAIN_TRACING_V2": "true",
    "ANONYMIZED_TELEMETRY": "True",
    "HF_HUB_DISABLE_TELEMETRY": "0",
    "DO_NOT_TRACK": "0",
    "GRADIO_ANALYTICS_ENABLED": "True",
}


def test_inherited_variables_and_a_dotenv_file_can_not_make_libraries_talk(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("LANGSMITH_TRACING=true\n", encoding="utf-8")
    code = (
        "import os; from rag.settings import *; prepare_process(); "
        f"print(*(os.environ[name] for name in {list(NOISY)}))"
    )
    assert run(code, tmp_path, **NOISY) == "false false False 1 1 False\n"


class Listener(BaseHTTPRequestHandler):
    """Counts the requests that come."""

    def do_POST(self) -> None:
        assert isinstance(self.server, CountingServer)
        self.server.heard.append(self.path)
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    do_GET = do_PATCH = do_POST

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


class CountingServer(ThreadingHTTPServer):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Listener)
        self.heard: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


@pytest.fixture
def listener() -> Iterator[CountingServer]:
    with CountingServer() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


CHAIN = """
{prepare}
from rag.assistant.chain import Means, build_chain
from rag.judging.nearness import unknown
from tests.readings import asked
from tests.scripted import SCALES, hit, scripted_llm, shelf, well_read
means = Means(scripted_llm(well_read), SCALES, 1, unknown)
chain = build_chain(shelf(hit("Europe paid 60% of the total.")), means)
print(type(list(chain.stream(asked("What did Europe pay?")))[-1]).__name__)
from langchain_core.tracers.langchain import wait_for_all_tracers
wait_for_all_tracers()
"""


@pytest.mark.parametrize(
    ("prepare", "talks"),
    [("from rag.settings import prepare_process; prepare_process()", False), ("", True)],
)
def test_an_inherited_tracing_endpoint_hears_nothing(
    tmp_path: Path, listener: CountingServer, prepare: str, talks: bool
) -> None:
    traced = {"LANGSMITH_TRACING": "true", "LANGSMITH_ENDPOINT": listener.url, "LANGSMITH_API_KEY": "k"}
    assert run(CHAIN.format(prepare=prepare), tmp_path, **traced) == "Draft\n"
    assert bool(listener.heard) is talks


def test_no_library_calls_out_of_the_tests_either() -> None:
    from huggingface_hub import constants

    assert constants.HF_HUB_DISABLE_TELEMETRY


NOT_THERE = {
    "OLLAMA_HOST": (
        "http://192.0.2.1:11434",
        "localhost.evil.example",
        "http://127.0.0.1@evil.example",
        "evil:1",
    ),
    "BYLINE_CHROMA_URL": (
        "http://chroma.example:8000",
        "https://token@192.0.2.1",
        "http://127.0.0.1\\\\@evil.example",
    ),
    "BYLINE_HOST": ("0.0.0.0", "192.0.2.1", "::", "evil.example"),
    "BYLINE_ALLOW_REMOTE": ("1",),
    "BYLINE_MODEL": ("qwen3:cloud",),
    "BYLINE_GGUF": ("/tmp/model.gguf", "model.gguf"),
    "BYLINE_EMBEDDER": ("./model", "evil/model"),
    "BYLINE_HOME": ("cache", "/tmp/cache"),
    "BYLINE_CASES": ("/etc/passwd",),
    "BYLINE_RECEIPT": ("/tmp/receipt.json",),
    "HF_ENDPOINT": ("http://evil.example",),
    "HF_HOME": ("hub",),
    "HTTPS_PROXY": ("http://evil.example",),
    "all_proxy": ("http://evil.example",),
    "PIP_INDEX_URL": ("http://evil.example",),
    "GRADIO_SHARE": ("True",),
    "LANGSMITH_API_KEY": ("key",),
}
"""What a .env can not set, whoever wrote it."""
THERE = {
    "OLLAMA_HOST": ("http://127.0.0.1:11435", "localhost", "http://[::1]:1", "127.0.0.2:1/"),
    "BYLINE_CHROMA_URL": ("http://localhost:8000",),
    "BYLINE_HOST": ("127.0.0.1", "localhost", "::1"),
    "BYLINE_CORPUS": ("articles",),
    "BYLINE_THRESHOLD": ("0.9",),
    "BYLINE_PORT": ("7861",),
}


def _each(table: dict[str, tuple[str, ...]]) -> list[tuple[str, str]]:
    return [(name, text) for name, texts in table.items() for text in texts]


@pytest.mark.parametrize(("name", "text"), _each(NOT_THERE))
def test_a_dotenv_file_names_no_other_machine_no_model_and_no_file(
    tmp_path: Path, name: str, text: str
) -> None:
    (tmp_path / ".env").write_text(f"{name}='{text}'\nBYLINE_READS=7\n", encoding="utf-8")
    found, told = read_envfile(tmp_path / ".env")
    assert found == {"BYLINE_READS": "7"}
    assert [sentence.split()[0] for sentence in told] == [name]


@pytest.mark.parametrize(("name", "text"), _each(THERE))
def test_a_dotenv_file_says_how_things_are_done_here(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / ".env").write_text(f"{name}={text}\n", encoding="utf-8")
    assert read_envfile(tmp_path / ".env") == ({name: text}, ())


def test_every_setting_is_either_free_in_a_dotenv_file_or_was_thought_of() -> None:
    variables = {row.variable for row in TABLE} | {option.envvar for option in _options()}
    assert variables <= FREE | set(LOOPBACK) | set(NOT_THERE)
    assert not FREE & set(NOT_THERE)


def _options() -> list[typer.core.TyperOption]:
    group = typer.main.get_command(app.cli)
    commands = [*group.commands.values(), *group.commands["model"].commands.values()]
    return [each for command in commands for each in command.params if getattr(each, "envvar", None)]


def test_what_is_no_business_of_ours_in_a_dotenv_file_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("DATABASE_URL=x\nPATH=/evil\nLD_PRELOAD=/evil.so\n", encoding="utf-8")
    assert read_envfile(tmp_path / ".env") == ({}, ())


def test_a_dotenv_file_that_is_no_text_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"\xff\xfe\x00BYLINE_READS=7")
    assert read_envfile(tmp_path / ".env") == ({}, (".env can't be read, so nothing is taken from it.",))


def test_what_a_dotenv_file_may_not_set_is_told_and_not_set(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(
        "OLLAMA_HOST=http://192.0.2.1\nHTTP_PROXY=http://192.0.2.1\n", encoding="utf-8"
    )
    code = "import os; from rag.settings import *; told = prepare_process(); "
    said = run(code + "print(len(told), load_settings().ollama_host, os.environ.get('HTTP_PROXY'))", tmp_path)
    assert said == "2 http://127.0.0.1:11434 None\n"

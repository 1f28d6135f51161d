"""Addresses of an Ollama: what its own client takes, and a sentence for anything else."""

import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ollama._client import _parse_host

from rag.settings.host import address
from tests.commands import start

ROOT = Path(__file__).resolve().parent.parent
TAKEN = [
    ("127.0.0.1:11434 ", "http://127.0.0.1:11434"),
    (' "127.0.0.1:11434" ', "http://127.0.0.1:11434"),
    ("' http://host '", "http://host:80"),
    ("0.0.0.0", "http://127.0.0.1:11434"),
    ("http://0.0.0.0:8080/", "http://127.0.0.1:8080"),
    ("11435", "http://127.0.0.1:11435"),
    (":11435", "http://127.0.0.1:11435"),
    ("http://:11435", "http://127.0.0.1:11435"),
    ("::1", "http://[::1]:11434"),
    ("::", "http://[::1]:11434"),
    ("[::1]:1", "http://[::1]:1"),
    ("[fe80::1%eth0]:1", "http://[fe80::1%eth0]:1"),
    ("2001:db8::5", "http://[2001:db8::5]:11434"),
    ("host/ollama", "http://host:11434/ollama"),
    ("host:1/ollama/", "http://host:1/ollama"),
    ("HTTPS://host/ollama", "https://host:443/ollama"),
    ("https://host:8443", "https://host:8443"),
]


@pytest.mark.parametrize(("text", "meant"), TAKEN)
def test_what_ollamas_client_takes_is_taken(text: str, meant: str) -> None:
    assert address(text) == meant
    assert address(meant) == meant


@pytest.mark.parametrize("text", ["host", "host:1", "http://host", "https://host:1/path/", "[::1]:5/a", ":1"])
def test_an_address_means_what_it_means_to_ollamas_own_client(text: str) -> None:
    assert address(text) == _parse_host(text)


@pytest.mark.parametrize(
    "text",
    ["ftp://host", "http://", "two words", "host:port", "host:99999", "host:0", "[::1", "a@b", "h?x", "h#x",
     "h\nost", "://", "http://a b", "host:1:2:x]", "ho\\st"],
)  # fmt: skip
def test_anything_else_is_told_in_one_sentence(text: str) -> None:
    with pytest.raises(ValueError, match="use a") as caught:
        address(text)
    assert "\n" not in str(caught.value)


@given(st.text(max_size=30) | st.from_regex(r"(https?://)?[a-z0-9.:\[\]]{0,12}(/[a-z]*)?", fullmatch=True))
def test_an_address_is_one_that_means_itself_or_a_sentence(text: str) -> None:
    with suppress(ValueError):
        found = address(text)
        assert found.startswith(("http://", "https://"))
        assert address(found) == found


@pytest.mark.parametrize("host", ["127.0.0.1:9 ", '"127.0.0.1:9"', "127.0.0.1:nine", "[::1"])
def test_no_command_shows_a_traceback_for_an_address(host: str, home: Path) -> None:
    environ = {"OLLAMA_HOST": host, "BYLINE_HOME": str(home), "PATH": "/usr/bin", "PYTHONPATH": str(ROOT)}
    environ |= {"BYLINE_EMBEDDER": "minilm"}  # the other one is not in that home, which is a fault of its own
    for command in (("model", "list"), ("ask", "Who?", "--corpus", str(home))):
        process = start(*command, env=environ)
        out, err = process.communicate(timeout=120)
        assert "Traceback" not in out + err
        assert process.returncode in (0, 2)
        if process.returncode:
            assert err.startswith("byline: ")


def test_importing_the_program_needs_no_sound_address() -> None:
    code = "import app; app.main(['model', '--help'])"
    ran = subprocess.run(
        [sys.executable, "-c", code], env={"OLLAMA_HOST": "[::1", "PATH": "/usr/bin"}, cwd=ROOT,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "Traceback" not in ran.stderr

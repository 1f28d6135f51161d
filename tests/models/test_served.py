"""What an Ollama has: its models with the digest of their weights, their size and their stop words."""

from dataclasses import replace
from hashlib import sha256

import pytest

from rag.models.served import OllamaModel, models, server_version, stops_of, weights_of
from tests.ollama_chat import ModelFile
from tests.ollama_standin import OllamaStandin

W, X = "c" * 64, "d" * 64
SMALL = ModelFile("qwen2.5:0.5b", digest="b" * 64, weights=W, parameter_size="494.03M", stops=("<|im_end|>",))
CLOUD = ModelFile("gpt-oss:120b-cloud", remote_host="https://ollama.com:443")
EMBEDDER = ModelFile("nomic-embed-text", capabilities=("embedding",))


def test_models_are_listed_with_what_matters() -> None:
    with OllamaStandin((SMALL, CLOUD, EMBEDDER)) as server:
        small, cloud, embedder = models(server.url)
    assert small == OllamaModel(
        "qwen2.5:0.5b", "b" * 64, 32_768, True, "", W, pytest.approx(0.49403), SMALL.size, ("<|im_end|>",)
    )
    assert (cloud.remote, embedder.completes) == ("https://ollama.com:443", False)


def test_a_server_without_models_has_none() -> None:
    with OllamaStandin() as server:
        assert models(server.url) == ()


def test_the_same_weights_have_one_digest_under_every_name_and_template() -> None:
    other = replace(SMALL, name="other", digest="e" * 64, prefill=False)
    with OllamaStandin((SMALL, other)) as server:
        one, two = models(server.url)
    assert one.weights == two.weights == W
    assert one.digest != two.digest


@pytest.mark.parametrize(
    ("modelfile", "digest"),
    [
        (f"# FROM x:latest\n\nFROM /models/blobs/sha256-{W}\nTEMPLATE {{}}\n", W),
        (f'FROM "C:\\Users\\x\\blobs\\sha256-{W}"\n', W),
        (f"FROM /b/sha256-{W}\nFROM /b/sha256-{X}\n", W),
        (f"FROM /b/sha256-{W}\nADAPTER /b/sha256-{X}\n", sha256(f"{W} {X}".encode()).hexdigest()),
        ("FROM llama3\n", ""),
        (f"# FROM /b/sha256-{W}\n", ""),
        ("", ""),
    ],
)
def test_the_weights_are_those_of_the_from_line(modelfile: str, digest: str) -> None:
    assert weights_of(modelfile) == digest


def test_stop_words_are_read_from_the_parameters() -> None:
    told = 'stop                           "<|im_end|>"\ntemperature                    0.7\nstop  "</s>"'
    assert stops_of(told) == ("<|im_end|>", "</s>")


SIZES = [("1.8B", 1.8), ("268.10M", 0.2681), ("1T", 1000), ("", 0.494032768)]
VERSIONS = [("0.12.11", (0, 12, 11)), ("0.24.0-rc1", (0, 24, 0)), ("", ())]


@pytest.mark.parametrize(("size", "billions"), SIZES)
def test_parameters_are_told_or_counted(size: str, billions: float) -> None:
    with OllamaStandin((replace(SMALL, parameter_size=size),)) as server:
        (found,) = models(server.url)
    assert found.billions == pytest.approx(billions)


@pytest.mark.parametrize(("told", "version"), VERSIONS)
def test_the_version_is_read_as_numbers(told: str, version: tuple[int, ...]) -> None:
    with OllamaStandin(version=told) as server:
        assert server_version(server.url) == version

"""The doctor: every check ends in a finding, and a fault has its fix beside it."""

from dataclasses import replace
from pathlib import Path

import pytest

from index.sync import sync
from rag import weights
from rag.doctor import PACKAGES, Finding, examine
from rag.llm import UNCALIBRATED
from rag.settings import Settings
from tests.fakes import HashEmbedder
from tests.ollama_chat import ModelFile
from tests.ollama_standin import OllamaStandin

SMALL = ModelFile("qwen2.5:0.5b")
DEAD = "http://127.0.0.1:9"


@pytest.fixture
def settings(corpus: Path, home: Path) -> Settings:
    return Settings(corpus=corpus, home=home, ollama_host=DEAD)


def found(settings: Settings) -> dict[str, Finding]:
    findings = list(examine(settings))
    assert all(finding.seen for finding in findings)
    assert all(bool(finding.fix) is not finding.well for finding in findings)
    return {finding.what: finding for finding in findings}


def test_everything_is_looked_at(settings: Settings) -> None:
    looked = list(found(settings))
    assert looked[0] == "Python"
    assert tuple(looked[1 : 1 + len(PACKAGES)]) == PACKAGES
    assert {"corpus", "embeddings", "index", "model", "disk"} < set(looked)


def test_what_is_installed_is_found(settings: Settings) -> None:
    findings = found(settings)
    assert all(findings[name].well for name in PACKAGES)
    assert findings["embeddings"] == Finding("embeddings", True, "all-MiniLM-L6-v2, 384 dimensions")


def test_on_a_fresh_machine_the_fixes_are_named(settings: Settings) -> None:
    findings = found(settings)
    assert (findings["index"].well, "byline index" in findings["index"].fix) == (False, True)
    assert (findings["model"].well, findings["model"].fix) == (False, "byline model pull")
    assert DEAD in findings["Ollama"].seen


def test_the_doctor_changes_nothing(settings: Settings) -> None:
    found(settings)
    assert not settings.home.exists()


def test_a_corpus_is_counted(settings: Settings) -> None:
    assert found(settings)["corpus"] == Finding("corpus", True, f"3 files in {settings.corpus}")


def test_a_missing_corpus_is_a_fault(settings: Settings) -> None:
    finding = found(replace(settings, corpus=settings.corpus / "nowhere"))["corpus"]
    assert (finding.well, "nowhere" in finding.seen) == (False, True)


def test_an_index_of_another_embedding_model_is_a_fault(settings: Settings) -> None:
    sync(settings.corpus, settings.home, HashEmbedder())
    assert found(settings)["index"] == Finding("index", False, "built with hash", "byline index --rebuild")


def test_an_embedding_model_that_is_none_is_a_fault(settings: Settings) -> None:
    finding = found(replace(settings, embedder=str(settings.corpus)))["embeddings"]
    assert (finding.well, str(settings.corpus) in finding.seen) == (False, True)


def test_the_model_of_ollama_is_found(settings: Settings) -> None:
    with OllamaStandin((SMALL,)) as server:
        findings = found(replace(settings, ollama_host=server.url))
    assert findings["model"] == Finding("model", True, f"qwen2.5:0.5b through Ollama at {server.url}")
    assert "Ollama" not in findings


def test_an_ollama_without_probabilities_is_told(settings: Settings) -> None:
    with OllamaStandin((SMALL,), version="0.12.10") as server:
        finding = found(replace(settings, ollama_host=server.url))["Ollama"]
    assert (finding.well, "0.12.10 gives no probabilities" in finding.seen) == (False, True)


def test_a_named_ollama_that_is_down_is_a_fault(settings: Settings) -> None:
    finding = found(replace(settings, llm="ollama"))["model"]
    assert (finding.well, DEAD in finding.seen, "ollama serve" in finding.fix) == (False, True, True)


def test_a_file_of_ones_own_must_be_there(settings: Settings, tmp_path: Path) -> None:
    own = replace(settings, llm="embedded", gguf=tmp_path / "mine.gguf")
    finding = found(own)["model"]
    assert (finding.well, "mine.gguf" in finding.seen, "BYLINE_GGUF" in finding.fix) == (False, True, True)
    (tmp_path / "mine.gguf").write_bytes(b"GGUF")
    assert found(own)["model"] == Finding("model", True, "mine, embedded")


@pytest.mark.parametrize(
    ("digest", "seen"),
    [
        (weights.EMBEDDED.sha256, "was measured"),
        ("f" * 64, f"never measured: a default of {UNCALIBRATED.accept:.2f} is used"),
    ],
)
def test_whether_the_threshold_was_measured_is_told(settings: Settings, digest: str, seen: str) -> None:
    with OllamaStandin((replace(SMALL, digest=digest),)) as server:
        assert seen in found(replace(settings, ollama_host=server.url))["refusal"].seen


def test_a_threshold_of_ones_own_is_told(settings: Settings) -> None:
    with OllamaStandin((SMALL,)) as server:
        finding = found(replace(settings, ollama_host=server.url, threshold=0.25))["refusal"]
    assert "0.25" in finding.seen

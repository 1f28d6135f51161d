"""The doctor: every check ends in a finding, and a fault has its fix beside it."""

from dataclasses import replace
from pathlib import Path

import pytest

from index.sync import sync
from rag.front.doctor import PACKAGES, Finding, examine
from rag.judging.score import COMMAND, Fit, shipped, store
from rag.models import weights
from rag.settings import Settings
from tests.fakes import HashEmbedder
from tests.ollama_chat import ModelFile
from tests.ollama_standin import OllamaStandin

SMALL = ModelFile("qwen2.5:0.5b")
EMBEDDED = weights.EMBEDDED.sha256
FITTED = Fit(
    "", "lines", "small", -0.5, {"first": 1.0}, 0.912, 0.97, {"cases": "480", "held out": ".83 right"}
)
DEAD = "http://127.0.0.1:9"


@pytest.fixture
def settings(corpus: Path, home: Path) -> Settings:
    return Settings(corpus=corpus, home=home, ollama_host=DEAD, embedder="minilm")


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


def used(digest: str, form: str) -> str:
    """What is told of the fit that is used where there is no own one."""
    fit = shipped(digest, form)
    if fit.digest:
        return f"the shipped fit of this model is used, which answers from a support of {fit.accept:.2f} on"
    return f"the fit of any model is used, from a support of {fit.accept:.2f} on; to fit one: {COMMAND}"


def refusal(settings: Settings, digest: str = SMALL.digest) -> Finding:
    with OllamaStandin((replace(SMALL, digest=digest),)) as server:
        return found(replace(settings, ollama_host=server.url))["refusal"]


@pytest.mark.parametrize("digest", [EMBEDDED, "f" * 64])
def test_a_model_without_a_fit_of_its_own_is_told_with_what_is_used_instead(
    settings: Settings, digest: str
) -> None:
    assert refusal(settings, digest) == Finding(
        "refusal", True, f"no fit of your own: {used(digest, 'lines')}"
    )


def test_a_fit_of_ones_own_is_told_with_how_it_did(settings: Settings) -> None:
    store(replace(FITTED, digest=SMALL.digest), settings.home)
    seen = "below a support of 0.912, fitted for small (lines); cases: 480; held out: .83 right"
    assert refusal(settings) == Finding("refusal", True, seen)


def test_a_broken_fit_is_a_fault_and_what_is_used_instead_is_told(settings: Settings) -> None:
    path = store(replace(FITTED, digest=SMALL.digest), settings.home)
    path.write_bytes(b"{")
    finding = refusal(settings)
    assert (finding.well, finding.fix) == (False, f"fit it again: {COMMAND}")
    assert str(path) in finding.seen
    assert finding.seen.endswith(f"; {used(SMALL.digest, 'lines')}")


def test_the_embedded_models_fit_is_told_before_its_weights_are_here(settings: Settings) -> None:
    assert found(settings)["refusal"].seen == f"no fit of your own: {used(EMBEDDED, 'grammar')}"
    store(replace(FITTED, digest=EMBEDDED, form="grammar"), settings.home)
    assert "fitted for small (grammar)" in found(settings)["refusal"].seen


def test_a_file_of_ones_own_has_the_fit_of_its_content(settings: Settings, tmp_path: Path) -> None:
    mine = tmp_path / "mine.gguf"
    mine.write_bytes(b"GGUF")
    own = replace(settings, llm="embedded", gguf=mine)
    digest = weights.sha256_of(mine)
    assert found(own)["refusal"].seen == f"no fit of your own: {used(digest, 'grammar')}"
    store(replace(FITTED, digest=digest, form="grammar"), settings.home)
    assert "fitted for small (grammar)" in found(own)["refusal"].seen


def test_a_threshold_of_ones_own_is_told(settings: Settings) -> None:
    with OllamaStandin((SMALL,)) as server:
        finding = found(replace(settings, ollama_host=server.url, threshold=0.25))["refusal"]
    assert finding == Finding("refusal", True, "below a support of 0.25, as BYLINE_THRESHOLD says")

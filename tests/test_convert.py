"""The publisher's file becomes a folder that sentence-transformers reads, whole or not at all."""

import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from index.embed.convert import DOCUMENT, QUERY, WEIGHTS, convert
from index.embed.folder import FolderEmbedder
from index.errors import EmbedderError
from tests.e5_file import HIDDEN, POSITIONS, e5_file


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "small.bin"
    path.write_bytes(e5_file())
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "made" / "small"


def silent(_done: int, _total: int) -> None:
    """Progress for nobody."""


def opened(folder: Path) -> FolderEmbedder:
    return FolderEmbedder("small", folder, "make it again", lean=True)


def test_the_folder_is_a_model_that_embeds(file: Path, folder: Path) -> None:
    convert(file, folder, silent)
    embedder = opened(folder)
    assert (embedder.dimension, embedder.window) == (HIDDEN, POSITIONS - len(DOCUMENT))
    vectors = np.array(
        [embedder.embed_query("a bridge"), *embedder.embed_documents(["a bridge", "", "b " * 99])]
    )
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1.0] * 4, abs=1e-5)
    assert vectors[0] != pytest.approx(vectors[1], abs=1e-3)


def test_four_bits_are_read_low_half_first_each_minus_eight_times_the_scale(file: Path, folder: Path) -> None:
    content = file.read_bytes()
    at = content.index(b"emb.word") + len("emb.word") + 5
    (start,) = struct.unpack_from("<Q", content, at)
    halves = [0x10, 0xF8, *[0x88] * 14]
    block = struct.pack("<e16B", 0.5, *halves)
    file.write_bytes(content[:start] + block + content[start + 18 :])
    convert(file, folder, silent)
    row = load_file(folder / WEIGHTS)["embeddings.word_embeddings.weight"][0]
    assert row[:3].tolist() == [-4.0, 0.0, 0.0]
    assert row[16:19].tolist() == [-3.5, 3.5, 0.0]


def test_pieces_are_the_files_and_characters_are_read_as_its_map_says(file: Path, folder: Path) -> None:
    convert(file, folder, silent)
    embedder = opened(folder)
    counted = [
        embedder.count_tokens(text) for text in ("a bridge", "a\u200bbridge", "a\x01 bridge", "a  \n bridge ")
    ]
    assert counted == [2, 2, 2, 2]
    assert [embedder.count_tokens(text) for text in ("", "reopened", "\U00012000", "b" * 2000)] == [
        0,
        2,
        2,
        2001,
    ]


def test_the_same_file_gives_the_same_weights(file: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        convert(file, tmp_path / name, silent)
    assert (tmp_path / "one" / WEIGHTS).read_bytes() == (tmp_path / "two" / WEIGHTS).read_bytes()


def test_progress_is_told_in_bytes_and_ends_at_the_whole(file: Path, folder: Path) -> None:
    told: list[tuple[int, int]] = []
    convert(file, folder, lambda done, total: told.append((done, total)))
    assert told == sorted(told)
    assert told[-1][0] == told[-1][1]


@pytest.mark.parametrize(
    "content",
    [b"", b"GGUF" + e5_file()[4:], e5_file(version=2), e5_file(block=64), e5_file()[:300], e5_file()[:-1]],
    ids=["empty", "magic", "version", "block", "cut in the head", "cut in the numbers"],
)
def test_what_is_no_whole_file_is_refused_and_nothing_is_left(
    file: Path, folder: Path, content: bytes
) -> None:
    file.write_bytes(content)
    with pytest.raises(EmbedderError, match="not a whole file") as caught:
        convert(file, folder, silent)
    assert "byline model pull" in caught.value.hint
    assert not folder.parent.exists() or list(folder.parent.iterdir()) == []


def test_weights_that_come_out_otherwise_are_refused(file: Path, folder: Path) -> None:
    with pytest.raises(EmbedderError, match="otherwise"):
        convert(file, folder, silent, expect="0" * 64)
    assert list(folder.parent.iterdir()) == []


def test_an_interrupted_conversion_leaves_what_was_there_and_is_begun_anew(file: Path, folder: Path) -> None:
    convert(file, folder, silent)
    before = (folder / WEIGHTS).read_bytes()

    def interrupt(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        convert(file, folder, interrupt)
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]
    assert (folder / WEIGHTS).read_bytes() == before


def test_what_a_killed_conversion_left_is_no_hindrance(file: Path, folder: Path) -> None:
    left = folder.with_name(f"{folder.name}.new")
    left.mkdir(parents=True)
    (left / WEIGHTS).write_bytes(b"half")
    convert(file, folder, silent)
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_a_disk_that_takes_no_more_leaves_nothing(file: Path, folder: Path) -> None:
    resource = pytest.importorskip("resource")
    code = f"""
import resource
from pathlib import Path
from index.embed.convert import convert
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, {resource.RLIM_INFINITY}))
try:
    convert(Path({str(file)!r}), Path({str(folder)!r}), lambda *_: None)
except OSError as error:
    print("refused")
"""
    root = Path(__file__).resolve().parent.parent
    ran = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert ran.stdout == "refused\n"
    assert list(folder.parent.iterdir()) == []


def test_the_prompts_are_the_models(file: Path, folder: Path) -> None:
    convert(file, folder, silent)
    prompted = opened(folder)
    (folder / "config_sentence_transformers.json").unlink()
    plain = opened(folder)
    assert plain.embed_documents([f"{QUERY}a bridge"])[0] == pytest.approx(
        prompted.embed_query("a bridge"), abs=1e-6
    )
    assert plain.digest != prompted.digest

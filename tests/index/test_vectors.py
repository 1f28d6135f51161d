"""Vectors in Chroma, in folders and on a server: what is built is what was asked for."""

import math
import random
import shutil
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from index.catalog import EVERYTHING, VectorRow, Where
from index.errors import VectorsError
from index.vectors import Generation, VectorStore, open_vectors, place_of
from index.vectors.local import LocalStore

DATES = ("2025-02-24", "2025-02-25", None)


def angle(number: int) -> list[float]:
    return [math.cos(number / 100), math.sin(number / 100)]


def row(identity: str) -> VectorRow:
    """A passage whose vector stands at as many hundredths of a radian as its id says."""
    number = int(identity)
    vector = struct.pack("<2f", *angle(number))
    return VectorRow(identity, f"{number % 3}.txt", DATES[number % 3], f"Text {number}.", vector)


def rows(ids: Iterable[str]) -> Iterator[VectorRow]:
    return map(row, sorted(ids))


def numbered(*numbers: int) -> frozenset[str]:
    return frozenset(map(str, numbers))


@pytest.fixture(params=["local", "server"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> VectorStore:
    url = request.getfixturevalue("chroma_server") if request.param == "server" else None
    return open_vectors(tmp_path, f"test{id(tmp_path)}", url)


def nearest(
    store: VectorStore,
    generation: Generation,
    number: int,
    k: int,
    where: Where = EVERYTHING,
    paths: Sequence[str] | None = None,
) -> list[str]:
    with closing(store.open(generation)) as searcher:
        return [identity for identity, _ in searcher.search(angle(number), k, where, paths)]


def test_a_search_gives_the_nearest_first_with_their_distances(store: VectorStore) -> None:
    generation = store.build(None, numbered(*range(0, 100, 10)), rows)
    with closing(store.open(generation)) as searcher:
        found = searcher.search(angle(41), 3)
    assert [identity for identity, _ in found] == ["40", "50", "30"]
    expected = [1 - math.cos(0.01), 1 - math.cos(0.09), 1 - math.cos(0.11)]
    assert [distance for _, distance in found] == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize(
    ("where", "paths", "found"),
    [
        (Where(), None, ["4", "3", "5", "2"]),
        (Where(since="2025-02-25"), None, ["4", "1", "7", "10"]),
        (Where(until="2025-02-24"), None, ["3", "6", "0", "9"]),
        (Where(since="2025-02-24", until="2025-02-24"), None, ["3", "6", "0", "9"]),
        (Where(), ["2.txt"], ["5", "2", "8", "11"]),
        (Where(since="2025-01-01"), ["1.txt", "2.txt"], ["4", "1", "7", "10"]),
        (Where(), [], []),
    ],
)
def test_filters_hold(store: VectorStore, where: Where, paths: list[str] | None, found: list[str]) -> None:
    generation = store.build(None, numbered(*range(12)), rows)
    assert set(nearest(store, generation, 4, 4, where, paths)) == set(found)


@pytest.mark.parametrize("seed", [0, 1])
def test_no_passage_among_near_twins_is_out_of_reach(store: VectorStore, seed: int) -> None:
    chance, count = random.Random(seed), 200
    middle = [chance.gauss(0, 1) for _ in range(16)]
    vectors = {f"{n:03}": [x + chance.gauss(0, 1e-4) * (n % 5 > 0) for x in middle] for n in range(count)}

    def twins(ids: Iterable[str]) -> Iterator[VectorRow]:
        return (VectorRow(i, "a.txt", None, "A.", struct.pack("<16f", *vectors[i])) for i in sorted(ids))

    generation = store.build(None, frozenset(vectors), twins)
    with closing(store.open(generation)) as searcher:
        assert {found for found, _ in searcher.search(middle, count)} == set(vectors)


def test_a_new_generation_leaves_the_old_one_as_it_was(store: VectorStore) -> None:
    old = store.build(None, numbered(1, 2, 3), rows)
    new = store.build(old, numbered(2, 3, 40), rows)
    assert (sorted(nearest(store, old, 1, 9)), sorted(nearest(store, new, 1, 9))) == (
        ["1", "2", "3"],
        ["2", "3", "40"],
    )
    assert store.sound(old, numbered(1, 2, 3))
    assert store.sound(new, numbered(2, 3, 40))
    assert not store.sound(new, numbered(1, 2, 3))


def test_a_sweep_removes_the_others(store: VectorStore) -> None:
    old, new = store.build(None, numbered(1), rows), store.build(None, numbered(2), rows)
    store.sweep(new.name)
    assert (store.sound(old, numbered(1)), store.sound(new, numbered(2))) == (False, True)
    with pytest.raises(VectorsError) as caught:
        store.open(old)
    assert "byline index" in caught.value.hint


def test_a_generation_without_all_of_its_rows_is_refused(store: VectorStore) -> None:
    with pytest.raises(VectorsError, match="not those that were written"):
        store.build(None, numbered(1, 2), lambda ids: rows(sorted(ids)[:1]))


@pytest.mark.parametrize("size", range(4))
def test_reading_a_generation_leaves_it_sound(store: VectorStore, size: int) -> None:
    ids = numbered(*range(size))
    generation = store.build(None, ids, rows)
    for _ in range(2):
        assert sorted(nearest(store, generation, 1, 9)) == sorted(ids)
    assert store.sound(generation, ids)


def test_an_empty_generation_finds_nothing(store: VectorStore) -> None:
    generation = store.build(None, frozenset(), rows)
    assert nearest(store, generation, 1, 5) == []


def test_a_large_build_goes_in_batches(store: VectorStore) -> None:
    ids = numbered(*range(6000))
    generation = store.build(None, ids, rows)
    assert store.sound(generation, ids)


def test_threads_may_search_at_once(store: VectorStore) -> None:
    generation = store.build(None, numbered(*range(100)), rows)
    found: list[str] = []
    with closing(store.open(generation)) as searcher:

        def search(number: int) -> None:
            for _ in range(10):
                found.append(searcher.search(angle(number), 1)[0][0] + f"={number}")

        threads = [threading.Thread(target=search, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(found) == sorted(f"{number}={number}" for number in range(8) for _ in range(10))


def test_a_folder_that_a_reader_holds_is_not_swept(tmp_path: Path) -> None:
    store = open_vectors(tmp_path, "x")
    old, new = store.build(None, numbered(1), rows), store.build(None, numbered(2), rows)
    with closing(store.open(old)) as reader:
        store.sweep(new.name)
        assert [identity for identity, _ in reader.search(angle(1), 5)] == ["1"]
    assert sorted(path.name for path in (tmp_path / "vectors").iterdir()) == sorted(
        [old.name, f"{old.name}.lock", new.name]
    )
    store.sweep(new.name)
    assert [path.name for path in (tmp_path / "vectors").iterdir()] == [new.name]


def test_a_killed_reader_holds_nothing(tmp_path: Path) -> None:
    store = open_vectors(tmp_path, "x")
    old, new = store.build(None, numbered(1), rows), store.build(None, numbered(2), rows)
    code = (
        "import sys, time; from pathlib import Path; from index.vectors import *\n"
        f"held = open_vectors(Path({str(tmp_path)!r}), 'x').open({old!r})\n"
        "print('open', flush=True)\n"
        "time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
    ) as reader:
        assert reader.stdout
        assert reader.stdout.readline() == b"open\n"
        store.sweep(new.name)
        assert (tmp_path / "vectors" / old.name).exists()
        reader.kill()
    store.sweep(new.name)
    assert not (tmp_path / "vectors" / old.name).exists()


def test_a_large_generation_is_made_from_a_copy_even_while_it_is_read(tmp_path: Path) -> None:
    asked: list[str] = []

    def noted(ids: Iterable[str]) -> Iterator[VectorRow]:
        asked.extend(sorted(ids))
        return rows(ids)

    store = LocalStore(tmp_path, copy_from=10)
    old = store.build(None, numbered(*range(20)), rows)
    with closing(store.open(old)) as reader:
        new = store.build(old, numbered(*range(5, 25)), noted)
        assert [identity for identity, _ in reader.search(angle(0), 1)] == ["0"]
    assert asked == ["20", "21", "22", "23", "24"]
    assert store.sound(new, numbered(*range(5, 25)))
    assert nearest(store, new, 22, 3)[0] == "22"
    assert (old.name[:2], new.name[:2]) == ("00", "01")


def _garble(file: Path) -> None:
    file.write_bytes(b"\xff" * file.stat().st_size)


def _cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:100])


DAMAGES: list[Callable[[Path], object]] = [
    shutil.rmtree,
    lambda place: [_garble(file) for file in place.rglob("*.bin")],
    lambda place: [_cut(file) for file in place.rglob("*.bin")],
    lambda place: _garble(place / "chroma.sqlite3"),
    lambda place: _cut(place / "chroma.sqlite3"),
    lambda place: (place / "chroma.sqlite3").unlink(),
    lambda place: [file.unlink() for file in place.rglob("*.bin")],
]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_folder_is_seen_and_built_anew(tmp_path: Path, damage: Callable[[Path], object]) -> None:
    store, ids = LocalStore(tmp_path, copy_from=10), numbered(*range(20))
    old = store.build(None, ids, rows)
    damage(tmp_path / old.name)
    assert not store.sound(old, ids)
    with pytest.raises(VectorsError) as caught:
        store.open(old)
    assert "byline index" in caught.value.hint
    new = store.build(old, ids, rows)
    assert store.sound(new, ids)
    assert nearest(store, new, 7, 1) == ["7"]


def test_a_build_that_fails_leaves_no_folder(tmp_path: Path) -> None:
    def broken(_ids: Iterable[str]) -> Iterator[VectorRow]:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        LocalStore(tmp_path).build(None, numbered(1), broken)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_for_vectors_that_can_not_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "vectors").write_text("in the way", encoding="utf-8")
    with pytest.raises(VectorsError, match="can't be used") as caught:
        open_vectors(tmp_path, "x").build(None, numbered(1), rows)
    assert caught.value.hint


def test_the_server_holds_text_and_metadata_and_only_its_own_collections_are_swept(
    chroma_server: str, tmp_path: Path
) -> None:
    import chromadb

    one, other = (
        open_vectors(tmp_path, "one", chroma_server),
        open_vectors(tmp_path, "other", f"{chroma_server}/default_tenant/default_database"),
    )
    kept, swept = one.build(None, numbered(4), rows), other.build(None, numbered(4), rows)
    other.sweep("")
    client = chromadb.HttpClient(port=int(chroma_server.rpartition(":")[2]))
    stored = client.get_collection(kept.name, embedding_function=None).get()
    assert (stored["documents"], stored["metadatas"]) == (
        ["Text 4."],
        [{"path": "1.txt", "published": 20250225}],
    )
    assert swept.name not in {collection.name for collection in client.list_collections()}


def test_a_server_that_does_not_answer_is_named_without_its_token(tmp_path: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{closed.getsockname()[1]}"
        with pytest.raises(VectorsError, match=f"http://{address} does not answer") as caught:
            open_vectors(tmp_path, "x", f"http://secret@{address}").build(None, numbered(1), rows)
    assert "BYLINE_CHROMA_URL" in caught.value.hint


@pytest.mark.parametrize(
    "url", ["localhost:8000", "ftp://host", "http://", "http://h:port", "http://h/only-tenant", "http://["]
)
def test_an_address_that_is_none_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(VectorsError, match="is not one") as caught:
        open_vectors(tmp_path, "x", url)
    assert "http://127.0.0.1:8000" in caught.value.hint


@pytest.mark.parametrize(
    ("url", "place"),
    [(None, ""), ("", ""), ("http://h:1", "http://h:1"), ("https://token@h/t/d", "https://h/t/d")],
)
def test_a_place_never_holds_the_token(url: str | None, place: str) -> None:
    assert place_of(url) == place

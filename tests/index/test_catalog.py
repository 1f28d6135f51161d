"""The catalog: what goes in comes out, searches find, errors say what to do."""

import sqlite3
import struct
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.article import Article, Source
from index.catalog import (
    CatalogReader,
    CatalogWriter,
    Entry,
    RefusedFile,
    StoredFile,
    VectorRow,
    Where,
)
from index.chunk import chunk, content_hash
from index.errors import IndexMissing, StorageError
from index.read import File


def entry(path: str, text: str, published: str | None = "2025-02-25", title: str = "A title") -> Entry:
    article = Article(Source(path, title, "Ada", None, published), text)
    passages = chunk(article, lambda words: len(words.split()), 45)
    stored = StoredFile(File(path, len(text), 7), f"digest of {path}")
    return Entry(article, stored, passages, tuple(content_hash(passage) for passage in passages))


AID = entry("aid.txt", "Europe paid most of the aid to Ukraine. " * 12)
BRIDGE = entry(
    "local/bridge.txt", "The café by the bridge reopened; the U.S. ambassador came.", "2024-01-31", "Bridges"
)
UNDATED = entry("undated.txt", "Peacekeepers were refused in Europe.", None)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with closing(CatalogWriter(tmp_path)) as catalog, catalog.transaction():
        for item in (AID, BRIDGE, UNDATED):
            catalog.put(item)
    return tmp_path


@pytest.fixture
def reader(folder: Path) -> Iterator[CatalogReader]:
    with closing(CatalogReader(folder)) as catalog:
        yield catalog


def paths_of(catalog: CatalogReader, ids: list[str]) -> list[str]:
    return list(dict.fromkeys(passage.source.path for passage in catalog.passages(ids)))


def test_what_was_put_is_read_back(reader: CatalogReader) -> None:
    assert reader.article("aid.txt") == AID.article
    assert reader.passages([p.id for p in reversed(AID.passages)]) == list(reversed(AID.passages))
    assert reader.files() == {item.stored.file.path: item.stored for item in (AID, BRIDGE, UNDATED)}
    assert reader.sources() == [(i.article.source, len(i.passages)) for i in (AID, BRIDGE, UNDATED)]
    assert reader.passage_ids() == {p.id for i in (AID, BRIDGE, UNDATED) for p in i.passages}
    assert (reader.stats().articles, reader.stats().passages) == (3, len(AID.passages) + 2)


def test_unknown_passages_are_left_out_and_an_unknown_article_is_an_error(reader: CatalogReader) -> None:
    assert reader.passages(["nothing", BRIDGE.passages[0].id]) == [BRIDGE.passages[0]]
    with pytest.raises(KeyError):
        reader.article("nothing.txt")


@pytest.mark.parametrize(
    ("query", "where", "found"),
    [
        ("Who refused peacekeepers?", Where(), ["undated.txt"]),
        ("peacekeeper", Where(), ["undated.txt"]),
        ("CAFE", Where(), ["local/bridge.txt"]),
        ("the U.S. envoy", Where(), ["local/bridge.txt"]),
        ("Trump's bridges", Where(), ["local/bridge.txt"]),
        ("what is the", Where(), ["local/bridge.txt", "aid.txt"]),
        ("Europe", Where(), ["aid.txt", "undated.txt"]),
        ("Europe", Where(source="aid*"), ["aid.txt"]),
        (
            "Europe bridge",
            Where(source="*.txt", since="2024-01-31", until="2024-12-31"),
            ["local/bridge.txt"],
        ),
        ("Europe", Where(since="2025-02-25"), ["aid.txt"]),
        ("Europe", Where(until="2025-02-24"), []),
        ("bridge", Where(source="bridge*"), []),
        ("bridge", Where(source="local/*"), ["local/bridge.txt"]),
        ("bridge", Where(source="\udcff*"), []),
        ("Europe", Where(paths=("aid.txt", "local/bridge.txt")), ["aid.txt"]),
        ("Europe", Where(paths=("undated.txt",), source="aid*"), []),
        ("Europe", Where(paths=()), []),
        ("Europe", Where(paths=("*", "aid", "\udcff", "a'b\"")), []),
        ("", Where(), []),
        ("?!“”", Where(), []),
    ],
)
def test_search_finds_the_passages_that_match(
    reader: CatalogReader, query: str, where: Where, found: list[str]
) -> None:
    assert paths_of(reader, reader.search_text(query, 30, where)) == found


def test_search_gives_at_most_k(reader: CatalogReader) -> None:
    assert len(AID.passages) > 2
    assert len(reader.search_text("Europe", 2)) == 2


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # a reader changes nothing
@given(query=st.text() | st.text(st.sampled_from('ab "*():^-+ANDORNEAR{}\0\ud800')))
def test_no_query_is_an_error(reader: CatalogReader, query: str) -> None:
    assert len(reader.search_text(query, 5)) <= 5


def test_putting_an_article_again_replaces_it(folder: Path) -> None:
    changed = entry("aid.txt", "The sum was 60 million.")
    with closing(CatalogWriter(folder)) as catalog:
        with catalog.transaction():
            catalog.put(changed)
        assert catalog.article("aid.txt") == changed.article
        assert catalog.search_text("million", 5) == [changed.passages[0].id]
        assert paths_of(catalog, catalog.search_text("Europe", 30)) == ["undated.txt"]
        assert catalog.stats().passages == 3


def test_removing_an_article_leaves_no_trace_in_searches(folder: Path) -> None:
    with closing(CatalogWriter(folder)) as catalog:
        with catalog.transaction():
            catalog.remove(["aid.txt", "nothing.txt"])
        assert sorted(paths_of(catalog, catalog.search_text("Europe bridge", 30))) == [
            "local/bridge.txt",
            "undated.txt",
        ]
        assert catalog.stats().passages == 2


def _change_much(catalog: CatalogWriter) -> None:
    with catalog.transaction():
        catalog.remove(["aid.txt"])
        catalog.put_state(replace(catalog.state(), revision=9))
        catalog.put(entry("large.txt", "Many words in a row. " * 50_000))


def test_a_full_disk_is_named_and_changes_nothing(folder: Path) -> None:
    with closing(CatalogWriter(folder, max_bytes=200_000)) as catalog:
        before = catalog.files(), catalog.passage_ids(), catalog.state()
        with pytest.raises(StorageError, match="disk is full"):
            _change_much(catalog)
        assert (catalog.files(), catalog.passage_ids(), catalog.state()) == before
        catalog.check()


def test_a_reader_sees_what_it_saw_when_it_was_opened(folder: Path, reader: CatalogReader) -> None:
    with closing(CatalogWriter(folder)) as catalog, catalog.transaction():
        catalog.remove(["aid.txt"])
        catalog.put_state(replace(catalog.state(), revision=5))
    assert reader.article("aid.txt") == AID.article
    assert reader.state().revision == 0
    with closing(CatalogReader(folder)) as later:
        assert (sorted(later.files()), later.state().revision) == (["local/bridge.txt", "undated.txt"], 5)


def test_state_and_refused_files_are_kept(folder: Path) -> None:
    refused = RefusedFile(File("b.pdf", 3, 4), "encrypted")
    with closing(CatalogWriter(folder)) as catalog:
        state = replace(catalog.state(), embedder_name="m", embedder_digest="d", dimension=3, generation="g")
        with catalog.transaction():
            catalog.put_state(state)
            catalog.put_refused([refused])
    with closing(CatalogReader(folder)) as catalog:
        assert (catalog.state(), catalog.refused()) == (state, {"b.pdf": refused})
        assert len(state.index_id) == 12


def test_embeddings_are_kept_by_model_and_content(folder: Path) -> None:
    vector, [content] = struct.pack("<2f", 0.6, 0.8), BRIDGE.hashes
    with closing(CatalogWriter(folder)) as catalog:
        catalog.add_embeddings("model", {content: vector, "unused": vector})
        catalog.add_embeddings("older", {content: vector})
        assert catalog.not_embedded("model", ["x", content, "x", "unused", "y"]) == ["x", "y"]
        catalog.drop_unused_embeddings("model")
        assert catalog.not_embedded("model", [content, "unused"]) == ["unused"]
        assert catalog.not_embedded("older", [content]) == [content]
        passage = BRIDGE.passages[0]
        row = VectorRow(passage.id, "local/bridge.txt", "2024-01-31", passage.text, vector)
        assert list(catalog.vector_rows("model", {passage.id, UNDATED.passages[0].id})) == [row]


def test_there_is_no_index_before_the_first_one(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing) as caught:
        CatalogReader(tmp_path / "none")
    assert caught.value.hint == "Index them: byline index DIR"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"not a database, but long enough to look at" * 99, b""])
def test_a_file_that_is_no_catalog_is_named_as_damaged_or_missing(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "catalog.db").write_bytes(content)
    with pytest.raises((StorageError, IndexMissing)) as caught:
        CatalogReader(tmp_path)
    assert "byline index" in caught.value.hint


def test_a_damaged_catalog_names_the_rebuild(folder: Path) -> None:
    file = folder / "catalog.db"
    data = bytearray(file.read_bytes())
    data[4096 : len(data)] = bytes(len(data) - 4096)
    file.write_bytes(data)
    with pytest.raises(StorageError, match="damaged") as caught, closing(CatalogReader(folder)) as catalog:
        catalog.sources()
    assert caught.value.hint == "Build it anew: byline index --rebuild"
    with closing(CatalogWriter(folder)) as catalog, pytest.raises(StorageError, match="damaged"):
        catalog.check()


def test_a_catalog_of_another_version_names_the_rebuild(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "catalog.db")) as connection:
        connection.execute("PRAGMA user_version=99")
    for opens in (CatalogReader, CatalogWriter):
        with pytest.raises(StorageError, match="another version") as caught:
            opens(folder)
        assert caught.value.hint == "Build it anew: byline index --rebuild"


def test_a_catalog_locked_by_another_program_is_named(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "catalog.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with (
            closing(CatalogWriter(folder, busy_seconds=0)) as catalog,
            pytest.raises(StorageError, match="in use"),
            catalog.transaction(),
        ):
            catalog.remove(["aid.txt"])
        other.execute("ROLLBACK")


def test_reading_without_a_trace_leaves_none(folder: Path) -> None:
    before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}
    with closing(CatalogReader(folder, touch_nothing=True)) as catalog:
        assert len(catalog.files()) == 3
    assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == before


@pytest.mark.parametrize(
    "change",
    [
        lambda catalog: catalog.remove(["aid.txt"]),
        lambda catalog: catalog.put(entry("new.txt", "Something new.")),
        lambda catalog: catalog.put(entry("undated.txt", "Peacekeepers were refused in Asia.", None)),
        lambda catalog: catalog.put(entry("undated.txt", UNDATED.article.text, "2025-01-01")),
        lambda catalog: catalog.put(entry("undated.txt", UNDATED.article.text, None, "Another title")),
        lambda catalog: catalog.put(replace(UNDATED, stored=replace(UNDATED.stored, digest="other bytes"))),
        lambda catalog: catalog.put_state(replace(catalog.state(), embedder_digest="another model")),
    ],
)
def test_the_fingerprint_changes_with_what_answers_are_made_from(
    folder: Path, change: Callable[[CatalogWriter], None]
) -> None:
    with closing(CatalogWriter(folder)) as catalog:
        before = catalog.fingerprint()
        with catalog.transaction():
            change(catalog)
        assert catalog.fingerprint() != before
        assert len(before) == 64


def test_the_fingerprint_is_the_same_for_the_same_articles_in_any_order_at_any_time(
    folder: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    with closing(CatalogWriter(other)) as catalog, catalog.transaction():
        for item in (UNDATED, BRIDGE, AID):
            later = replace(item.stored.file, mtime_ns=99)
            catalog.put(replace(item, stored=replace(item.stored, file=later)))
        catalog.put_state(replace(catalog.state(), revision=7, changed_at="2025-01-01"))
    with closing(CatalogReader(folder)) as one, closing(CatalogReader(other)) as two:
        assert one.fingerprint() == two.fingerprint()

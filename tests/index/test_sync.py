"""Sync and the read side: the index follows the folder, and nothing is lost or done twice."""

import os
import shutil
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fakes import HashEmbedder
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.catalog import CatalogReader, CatalogWriter, Entry, Where
from index.chunk import chunk, content_hash
from index.embed import Embedder
from index.errors import (
    BylineError,
    CorpusError,
    EmbedderError,
    EmbedderMismatch,
    IndexBusy,
    IndexMissing,
    StorageError,
    VectorsError,
)
from index.read import Skipped
from index.store import index_folder, open_index
from index.sync import SyncReport, sync

QUESTION = "What did Europe pay of the total?"
Served = Callable[[Path, Path], object]


def picture(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Every file below a folder with its time and bytes."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {
        path.relative_to(folder).as_posix(): (path.stat().st_mtime_ns, path.read_bytes()) for path in files
    }


def generations(corpus: Path, home: Path) -> list[str]:
    return sorted(path.name for path in (index_folder(home, corpus) / "vectors").iterdir() if path.is_dir())


def counts(report: SyncReport) -> tuple[int, ...]:
    parts = (report.added, report.changed, report.moved, report.removed)
    return (*map(len, parts), report.unchanged, report.embedded if report.embedded is not None else -1)


def test_a_first_sync_indexes_everything(corpus: Path, home: Path) -> None:
    (corpus / "bad.txt").write_bytes(b"\0")
    report = sync(corpus, home, HashEmbedder())
    assert replace(report, seconds=0.0) == SyncReport(
        added=("aid.txt", "local/bridge.txt", "peace.md"),
        changed=(),
        moved=(),
        removed=(),
        unchanged=0,
        skipped=(Skipped("bad.txt", "binary data, not text"),),
        duplicates=(),
        passages=3,
        embedded=3,
    )


def test_a_second_sync_changes_and_embeds_nothing(corpus: Path, home: Path) -> None:
    (corpus / "bad.txt").write_bytes(b"\0")
    sync(corpus, home, HashEmbedder())
    with closing(CatalogReader(index_folder(home, corpus))) as catalog:
        state = catalog.state()
    catalog_file = index_folder(home, corpus) / "catalog.db"
    before, names, embedder = catalog_file.read_bytes(), generations(corpus, home), HashEmbedder()
    assert counts(sync(corpus, home, embedder)) == (0, 0, 0, 0, 3, 0)
    assert embedder.calls == 0
    assert (catalog_file.read_bytes(), generations(corpus, home)) == (before, names)
    with closing(CatalogReader(index_folder(home, corpus))) as catalog:
        assert catalog.state() == state


def test_an_index_that_was_cut_by_another_rule_is_cut_anew(corpus: Path, home: Path, served: Served) -> None:
    sync(corpus, home, HashEmbedder())
    before, folder = served(corpus, home), index_folder(home, corpus)
    with closing(CatalogWriter(folder)) as catalog, catalog.transaction():
        state, [stored, *_] = catalog.state(), catalog.files().values()
        with closing(open_index(corpus, home)) as index:
            article = index.article(stored.file.path)
        passages = chunk(article, HashEmbedder().count_tokens, 3)
        catalog.put(Entry(article, stored, passages, tuple(map(content_hash, passages))))
        catalog.put_state(replace(state, cut="0/3/1"))
        assert len(passages) > 1
    seen = sync(corpus, home, HashEmbedder(), dry_run=True)
    embedder = HashEmbedder()
    found = sync(corpus, home, embedder)
    assert counts(seen)[:-1] == counts(found)[:-1] == (0, 0, 0, 0, 3)
    assert served(corpus, home) == before
    assert embedder.calls == 0
    with closing(CatalogReader(folder)) as reader:
        assert (reader.state().cut, reader.state().revision) == (state.cut, state.revision + 1)


def test_a_sync_follows_the_folder(corpus: Path, home: Path, served: Served) -> None:
    sync(corpus, home, HashEmbedder())
    (corpus / "new.txt").write_text("Something new.", encoding="utf-8")
    (corpus / "aid.txt").write_text("Europe paid 65% of the total.", encoding="utf-8")
    (corpus / "peace.md").unlink()
    (corpus / "local" / "bridge.txt").rename(corpus / "span.txt")
    report = sync(corpus, home, HashEmbedder())
    assert (report.added, report.changed, report.removed) == (("new.txt",), ("aid.txt",), ("peace.md",))
    assert report.moved == (("local/bridge.txt", "span.txt"),)
    assert report.embedded == 2
    sync(corpus, fresh := home.with_name("fresh"), HashEmbedder())
    assert served(corpus, home) == served(corpus, fresh)


def test_a_move_embeds_nothing(corpus: Path, home: Path) -> None:
    sync(corpus, home, HashEmbedder())
    (corpus / "aid.txt").rename(corpus / "z.txt")
    embedder = HashEmbedder()
    assert counts(sync(corpus, home, embedder)) == (0, 0, 1, 0, 2, 0)
    assert embedder.calls == 0
    with open_index(corpus, home) as index:
        assert [source.path for source, _ in index.sources()] == ["local/bridge.txt", "peace.md", "z.txt"]


def test_a_new_time_with_the_same_bytes_is_no_change(corpus: Path, home: Path, served: Served) -> None:
    sync(corpus, home, HashEmbedder())
    before = served(corpus, home)
    os.utime(corpus / "aid.txt", ns=(1, 10**18))
    assert counts(sync(corpus, home, HashEmbedder())) == (0, 0, 0, 0, 3, 0)
    assert served(corpus, home) == before


def test_equal_files_are_both_indexed_embedded_once_and_reported(corpus: Path, home: Path) -> None:
    shutil.copy2(corpus / "peace.md", corpus / "copy.md")
    report = sync(corpus, home, HashEmbedder())
    assert (report.duplicates, report.passages, report.embedded) == ((("copy.md", "peace.md"),), 4, 3)


def test_a_dry_run_says_what_would_happen_and_leaves_no_trace(corpus: Path, home: Path) -> None:
    def refuse() -> Embedder:
        raise AssertionError("a dry run opens no model")

    report = sync(corpus, home, refuse, dry_run=True)
    assert (report.added, report.passages, report.dry_run) == (
        ("aid.txt", "local/bridge.txt", "peace.md"),
        None,
        True,
    )
    assert not home.exists()
    sync(corpus, home, HashEmbedder())
    (corpus / "aid.txt").unlink()
    before = picture(home)
    assert sync(corpus, home, refuse, dry_run=True).removed == ("aid.txt",)
    assert picture(home) == before


def test_progress_is_told_by_stage(corpus: Path, home: Path) -> None:
    told: list[tuple[str, int, int]] = []
    sync(corpus, home, HashEmbedder(), progress=lambda *step: told.append(step))
    assert told == [
        *(("reading", number, 3) for number in range(4)),
        *(("embedding", 0, 3), ("embedding", 3, 3)),
        *(("storing", 0, 1), ("storing", 1, 1)),
    ]


def test_another_model_is_refused_until_a_rebuild(corpus: Path, home: Path, served: Served) -> None:
    sync(corpus, home, HashEmbedder("one"))
    before = served(corpus, home)
    with pytest.raises(EmbedderMismatch, match="one, not two") as caught:
        sync(corpus, home, HashEmbedder("two", dimension=16))
    assert caught.value.hint == "Build it anew: byline index --rebuild"
    assert served(corpus, home) == before
    two = HashEmbedder("two", dimension=16)
    assert counts(sync(corpus, home, lambda: two, rebuild=True)) == (0, 0, 0, 0, 3, 3)
    with open_index(corpus, home) as index:
        assert (index.embedder_name, index.embedder_digest) == ("two", two.digest)
        assert len(index.search_dense(two.embed_query(QUESTION), 9)) == 3


def test_a_model_that_gives_no_numbers_is_refused(corpus: Path, home: Path) -> None:
    class Broken(HashEmbedder):
        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            return [[float("nan")] * self.dimension for _ in texts]

    with pytest.raises(EmbedderError, match="can't be used"):
        sync(corpus, home, Broken())
    with pytest.raises(IndexMissing):
        open_index(corpus, home)


@pytest.mark.parametrize("make", [Path.exists, Path.mkdir, Path.touch])
def test_a_corpus_that_is_none_leaves_no_trace(
    tmp_path: Path, home: Path, make: Callable[[Path], object]
) -> None:
    make(tmp_path / "none")
    with pytest.raises(CorpusError):
        sync(tmp_path / "none", home, HashEmbedder())
    assert not home.exists()


def test_an_index_outlives_its_articles(corpus: Path, home: Path, served: Served) -> None:
    sync(corpus, home, HashEmbedder())
    before, hidden = served(corpus, home), corpus.with_name("hidden")
    corpus.rename(hidden)
    corpus.mkdir()
    with pytest.raises(CorpusError, match="keeps the 3 it had") as caught:
        sync(corpus, home, HashEmbedder())
    assert "Put the articles back" in caught.value.hint
    assert served(corpus, home) == before
    corpus.rmdir()
    with pytest.raises(CorpusError, match="does not exist"):
        sync(corpus, home, HashEmbedder())
    hidden.rename(corpus)
    assert counts(sync(corpus, home, HashEmbedder())) == (0, 0, 0, 0, 3, 0)
    assert served(corpus, home) == before


def test_a_file_that_can_not_be_read_any_more_leaves_the_index(corpus: Path, home: Path) -> None:
    sync(corpus, home, HashEmbedder())
    (corpus / "aid.txt").write_bytes(b"caf\xe9")
    report = sync(corpus, home, HashEmbedder())
    assert report.removed == ("aid.txt",)
    assert report.skipped == (Skipped("aid.txt", "not valid UTF-8 at byte 3"),)


def test_a_file_that_was_no_article_is_read_again_once_it_changes(corpus: Path, home: Path) -> None:
    (corpus / "bad.txt").write_bytes(b"\0")
    sync(corpus, home, HashEmbedder())
    assert sync(corpus, home, HashEmbedder()).skipped == (Skipped("bad.txt", "binary data, not text"),)
    (corpus / "bad.txt").write_text("Now it is text.", encoding="utf-8")
    assert sync(corpus, home, HashEmbedder()).added == ("bad.txt",)


def test_a_second_writer_is_told_to_wait(corpus: Path, home: Path) -> None:
    caught: list[BylineError] = []

    def second(stage: str, done: int, _total: int) -> None:
        if (stage, done) == ("embedding", 0):
            with pytest.raises(IndexBusy) as error:
                sync(corpus, home, HashEmbedder())
            caught.append(error.value)

    assert sync(corpus, home, HashEmbedder(), progress=second).passages == 3
    assert [error.hint for error in caught] == ["Wait until it has ended, then try again."]


def test_a_home_that_can_not_be_made_is_a_storage_error(corpus: Path, home: Path) -> None:
    home.write_text("in the way", encoding="utf-8")
    with pytest.raises(StorageError) as caught:
        sync(corpus, home, HashEmbedder())
    assert "byline index" in caught.value.hint


def test_no_space_for_the_catalog_leaves_the_index_as_it_was(
    corpus: Path, home: Path, served: Served
) -> None:
    sync(corpus, home, HashEmbedder())
    before, names = served(corpus, home), generations(corpus, home)
    (corpus / "large.txt").write_text("A sentence about the flood. " * 20_000, encoding="utf-8")
    with pytest.raises(StorageError, match="disk is full"):
        sync(corpus, home, HashEmbedder(), max_bytes=1_000_000)
    assert served(corpus, home) == before
    assert generations(corpus, home) == names
    assert sync(corpus, home, HashEmbedder()).added == ("large.txt",)


@pytest.mark.parametrize("copied", [False, True])
@pytest.mark.parametrize(
    "damage",
    [
        shutil.rmtree,
        lambda vectors: [file.write_bytes(b"") for file in vectors.rglob("*.bin")],
        lambda vectors: [file.write_bytes(b"\xff" * 9999) for file in vectors.rglob("chroma.sqlite3")],
    ],
)
def test_lost_vectors_are_made_again_without_embedding(
    corpus: Path, home: Path, damage: Callable[[Path], object], copied: bool, served: Served
) -> None:
    sync(corpus, home, HashEmbedder())
    before = served(corpus, home)
    damage(index_folder(home, corpus) / "vectors")
    if copied:
        (corpus / "new.txt").write_text("Something new.", encoding="utf-8")
    embedder = HashEmbedder()
    sync(corpus, home, embedder)
    assert embedder.embedded == int(copied)
    (corpus / "new.txt").unlink(missing_ok=True)
    sync(corpus, home, HashEmbedder())
    assert served(corpus, home) == before


def test_lost_vectors_are_named_to_a_reader(corpus: Path, home: Path) -> None:
    sync(corpus, home, HashEmbedder())
    shutil.rmtree(index_folder(home, corpus) / "vectors")
    with pytest.raises(VectorsError) as caught:
        open_index(corpus, home)
    assert "byline index" in caught.value.hint


def test_a_damaged_catalog_asks_for_a_rebuild_which_mends_it(
    corpus: Path, home: Path, served: Served
) -> None:
    sync(corpus, home, HashEmbedder())
    before = served(corpus, home)
    (index_folder(home, corpus) / "catalog.db").write_bytes(b"no catalog " * 999)
    for act in (lambda: sync(corpus, home, HashEmbedder()), lambda: open_index(corpus, home)):
        with pytest.raises(StorageError) as caught:
            act()
        assert caught.value.hint == "Build it anew: byline index --rebuild"
    assert sync(corpus, home, HashEmbedder(), rebuild=True, dry_run=True).added
    assert counts(sync(corpus, home, HashEmbedder(), rebuild=True)) == (3, 0, 0, 0, 0, 3)
    assert served(corpus, home) == before
    assert len(generations(corpus, home)) == 1


def test_lost_embeddings_ask_for_a_rebuild_which_mends_them(corpus: Path, home: Path, served: Served) -> None:
    sync(corpus, home, HashEmbedder())
    before = served(corpus, home)
    with closing(sqlite3.connect(index_folder(home, corpus) / "catalog.db")) as connection:
        connection.execute("DELETE FROM embeddings")
        connection.commit()
    shutil.rmtree(index_folder(home, corpus) / "vectors")
    with pytest.raises(VectorsError) as caught:
        sync(corpus, home, HashEmbedder())
    assert caught.value.hint == "Build it anew: byline index --rebuild"
    assert sync(corpus, home, HashEmbedder(), rebuild=True).embedded == 3
    assert served(corpus, home) == before


def test_nothing_is_served_before_the_first_sync(corpus: Path, home: Path) -> None:
    with pytest.raises(IndexMissing) as caught:
        open_index(corpus, home)
    assert caught.value.hint == "Index them: byline index DIR"
    assert not home.exists()


def test_a_reader_keeps_its_moment_while_a_sync_runs(corpus: Path, home: Path, served: Served) -> None:
    sync(corpus, home, HashEmbedder())
    before, vector = served(corpus, home), HashEmbedder().embed_query(QUESTION)
    with open_index(corpus, home) as index:
        assert not index.stale()
        (corpus / "aid.txt").write_text("All is different now.", encoding="utf-8")
        sync(corpus, home, HashEmbedder())
        assert index.stale()
        found = index.passages(index.search_dense(vector, 9))
        assert sorted(passage.source.path for passage in found) == ["aid.txt", "local/bridge.txt", "peace.md"]
        assert "Europe paid 60%" in index.article("aid.txt").text
        assert index.search_text("different", 9) == []
    assert served(corpus, home) != before
    sync(corpus, home, HashEmbedder())
    assert len(generations(corpus, home)) == 1


def test_an_index_that_is_gone_is_stale(corpus: Path, home: Path) -> None:
    sync(corpus, home, HashEmbedder())
    with open_index(corpus, home) as index:
        shutil.rmtree(home)
        assert index.stale()


def test_filters_hold_for_both_searches(corpus: Path, home: Path) -> None:
    os.utime(corpus / "aid.txt", ns=(0, int(datetime(2024, 1, 2, tzinfo=UTC).timestamp()) * 10**9))
    sync(corpus, home, HashEmbedder())
    vector = HashEmbedder().embed_query(QUESTION)
    with open_index(corpus, home) as index:
        for where, path in ((Where(source="p*.md"), "peace.md"), (Where(until="2024-12-31"), "aid.txt")):
            found = index.passages(
                [*index.search_dense(vector, 9, where), *index.search_text("paid peacekeepers", 9, where)]
            )
            assert [passage.source.path for passage in found] == [path, path]


def test_threads_may_ask_at_once(corpus: Path, home: Path) -> None:
    sync(corpus, home, HashEmbedder())
    vector, results = HashEmbedder().embed_query(QUESTION), []
    with open_index(corpus, home) as index:

        def ask() -> None:
            for _ in range(20):
                ids = index.search_dense(vector, 9)
                results.append(
                    (sorted(ids), tuple(index.search_text("Europe paid", 9)), len(index.passages(ids)))
                )

        threads = [threading.Thread(target=ask) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(results) == 120
    assert all(result == results[0] and result[2] == 3 for result in results)


def test_indexes_are_kept_apart_by_the_whole_path(home: Path, tmp_path: Path) -> None:
    one, two = tmp_path / "a" / "My Articles!", tmp_path / "b" / "My Articles!"
    assert index_folder(home, one).name.startswith("my-articles-")
    assert index_folder(home, one) != index_folder(home, two)
    assert index_folder(home, one) == index_folder(home, one / ".." / "My Articles!")


def test_vectors_move_to_a_server_and_back_without_embedding(
    corpus: Path, home: Path, chroma_server: str, served: Served
) -> None:
    sync(corpus, home, HashEmbedder())
    before, vector, embedder = served(corpus, home), HashEmbedder().embed_query(QUESTION), HashEmbedder()
    sync(corpus, home, embedder, chroma_url=chroma_server)
    with pytest.raises(VectorsError, match="kept elsewhere"):
        open_index(corpus, home)
    with open_index(corpus, home, chroma_server) as index:
        assert len(index.passages(index.search_dense(vector, 9))) == 3
    assert generations(corpus, home) == []
    sync(corpus, home, embedder)
    assert embedder.calls == 0
    assert served(corpus, home) == before


WORDS = st.sampled_from(["flood", "bridge", "aid", "Europe", "paid", "Monday"])
TEXTS = st.lists(WORDS, min_size=1, max_size=30).map(lambda words: " ".join(words) + ".")
FOLDERS = st.dictionaries(st.sampled_from(["a.txt", "b.md", "c/d.txt", "e.txt"]), TEXTS, min_size=1)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(states=st.lists(FOLDERS, min_size=2, max_size=3))
def test_after_any_changes_an_index_equals_a_fresh_one(
    tmp_path: Path, states: list[dict[str, str]], served: Served
) -> None:
    shutil.rmtree(tmp_path)
    corpus, home, fresh = tmp_path / "articles", tmp_path / "home", tmp_path / "fresh"
    for files in states:
        shutil.rmtree(corpus, ignore_errors=True)
        for path, text in files.items():
            (corpus / path).parent.mkdir(parents=True, exist_ok=True)
            (corpus / path).write_text(text, encoding="utf-8")
        sync(corpus, home, HashEmbedder())
    sync(corpus, fresh, HashEmbedder())
    assert served(corpus, home) == served(corpus, fresh)
    again = HashEmbedder()
    assert sync(corpus, home, again).unchanged == len(states[-1])
    assert again.calls == 0

"""The counterfactual check: who follows the text passes, who answers from memory is found out."""

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise, permutations
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from probe_benches import Reply, Texts, by_the_text, opening, refusing, saying, texts_of

from eval.bench import Bench, Opener
from eval.counterfactual import Change, Cut, Edit, Trial, load_changes, plan, probe
from eval.probe import Finding
from eval.score import occurs
from index.errors import CasesError, ModelBroke
from index.read import read_folder
from index.sentences import paragraphs, sentences
from rag.settings import Settings
from tests.fakes import HashEmbedder
from tests.scripted import scripted_llm, well_read

ROOT = Path(__file__).parents[2]
SEEDS = ROOT / "seeds"
CHANGES = load_changes(ROOT / "eval" / "changes.jsonl")

SHARE: dict[str, Any] = {
    "id": "share",
    "question": "How many % of the total had Europe paid?",
    "edits": [{"path": "aid.txt", "old": "60%", "new": "40%"}],
    "wanted": ["40%", "40 of 100"],
    "unwanted": ["60%"],
    "removed": [{"path": "aid.txt", "sentence": "Europe paid 60% of the total, Macron said."}],
}
DAYS: dict[str, Any] = {
    "id": "days",
    "question": "For how many days had it been closed?",
    "edits": [{"path": "local/bridge.txt", "old": "12 days", "new": "90 days"}],
    "wanted": ["90 days"],
    "unwanted": ["12 days"],
}


def write(folder: Path, *rows: Any) -> Path:
    path = folder / "changes.jsonl"
    path.write_text("".join((r if isinstance(r, str) else json.dumps(r)) + "\n" for r in rows), "utf-8")
    return path


def changed(row: dict[str, Any], **fields: Any) -> Change:
    """The row with other fields, as if it were a file's first line."""
    with TemporaryDirectory() as folder:
        return load_changes(write(Path(folder), row | fields))[0]


def verdicts(findings: tuple[Finding, ...]) -> set[tuple[str, str, bool]]:
    return {(finding.id, finding.group, finding.passed) for finding in findings}


def test_who_follows_the_text_passes(corpus: Path, tmp_path: Path) -> None:
    findings = probe(load_changes(write(tmp_path, SHARE, DAYS)), corpus, opening(by_the_text))
    assert {(f.id, f.group, f.question, f.wanted, f.passed) for f in findings} == {
        ("share", "changed", SHARE["question"], "40% or 40 of 100, not 60%", True),
        ("share", "removed", SHARE["question"], "a refusal", True),
        ("days", "changed", DAYS["question"], "90 days, not 12 days", True),
    }
    said = {f.group: f.answer.text for f in findings if f.id == "share"}
    assert said["changed"] == "Europe paid 40% of the total, Macron said. [1]"


def test_over_a_real_index_the_changed_text_is_what_is_read(corpus: Path, home: Path, tmp_path: Path) -> None:
    settings = Settings(corpus=corpus, home=home)
    llm = scripted_llm(well_read)
    with Opener(settings, llm=lambda _: llm, embedder=lambda _: HashEmbedder()) as open_bench:
        findings = probe(load_changes(write(tmp_path, SHARE, DAYS)), corpus, open_bench)
    assert verdicts(findings) == {
        ("share", "changed", True),
        ("share", "removed", True),
        ("days", "changed", True),
    }
    assert not home.exists(), "the copies leave nothing beside the indexes of the user's own corpora"


FAILING = {("share", "changed", False), ("share", "removed", False), ("days", "changed", False)}


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (refusing, {("share", "changed", False), ("share", "removed", True), ("days", "changed", False)}),
        (saying("60%, and for 12 days."), FAILING),
        (saying("It was 40% and not 60%; 90 days and not 12 days."), FAILING),
        (saying("Nobody knows."), FAILING),
        (
            saying("It was 40 per cent. It was ninety days."),
            {("share", "changed", True), ("share", "removed", False), ("days", "changed", True)},
        ),
    ],
)
def test_only_the_new_value_follows_and_only_a_refusal_does_without_evidence(
    corpus: Path, tmp_path: Path, reply: Reply, expected: set[tuple[str, str, bool]]
) -> None:
    assert verdicts(probe(load_changes(write(tmp_path, SHARE, DAYS)), corpus, opening(reply))) == expected


def test_who_answers_from_memory_is_found_out(corpus: Path, tmp_path: Path) -> None:
    remembered = texts_of(corpus)
    findings = probe(
        load_changes(write(tmp_path, SHARE, DAYS)), corpus, opening(lambda q, _: by_the_text(q, remembered))
    )
    assert verdicts(findings) == FAILING


def test_a_mark_of_a_citation_is_no_value(corpus: Path) -> None:
    change = changed(SHARE, wanted=["1"], removed=[])
    (finding,) = probe([change], corpus, opening(by_the_text))
    assert (finding.answer.text[-3:], finding.passed) == ("[1]", False)


def test_each_copy_holds_its_changes_and_nothing_else(corpus: Path, tmp_path: Path) -> None:
    before, opened = texts_of(corpus), list[Texts]()
    probe(load_changes(write(tmp_path, SHARE, DAYS)), corpus, opening(by_the_text, opened))
    share = before["aid.txt"].replace("60%", "40%")
    cut = before["aid.txt"].replace("Europe paid 60% of the total, Macron said. ", "")
    days = before["local/bridge.txt"].replace("12 days", "90 days")
    assert opened == [before | {"aid.txt": share, "local/bridge.txt": days}, before | {"aid.txt": cut}]


def test_every_place_of_a_text_is_changed_and_line_ends_are_kept(corpus: Path) -> None:
    (corpus / "aid.txt").write_bytes("Zürich paid 60%.\r\n\r\nSo 60% it was.\r\n".encode())
    opened: list[Texts] = []
    probe([changed(SHARE, removed=[])], corpus, opening(refusing, opened))
    assert [texts["aid.txt"] for texts in opened] == ["Zürich paid 40%.\r\n\r\nSo 40% it was.\r\n"]


def state(corpus: Path) -> dict[Path, tuple[int, bytes]]:
    return {p: (p.stat().st_mtime_ns, p.read_bytes() if p.is_file() else b"") for p in corpus.rglob("*")}


def test_the_corpus_itself_stays_as_it_was_and_its_copies_go(corpus: Path, tmp_path: Path) -> None:
    os.utime(corpus / "aid.txt", (1_000_000, 1_000_000))
    before = state(corpus)
    seen: list[tuple[Path, int]] = []

    @contextmanager
    def looking(folder: Path) -> Iterator[Bench]:
        seen.append((folder, (folder / "aid.txt").stat().st_mtime_ns))
        with opening(by_the_text)(folder) as bench:
            yield bench

    probe(load_changes(write(tmp_path, SHARE, DAYS)), corpus, looking)
    assert state(corpus) == before
    assert {mtime for _, mtime in seen} == {1_000_000 * 10**9}, "an article without a date keeps its day"
    assert [folder for folder, _ in seen if folder.exists() or folder == corpus] == []


def test_findings_are_told_as_they_come(corpus: Path, tmp_path: Path) -> None:
    told: list[Finding] = []
    findings = probe(load_changes(write(tmp_path, SHARE, DAYS)), corpus, opening(by_the_text), told.append)
    assert tuple(told) == findings
    assert len(told) == 3


def test_what_breaks_off_a_probe_is_passed_on_and_leaves_no_copy(corpus: Path, tmp_path: Path) -> None:
    folders: list[Path] = []
    told: list[Finding] = []

    @contextmanager
    def breaking(folder: Path) -> Iterator[Bench]:
        folders.append(folder)
        with opening(by_the_text if len(folders) == 1 else broken)(folder) as bench:
            yield bench

    def broken(*_: object) -> Any:
        raise ModelBroke("the model stopped")

    with pytest.raises(ModelBroke):
        probe(load_changes(write(tmp_path, SHARE, DAYS)), corpus, breaking, told.append)
    assert 1 <= len(told) <= 2
    assert [folder for folder in folders if folder.exists()] == []


def test_the_copy_is_gone_when_telling_breaks_off(corpus: Path, tmp_path: Path) -> None:
    folders: list[Path] = []

    @contextmanager
    def looking(folder: Path) -> Iterator[Bench]:
        folders.append(folder)
        with opening(by_the_text)(folder) as bench:
            yield bench

    def interrupted(_: Finding) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as caught:
        probe(load_changes(write(tmp_path, SHARE)), corpus, looking, interrupted)
    assert [folder.exists() for folder in folders] == [False], f"while {caught.value!r} is still at hand"


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        (
            {"edits": [{"path": "aid.txt", "old": "61%", "new": "40%"}]},
            "field 'edits.0.old' does not stand in aid.txt: '61%'",
        ),
        (
            {"edits": [*SHARE["edits"], {"path": "gone.txt", "old": "a", "new": "b"}]},
            "field 'edits.1.path' names no text file of the corpus: gone.txt",
        ),
        (
            {"edits": [{"path": "../outside.txt", "old": "60%", "new": "40%"}]},
            "field 'edits.0.path' names no text file of the corpus: ../outside.txt",
        ),
        (
            {"edits": [*SHARE["edits"], {"path": "aid.txt", "old": "paid 60", "new": "paid 40"}]},
            "field 'edits.1.old' overlaps another one in aid.txt: 'paid 60'",
        ),
        (
            {"removed": [{"path": "aid.txt", "sentence": "Europe paid."}]},
            "field 'removed.0.sentence' does not stand in aid.txt: 'Europe paid.'",
        ),
    ],
)
def test_a_change_that_the_corpus_does_not_bear_out_is_named_before_anything_is_opened(
    corpus: Path, tmp_path: Path, fields: dict[str, Any], says: str
) -> None:
    (tmp_path / "outside.txt").write_text("60%")
    opened: list[Texts] = []
    changes = load_changes(write(tmp_path, DAYS, "", SHARE | fields))
    with pytest.raises(CasesError) as caught:
        probe(changes, corpus, opening(by_the_text, opened))
    assert str(caught.value) == f"changes.jsonl line 3: {says}"
    assert caught.value.hint
    assert opened == []


def test_a_change_is_read_with_all_its_fields(tmp_path: Path) -> None:
    assert load_changes(write(tmp_path, SHARE | {"author": "me"})) == (
        Change(
            id="share",
            origin="changes.jsonl line 1",
            question="How many % of the total had Europe paid?",
            edits=(Edit("aid.txt", "60%", "40%"),),
            wanted=("40%", "40 of 100"),
            unwanted=("60%",),
            removed=(Cut("aid.txt", "Europe paid 60% of the total, Macron said."),),
        ),
    )


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("{", "Invalid JSON: EOF while parsing"),
        ("[" * 10_000, "Invalid JSON: recursion limit"),
        (r'{"id": "\ud800"}', "Invalid JSON: unexpected end of hex escape"),
        ("[1]", "must be an object"),
        (SHARE | {"id": 3}, "field 'id' must be a valid string"),
        (SHARE | {"id": " "}, "field 'id' is empty"),
        ({key: SHARE[key] for key in SHARE if key != "question"}, "field 'question' is missing"),
        (SHARE | {"edits": []}, "field 'edits' is empty"),
        (SHARE | {"edits": "60%"}, "field 'edits' must be a valid array"),
        (SHARE | {"edits": [{"path": "aid.txt", "old": "60%"}]}, "field 'edits.0.new' is missing"),
        (SHARE | {"edits": [{"path": "a", "old": "", "new": "b"}]}, "field 'edits.0.old' is empty"),
        (SHARE | {"wanted": []}, "field 'wanted' is empty"),
        (SHARE | {"unwanted": ["60%", 60]}, "field 'unwanted.1' must be a valid string"),
        (SHARE | {"removed": [{"path": "aid.txt"}]}, "field 'removed.0.sentence' is missing"),
        (DAYS, "field 'id' repeats 'days' of changes.jsonl line 1"),
    ],
)
def test_a_faulty_line_is_named_with_its_field(tmp_path: Path, row: Any, says: str) -> None:
    with pytest.raises(CasesError) as caught:
        load_changes(write(tmp_path, DAYS, "", row))
    assert str(caught.value).startswith(f"changes.jsonl line 3: {says}")
    assert "\n" not in str(caught.value)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("data", "says"),
    [(None, "can't be read"), (b"", "is empty"), (b"\n \n", "is empty"), (b"\xff", "is not UTF-8 text")],
)
def test_a_file_that_holds_no_change_is_named(tmp_path: Path, data: bytes | None, says: str) -> None:
    path = tmp_path / "changes.jsonl"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(CasesError, match=says):
        load_changes(path)


def names(groups: tuple[tuple[Trial, ...], ...]) -> list[set[str]]:
    return [{f"{trial.change.id} {trial.group}" for trial in group} for group in groups]


CLOSED = {"path": "local/bridge.txt", "sentence": "It had been closed for 12 days after a flood."}
FLOOD: dict[str, Any] = {
    "id": "flood",
    "question": "After what had it been closed?",
    "edits": [{"path": "local/bridge.txt", "old": "a flood", "new": "a fire"}],
    "wanted": ["fire"],
    "unwanted": ["flood"],
}


def editing(change: str, *edits: tuple[str, str, str]) -> dict[str, Any]:
    """A change whose question and forms meet no other's."""
    listed = [{"path": path, "old": old, "new": new} for path, old, new in edits]
    return {
        "id": change,
        "question": "Why?",
        "edits": listed,
        "wanted": [f"{change}ish"],
        "unwanted": [f"non{change}"],
    }


MACRON = editing("macron", ("aid.txt", "Macron", "Merkel"))
TRUMP = editing("trump", ("aid.txt", "Trump", "Harris"))
PAID = editing("paid", ("aid.txt", "Europe paid 60%", "Asia paid a lot"))
TITLE = editing("title", ("aid.txt", "most of the aid", "some of the aid"))
SAID = {"path": "aid.txt", "sentence": "Europe paid 60% of the total, Macron said."}
DISAGREED = {"path": "aid.txt", "sentence": "Trump disagreed."}


@pytest.mark.parametrize(
    ("rows", "groups"),
    [
        ([DAYS, FLOOD], [{"days changed", "flood changed"}]),
        ([DAYS, FLOOD | {"question": "What closed it for 12 days?"}], [{"days changed"}, {"flood changed"}]),
        ([DAYS, FLOOD | {"unwanted": ["twelve days"]}], [{"days changed"}, {"flood changed"}]),
        ([DAYS, DAYS | {"id": "again"}], [{"days changed"}, {"again changed"}]),
        (
            [MACRON, FLOOD | {"question": "What had Macron closed?"}],
            [{"macron changed"}, {"flood changed"}],
        ),
        (
            [MACRON, FLOOD | {"question": "What had Merkel closed?"}],
            [{"macron changed"}, {"flood changed"}],
        ),
        (
            [TRUMP, FLOOD | {"removed": [SAID]}],
            [{"flood changed", "trump changed"}, {"flood removed"}],
        ),
        (
            [PAID, FLOOD | {"removed": [DISAGREED]}],
            [{"flood changed", "paid changed"}, {"flood removed"}],
        ),
        (
            [TITLE, FLOOD | {"removed": [SAID]}],
            [{"flood changed", "flood removed", "title changed"}],
        ),
        (
            [DAYS, FLOOD | {"removed": [CLOSED]}],
            [{"days changed", "flood changed"}, {"flood removed"}],
        ),
    ],
)
def test_changes_share_a_copy_unless_one_sees_the_other(
    corpus: Path, tmp_path: Path, rows: list[dict[str, Any]], groups: list[set[str]]
) -> None:
    found = names(plan(load_changes(write(tmp_path, *rows)), corpus))
    assert sorted(map(sorted, found)) == sorted(map(sorted, groups))


def test_those_that_touch_most_others_choose_first(words: Path, tmp_path: Path) -> None:
    """Four in a row, each touching the next, come in two copies whatever their order in the file."""
    first = editing("one", ("a.txt", "w4x", "nax"))
    second = editing("two", ("a.txt", "w4x", "nbx"), ("b.txt", "w7x", "nbx"))
    third = editing("three", ("b.txt", "w7x", "ncx"), ("b.txt", "w9x", "ncx"))
    fourth = editing("four", ("b.txt", "w9x", "ndx"))
    for order in permutations((first, second, third, fourth)):
        assert len(plan(load_changes(write(tmp_path, *order)), words)) == 2


WORDS = [f"w{n}x" for n in range(12)]
TEXTS = {
    "a.txt": "w0x w1x w2x. w3x w4x.\n\nw5x w6x w0x.\n",
    "b.txt": "w7x w8x. w9x w10x w11x.\n\nw1x w3x.\n",
}
PLACES = [(path, word) for path, text in TEXTS.items() for word in WORDS if word in text]
SENTENCES = [("a.txt", "w0x w1x w2x."), ("a.txt", "w5x w6x w0x."), ("b.txt", "w9x w10x w11x.")]


@st.composite
def rows(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Changes over TEXTS, each of one to three words, some with a removal."""
    drawn: list[dict[str, Any]] = []
    for n in range(draw(st.integers(1, 8))):
        places = draw(st.lists(st.sampled_from(PLACES), min_size=1, max_size=3, unique=True))
        asked = draw(st.lists(st.sampled_from(WORDS), max_size=2))
        cuts = draw(st.lists(st.sampled_from(SENTENCES), max_size=2, unique=True))
        drawn.append(
            {
                "id": str(n),
                "question": " ".join(["why", *asked]),
                "edits": [{"path": path, "old": word, "new": f"new{n}"} for path, word in places],
                "wanted": [f"new{n}"],
                "unwanted": [word for _, word in places],
                "removed": [{"path": path, "sentence": sentence} for path, sentence in cuts],
            }
        )
    return drawn


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("words")
    for path, text in TEXTS.items():
        (folder / path).write_text(text)
    return folder


@given(rows=rows())
def test_every_trial_is_in_one_group_and_no_two_of_a_group_meet(
    rows: list[dict[str, Any]], words: Path
) -> None:
    with TemporaryDirectory() as folder:
        changes = load_changes(write(Path(folder), *rows))
    groups = plan(changes, words)
    every = [f"{c.id} changed" for c in changes] + [f"{c.id} removed" for c in changes if c.removed]
    assert sorted(f"{t.change.id} {t.group}" for group in groups for t in group) == sorted(every)
    for group in groups:
        spans = sorted((s.path, s.start, s.end) for trial in group for s in trial.splices)
        assert all(a[0] != b[0] or a[2] <= b[1] for a, b in pairwise(spans))
        for one in group:
            others = [
                edit.old for t in group if t is not one and t.group == "changed" for edit in t.change.edits
            ]
            assert [old for old in others if old in one.change.question.split()] == []


@given(rows=rows())
def test_each_copy_says_all_that_its_trials_change(rows: list[dict[str, Any]], words: Path) -> None:
    with TemporaryDirectory() as folder:
        changes = load_changes(write(Path(folder), *rows))
    opened: list[Texts] = []
    probe(changes, words, opening(refusing, opened))
    for texts, group in zip(opened, plan(changes, words), strict=True):
        edits = [edit for t in group if t.group == "changed" for edit in t.change.edits]
        cuts = [cut for t in group if t.group == "removed" for cut in t.change.removed]
        assert [edit for edit in edits if edit.new not in texts[edit.path]] == []
        assert [edit for edit in edits if edit.old in re.findall(r"\w+", texts[edit.path])] == []
        assert [cut for cut in cuts if cut.sentence in texts[cut.path]] == []


def test_there_are_enough_changes_and_removals() -> None:
    assert len(CHANGES) >= 14
    assert sum(bool(change.removed) for change in CHANGES) >= 10


def test_the_changes_fit_the_demo_corpus_and_share_few_copies() -> None:
    assert len(plan(CHANGES, SEEDS)) <= 8


def original() -> dict[str, str]:
    return {article.source.path: article.text for article in read_folder(SEEDS).articles}


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.id)
def test_a_new_value_is_new_and_the_old_one_is_gone_where_it_was(change: Change) -> None:
    before = original()
    assert [form for form in change.wanted if any(occurs(form, text) for text in before.values())] == []
    assert any(occurs(form, text) for form in change.unwanted for text in before.values())
    opened: list[Texts] = []
    probe([Change(**{f: getattr(change, f) for f in FIELDS})], SEEDS, opening(refusing, opened))
    (after,) = opened
    new = [p for path in after for p in after[path].split("\n\n") if p not in before[path].split("\n\n")]
    assert any(occurs(form, paragraph) for form in change.wanted for paragraph in new)
    assert [form for form in change.unwanted if any(occurs(form, paragraph) for paragraph in new)] == []


FIELDS = ("id", "question", "edits", "wanted", "unwanted")


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.id)
def test_a_question_tells_neither_value(change: Change) -> None:
    assert [f for f in (*change.wanted, *change.unwanted) if occurs(f, change.question)] == []


def test_what_is_cut_is_a_whole_sentence() -> None:
    whole = {
        (path, text[start:end])
        for path, text in original().items()
        for paragraph in paragraphs(text)
        for start, end in sentences(text, *paragraph)
    }
    cuts = {(cut.path, cut.sentence) for change in CHANGES for cut in change.removed}
    assert sorted(cuts - whole) == []

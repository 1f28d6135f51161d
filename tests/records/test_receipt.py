"""Receipts: what was asked is written down whole, for its owner alone, and read back as it was."""

import hashlib
import json
import os
import signal
import stat
import threading
from collections.abc import Callable
from dataclasses import asdict, fields, replace
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.catalog import Where
from index.errors import ReceiptError, StorageError
from rag.answer import Answer, Call, Check
from rag.assistant import Assistant
from rag.assistant.opening import open_assistant
from rag.question.form import understood
from rag.records.contract import to_json
from rag.records.receipt import (
    Candidate,
    Digest,
    Filters,
    Fitted,
    Found,
    Limits,
    Message,
    Receipt,
    Speaker,
    make_receipt,
    read_receipt,
    refuse_target,
    write_receipt,
)
from rag.settings import Settings
from tests.commands import ELSEWHERE, QUOTE, SHARE, Run, contract, hanging, ollama, start
from tests.fakes import HashEmbedder
from tests.scripted import reads, scripted_llm, well_read
from tests.test_cli_faults import wait_until

NOW = datetime.fromisoformat("2025-03-01T12:00:05+01:00")


def opened(byline: Settings) -> Assistant:
    return open_assistant(
        byline, llm=lambda _: scripted_llm(well_read), embedder=lambda _: HashEmbedder(), judge=lambda: None
    )


def asked(byline: Settings, question: str = SHARE, where: Where | None = None) -> tuple[Answer, Receipt]:
    """An answer, as if it had taken 5 seconds and been called and checked so, and its receipt."""
    where = where or Where()
    with opened(byline) as assistant:
        answer = assistant.ask(question, where)
        answer = replace(
            answer,
            seconds=replace(answer.seconds, total=5.0),
            calls=(Call("read", (("system", "Read."), ("user", "S1: x")), " S1", (12, 3), 0.5, 0.99),),
            checks=(Check("support", 1, True, ""), Check("conflict", None, False, "60% or 40%")),
            threshold=0.88,
        )
        return answer, make_receipt(answer, assistant, byline, NOW, where, ("And before?",))


@pytest.fixture
def byline(corpus: Path, home: Path) -> Settings:
    return Settings(corpus=corpus, home=home, reads=2, threshold=0.5)


@pytest.fixture(scope="module")
def receipt(tmp_path_factory: pytest.TempPathFactory) -> Receipt:
    corpus = tmp_path_factory.mktemp("articles")
    (corpus / "aid.txt").write_text(f"Aid\n\n{QUOTE}\n", encoding="utf-8")
    (corpus / "bridge.txt").write_text("Roads\n\nThe bridge reopened.\n", encoding="utf-8")
    return asked(Settings(corpus=corpus, home=tmp_path_factory.mktemp("home")))[1]


# What a receipt holds


def test_a_receipt_tells_the_whole_answer_and_what_it_was_made_from(byline: Settings) -> None:
    answer, receipt = asked(byline, where=Where("*.txt", "2020-01-01", None))
    assert (receipt.question, receipt.standalone_question, receipt.history) == (
        SHARE,
        SHARE,
        ("And before?",),
    )
    assert receipt.asked_at == "2025-03-01T12:00:00+01:00"
    assert (receipt.corpus, receipt.filters) == (str(byline.corpus), Filters("*.txt", "2020-01-01", None))
    assert (receipt.settings, receipt.threshold) == (Limits(2, 4096, 0.5), 0.88)
    model = answer.model
    assert receipt.model == Speaker(model.backend, model.name, model.digest, "grammar")
    assert (receipt.seconds, receipt.checks) == (answer.seconds, answer.checks)
    assert receipt.answer == to_json(answer)
    (call,) = receipt.calls
    assert call.messages == (Message("system", "Read."), Message("user", "S1: x"))
    assert asdict(call.tokens) == {"prompt": 12, "completion": 3, "context": 8192}
    assert (call.purpose, call.reply, call.seconds, call.support) == ("read", " S1", 0.5, 0.99)


def test_a_receipt_tells_what_was_asked_for_and_why_each_candidate_was_judged_so(byline: Settings) -> None:
    with opened(byline) as assistant:
        answer, fit = assistant.ask(SHARE), assistant.scales.fit
        receipt = make_receipt(answer, assistant, byline, NOW)
    assert receipt.fit == Fitted(fit.name, fit.accept, fit.sure, fit.bias, dict(fit.weights), fit.unlooked)
    form = understood(answer.question, answer.standalone_question).form
    assert receipt.form == {
        name: sorted(told) if isinstance(told, frozenset) else told for name, told in asdict(form).items()
    }
    assert "stems" in receipt.form
    assert answer.judged
    for one, kept in zip(answer.judged, receipt.candidates, strict=True):
        passage, cited = one.candidate.reading.hit.passage, one.candidate.cited
        assert (kept.path, kept.start, kept.end) == (passage.source.path, passage.start, passage.end)
        assert kept.cited == tuple((each.sentence.start, each.sentence.end) for each in cited)
        assert (kept.short, kept.yes) == (one.candidate.short, one.candidate.yes)
        assert (kept.signals, kept.support) == (dict(one.signals), one.support)


def test_hits_stand_in_the_order_of_retrieval(byline: Settings) -> None:
    with opened(byline) as assistant:
        answer = assistant.ask(ELSEWHERE)
        found = tuple(reversed(answer.also_read))
        receipt = make_receipt(replace(answer, hits=found), assistant, byline, NOW)
    assert [(each.path, each.start, each.end) for each in receipt.hits] == [
        (hit.passage.source.path, hit.passage.start, hit.passage.end) for hit in found
    ]
    assert [each.score for each in receipt.hits] == [hit.score for hit in found]
    assert len(found) == 3


def test_the_rules_that_fired_are_named(byline: Settings) -> None:
    with opened(byline) as assistant:
        answer = replace(assistant.ask(ELSEWHERE), fired=("other.denies",))
        assert make_receipt(answer, assistant, byline, NOW).fired == ("other.denies",)


def test_every_article_is_named_with_the_sha_256_of_its_file(receipt: Receipt) -> None:
    files = ("aid.txt", "bridge.txt")
    digests = [hashlib.sha256((Path(receipt.corpus) / file).read_bytes()).hexdigest() for file in files]
    assert receipt.index.articles == tuple(map(Digest, files, digests))
    assert receipt.index.embedder_digest == HashEmbedder().digest


def test_a_command_writes_the_same_answer_as_it_prints(run: Run, corpus: Path, tmp_path: Path) -> None:
    file = tmp_path / "r.json"
    with ollama():
        ran = run("ask", SHARE, "--json", "--receipt", file, "--source", "aid*", "--since", "2020-01-01")
    receipt = read_receipt(file)
    assert (receipt.answer, ran.code, ran.err) == (contract(ran.out), 0, "")
    assert (receipt.corpus, receipt.filters) == (str(corpus), Filters("aid*", "2020-01-01", None))
    assert {call.purpose for call in receipt.calls} <= {"read", "look"}
    assert {check.gate for check in receipt.checks} == {"sentences", "support", "conflict", "refusal"}
    assert [each.path for each in receipt.hits] == ["aid.txt"]
    assert (receipt.model.form, {each.path for each in receipt.candidates}) == ("lines", {"aid.txt"})
    assert datetime.now().astimezone() - datetime.fromisoformat(receipt.asked_at) < timedelta(minutes=5)


def test_a_refusal_has_a_receipt_too(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "r.json"
    with ollama():
        ran = run("ask", ELSEWHERE, "--receipt", file)
    assert (read_receipt(file).answer["refused"], ran.code) == (True, 3)


# The file


def test_a_receipt_is_plain_json_in_a_fixed_order_and_its_owner_s_alone(
    receipt: Receipt, tmp_path: Path
) -> None:
    file = tmp_path / "r.json"
    file.write_text("an older one, which others may read")
    file.chmod(0o644)
    write_receipt(receipt, file)
    text = file.read_text(encoding="utf-8")
    assert list(json.loads(text)) == [field.name for field in fields(Receipt)]
    assert list(json.loads(text))[:4] == ["kind", "version", "byline", "asked_at"]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.glob("*r*.json")] == ["r.json"]
    write_receipt(receipt, file)
    assert file.read_text(encoding="utf-8") == text


TEXT = st.text(st.characters(exclude_categories=["Cs"]))
COUNT = st.integers(0, 10**9)
SCORE = st.floats(0, 1)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    question=TEXT.filter(bool),
    history=st.lists(TEXT).map(tuple),
    filters=st.builds(Filters, TEXT | st.none(), st.dates().map(str) | st.none(), st.none()),
    limits=st.builds(Limits, st.integers(1, 20), st.integers(1024, 2**20), SCORE | st.none()),
    hits=st.lists(st.builds(Found, TEXT, COUNT, COUNT, SCORE, COUNT | st.none(), st.none())),
    candidate=st.builds(
        Candidate,
        TEXT,
        COUNT,
        COUNT,
        COUNT,
        st.lists(st.tuples(COUNT, COUNT), max_size=3).map(tuple),
        TEXT,
        SCORE | st.none(),
        st.dictionaries(TEXT, SCORE, max_size=3),
        SCORE,
    ),
    message=st.builds(Message, TEXT, TEXT),
    checks=st.lists(st.builds(Check, TEXT, COUNT | st.none(), st.booleans(), TEXT)).map(tuple),
    corpus=st.text(st.sampled_from("a/ é\udc80\udcff")),
    zone=st.timezones(),
)
def test_what_was_written_is_read_back_equal(
    receipt: Receipt,
    tmp_path: Path,
    question: str,
    history: tuple[str, ...],
    filters: Filters,
    limits: Limits,
    hits: list[Found],
    candidate: Candidate,
    message: Message,
    checks: tuple[Check, ...],
    corpus: str,
    zone: tzinfo,
) -> None:
    changed = replace(
        receipt,
        question=question,
        history=history,
        filters=filters,
        settings=limits,
        hits=tuple(hits),
        candidates=(candidate,),
        calls=(replace(receipt.calls[0], messages=(message, message), reply=message.text),),
        checks=checks,
        corpus=f"/{corpus}",
        asked_at=NOW.astimezone(zone).isoformat(),
    )
    write_receipt(changed, tmp_path / "r.json")
    assert read_receipt(tmp_path / "r.json") == changed


# Where it can't be written


def into_no_folder(folder: Path) -> Path:
    return folder / "none" / "r.json"


def over_a_folder(folder: Path) -> Path:
    (folder / "r.json").mkdir()
    return folder / "r.json"


def over_a_pipe(folder: Path) -> Path:
    os.mkfifo(folder / "r.json")
    return folder / "r.json"


def under_a_file(folder: Path) -> Path:
    (folder / "file").touch()
    return folder / "file" / "r.json"


def too_long(folder: Path) -> Path:
    return folder / ("r" * 300)


NO_FILES = [into_no_folder, over_a_folder, over_a_pipe, under_a_file, too_long]


@pytest.mark.parametrize("target", NO_FILES)
def test_a_file_that_can_not_be_written_is_named_before_anything_is_asked(
    run: Run, tmp_path: Path, target: Callable[[Path], Path]
) -> None:
    file = target(tmp_path)
    with ollama() as server:
        ran = run("ask", SHARE, "--receipt", file)
        assert server.bodies("/api/chat") == []
    told, step = ran.complaint()
    assert (f"--receipt {file}" in told, "Name a file" in step) == (True, True)
    assert (ran.code, ran.out) == (1, "")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_permission_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(StorageError, match=r"--receipt .* no permission"):
        refuse_target(tmp_path / "r.json", tmp_path / "corpus")


@pytest.mark.parametrize("name", ["aid.txt", "new.md", "local/new.HTML"])
def test_a_receipt_never_becomes_an_article(run: Run, corpus: Path, name: str) -> None:
    before = (corpus / "aid.txt").read_bytes()
    ran = run("ask", SHARE, "--receipt", corpus / name)
    assert ("one of the articles" in ran.complaint()[0], ran.code) == (True, 2)
    assert (corpus / "aid.txt").read_bytes() == before
    refuse_target(corpus / "r.json", corpus)


def test_a_write_that_fails_leaves_what_was_there_and_nothing_else(receipt: Receipt, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    (folder / "r.json").mkdir(parents=True)
    (folder / "r.json" / "kept").touch()
    with pytest.raises(StorageError, match=r"--receipt .*r\.json can't be written"):
        write_receipt(receipt, folder / "r.json")
    assert [each.name for each in folder.iterdir()] == ["r.json"]


@pytest.mark.usefixtures("environ")
def test_ctrl_c_leaves_no_receipt(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    asked = threading.Event()
    with ollama(hanging(reads, asked)):
        process = start("ask", SHARE, "--receipt", str(folder / "r.json"))
        wait_until(asked.is_set, process)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
    assert (process.returncode, list(folder.iterdir())) == (130, [])


def test_a_receipt_is_of_one_answer(run: Run) -> None:
    ran = run("ask", "--cases", "cases.jsonl", "--receipt", "r.json")
    assert ran.complaint() == (
        "--receipt and --cases don't go together.",
        "byline ask --cases FILE.jsonl --json",
    )
    assert ran.code == 2


# Files that are no receipt


def changed_field(where: str, value: Any) -> Callable[[dict[str, Any]], None]:
    """A receipt with another value at "index.articles.0.path"."""

    def change(receipt: dict[str, Any]) -> None:
        *parents, last = [int(part) if part.isdigit() else part for part in where.split(".")]
        at: Any = receipt
        for part in parents:
            at = at[part]
        at[last] = value

    return change


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("question", 7),
        ("question", ""),
        ("asked_at", "yesterday"),
        ("asked_at", "2025-03-01T12:00:00"),
        ("history", "And?"),
        ("corpus", "relative/path"),
        ("corpus", "/nul\0"),
        ("corpus", None),
        ("filters", None),
        ("filters.since", "2025-3-1"),
        ("filters.until", "20250301"),
        ("settings.reads", 0),
        ("settings.num_ctx", 10**9),
        ("settings.threshold", 2),
        ("index.articles", {}),
        ("index.articles.1.digest", None),
        ("model.digest", []),
        ("model.form", None),
        ("fit.accept", 2),
        ("form", []),
        ("calls.0.messages.1.text", 3),
        ("calls.0.tokens.prompt", "many"),
        ("checks.1.passed", "perhaps"),
        ("threshold", None),
        ("answer", []),
        ("answer.refused", "no idea"),
        ("answer.claims.0.citations.0.quote", ""),
        ("answer.claims.0.citations.0.start", -1),
        ("answer.claims.0.citations.0.article.path", None),
        ("answer.conflicts", None),
        ("seconds.total", "long"),
        ("version", 0),
        ("version", "1.0"),
    ],
)
def test_a_field_that_can_not_be_is_named(receipt: Receipt, tmp_path: Path, field: str, value: Any) -> None:
    file, data = tmp_path / "r.json", json.loads(json.dumps(asdict(receipt)))
    changed_field(field, value)(data)
    file.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(ReceiptError) as caught:
        read_receipt(file)
    assert str(caught.value).startswith(f"{file} field {field}")
    assert str(caught.value).count("\n") == 0
    assert "byline ask" in caught.value.hint


@pytest.mark.parametrize("field", [field.name for field in fields(Receipt) if field.name != "kind"])
def test_a_field_that_is_missing_is_named(receipt: Receipt, tmp_path: Path, field: str) -> None:
    file, data = tmp_path / "r.json", asdict(receipt)
    del data[field]
    file.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(ReceiptError, match=f"field {field}: field required"):
        read_receipt(file)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "line 1: invalid JSON"),
        (b'{"kind": "byline receipt",\n "version": 1,\n', "line 3: invalid JSON"),
        (b"\n\n\xff\xfe", "line 3: not UTF-8 text"),
        (b"\x00" * 99, "line 1: invalid JSON"),
        (b'{"a": NaN}', "invalid JSON"),
        (b"[" * 100_000, "invalid JSON"),
        (b"1" * 10_000, "invalid JSON"),
        (b"[]", "is no receipt"),
        (b'{"version": 1, "question": "Who?"}', "is no receipt"),
        (b'{"kind": "byline receipt", "version": 3}', "version 3, from a newer Byline; this one reads 2"),
        (b'{"kind": "byline receipt", "version": 1}', "by the first version, whose sentences a model wrote"),
        (b'{"kind": "byline receipt", "version": true}', "field"),
    ],
)
def test_a_file_that_is_no_receipt_is_told_and_ends_with_2(
    run: Run, tmp_path: Path, content: bytes, told: str
) -> None:
    file = tmp_path / "r.json"
    file.write_bytes(content)
    ran = run("replay", file)
    assert (told in ran.complaint()[0], ran.code, ran.out) == (True, 2, "")


def test_a_receipt_of_the_first_version_names_the_question_to_ask_anew(tmp_path: Path) -> None:
    file = tmp_path / "r.json"
    file.write_text(json.dumps({"kind": "byline receipt", "version": 1, "question": "Who's\nasked?"}))
    with pytest.raises(ReceiptError) as caught:
        read_receipt(file)
    assert caught.value.hint == """ask anew: byline ask 'Who'"'"'s asked?' --receipt FILE"""


@pytest.mark.parametrize("make", NO_FILES)
def test_a_receipt_that_is_no_file_is_told(run: Run, tmp_path: Path, make: Callable[[Path], Path]) -> None:
    file = make(tmp_path)
    told, step = run("replay", file).complaint()
    assert (str(file) in told, "byline ask" in step) == (True, True)

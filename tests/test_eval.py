"""The eval's front door, with scripted answers: exit codes, thresholds, progress, interruptions."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from eval_answers import answer, cite, refusal

from eval.__main__ import Bench, OpenBench, main, open_texts, run
from eval.cases import Case
from eval.score import Outcome, Run
from index.errors import CorpusError, ModelBroke, OllamaDown
from rag.answer import Answer

ARTICLE = "Europe paid 60% of it."
TEXTS = {"x.md": ARTICLE}


def right(question: str) -> Answer:
    return answer(question, "It paid 60%.", cite("x.md", ARTICLE, ARTICLE))


def by_the_book(question: str) -> Answer:
    return right(question) if question.startswith("Share") else refusal(question)


def always_refusing(question: str) -> Answer:
    return refusal(question)


def breaking_at(number: int, error: BaseException) -> Callable[[str], Answer]:
    """Answers by the book until question ``number``, then raises."""
    asked = 0

    def ask(question: str) -> Answer:
        nonlocal asked
        asked += 1
        if asked == number:
            raise error
        return by_the_book(question)

    return ask


def bench(ask: Callable[[str], Answer], corpora: list[Path | None] | None = None) -> OpenBench:
    @contextmanager
    def open_bench(corpus: Path | None) -> Iterator[Bench]:
        if corpora is not None:
            corpora.append(corpus)
        yield Bench(ask, TEXTS.get)

    return open_bench


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    """Ten answerable cases and ten that are not, in turn."""
    path = tmp_path / "cases.jsonl"
    rows: list[dict[str, object]] = []
    for n in range(10):
        share = {"id": f"share-{n}", "question": f"Share {n}?", "answers": ["60%"]}
        rows.append({**share, "source": "x.md", "evidence": ARTICLE, "unanswerable": False})
        rows.append({"id": f"moon-{n}", "question": f"Moon {n}?", "answers": [], "unanswerable": True})
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def last_line(text: str) -> str:
    return text.rstrip("\n").rpartition("\n")[2]


def test_a_run_that_meets_every_threshold_ends_with_zero(
    cases: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--cases", str(cases)], bench(by_the_book)) == 0
    out, err = capsys.readouterr()
    assert last_line(out) == "20 passed, 0 failed"
    assert err.splitlines() == ["10 of 20: 10 passed, 0 failed", "20 of 20: 20 passed, 0 failed"]


def test_on_a_terminal_a_bar_takes_the_place_of_the_lines(
    cases: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert main(["--cases", str(cases)], bench(by_the_book)) == 0
    out, err = capsys.readouterr()
    assert "asking" in err
    assert "20/20" in err
    assert "10 of 20" not in err
    assert last_line(out) == "20 passed, 0 failed"


def test_a_missed_threshold_ends_with_one(cases: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--cases", str(cases)], bench(always_refusing)) == 1
    assert last_line(capsys.readouterr().out) == "10 passed, 10 failed"


@pytest.mark.parametrize(
    ("ask", "options", "code"),
    [
        (always_refusing, ["--min-right", "0"], 1),
        (always_refusing, ["--min-right", "0", "--max-wrongly-refused", "1"], 0),
        (right, [], 1),
        (right, ["--min-refused", "0"], 0),
        (lambda q: answer(q, "60%") if q.startswith("Share") else refusal(q), [], 1),
        (lambda q: answer(q, "60%") if q.startswith("Share") else refusal(q), ["--min-cited", "0"], 0),
    ],
)
def test_each_threshold_can_be_moved(
    cases: Path, ask: Callable[[str], Answer], options: list[str], code: int
) -> None:
    assert main(["--cases", str(cases), *options], bench(ask)) == code


def test_a_quote_that_is_not_verbatim_misses_a_threshold(cases: Path) -> None:
    def misquoting(question: str) -> Answer:
        if not question.startswith("Share"):
            return refusal(question)
        return answer(question, "60%", cite("x.md", "Europe paid 60% of all.", "Europe paid 60% of all."))

    assert main(["--cases", str(cases)], bench(misquoting)) == 1


def test_limit_asks_the_first_cases_only(cases: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--cases", str(cases), "--limit", "3"], bench(by_the_book)) == 0
    assert last_line(capsys.readouterr().out) == "3 passed, 0 failed"


def test_the_corpus_is_the_one_that_was_named(cases: Path) -> None:
    opened: list[Path | None] = []
    main(["--cases", str(cases), "--corpus", "mine"], bench(by_the_book, opened))
    main(["--cases", str(cases)], bench(by_the_book, opened))
    assert opened == [Path("mine"), None]


def test_a_case_about_an_absent_article_is_wrong_use(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "other.jsonl"
    path.write_text(
        '{"id": "a", "question": "q", "answers": ["b"], "source": "gone.md", "unanswerable": false}'
    )
    assert main(["--cases", str(path)], bench(by_the_book)) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(
        "byline: case 'a': field 'source' names gone.md, which is no article of this corpus."
    )
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    "options",
    [
        ["--limit", "0"],
        ["--limit", "x"],
        ["--min-right", "1.5"],
        ["--min-right", "nan"],
        ["--max-wrongly-refused", "ten"],
        ["--min", "0.1"],
        ["--nonsense"],
        ["--cases", "none.jsonl"],
        ["--cases"],
    ],
)
def test_wrong_use_ends_with_two_and_asks_nothing(
    options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(options, bench(breaking_at(1, AssertionError("asked")))) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "Traceback" not in err
    assert err


def test_help_names_every_option(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"], bench(by_the_book)) == 0
    out = capsys.readouterr().out
    named = ("--corpus", "--cases", "--report", "--limit", "--min-right", "--min-cited", "--min-refused")
    assert [option for option in (*named, "--max-wrongly-refused") if option not in out] == []


def test_a_report_folder_that_cannot_be_used_is_told_before_anything_is_asked(
    cases: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "report").write_text("a file")
    options = ["--cases", str(cases), "--report", str(tmp_path / "report")]
    assert main(options, bench(breaking_at(1, AssertionError("asked")))) == 1
    assert "can't hold the report" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "code", "says"),
    [
        (KeyboardInterrupt(), 130, "interrupted"),
        (ModelBroke("the model stopped", "Ask again."), 1, "the model stopped. Ask again."),
    ],
)
def test_what_was_asked_before_a_run_broke_off_is_shown_and_written(
    cases: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    error: BaseException,
    code: int,
    says: str,
) -> None:
    options = ["--cases", str(cases), "--report", str(tmp_path / "report")]
    assert main(options, bench(breaking_at(5, error))) == code
    out, err = capsys.readouterr()
    assert err == f"byline: {says}\n"
    assert last_line(out) == "4 passed, 0 failed"
    data = json.loads((tmp_path / "report" / "report.json").read_text("utf-8"))
    assert ([case["id"] for case in data["cases"]], data["stopped"], data["planned"]) == (
        ["share-0", "moon-0", "share-1", "moon-1"],
        says,
        20,
    )


@pytest.mark.parametrize(
    ("error", "code"), [(KeyboardInterrupt(), 130), (OllamaDown("no Ollama", "Run: ollama serve"), 1)]
)
def test_a_bench_that_does_not_open_ends_in_one_line(
    cases: Path, capsys: pytest.CaptureFixture[str], error: BaseException, code: int
) -> None:
    @contextmanager
    def closed(_: Path | None) -> Iterator[Bench]:
        raise error
        yield

    assert main(["--cases", str(cases)], closed) == code
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)


def test_the_bench_is_closed_when_the_run_breaks_off(cases: Path) -> None:
    closed: list[bool] = []

    @contextmanager
    def closing(_: Path | None) -> Iterator[Bench]:
        try:
            yield Bench(breaking_at(2, KeyboardInterrupt()), TEXTS.get)
        finally:
            closed.append(True)

    main(["--cases", str(cases)], closing)
    assert closed == [True]


def test_a_run_notifies_of_each_case_in_order() -> None:
    seen: list[Outcome] = []
    two = [Case(i, f"Moon {i}?", (), None, None, True) for i in ("a", "b")]
    finished = run(two, by_the_book, TEXTS.get, seen.append)
    assert finished == Run(tuple(seen), planned=2)
    assert [outcome.case.id for outcome in seen] == ["a", "b"]


def test_texts_are_those_of_the_corpus_and_of_nothing_beside_it(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    (corpus / "deep").mkdir(parents=True)
    (corpus / "deep" / "a.md").write_bytes("---\ntitle: A\n---\nZürich said no.\r\nTwice.\n".encode())
    (corpus / "broken.txt").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "outside.txt").write_text("Secret.")
    text_of = open_texts(corpus)
    assert text_of("deep/a.md") == "---\ntitle: A\n---\nZürich said no.\nTwice.\n"
    for path in ("broken.txt", "gone.md", "../outside.txt", "deep", ""):
        assert text_of(path) is None


def test_texts_of_a_missing_corpus_are_a_corpus_error(tmp_path: Path) -> None:
    with pytest.raises(CorpusError):
        open_texts(tmp_path / "none")

"""An eval that was stopped goes on: nothing is asked twice, whatever stopped it."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from eval_answers import answer, cite, refusal
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eval.__main__ import main
from eval.bench import Bench
from eval.cases import Case
from eval.resume import open_journal
from index.article import Hit, Passage, Sentence, Source
from index.errors import ModelBroke, StorageError
from rag.answer import Answer, Call, Check, Conflict, Side

ARTICLE = "Europe paid 60% of it."
CASES = tuple(Case(f"case-{n}", f"Share {n}?", ("60%",), "x.md", ARTICLE, False) for n in range(6))
ROOT = Path(__file__).parents[2]


class Asked:
    """An open_bench that counts what is asked, and raises at question ``breaks_at``."""

    def __init__(self, breaks_at: int = 0, error: BaseException | None = None, state: str = "state") -> None:
        self.asked: list[str] = []
        self.withheld: list[str] = []
        self.state, self.breaks_at, self.error = state, breaks_at, error

    @contextmanager
    def __call__(self, corpus: Path | None, loose: bool = False) -> Iterator[Bench]:  # noqa: ARG002
        yield Bench(self.ask, {"x.md": ARTICLE}.get, self.ask_without, self.state)

    def ask(self, case: Case) -> Answer:
        if len(self.asked) + 1 == self.breaks_at and self.error:
            raise self.error
        self.asked.append(case.id)
        return answer(case.question, "It paid 60%.", cite("x.md", ARTICLE, ARTICLE))

    def ask_without(self, case: Case) -> Answer:
        self.withheld.append(case.id)
        return refusal(case.question)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of the test's own, where progress is kept."""
    monkeypatch.setenv("BYLINE_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    path = tmp_path / "cases.jsonl"
    path.write_text("".join(json.dumps(row_of(case)) + "\n" for case in CASES))
    return path


def row_of(case: Case) -> dict[str, object]:
    return {"id": case.id, "question": case.question, "answers": list(case.answers), "unanswerable": False}


def ids(start: int, end: int = len(CASES)) -> list[str]:
    return [case.id for case in CASES[start:end]]


@pytest.mark.parametrize("where", ["home", "report"])
@pytest.mark.parametrize("error", [KeyboardInterrupt(), ModelBroke("the model stopped", "Ask again.")])
def test_a_stopped_eval_goes_on_where_it_was(
    cases: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], where: str, error: BaseException
) -> None:
    options = ["--cases", str(cases)] + (["--report", str(tmp_path / "out")] if where == "report" else [])
    first, second = Asked(breaks_at=5, error=error), Asked()
    assert main(options, first) == (130 if isinstance(error, KeyboardInterrupt) else 1)
    capsys.readouterr()
    assert main(options, second) == 0
    out, err = capsys.readouterr()
    assert (first.asked, second.asked) == (ids(0, 4), ids(4))
    assert err == "4 of 6 cases were answered before a run stopped: --fresh asks them again\n"
    assert out.endswith("6 passed, 0 failed\n")


def test_a_finished_eval_leaves_no_progress_behind(cases: Path, tmp_path: Path, home: Path) -> None:
    again = Asked()
    for options in (["--cases", str(cases)], ["--cases", str(cases), "--report", str(tmp_path / "out")]):
        assert main(options, Asked()) == 0
        assert main(options, again) == 0
    assert again.asked == ids(0) * 2
    assert list((home / "eval").iterdir()) == []
    assert not list((tmp_path / "out").glob("*.jsonl"))


def test_an_eval_that_missed_a_threshold_is_finished_too(cases: Path, home: Path) -> None:
    assert main(["--cases", str(cases), "--max-wrongly-refused", "0", "--min-refused", "1"], Asked()) == 0
    wrong = Asked()
    wrong.ask = lambda case: refusal(case.question)  # type: ignore[method-assign]
    assert main(["--cases", str(cases)], wrong) == 1
    assert list((home / "eval").iterdir()) == []


def test_a_fit_leaves_the_progress_of_an_eval_alone(cases: Path, tmp_path: Path) -> None:
    options = ["--cases", str(cases), "--report", str(tmp_path / "out")]
    main(options, Asked(breaks_at=5, error=KeyboardInterrupt()))
    assert main([*options, "--fit", "--fresh"], Asked()) == 2
    second = Asked()
    main(options, second)
    assert second.asked == ids(4)


def test_fresh_asks_everything_anew(cases: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["--cases", str(cases)], Asked(breaks_at=5, error=KeyboardInterrupt()))
    capsys.readouterr()
    fresh = Asked()
    assert main(["--cases", str(cases), "--fresh"], fresh) == 0
    assert fresh.asked == ids(0)
    assert "answered before" not in capsys.readouterr().err


def test_what_an_answer_depends_on_must_be_the_same(cases: Path) -> None:
    main(["--cases", str(cases)], Asked(breaks_at=5, error=KeyboardInterrupt()))
    other = Asked(state="another model", breaks_at=3, error=KeyboardInterrupt())
    main(["--cases", str(cases)], other)
    assert other.asked == ids(0, 2)
    same = Asked()
    main(["--cases", str(cases)], same)
    assert same.asked == ids(4)


def test_a_case_that_was_changed_is_asked_again(cases: Path, tmp_path: Path) -> None:
    options = ["--cases", str(cases), "--report", str(tmp_path / "out")]
    main(options, Asked(breaks_at=5, error=KeyboardInterrupt()))
    rows = [row_of(case) for case in CASES]
    rows[1]["question"] = "Share of what?"
    cases.write_text("".join(json.dumps(row) + "\n" for row in rows))
    second = Asked()
    main(options, second)
    assert second.asked == [CASES[1].id, *ids(4)]


def test_a_bench_of_unknown_state_is_always_asked(cases: Path) -> None:
    main(["--cases", str(cases)], Asked(breaks_at=5, error=KeyboardInterrupt(), state=""))
    again = Asked(state="")
    main(["--cases", str(cases)], again)
    assert again.asked == ids(0)


KILLED = """
import os, signal, sys
sys.path[:0] = ["tests/eval", "tests"]
from test_resume import Asked
from eval.__main__ import main

class Killed(Asked):
    def ask(self, case):
        if len(self.asked) == 4:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().ask(case)

main(sys.argv[1:], Killed())
"""


def test_a_killed_eval_goes_on_where_it_was(cases: Path) -> None:
    killed = subprocess.run([sys.executable, "-c", KILLED, "--cases", str(cases)], cwd=ROOT, timeout=60)
    assert killed.returncode == -signal.SIGKILL
    second = Asked()
    assert main(["--cases", str(cases)], second) == 0
    assert second.asked == ids(4)


@given(
    torn=st.integers(2, 400), rest=st.sampled_from([b"", b"\n", b"garbage\n", b"[]\n", b'{"version": 1}\n'])
)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_torn_line_costs_one_answer_and_no_more(tmp_path: Path, torn: int, rest: bytes) -> None:
    path = tmp_path / "progress.jsonl"
    path.unlink(missing_ok=True)
    first, second, third = Asked(), Asked(), Asked()
    ask_all(path, first, CASES[:4])
    path.write_bytes(path.read_bytes()[:-torn] + rest)
    ask_all(path, second, CASES)
    ask_all(path, third, CASES)
    assert second.asked == ids(3)
    assert third.asked == []


def ask_all(path: Path, opening: Asked, cases: tuple[Case, ...]) -> list[Answer]:
    with open_journal(path) as journal, journal.opening(opening)(None) as bench:
        return [bench.ask(case) for case in cases]


def test_what_is_asked_without_its_evidence_is_another_question(tmp_path: Path) -> None:
    opening = Asked()
    for _ in range(2):
        with open_journal(tmp_path / "p.jsonl") as journal, journal.opening(opening)(None) as bench:
            assert not bench.ask(CASES[0]).refused
            assert bench.ask_without(CASES[0]).refused
            assert bench.ask_without(replace(CASES[0], evidence="Europe")).refused
    assert (opening.asked, opening.withheld) == (ids(0, 1), ids(0, 1) * 2)


def test_an_answer_comes_back_as_it_was(tmp_path: Path) -> None:
    plain = answer("?", "It paid 60%.", cite("x.md", ARTICLE, ARTICLE))
    [claim] = plain.claims
    source = Source("x.md", "X", "Ada", "The Herald", "2025-02-25")
    hit = Hit(Passage("x.md:0", source, 0, 22, ARTICLE, (Sentence(0, 22, ARTICLE),)), 0.03, 1, None)
    call = Call("read", (("system", "Read."), ("user", "\ud7ff?")), "S1", (10, 2), 0.5, 0.99)
    full = replace(
        plain,
        also_read=(hit,),
        hits=(hit,),
        calls=(call,),
        checks=(Check("sentences", 1, True), Check("support", None, True, ".99")),
        conflicts=(Conflict((Side("60%", claim), Side("40%", claim))),),
        support=None,
    )

    @contextmanager
    def opening(corpus: Path | None) -> Iterator[Bench]:  # noqa: ARG001
        yield Bench(lambda _: full, {}.get, lambda _: full, "state")

    for _ in range(2):
        with open_journal(tmp_path / "p.jsonl") as journal, journal.opening(opening)(None) as bench:
            assert journal.knows(CASES[0], bench) == (tmp_path / "p.jsonl").read_bytes().endswith(b"\n")
            assert bench.ask(CASES[0]) == full


def test_a_place_that_cannot_keep_progress_is_told(
    cases: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home.write_text("a file")
    asked = Asked()
    assert main(["--cases", str(cases)], asked) == 1
    assert "can't keep the eval's progress" in capsys.readouterr().err
    assert asked.asked == []
    with pytest.raises(StorageError), open_journal(home / "p.jsonl"):
        pass

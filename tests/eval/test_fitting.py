"""Labelled cases become a score: rows, weights, the curve, what each part is worth, the fit that is kept."""

import json
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from eval_answers import answer, cite, refusal

from eval.__main__ import main
from eval.bench import Bench
from eval.cases import Case
from eval.fitting import curve, silenced, worth
from eval.fitting.rows import Asked, Row, gather, is_single
from eval.fitting.sets import Set
from eval.fitting.weights import LEAST, Held, Weights, auc, fitted, held_out, threshold
from index.errors import CasesError
from rag.answer import Answer, Judged
from rag.judging.score import fit_for, shipped, sigmoid
from tests.readings import candidate
from tests.scripted import hit

SAID = "Europe paid 60% of it, Macron said."
CASE = Case("share", "What share?", ("60%", "60 per cent"), "x.md", SAID, False)
DIGEST = "a" * 64


def judged(short: str, span: str = SAID, **signals: float) -> Judged:
    return Judged(candidate(hit(span), short), tuple(signals.items()), 0.5)


def row(group: str, n: int, right: bool, **values: float) -> Row:
    return Row(group, f"c{n}", right, right, tuple(values.items()))


def one_each(rows: Sequence[Row]) -> list[Asked]:
    return [Asked(r.group, r.case, r.answerable, (r,)) for r in rows]


def synthetic(group: str, size: int = 80, seed: int = 1, sign: float = 1.0) -> list[Row]:
    """Rows in which ``good`` tells for, ``bad`` against, and ``noise`` nothing."""
    draw = random.Random(f"{group}{seed}")
    rows = []
    for n in range(size):
        right = n % 2 == 0
        told = (1.0 if right else -1.0) * sign
        values = {
            "good": told + draw.gauss(0, 0.7),
            "bad": -told + draw.gauss(0, 1.5),
            "noise": draw.gauss(0, 1),
        }
        rows.append(row(group, n, right, **values))
    return rows


@pytest.mark.parametrize(
    ("case", "short", "span", "right"),
    [
        (CASE, "60%", SAID, True),
        (CASE, "paid 60%", SAID, True),
        (CASE, "Europe", SAID, False),
        (CASE, "60%", "Europe paid most of it.", False),
        (replace(CASE, answers=(), unanswerable=True), "60%", SAID, False),
    ],
)
def test_a_candidate_is_right_where_its_sentences_hold_the_answer_and_it_points_at_it(
    case: Case, short: str, span: str, right: bool
) -> None:
    answer = replace(refusal("?"), judged=(judged(short, span, first=1.0),))
    [asked] = gather("x", [case], Bench(lambda _: answer, {}.get, lambda _: answer))
    [found] = asked.rows
    assert (found.right, found.answerable, asked.answerable) == (right, *[not case.unanswerable] * 2)
    assert dict(found.values) == {"first": 1.0}


def test_cases_that_one_candidate_cannot_answer_are_left_out() -> None:
    several = [replace(CASE, also=(("40%",),)), replace(CASE, after=("Who?",)), CASE]
    assert [is_single(case) for case in several] == [False, False, True]
    [asked] = gather("x", several, Bench(lambda _: refusal("?"), {}.get, lambda _: refusal("?")))
    assert asked.rows == ()


def test_weights_have_the_signs_of_what_they_tell() -> None:
    weights = dict(fitted(synthetic("a")).by_name)
    assert weights["good"] > 0 > weights["bad"]
    assert abs(weights["noise"]) < weights["good"] / 3


def test_weights_are_in_the_units_of_their_signals() -> None:
    rows = synthetic("a")
    scaled = [
        replace(r, values=tuple((n, v * 10 + 3 if n == "good" else v) for n, v in r.values)) for r in rows
    ]
    before, after = fitted(rows), fitted(scaled)
    assert [after.odds(r) for r in scaled] == pytest.approx([before.odds(r) for r in rows], abs=1e-2)


@pytest.mark.parametrize(("right", "wrong"), [(LEAST - 1, 50), (50, LEAST - 1), (50, 0), (0, 0)])
def test_too_few_of_a_sort_are_refused_with_what_is_missing(right: int, wrong: int) -> None:
    rows = [row("a", n, n < right, good=float(n)) for n in range(right + wrong)]
    with pytest.raises(CasesError, match=f"{right} right and {wrong} wrong .*{LEAST} of each") as caught:
        fitted(rows)
    assert "--cases" in caught.value.hint


def test_a_set_is_never_judged_by_weights_that_saw_it() -> None:
    turned = synthetic("turned", sign=-1.0)
    asked = one_each([*synthetic("a"), *synthetic("b"), *turned])
    held = held_out(asked)
    assert auc(held, "turned") == pytest.approx(0.0, abs=0.1)
    others = fitted([*synthetic("a"), *synthetic("b")])
    odds = {one.case: one.odds for one in held if one.group == "turned"}
    assert odds == pytest.approx({r.case: others.odds(r) for r in turned})


def test_one_set_is_judged_by_its_other_half() -> None:
    rows = [replace(r, case=f"{r.case}-{r.right}") for r in synthetic("a", 120)]
    held = held_out(one_each(rows))
    halves = {half: [r for r in rows if sum(r.case.encode()) % 2 == half] for half in (0, 1)}
    odds = {one.case: one.odds for one in held}
    for half, mine in halves.items():
        weights = fitted(halves[1 - half])
        assert {r.case: odds[r.case] for r in mine} == pytest.approx({r.case: weights.odds(r) for r in mine})


def test_every_candidate_counts_the_same_so_that_a_large_set_outweighs_a_small_one() -> None:
    small, large = synthetic("small", 60, sign=-1.0), synthetic("large", 600)
    weights = dict(fitted([*small, *large]).by_name)
    alone = dict(fitted(large).by_name)["good"]
    assert alone / 2 < weights["good"] < alone


def test_the_best_candidate_is_the_one_that_counts() -> None:
    rows = synthetic("a") + synthetic("b")
    two = Asked("c", "c", True, (row("c", 0, False, good=-2.0), row("c", 0, True, good=2.0)))
    none = Asked("c", "d", True, ())
    found = {one.case: one for one in held_out([*one_each(rows), two, none]) if one.group == "c"}
    assert found["c"].right
    assert (found["d"].odds, found["d"].right) == (None, False)


HELD = [
    *(Held("a", f"y{n}", True, float(n), n > 2) for n in range(10)),
    *(Held("a", f"n{n}", False, float(n) - 3.5, False) for n in range(10)),
    Held("a", "nothing", False, None, False),
]


def test_a_threshold_refuses_at_most_the_share_that_was_named() -> None:
    assert [threshold(HELD, share) for share in (0.0, 0.1, 0.25, 0.5)] == [0.0, 1.0, 2.0, 5.0]
    assert threshold(HELD, 0.1, "a") == 1.0
    assert threshold([], 0.1) == 0.0


def test_a_point_tells_what_a_threshold_does() -> None:
    assert curve.point(HELD, 3.0) == curve.Point(3.0, 0.7, 0.3, 8 / 11)
    assert curve.point(HELD[:10], 3.0).refused is None
    assert curve.point(HELD[10:], 3.0).right is None


def test_the_curve_has_a_line_a_share_and_one_for_what_is_in_use() -> None:
    lines = curve.table(HELD, 3.0)
    assert len(lines) == 2 + len(curve.AT) + 1
    assert lines[-1] == f"| a | {auc(HELD):.3f} | 0.300 (in use) | 0.700 | 0.727 | {sigmoid(3.0):.3f} |"


def test_auc_is_the_chance_that_an_answer_has_more_support() -> None:
    def held(yes: float | None, no: float | None) -> list[Held]:
        return [Held("a", "y", True, yes, True), Held("a", "n", False, no, False)]

    assert [auc(held(*pair)) for pair in ((1, 0), (0, 1), (1, 1), (1, None))] == [1.0, 0.0, 0.5, 1.0]
    assert auc(held(1, 0)[:1]) is None


def test_a_signal_that_carries_is_seen_to_carry_and_noise_is_worth_nothing() -> None:
    asked = one_each([*synthetic("a", 200), *synthetic("b", 200)])
    found = {one.name: one for one in worth.worths(asked, 0.08)}
    good, noise = found["good"], found["noise"]
    assert good.auc > 0.05
    assert good.right_lost + good.refused_lost > good.right_won + good.refused_won
    assert abs(noise.auc) < 0.01
    assert abs(noise.refused_lost - noise.refused_won) <= 10
    lines = worth.table(tuple(found.values()))
    assert lines[2].startswith("| good | 400 | ")
    assert len(lines) == 5


def test_the_same_id_in_two_sets_is_two_cases() -> None:
    asked = one_each([*synthetic("a", 100), *synthetic("b", 100)])
    assert len(worth._verdicts(held_out(asked), 0.08)) == 200


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BYLINE_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def sets(folder: Path, answerable: int = 60) -> list[str]:
    """The options of two sets of cases, each with its own corpus."""
    options: list[str] = []
    for name in ("one", "two"):
        rows = [
            {"id": f"{n}", "question": f"{'Share' if n % 2 else 'Moon'} {n}?", "answers": ["60%"] * (n % 2)}
            | {"unanswerable": not n % 2}
            for n in range(2 * answerable)
        ]
        (folder / name).mkdir()
        path = folder / f"{name}.jsonl"
        path.write_text("".join(json.dumps(r) + "\n" for r in rows))
        options += ["--corpus", str(folder / name), "--cases", str(path)]
    return options


class Model:
    """An open_bench whose candidates carry a signal; it notes what it was opened with."""

    def __init__(self) -> None:
        self.opened: list[tuple[str, bool]] = []

    @contextmanager
    def __call__(
        self,
        corpus: Path,
        loose: bool = False,
        off: frozenset[str] = frozenset(),  # noqa: ARG002
    ) -> Iterator[Bench]:
        self.opened.append((corpus.name, loose))
        yield Bench(self.ask, {}.get, self.ask, "", (DIGEST, "grammar", "script"))

    def ask(self, case: Case) -> Answer:
        draw = random.Random(case.id)
        good = draw.gauss(1.5 if case.answers else -1.5, 1)
        return replace(refusal(case.question), judged=(judged("60%", first=good, noise=draw.gauss(0, 1)),))


def test_a_fit_is_kept_and_found_by_digest_and_form(
    tmp_path: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = Model()
    assert main([*sets(tmp_path), "--fit", "--wrongly", "0.1", "--report", str(tmp_path / "out")], model) == 0
    out = capsys.readouterr().out
    assert model.opened == [("one", True), ("two", True)]
    kept = fit_for(home, DIGEST, "grammar")
    assert out.splitlines()[-1] == f"kept in {home / 'fits' / f'{DIGEST}-grammar.json'}"
    assert (kept.digest, kept.form, kept.model) == (DIGEST, "grammar", "script")
    assert kept.weights["first"] > abs(kept.weights["noise"])
    assert 0 < kept.accept <= kept.sure < 1
    assert kept.told["held out"].splitlines()[0].startswith("| set | AUC |")
    assert (tmp_path / "out" / "fit.md").read_text() == out
    assert fit_for(home, DIGEST, "json") == shipped(DIGEST, "json")
    assert fit_for(home, "b" * 64, "grammar") == shipped("b" * 64, "grammar")


def test_an_ablation_is_told_and_keeps_no_fit(
    tmp_path: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*sets(tmp_path), "--ablate", "--report", str(tmp_path / "out")], Model()) == 0
    out = capsys.readouterr().out
    told = [line.split(" | ")[0] for line in out.splitlines()[2:]]
    assert told == ["| first", "| noise", "", "No rule fired in these cases."]
    assert (tmp_path / "out" / "worth.md").read_text() == out
    assert not (home / "fits").exists()


def test_a_rule_is_worth_the_verdicts_that_are_lost_where_it_is_left_out() -> None:
    """With it one answer is right, one wrong, and one question is refused as it should be."""
    cases = [
        Case("share", "Share?", ("60%",), None, None, False),
        Case("moon", "Moon?", (), None, None, True),
        Case("cost", "Cost?", ("12",), None, None, False),
        Case("other", "Other?", ("12",), None, None, False),
    ]
    opened: list[frozenset[str]] = []

    @contextmanager
    def open_bench(_: Path, off: frozenset[str] = frozenset()) -> Iterator[Bench]:
        opened.append(off)

        def ask(case: Case) -> Answer:
            quote = cite("x.md", SAID, SAID)
            said = answer(case.question, SAID, quote, short="60%")
            without = {"share": refusal("?"), "moon": said, "cost": refusal("?")}
            fired = {"share": said, "moon": refusal("?"), "cost": said}
            if off:
                return without[case.id]
            return replace(fired.get(case.id, said), fired=("other.denies",) if case.id in fired else ())

        yield Bench(ask, {"x.md": SAID}.get, ask)

    (found,) = silenced.silenced([Set(Path("x"), cases)], open_bench)
    assert opened == [frozenset(), frozenset({"other.denies"})]
    assert silenced.table((found,))[2:] == ["| other.denies | 3 | 1 | 0 | 1 | 0 |"]


def test_too_few_cases_to_fit_on_are_wrong_use(
    tmp_path: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*sets(tmp_path, 5), "--fit"], Model()) == 2
    assert "5 right and 5 wrong candidates are too few" in capsys.readouterr().err
    assert not (home / "fits").exists()


def test_weights_without_a_name_count_nothing() -> None:
    assert Weights(0.5, (("known", 2.0),)).odds(row("a", 0, True, known=1.0, other=9.0)) == 2.5

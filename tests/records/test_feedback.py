"""Feedback: thumbs become cases that the eval loads, runs, and that say nothing the user didn't."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from eval.bench import bench
from eval.cases import Case, load_cases
from eval.run import check_sources, run
from eval.score import Verdict as Judged
from eval.score import judge
from index.catalog import Where
from index.errors import StorageError, UsageError
from rag.answer import Answer
from rag.assistant.opening import open_assistant
from rag.records.contract import to_json
from rag.records.conversation import Exchange, exchange
from rag.records.feedback import REASONS, Feedback, Verdict
from rag.settings import Settings
from tests.commands import ELSEWHERE, SHARE
from tests.exchanges import (
    NOW,
    OTHER,
    QUESTION,
    QUOTE,
    answered,
    article_of,
    cited,
    differing,
    exchanged,
    refused,
    stated,
    written,
)
from tests.fakes import HashEmbedder
from tests.scripted import scripted_llm, well_read

SAID = "Macron said that Europe paid 60% of the total."
DISAGREED = cited("Trump disagreed.")
EUROPE_40 = stated("40%", cited(OTHER.text.strip(), 2, OTHER))


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    return tmp_path / "feedback" / "cases.jsonl"


def noted(file: Path, of: Exchange, good: bool, reason: str | None = None, **more: Any) -> Exchange:
    Feedback(file).note(of, good, reason, more.pop("earlier", ()), **more)
    return of


def rows(file: Path) -> list[dict[str, Any]]:
    return (
        [json.loads(text) for text in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []
    )


def rest(file: Path) -> list[dict[str, Any]]:
    return rows(file.with_name("verdicts.jsonl"))


def unanswerable(of: Exchange) -> Case:
    return Case(of.id, of.question, (), None, None, True, "feedback")


# What becomes a case


def test_a_good_answer_is_its_question_s_gold_answer(cases: Path) -> None:
    made = noted(cases, exchanged(), True)
    assert load_cases(cases) == (Case(made.id, QUESTION, ("60%", QUOTE), "aid.md", QUOTE, False, "feedback"),)
    assert rest(cases) == []


@pytest.mark.parametrize("short", ["", "40%", "Europe", "yes", "No.", "aid", "…", "("])
def test_a_few_words_that_do_not_say_it_are_no_gold_answer(cases: Path, short: str) -> None:
    noted(cases, exchanged(answered(stated(short))), True)
    assert load_cases(cases)[0].answers == (QUOTE,)


def test_what_a_model_wrote_in_an_earlier_version_counts_beside_its_source(cases: Path) -> None:
    noted(cases, exchanged(answered(written(SAID))), True)
    assert load_cases(cases)[0].answers == (SAID, QUOTE)


def test_every_claim_of_a_good_answer_is_wanted(cases: Path) -> None:
    second = stated("disagreed", cited("Trump disagreed.", 2))
    noted(cases, exchanged(answered(stated(), second)), True)
    (case,) = load_cases(cases)
    assert (case.answers, case.also) == (("60%", QUOTE), (("disagreed", "Trump disagreed."),))


def test_both_sides_of_a_good_conflict_are_wanted(cases: Path) -> None:
    noted(cases, exchanged(differing(stated(), EUROPE_40)), True)
    (case,) = load_cases(cases)
    assert (case.answers, case.also) == (("60%", QUOTE), (("40%", EUROPE_40.text),))


def test_a_claim_on_two_sentences_is_in_both_together(cases: Path) -> None:
    noted(cases, exchanged(answered(stated("60%", cited(), cited("Trump disagreed.", 2)))), True)
    assert load_cases(cases)[0].answers == ("60%", f"{QUOTE} Trump disagreed.")


@pytest.mark.parametrize(
    ("answer", "good", "reason"),
    [
        (refused(), True, None),
        (answered(), False, "should have refused"),
        (refused(), False, "should have refused"),
    ],
)
def test_where_a_refusal_is_right_nothing_is_the_gold_answer(
    cases: Path, answer: Answer, good: bool, reason: str | None
) -> None:
    made = noted(cases, exchanged(answer), good, reason, correction="not heard" if good else None)
    assert (load_cases(cases), rest(cases)) == ((unanswerable(made),), [])


@pytest.mark.parametrize("reason", ["wrong source", "wrong answer", "should have answered", None])
def test_a_wrong_answer_with_the_right_one_is_a_case(cases: Path, reason: str | None) -> None:
    made = noted(cases, exchanged(), False, reason, correction=" 55\u202e%\nor so ")
    assert load_cases(cases) == (Case(made.id, QUESTION, ("55% or so",), None, None, False, "feedback"),)
    assert rest(cases) == []


# What doesn't


@pytest.mark.parametrize("correction", [None, "", " \n", "?!"])
@pytest.mark.parametrize("reason", ["wrong source", "wrong answer", "should have answered", None])
def test_a_wrong_answer_alone_is_kept_to_be_labelled(
    cases: Path, reason: str | None, correction: str | None
) -> None:
    made = noted(cases, exchanged(), False, reason, earlier=["Who met?"], correction=correction)
    assert (rows(cases), rest(cases)) == (
        [],
        [
            {
                "id": made.id,
                "question": QUESTION,
                "after": ["Who met?"],
                "asked_at": "2025-03-01T12:00:00.000+01:00",
                "filters": {"source": None, "since": None, "until": None, "paths": None},
                "good": False,
                "reason": reason,
                "correction": None,
                "answer": to_json(made.answer),
            }
        ],
    )


@pytest.mark.parametrize("where", [Where(source="*.md"), Where(since="2025-01-01"), Where(paths=("aid.md",))])
@pytest.mark.parametrize(("answer", "good", "reason"), [
    (answered(), True, None),
    (refused(), True, None),
    (answered(), False, "should have refused"),
])  # fmt: skip
def test_what_was_asked_of_some_articles_is_no_case_over_all(
    cases: Path, where: Where, answer: Answer, good: bool, reason: str | None
) -> None:
    made = noted(cases, exchanged(answer, where), good, reason)
    (row,) = rest(cases)
    assert rows(cases) == []
    assert (row["id"], row["good"], Where(**row["filters"] | {"paths": where.paths})) == (
        made.id,
        good,
        where,
    )


@pytest.mark.parametrize("reason", ["", "Like", "wrong source\n", "<b>"])
def test_a_reason_that_is_none_is_refused(cases: Path, reason: str) -> None:
    with pytest.raises(UsageError, match="is no reason") as caught:
        noted(cases, exchanged(), False, reason)
    assert (
        caught.value.hint == "one of: wrong source, wrong answer, should have refused, should have answered"
    )
    assert not cases.parent.exists()


# The conversation before


@pytest.mark.parametrize(
    ("earlier", "kept"),
    [
        ((), 0),
        (("Who met?",), 1),
        (("Who met at noon?", "Who paid the aid?", "What did Macron say?", "Who spoke of money?"), 3),
        (("Who met at noon?", "And who rejected it?", "What did Macron say?", "Who spoke of money?"), 4),
        (("And why?",) * 5, 5),
    ],
    ids=["none", "one", "the remembered", "what they lean on", "nothing to lean on"],
)
def test_a_case_comes_after_the_questions_that_it_needs(
    cases: Path, earlier: tuple[str, ...], kept: int
) -> None:
    noted(cases, exchanged(), True, earlier=earlier)
    assert load_cases(cases)[0].after == earlier[len(earlier) - kept :]


# One verdict an exchange

GOOD = (True, None, None)
SAYINGS = [GOOD, *((False, reason, None) for reason in (*REASONS, None)), (False, "wrong answer", "55%")]


@pytest.mark.parametrize("second", SAYINGS)
@pytest.mark.parametrize("first", SAYINGS)
def test_a_second_verdict_takes_the_place_of_the_first(
    cases: Path, first: tuple[bool, str | None, str | None], second: tuple[bool, str | None, str | None]
) -> None:
    made, others = exchanged(), [exchanged(refused()), exchanged()]
    noted(cases, others[0], True)
    noted(cases, others[1], False)
    for good, reason, correction in (first, second):
        noted(cases, made, good, reason, correction=correction)
    ids = [row["id"] for row in [*rows(cases), *rest(cases)]]
    assert sorted(ids) == sorted([made.id, *(each.id for each in others)])
    assert Feedback(cases).verdicts() == {
        others[0].id: Verdict(True),
        others[1].id: Verdict(False),
        made.id: Verdict(*second),
    }


def test_a_verdict_can_be_withdrawn(cases: Path) -> None:
    good, bad = noted(cases, exchanged(), True), noted(cases, exchanged(), False)
    Feedback(cases).withdraw(good.id)
    assert Feedback(cases).verdicts() == {bad.id: Verdict(False)}
    Feedback(cases).withdraw(bad.id)
    assert (Feedback(cases).verdicts(), rows(cases), rest(cases)) == ({}, [], [])


def test_lines_that_were_added_or_changed_by_hand_stay(cases: Path) -> None:
    made = noted(cases, exchanged(refused()), True)
    own = '{"id":"mine",  "question": "Who?", "answers": ["Me"], "unanswerable": false}'
    cases.write_text(f"\ufeff{own}\n\n{cases.read_text(encoding='utf-8')}", encoding="utf-8")
    noted(cases, made, False, "should have refused")
    assert cases.read_text(encoding="utf-8").splitlines()[0] == own
    assert [case.id for case in load_cases(cases)] == ["mine", made.id]
    assert Feedback(cases).verdicts() == {made.id: Verdict(False, "should have refused")}


@pytest.mark.parametrize("content", [b"{", b"[]\n", b"\xff\n", b"[" * 100_000])
@pytest.mark.parametrize("name", ["cases.jsonl", "verdicts.jsonl"])
def test_a_broken_file_is_told_and_left_as_it_is(cases: Path, name: str, content: bytes) -> None:
    cases.parent.mkdir()
    cases.with_name(name).write_bytes(content)
    for use in (lambda: noted(cases, exchanged(), False), Feedback(cases).verdicts):
        with pytest.raises(StorageError, match=rf"{name} holds a line that is no JSON object\."):
            use()
    assert cases.with_name(name).read_bytes() == content


def test_a_folder_that_can_not_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match=r"file: file exists\."):
        noted(tmp_path / "file" / "cases.jsonl", exchanged(), True)


def test_verdicts_at_the_same_time_are_all_kept(cases: Path) -> None:
    made = [exchanged(refused()) for _ in range(12)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda each: noted(cases, each, True), made))
    assert sorted(case.id for case in load_cases(cases)) == sorted(each.id for each in made)


def test_half_characters_do_not_spoil_the_file(cases: Path) -> None:
    noted(cases, exchanged(), False, "wrong answer", correction="half \ud83d")
    noted(cases, exchanged(answered(written("Half \ud83d of it."))), True)
    assert [case.answers[0] for case in load_cases(cases)] == ["half", "Half ? of it."]


# Cases as the eval runs them


@pytest.mark.parametrize(
    ("of", "good", "reason", "correction", "then", "verdict"),
    [
        (answered(), True, None, None, answered(), "right"),
        (answered(written(SAID)), True, None, None, answered(), "right"),
        (answered(), True, None, None, answered(EUROPE_40), "wrong"),
        (answered(), True, None, None, refused(), "wrongly refused"),
        (differing(stated(), EUROPE_40), True, None, None, answered(), "wrong"),
        (refused(), True, None, None, refused(), "rightly refused"),
        (refused(), True, None, None, answered(), "wrongly answered"),
        (answered(), False, "should have refused", None, answered(), "wrongly answered"),
        (answered(), False, "wrong answer", "40%", answered(), "wrong"),
        (answered(), False, "wrong answer", "40%", answered(EUROPE_40), "right"),
        (refused(), False, "should have answered", "60 per cent", answered(), "right"),
        (answered(), False, "wrong source", "60%", answered(written(SAID, DISAGREED)), "uncited"),
    ],
)  # fmt: skip
def test_a_case_says_something_true_of_later_answers(
    cases: Path,
    of: Answer,
    good: bool,
    reason: str | None,
    correction: str | None,
    then: Answer,
    verdict: Judged,
) -> None:
    noted(cases, exchanged(of), good, reason, correction=correction)
    (case,) = load_cases(cases)
    assert judge(case, then, lambda path: article_of(path).text).verdict == verdict


def test_the_eval_runs_the_cases_over_the_corpus_they_come_from(
    cases: Path, corpus: Path, home: Path
) -> None:
    byline = Settings(corpus=corpus, home=home)
    llm, embedder = scripted_llm(well_read), HashEmbedder()
    with open_assistant(
        byline, llm=lambda _: llm, embedder=lambda _: embedder, judge=lambda: None
    ) as assistant:
        for question in (SHARE, ELSEWHERE):
            answer = assistant.ask(question)
            noted(cases, exchange(answer, assistant.index.article, Where(), NOW), True, earlier=["Who paid?"])
        wanted, asked = load_cases(cases), bench(assistant, corpus, byline.reads)
        check_sources(wanted, asked)
        outcomes = run(wanted, asked).outcomes
    assert [(each.case.after, each.verdict) for each in outcomes] == [
        (("Who paid?",), "right"),
        (("Who paid?",), "rightly refused"),
    ]

"""The demo corpus and the cases over it belong together, and both are large enough to mean something."""

import json
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from eval.cases import Case, load_cases
from eval.options import CASES
from eval.score import normalise, occurs
from index.article import Article, Source
from index.read import read_folder

SEEDS = Path(__file__).parent.parent / "seeds"
ROWS: list[dict[str, Any]] = [json.loads(line) for line in CASES.read_text("utf-8").splitlines()]
ALL = load_cases(CASES)
ANSWERABLE = [case for case in ALL if not case.unanswerable]
UNANSWERABLE = [case for case in ALL if case.unanswerable]
FOLLOW_UPS = [case for case in ALL if case.kind == "follow-up"]
NEW_SUBJECTS = [case for case in FOLLOW_UPS if case.id.startswith("new-subject-")]
TWO_SIDED = [case for case in ALL if case.kind in ("conflict", "several-articles")]
REQUIRED = {
    "id": str,
    "question": str,
    "answers": list,
    "source": str | None,
    "evidence": str | None,
    "unanswerable": bool,
    "kind": str,
}
OPTIONAL = {"after": list, "also": list}
AT_LEAST = {
    **dict.fromkeys(["figure", "name", "date", "place", "quotation", "reason", "list", "comparison"], 6),
    **dict.fromkeys(["conflict", "off-topic", "false-premise", "several-articles"], 6),
    "near-miss": 24,
    "follow-up": 20,
}
UNANSWERED_KINDS = {"off-topic", "near-miss", "false-premise"}


@pytest.fixture(scope="module")
def articles() -> dict[str, Article]:
    return {article.source.path: article for article in read_folder(SEEDS).articles}


def test_the_folder_holds_two_articles_and_no_other(articles: dict[str, Article]) -> None:
    assert {path: article.source for path, article in articles.items()} == {
        "kremlin-peacekeepers.md": Source(
            path="kremlin-peacekeepers.md",
            title="Kremlin contradicts Trump on European peacekeepers in Ukraine",
            author="Demo Desk staff",
            publisher="Byline Demo Desk",
            published="2025-02-25",
        ),
        "trump-macron-meeting.md": Source(
            path="trump-macron-meeting.md",
            title="Trump and Macron differ over Ukraine as Moscow denies agreeing to European troops",
            author="Demo Wire staff",
            publisher="Byline Demo Wire",
            published="2025-02-25",
        ),
    }


def test_where_the_facts_come_from_is_told_for_each_article(articles: dict[str, Article]) -> None:
    told = (SEEDS / "SOURCES.md").read_text("utf-8")
    assert [path for path in articles if f"`{path}`" not in told] == []
    assert "NBC News" in told


@pytest.mark.parametrize(
    ("path", "facts"),
    [
        (
            "kremlin-peacekeepers.md",
            (
                '"specifically asked"',
                '"has no problem with it."',
                "Dmitry Peskov",
                "Sergei Lavrov",
                "Saudi Arabia",
                "provocation",
                "fourth year",
                "tariffs",
                "60%",
                "not loans",
                "rare earth metals",
                "$500 billion",
                '"positive initiative"',
                "Marco Rubio",
                "Mikhail Ulyanov",
                '"in due time."',
                "Air raid alerts",
                "Polish aircraft",
                "humanitarian crisis",
            ),
        ),
        (
            "trump-macron-meeting.md",
            (
                "I've got nothing to add,",
                "of course, unacceptable to us.",
                "global pariah",
                "Oval Office",
                "third anniversary",
                '"careful"',
                "60 per cent of the total",
                "loans, guarantees, grants",
                "If you believe that, it's OK with me,",
                '"very close to a final deal"',
                "$500 billion",
                "European troops may go into Ukraine as peacemakers.",
                "Fox News",
                "we need something substantial for Ukraine,",
                "Riyadh, Saudi Arabia",
                "in due time.",
                "TASS",
                "Vienna",
                "United Nations resolution",
                "abstained",
                "three amendments",
                '"we would only welcome"',
                "posted on X",
                "western Ukraine",
                "ceased",
            ),
        ),
    ],
)
def test_each_article_carries_its_facts(
    articles: dict[str, Article], path: str, facts: tuple[str, ...]
) -> None:
    assert [fact for fact in facts if fact not in articles[path].text] == []


def test_the_articles_disagree_about_the_loans(articles: dict[str, Article]) -> None:
    claims = {path: "not loans" in article.text for path, article in articles.items()}
    assert claims == {"kremlin-peacekeepers.md": True, "trump-macron-meeting.md": False}
    assert "loans, guarantees, grants" in articles["trump-macron-meeting.md"].text


def test_every_row_has_the_fields_of_a_case_and_no_other() -> None:
    fields = REQUIRED | OPTIONAL
    assert [row for row in ROWS if not REQUIRED.keys() <= row.keys() <= fields.keys()] == []
    assert [row["id"] for row in ROWS for name in row if not isinstance(row[name], fields[name])] == []


def test_every_form_says_something_and_no_list_of_forms_is_empty_or_repeats_itself() -> None:
    for case in ALL:
        for forms in (case.answers, *case.also) if case.answers else case.also:
            spelled = [normalise(form) for form in forms]
            assert all(spelled), case.id
            assert len(set(spelled)) == len(spelled) > 0, case.id


def test_there_are_enough_cases_of_every_kind() -> None:
    counts = Counter(case.kind for case in ALL)
    assert len(ALL) >= 130
    assert set(counts) == set(AT_LEAST)
    assert {kind: counts[kind] for kind, least in AT_LEAST.items() if counts[kind] < least} == {}


def test_a_kind_is_answered_or_refused_throughout_but_for_follow_ups() -> None:
    assert {case.kind for case in UNANSWERABLE} == UNANSWERED_KINDS | {"follow-up"}
    assert {case.kind for case in ANSWERABLE} == AT_LEAST.keys() - UNANSWERED_KINDS


def test_only_follow_ups_come_after_other_questions() -> None:
    assert [case.id for case in ALL if bool(case.after) != (case.kind == "follow-up")] == []


def test_follow_ups_change_the_subject_and_go_beyond_the_articles_too() -> None:
    assert len([case for case in NEW_SUBJECTS if not case.unanswerable]) >= 5
    assert len([case for case in FOLLOW_UPS if case.unanswerable]) >= 4


def test_a_limited_run_meets_both_sorts() -> None:
    assert {case.unanswerable for case in ALL[:5]} == {True, False}


@pytest.mark.parametrize("case", ANSWERABLE, ids=lambda case: case.id)
def test_the_evidence_is_one_passage_of_its_article_and_holds_an_answer(
    case: Case, articles: dict[str, Article]
) -> None:
    assert case.source in articles
    article = articles[case.source]
    assert article.text.count(case.evidence or "") == 1
    assert article.text.index(case.evidence or "") >= article.body_start
    assert holds(case.answers, case.evidence or "")


@pytest.mark.parametrize("case", [case for case in ALL if case.also], ids=lambda case: case.id)
def test_what_else_an_answer_needs_is_in_an_article_too(case: Case, articles: dict[str, Article]) -> None:
    bodies = [body(article) for article in articles.values()]
    assert [forms for forms in case.also if not any(holds(forms, text) for text in bodies)] == []


@pytest.mark.parametrize("kind", ["list", "several-articles"])
def test_the_items_of_an_answer_are_asked_for_one_by_one(kind: str) -> None:
    assert [case.id for case in ANSWERABLE if case.kind == kind and not case.also] == []


@pytest.mark.parametrize("case", TWO_SIDED, ids=lambda case: case.id)
def test_the_article_of_the_evidence_holds_one_side_alone(case: Case, articles: dict[str, Article]) -> None:
    own = body(articles[case.source or ""])
    assert [forms for forms in case.also if not holds(forms, own)] != []


def test_no_article_alone_answers_a_question_over_several(articles: dict[str, Article]) -> None:
    bodies = [body(article) for article in articles.values()]
    for case in ANSWERABLE:
        if case.kind == "several-articles":
            sides = (case.answers, *case.also)
            assert not any(all(holds(forms, text) for forms in sides) for text in bodies), case.id


def test_no_question_is_asked_twice() -> None:
    asked = Counter(tuple(normalise(turn) for turn in (*case.after, case.question)) for case in ALL)
    assert [turns for turns, times in asked.items() if times > 1] == []


def test_an_unanswerable_case_names_no_article() -> None:
    assert [case.id for case in UNANSWERABLE if case.source or case.evidence] == []


@pytest.mark.parametrize("case", ANSWERABLE, ids=lambda case: case.id)
def test_a_question_does_not_give_its_answer_away(case: Case) -> None:
    asked = (*case.after, case.question)
    if case.kind not in ("comparison", "conflict"):  # these name the sides between which they ask
        assert [form for form in case.answers if any(occurs(form, turn) for turn in asked)] == []


@pytest.mark.parametrize("case", TWO_SIDED, ids=lambda case: case.id)
def test_a_two_sided_question_does_not_itself_hold_both_sides(case: Case) -> None:
    assert not all(holds(forms, case.question) for forms in (case.answers, *case.also))


def test_paragraphs_stay_short(articles: dict[str, Article]) -> None:
    paragraphs = [p for a in articles.values() for p in re.split(r"\n\s*\n", a.text[a.body_start :])]
    assert [p for p in paragraphs if len(p.split()) > 110] == []


def body(article: Article) -> str:
    return article.text[article.body_start :]


def holds(forms: Sequence[str], text: str) -> bool:
    return any(occurs(form, text) for form in forms)

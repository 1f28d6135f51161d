"""The demo corpus and the cases over it belong together, and both are large enough to mean something."""

import re
from collections import Counter
from pathlib import Path

import pytest

from eval.__main__ import CASES
from eval.cases import Case, load_cases
from eval.score import normalise, occurs
from index.article import Article, Source
from index.read import read_folder

SEEDS = Path(__file__).parent.parent / "seeds"
ALL = load_cases(CASES)
ANSWERABLE = [case for case in ALL if not case.unanswerable]
UNANSWERABLE = [case for case in ALL if case.unanswerable]
SAME_TOPIC = ("near-miss", "false-premise")
KINDS = {"figure", "name", "date", "place", "quotation", "reason", "list", "comparison", "conflict"}


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


def test_there_are_enough_cases_of_both_sorts() -> None:
    assert len(ANSWERABLE) >= 42
    assert len(UNANSWERABLE) >= 18
    kinds = Counter(case.kind for case in UNANSWERABLE)
    assert 2 * sum(kinds[kind] for kind in SAME_TOPIC) >= len(UNANSWERABLE)
    assert {case.kind for case in ANSWERABLE} == KINDS
    assert set(kinds) == {*SAME_TOPIC, "off-topic"}


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
    assert any(occurs(form, case.evidence or "") for form in case.answers)


def test_no_question_is_asked_twice() -> None:
    asked = Counter(normalise(case.question) for case in ALL)
    assert [question for question, times in asked.items() if times > 1] == []


def test_an_unanswerable_case_names_no_article() -> None:
    assert [case.id for case in UNANSWERABLE if case.source or case.evidence] == []


@pytest.mark.parametrize("case", ANSWERABLE, ids=lambda case: case.id)
def test_a_question_does_not_give_its_answer_away(case: Case) -> None:
    if case.kind != "comparison":
        assert [form for form in case.answers if occurs(form, case.question)] == []


def test_paragraphs_stay_short(articles: dict[str, Article]) -> None:
    paragraphs = [p for a in articles.values() for p in re.split(r"\n\s*\n", a.text[a.body_start :])]
    assert [p for p in paragraphs if len(p.split()) > 110] == []

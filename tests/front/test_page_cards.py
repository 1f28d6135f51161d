"""The panel: a card for each cited sentence, both sides of a conflict, help after a refusal, the article."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from index.article import Article
from index.catalog import Where
from rag.answer import REFUSAL
from rag.front.page.advice import advice
from rag.front.page.cards import evidence, found, nothing, whole
from rag.front.page.origin import age
from tests.front.test_page_message import words
from tests.front.test_page_text import HOSTILE
from tests.page_samples import ANSWER, ANSWERED, DIFFERING, FIRST, HERALD, ID, NEAR, QUOTE, REFUSED

TODAY = date(2025, 3, 3)
CARD = "//article[@class='card']"


def test_each_cited_sentence_has_a_card_with_its_number_origin_and_context() -> None:
    shown = evidence(ANSWERED, TODAY)
    assert html.fromstring(shown).xpath(f"{CARD}/@id") == [f"card-{ID}-1", f"card-{ID}-2"]
    assert words(shown, f"{CARD}/header") == [
        "1Europe paid mostThe Herald · Ada Byron · 28 February 2025 (3 days ago)",
        "2Peaceno date",
    ]
    assert words(shown, f"{CARD}/blockquote") == [
        f"He had asked.She knew. {QUOTE} Trump disagreed.",
        "Trump disagreed, twice",
    ]
    assert words(shown, f"{CARD}//mark") == [QUOTE, "Trump disagreed, twice"]


def test_the_button_of_a_card_carries_the_exact_place() -> None:
    path = "a  b\u202e<'\">&.txt"
    cited = replace(FIRST, source=replace(HERALD, path=path))
    claim = replace(ANSWER.claims[0], citations=(cited,))
    button = html.fromstring(
        evidence(replace(ANSWERED, answer=replace(ANSWER, claims=(claim,))), TODAY)
    ).xpath(f"{CARD}//button")[0]
    assert {name: button.get(f"data-{name}") for name in ("path", "start", "end")} == {
        "path": path,
        "start": str(cited.start),
        "end": str(cited.end),
    }


def test_what_was_also_read_is_folded_and_unmarked() -> None:
    shown = evidence(ANSWERED, TODAY)
    assert words(shown, "//details[@class='also' and not(@open)]/summary") == ["Also read: 1 passage"]
    assert words(shown, "//details//blockquote") == [NEAR.passage.text]
    assert words(shown, "//details//mark") == []


def test_both_sides_of_a_conflict_are_shown_with_who_when_and_age() -> None:
    assert words(evidence(DIFFERING, TODAY), "//div[@class='conflict']//li") == [
        "60% The Herald, 28 February 2025 (3 days ago) [1]",
        "less than half Peace, no date [2]",
    ]


def test_a_refusal_shows_the_nearest_passages_and_no_mark() -> None:
    shown = evidence(REFUSED, TODAY)
    assert words(shown, "//p[@class='says']") == [REFUSAL]
    assert words(shown, "//article//blockquote") == [NEAR.passage.text]
    assert words(shown, "//mark | //details | //div[@class='conflict']") == []


@pytest.mark.parametrize(
    ("filters", "first"),
    [
        (Where(), []),
        (Where(since="2025-02-01"), ["Widen the dates: only articles from 1 February 2025 were searched"]),
        (Where(paths=("a",)), ["Choose more sources: only one article was searched."]),
        (
            Where(until="2025-02-01", paths=("a", "b")),
            ["Widen the dates: only articles up to 1 February", "Choose more sources: only 2 articles were"],
        ),
        (Where(source="2025/*"), ["Choose more sources: only those named 2025/* were searched."]),
    ],
)
def test_help_after_a_refusal_names_what_was_set_and_nothing_else(filters: Where, first: list[str]) -> None:
    said = advice(filters)
    assert said[len(first) :] == advice(Where())
    assert all(each.startswith(start) for each, start in zip(said, first, strict=False))
    helps = words(evidence(replace(REFUSED, filters=filters), TODAY), "//div[@class='refusal']//li")
    assert helps == list(said)


@pytest.mark.parametrize(
    ("published", "shown"),
    [
        ("2025-03-03", "today"),
        ("2025-03-02", "yesterday"),
        ("2025-02-28", "3 days ago"),
        ("2025-02-18", "13 days ago"),
        ("2025-02-17", "2 weeks ago"),
        ("2025-01-04", "8 weeks ago"),
        ("2025-01-03", "2 months ago"),
        ("2023-03-04", "23 months ago"),
        ("2023-03-03", "2 years ago"),
        ("2025-03-04", ""),
        ("spring", ""),
        (None, ""),
    ],
)
def test_an_age_is_whole_and_a_date_to_come_has_none(published: str | None, shown: str) -> None:
    assert age(published, TODAY) == shown


def test_what_was_found_is_counted_before_anything_is_read() -> None:
    shown = found((NEAR, NEAR))
    assert words(shown, "//h2") == ["Found 2 passages of 1 article"]
    assert len(words(shown, "//article")) == 2
    assert words(nothing(), "//h2") == ["Sources"]


TEXT = "---\ntitle: X\n---\nFirst line.\n\nThe cited one. The last.\n"


def test_a_whole_article_is_shown_from_its_body_on_with_its_mark() -> None:
    start = TEXT.index("The cited")
    shown = whole(Article(HERALD, TEXT, TEXT.index("First")), start, start + len("The cited one."))
    assert words(shown, "//mark") == ["The cited one."]
    assert words(shown, "//div[@class='text']") == ["First line.The cited one. The last."]
    assert shown.count("<br>") == 3
    assert words(shown, "//h2") == ["Europe paid most"]


@given(st.integers(-9, 99), st.integers(-9, 99))
def test_offsets_beyond_an_article_mark_what_is_there_and_lose_nothing(start: int, end: int) -> None:
    body = TEXT.index("First")
    shown = whole(Article(HERALD, TEXT, body), start, end)
    (text,) = words(shown.replace("<br>", " "), "//div[@class='text']")
    assert "".join(text.split()) == "".join(TEXT[body:].split())


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_adds_no_element(text: str) -> None:
    def elements(of: str) -> list[str]:
        source = replace(HERALD, title=of, publisher=of, author=of, path=of)
        cited = replace(FIRST, source=source, quote=of)
        claim = replace(ANSWER.claims[0], citations=(cited,))
        near = replace(NEAR, passage=replace(NEAR.passage, source=source, text=of))
        answer = replace(ANSWER, standalone_question=of, claims=(claim,), also_read=(near,))
        shown = evidence(replace(ANSWERED, answer=answer), TODAY) + whole(Article(source, of), 0, 3)
        return [each.tag for each in html.fromstring(f"<div>{shown}</div>").iter() if each.tag != "br"]

    assert elements(text) == elements("plain")

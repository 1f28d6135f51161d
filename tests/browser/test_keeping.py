"""Keeping: verdicts become cases, conversations survive a reload and leave as files."""

import json
import re
from pathlib import Path

from playwright.sync_api import expect

from eval.cases import Case, load_cases
from tests.browser.conftest import Open
from tests.browser.reader import Reader
from tests.commands import contract
from tests.page_server import BRIDGE, DEATHS, ELSEWHERE, FOLLOWS, QUOTE, REOPENED, SHARE, Served


def verdicts(served: Served) -> dict[str, Case]:
    """The stored cases, by question, as the eval loads them."""
    (file,) = served.settings.home.rglob("*feedback*.jsonl")
    return {case.question: case for case in load_cases(file)}


def test_a_thumb_up_becomes_a_case_that_expects_this_answer(reader: Reader, served: Served) -> None:
    reader.judges(reader.asks(SHARE), good=True)
    case = verdicts(served)[SHARE]
    assert (case.source, case.unanswerable) == ("aid.md", False)
    assert case.evidence is not None
    assert QUOTE in case.evidence


def test_a_thumb_up_for_a_refusal_expects_a_refusal(reader: Reader, served: Served) -> None:
    reader.judges(reader.asks(ELSEWHERE), good=True)
    case = verdicts(served)[ELSEWHERE]
    assert (case.unanswerable, case.answers) == (True, ())


def test_a_thumb_down_with_a_reason_becomes_a_case(reader: Reader, served: Served) -> None:
    reader.judges(reader.asks(BRIDGE), good=False, reason="should have refused")
    case = verdicts(served)[BRIDGE]
    assert case.unanswerable


def test_a_verdict_on_a_follow_up_keeps_what_was_asked_before(reader: Reader, served: Served) -> None:
    reader.asks(SHARE)
    reader.judges(reader.asks(FOLLOWS), good=True)
    assert verdicts(served)[FOLLOWS].after == (SHARE,)


def test_a_second_verdict_takes_the_place_of_the_first(reader: Reader, served: Served) -> None:
    answer = reader.asks(DEATHS)
    reader.judges(answer, good=True)
    reader.judges(answer, good=False, reason="should have refused")
    assert verdicts(served)[DEATHS].unanswerable


def test_a_conversation_leaves_as_markdown_with_its_sources(reader: Reader, tmp_path: Path) -> None:
    reader.asks(SHARE)
    reader.asks(ELSEWHERE)
    text = reader.exports("Markdown", tmp_path).read_text(encoding="utf-8")
    for told in (SHARE, QUOTE, "The Herald", "aid.md", ELSEWHERE, "The articles don't say"):
        assert told.replace("'", "") in re.sub(r"\\|'|’|&#\d+;", "", text)


def test_a_conversation_leaves_as_json_of_the_contract(reader: Reader, tmp_path: Path) -> None:
    reader.asks(SHARE)
    reader.asks(ELSEWHERE)
    whole = json.loads(reader.exports("JSON", tmp_path).read_text(encoding="utf-8"))
    answers = [contract(json.dumps(exchange["answer"])) for exchange in whole["exchanges"]]
    assert [answer["question"] for answer in answers] == [SHARE, ELSEWHERE]
    assert [answer["refused"] for answer in answers] == [False, True]


def test_a_conversation_survives_a_reload_with_its_evidence(reader: Reader) -> None:
    reader.asks(SHARE)
    reader.asks(BRIDGE)
    reader.reloads()
    expect(reader.answers).to_have_count(2)
    expect(reader.answers.first).to_contain_text(QUOTE)
    reader.cites(reader.answers.first).click()
    expect(reader.card(1).locator("mark")).to_have_text(QUOTE)
    expect(reader.asks(DEATHS)).to_contain_text("15 people")


def test_a_follow_up_is_understood_after_a_reload(reader: Reader) -> None:
    reader.asks(SHARE)
    reader.reloads()
    expect(reader.answers).to_have_count(1)
    expect(reader.asks(FOLLOWS)).to_contain_text("Understood as")


def test_a_new_conversation_is_empty_and_forgets_what_was_said(reader: Reader) -> None:
    reader.asks(SHARE)
    reader.page.locator("#new").click()
    expect(reader.answers).to_have_count(0)
    expect(reader.evidence.locator(".card")).to_have_count(0)
    expect(reader.asks(FOLLOWS)).not_to_contain_text("Understood as")


def test_an_earlier_conversation_can_be_taken_up_again(reader: Reader) -> None:
    reader.asks(DEATHS)
    reader.page.locator("#new").click()
    expect(reader.answers).to_have_count(0)
    reader.asks(BRIDGE)
    reader.takes_up(DEATHS)
    expect(reader.answers).to_have_count(1)
    expect(reader.answers.first).to_contain_text("15 people")
    reader.cites(reader.answers.first).click()
    expect(reader.card(1).locator("mark")).to_contain_text("15 people")


def test_an_answer_keeps_its_evidence_as_it_was(reader: Reader, served: Served) -> None:
    reader.asks(BRIDGE)
    file = served.settings.corpus / "local" / "bridge.txt"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace(REOPENED, "The bridge fell on Sunday."), encoding="utf-8")
    reader.asks(SHARE)
    reader.reloads()
    reader.cites(reader.answers.first).click()
    expect(reader.card(1).locator("mark")).to_have_text(REOPENED)
    file.write_text(text, encoding="utf-8")


def test_conversations_stay_on_this_machine(reader: Reader, served: Served) -> None:
    reader.asks("How many people were killed by the flood in Valencia, the mayor said?")
    kept = [path for path in served.settings.home.rglob("conversations/*") if path.is_file()]
    assert any("the mayor said?" in path.read_text(encoding="utf-8") for path in kept)


def test_two_new_tabs_hold_two_conversations(open_page: Open) -> None:
    one, other = open_page(), open_page()
    expect(other.asks(BRIDGE)).to_contain_text(REOPENED)
    expect(one.asks(DEATHS)).to_contain_text("15 people")
    expect(other.answers).to_have_count(1)
    expect(one.answers).to_have_count(1)


def test_two_tabs_of_one_conversation_lose_neither_s_answers(open_page: Open) -> None:
    one = open_page()
    one.asks(SHARE)
    other = open_page()
    expect(other.answers).to_have_count(1)
    expect(other.asks(BRIDGE)).to_contain_text(REOPENED)
    one.types(DEATHS)
    expect(one.answered(3)).to_contain_text("15 people")
    expect(one.answers.nth(1)).to_contain_text(REOPENED)
    one.reloads()
    expect(one.answers).to_have_count(3)

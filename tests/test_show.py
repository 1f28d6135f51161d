"""What is shown: the contract in JSON, plain text where it is piped, and nothing that steers a terminal."""

import io
import json
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from index.article import Hit, Passage, Sentence, Source
from rag.answer import REFUSAL, Answer, Citation, Claim, Conflict, Model, Seconds, Side, Tokens
from rag.show import clean, day, line, to_json, to_terminal

QUOTE = "Europe paid 60% of the total, Macron said."
AID = Source("2025/aid.txt", "Europe paid most", "Ada", "The Herald", "2025-02-25")
BARE = Source("peace.md", "Peace")


def hit(source: Source, text: str, start: int = 0, score: float = 0.0327868852) -> Hit:
    end = start + len(text)
    return Hit(Passage("id", source, start, end, text, (Sentence(start, end, text),)), score, 1, 2)


CITED = Citation(1, AID, 2210, 2252, QUOTE)
ANSWER = Answer(
    question="What share of aid did Europe provide?",
    standalone_question="What share of aid did Europe provide?",
    text="Europe provided 60%, Macron said. [1] Trump disagreed. [1][2]",
    refused=False,
    claims=(
        Claim("Europe provided 60%, Macron said.", False, (("values", True),), (CITED,)),
        Claim(
            "Trump disagreed.",
            True,
            (("values", False),),
            (CITED, Citation(2, BARE, 5, 21, "Trump disagreed.")),
        ),
    ),
    also_read=(hit(BARE, "Russia would not accept peacekeepers.", 30),),
    support=0.987654321,
    model=Model("embedded", "small-1.5B", "abc123"),
    tokens=Tokens(1120, 24, 4096),
    seconds=Seconds(0.12345, 1.00049, 2.5),
)
REFUSED = replace(
    ANSWER,
    text=REFUSAL,
    refused=True,
    claims=(),
    support=None,
    also_read=(hit(AID, QUOTE, 2210), hit(BARE, "Peace.")),
)


def test_an_answer_in_json_is_the_contract() -> None:
    aid = {
        "path": "2025/aid.txt",
        "title": "Europe paid most",
        "publisher": "The Herald",
        "published": "2025-02-25",
    }
    peace = {"path": "peace.md", "title": "Peace", "publisher": None, "published": None}
    first = {"n": 1, "article": aid, "start": 2210, "end": 2252, "quote": QUOTE}
    assert to_json(replace(ANSWER, question="And Europe?")) == {
        "version": 1,
        "question": "And Europe?",
        "standalone_question": "What share of aid did Europe provide?",
        "answer": "Europe provided 60%, Macron said. [1] Trump disagreed. [1][2]",
        "refused": False,
        "claims": [
            {
                "text": "Europe provided 60%, Macron said.",
                "verbatim": False,
                "checks": {"values": True},
                "citations": [first],
            },
            {
                "text": "Trump disagreed.",
                "verbatim": True,
                "checks": {"values": False},
                "citations": [
                    first,
                    {"n": 2, "article": peace, "start": 5, "end": 21, "quote": "Trump disagreed."},
                ],
            },
        ],
        "conflicts": [],
        "also_read": [
            {
                "article": peace,
                "start": 30,
                "end": 67,
                "text": "Russia would not accept peacekeepers.",
                "score": 0.032787,
            }
        ],
        "unanswered": [],
        "support": 0.9877,
        "model": {"backend": "embedded", "name": "small-1.5B", "digest": "abc123"},
        "tokens": {"prompt": 1120, "completion": 24, "context": 4096},
        "seconds": {"retrieve": 0.123, "first_token": 1.0, "total": 2.5},
    }


def test_a_refusal_in_json_has_no_claims_and_what_was_nearest() -> None:
    shown = to_json(REFUSED)
    assert {**shown, "also_read": [each["text"] for each in shown["also_read"]]} == {
        **to_json(ANSWER),
        "answer": REFUSAL,
        "refused": True,
        "claims": [],
        "also_read": [QUOTE, "Peace."],
        "unanswered": [],
        "support": None,
    }


def conflicting() -> Answer:
    """Two articles that give different values for the same thing, the newer first."""
    old = Claim("Europe paid 40%.", False, (("values", True),), (Citation(2, BARE, 5, 21, "It paid 40%."),))
    new = ANSWER.claims[0]
    conflict = Conflict((Side("60%", new), Side("40%", old)))
    text = f"{new.text} [1] {old.text} [2]"
    return replace(ANSWER, text=text, claims=(new, old), also_read=(), conflicts=(conflict,))


def test_a_conflict_in_json_has_its_sides_in_order() -> None:
    shown = to_json(conflicting())
    articles = [claim["citations"][0]["article"] for claim in shown["claims"]]
    assert shown["conflicts"] == [
        {
            "sides": [
                {
                    "value": "60%",
                    "text": "Europe provided 60%, Macron said.",
                    "citations": [1],
                    "article": articles[0],
                },
                {"value": "40%", "text": "Europe paid 40%.", "citations": [2], "article": articles[1]},
            ]
        }
    ]


def test_a_conflict_is_shown_with_both_values_who_says_so_and_when() -> None:
    assert piped(conflicting()).splitlines()[7:] == [
        "",
        "The articles differ, newest first:",
        "  60%  The Herald · 25 February 2025 [1]",
        "  40%  Peace · no date [2]",
        "Checked against the cited sentences: figures and names.",
        "",
        "small-1.5B (embedded), 2.5 s",
    ]


@pytest.mark.parametrize(
    ("checks", "shown"),
    [
        ((("values", True), ("attribution", True)), "figures and names, who said it"),
        ((("values", True), ("dates", True)), "figures and names, dates"),
    ],
)
def test_what_was_checked_is_said(checks: tuple[tuple[str, bool], ...], shown: str) -> None:
    claim = replace(ANSWER.claims[0], checks=checks)
    lines = piped(replace(ANSWER, claims=(claim, claim))).splitlines()
    assert lines[-3] == f"Checked against the cited sentences: {shown}."


def test_a_part_of_the_question_that_nothing_answers_is_told() -> None:
    partly = replace(ANSWER, unanswered=("And who\x1b paid?",))
    assert "The articles don't say: “And who paid?”" in piped(partly).splitlines()
    assert to_json(partly)["unanswered"] == ["And who\x1b paid?"]


@given(st.text())
def test_json_holds_article_text_unchanged(text: str) -> None:
    citation = Citation(1, AID, 0, len(text), text)
    answer = replace(ANSWER, claims=(Claim(text, False, (), (citation,)),))
    read: dict[str, Any] = json.loads(json.dumps(to_json(answer)))
    assert read["claims"][0]["citations"][0]["quote"] == text


def piped(answer: Answer) -> str:
    """As the commands print where their output is no terminal."""
    file = io.StringIO()
    to_terminal(
        answer, Console(file=file, highlight=False, markup=False, emoji=False, soft_wrap=True, width=40)
    )
    return file.getvalue()


def on_terminal(answer: Answer, width: int = 60) -> str:
    file = io.StringIO()
    console = Console(
        file=file, highlight=False, markup=False, emoji=False, force_terminal=True, width=width,
        color_system="standard", legacy_windows=False, _environ={},
    )  # fmt: skip
    to_terminal(answer, console)
    return file.getvalue()


def test_a_piped_answer_is_plain_and_one_line_each() -> None:
    assert piped(ANSWER) == (
        "Europe provided 60%, Macron said. [1] Trump disagreed. [1][2]\n"
        "\n"
        "[1] “Europe paid 60% of the total, Macron said.”\n"
        "    Europe paid most · The Herald · 25 February 2025  2025/aid.txt\n"
        "\n"
        "[2] “Trump disagreed.”\n"
        "    Peace  peace.md\n"
        "The model's wording did not match its source, so the source's own words are shown.\n"
        "\n"
        "small-1.5B (embedded), 2.5 s\n"
    )


@pytest.mark.parametrize(
    ("verbatim", "passed", "note"),
    [
        (True, True, "These are the source's own words."),
        (True, False, "The model's wording did not match its source, so the source's own words are shown."),
        (False, True, "Checked against the cited sentences: figures and names."),
    ],
)
def test_whose_words_an_answer_has_and_why_is_said_below_it(verbatim: bool, passed: bool, note: str) -> None:
    claim = replace(ANSWER.claims[0], verbatim=verbatim, checks=(("values", passed),))
    assert piped(replace(ANSWER, claims=(claim,))).splitlines()[-3] == note


def test_how_a_question_was_understood_comes_before_its_answer() -> None:
    asked = replace(ANSWER, question="Hi! Who paid?\x1b[2J", standalone_question="Who\x1b[2J paid?")
    assert piped(asked) == f"Understood as: Who[2J paid?\n{piped(ANSWER)}"


def test_a_piped_refusal_shows_the_nearest_passages() -> None:
    assert piped(REFUSED) == (
        f"{REFUSAL}\n"
        "\n"
        "The nearest passages:\n"
        "\n"
        "  Europe paid 60% of the total, Macron said.\n"
        "    Europe paid most · The Herald · 25 February 2025  2025/aid.txt\n"
        "\n"
        "  Peace.\n"
        "    Peace  peace.md\n"
        "\n"
        "small-1.5B (embedded), 2.5 s\n"
    )


def test_a_refusal_that_found_nothing_says_no_more() -> None:
    assert piped(replace(REFUSED, also_read=())) == f"{REFUSAL}\n\nsmall-1.5B (embedded), 2.5 s\n"


def test_an_answer_in_its_own_words_carries_no_note() -> None:
    assert "own words" not in piped(replace(ANSWER, claims=ANSWER.claims[:1]))


def test_what_is_long_is_neither_wrapped_nor_cropped_in_a_pipe() -> None:
    long = "word " * 500 + "end."
    citation = Citation(1, replace(AID, title="title " * 100 + "end"), 0, len(long), long)
    lines = piped(
        replace(ANSWER, text=f"{long} [1]", claims=(Claim(long, False, (), (citation,)),))
    ).splitlines()
    assert lines[0] == f"{long} [1]"
    assert lines[2] == f"[1] “{long}”"
    assert lines[3] == "    " + "title " * 100 + "end · The Herald · 25 February 2025  2025/aid.txt"


def test_a_terminal_gets_colours_and_lines_of_its_width() -> None:
    long = " ".join(f"word{n}" for n in range(60))
    citation = Citation(1, AID, 0, len(long), long)
    shown = on_terminal(replace(ANSWER, text=f"{long} [1]", claims=(Claim(long, False, (), (citation,)),)))
    assert "\x1b[" in shown
    plain = re.sub(r"\x1b\[[\d;]*m", "", shown)
    assert "\x1b" not in plain
    lines = plain.splitlines()
    assert max(map(len, lines)) <= 60
    assert len(lines) > 10
    words = [word for each in lines for word in re.findall(r"word\d+", each)]
    assert words == [f"word{n}" for n in range(60)] * 2


def test_wrapped_lines_keep_their_margin_on_a_terminal() -> None:
    text = " ".join(f"word{n}" for n in range(30))
    plain = re.sub(r"\x1b\[[\d;]*m", "", on_terminal(replace(REFUSED, also_read=(hit(AID, text),))))
    wrapped = [each for each in plain.splitlines() if "word" in each]
    assert len(wrapped) > 3
    assert all(each.startswith("  word") for each in wrapped)


def test_long_nearest_passages_are_shortened_at_a_word() -> None:
    long = "word " * 100
    [shown] = [
        each for each in piped(replace(REFUSED, also_read=(hit(AID, long),))).splitlines() if "word" in each
    ]
    assert shown == "  " + " ".join(["word"] * 48) + " …"
    exact = ("word " * 48).strip() + "!"
    assert f"  {exact}\n" in piped(replace(REFUSED, also_read=(hit(AID, exact),)))


STEERING = (
    "\x1b[31mred\x1b[0m", "\x1b]0;title\x07", "\x9b31m", "\x00", "\x08\x08", "\r", "\x0b\x0c", "\x7f",
    "\u202e", "\u2066", "\u200b", "\u200d", "\u200e", "\u2028", "\u2029", "\u2060", "\ufeff", "\u00ad",
    "\u061c", "\u180e", "\U000e0041", "\ufff9", "\ud800",
)  # fmt: skip
FORBIDDEN = re.compile(
    "[\\x00-\\x09\\x0b-\\x1f\\x7f-\\x9f\\u00ad\\u061c\\u180e\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff"
    "\\ufff9-\\ufffb\\ud800-\\udfff\\U000e0000-\\U000e007f]"
)


def steered(text: str) -> Answer:
    source = Source(f"a{text}.txt", f"T{text}", f"A{text}", f"P{text}", f"2025{text}")
    citation = Citation(1, source, 0, 1, f"Q{text}q")
    claim = Claim(f"C{text}c", True, (), (citation,))
    model = Model("embedded", f"M{text}", "d")
    return replace(
        ANSWER, text=f"C{text}c [1]", claims=(claim,), also_read=(hit(source, f"H{text}h"),), model=model
    )


@pytest.mark.parametrize("text", STEERING, ids=ascii)
def test_what_could_steer_a_terminal_never_reaches_it(text: str) -> None:
    answer = steered(text)
    for shown in (answer, replace(answer, text=REFUSAL, refused=True, claims=())):
        assert not FORBIDDEN.search(piped(shown))
        assert not FORBIDDEN.search(re.sub(r"\x1b\[[\d;]*m", "", on_terminal(shown)))
    lines = piped(answer).splitlines()
    assert len(lines) == 7
    assert lines[3].startswith("    T")


@pytest.mark.parametrize("text", STEERING, ids=ascii)
def test_a_conflict_steers_no_terminal(text: str) -> None:
    answer = steered(text)
    (claim,) = answer.claims
    shown = piped(replace(answer, conflicts=(Conflict((Side(f"V{text}", claim), Side(f"V{text}", claim))),)))
    assert not FORBIDDEN.search(shown)
    assert len(shown.splitlines()) == 11


@given(st.text())
def test_no_text_of_an_article_breaks_its_line(text: str) -> None:
    shown = piped(steered(text))
    assert not FORBIDDEN.search(shown)
    assert shown.count("\n") == 7


@given(st.text())
def test_a_line_is_one_clean_line(text: str) -> None:
    assert not re.search(r"\s\s|^\s|\s$|\n", line(text))
    assert not FORBIDDEN.search(line(text))
    assert line(line(text)) == line(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("two\nlines", "two\nlines"),
        ("two\r\nlines", "two\nlines"),
        ("naïve – “quoted” Ελλάδα 日本 🙂", "naïve – “quoted” Ελλάδα 日本 🙂"),
        ("\x1b[31mred", "[31mred"),
    ],
)
def test_clean_text_keeps_what_people_write(text: str, shown: str) -> None:
    assert clean(text) == shown


def test_markup_in_an_article_is_text() -> None:
    assert "[bold]not bold[/bold] :smile:" in piped(steered("[bold]not bold[/bold] :smile:"))


@pytest.mark.parametrize(
    ("published", "shown"),
    [("2025-02-05", "5 February 2025"), (None, ""), ("", ""), ("long ago", "long ago")],
)
def test_a_day_is_written_out(published: str | None, shown: str) -> None:
    assert day(published) == shown

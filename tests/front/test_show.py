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
from rag.front.show import to_terminal
from rag.plain import clean, day, line
from rag.records.contract import cited, is_verbatim, to_json

QUOTE = "Europe paid 60% of the total, Macron said."
AID = Source("2025/aid.txt", "Europe paid most", "Ada", "The Herald", "2025-02-25")
BARE = Source("peace.md", "Peace")


def hit(source: Source, text: str, start: int = 0, score: float = 0.0327868852) -> Hit:
    end = start + len(text)
    return Hit(Passage("id", source, start, end, text, (Sentence(start, end, text),)), score, 1, 2)


GATES = (("sentences", True), ("support", True))
CITED = Citation(1, AID, 2210, 2252, QUOTE)
DENIED = Citation(2, BARE, 5, 21, "Trump disagreed.")
SAID = f"“{QUOTE}” [1] “Trump disagreed.” [2]"
ANSWER = Answer(
    question="What share of aid did Europe provide?",
    standalone_question="What share of aid did Europe provide?",
    text=SAID,
    refused=False,
    claims=(
        Claim(QUOTE, "60%", ((12, 15),), 0.987654321, GATES, (CITED,)),
        Claim("Trump disagreed.", "no", (), 0.75, GATES, (DENIED,)),
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
        "version": 2,
        "question": "And Europe?",
        "standalone_question": "What share of aid did Europe provide?",
        "answer": SAID,
        "refused": False,
        "claims": [
            {
                "text": QUOTE,
                "short": "60%",
                "marks": [[12, 15]],
                "support": 0.9877,
                "verbatim": True,
                "citations": [first],
            },
            {
                "text": "Trump disagreed.",
                "short": "no",
                "marks": [],
                "support": 0.75,
                "verbatim": True,
                "citations": [
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


def test_what_can_be_done_instead_stands_in_json_only_where_it_is_told() -> None:
    assert "told" not in to_json(REFUSED)
    assert to_json(replace(REFUSED, told="Ask for one thing."))["told"] == "Ask for one thing."


def test_each_span_is_cited_once_by_its_number() -> None:
    assert cited(ANSWER.claims[::-1] + ANSWER.claims) == (CITED, DENIED)


def test_a_claim_that_a_model_wrote_in_an_earlier_version_is_not_verbatim() -> None:
    written = replace(ANSWER.claims[0], text="Europe provided 60%, Macron said.", marks=())
    assert [is_verbatim(claim) for claim in (*ANSWER.claims, written)] == [True, True, False]
    assert to_json(replace(ANSWER, claims=(written,)))["claims"][0]["verbatim"] is False


def conflicting() -> Answer:
    """Two articles that give different values for the same thing, the newer first."""
    new, old = ANSWER.claims[0], Claim("It paid 40%.", "40%", ((8, 11),), 0.9, GATES, (OLD,))
    conflict = Conflict((Side("60%", new), Side("40%", old)))
    text = f"“{new.text}” [1] “{old.text}” [2]"
    return replace(ANSWER, text=text, claims=(new, old), also_read=(), conflicts=(conflict,))


OLD = Citation(2, BARE, 5, 17, "It paid 40%.")


def test_a_conflict_in_json_has_its_sides_in_order() -> None:
    shown = to_json(conflicting())
    articles = [claim["citations"][0]["article"] for claim in shown["claims"]]
    assert shown["conflicts"] == [
        {
            "sides": [
                {"value": "60%", "text": QUOTE, "citations": [1], "article": articles[0]},
                {"value": "40%", "text": "It paid 40%.", "citations": [2], "article": articles[1]},
            ]
        }
    ]


def test_a_conflict_is_shown_with_both_values_who_says_so_and_when() -> None:
    assert piped(conflicting()).splitlines()[5:] == [
        "",
        "The articles differ, newest first:",
        "  60%  The Herald · 25 February 2025 [1]",
        "  40%  Peace · no date [2]",
        "",
        "small-1.5B (embedded), 2.5 s",
    ]


def test_a_part_of_the_question_that_nothing_answers_is_told() -> None:
    partly = replace(ANSWER, unanswered=("And who\x1b paid?",))
    assert "The articles don't say: “And who paid?”" in piped(partly).splitlines()
    assert to_json(partly)["unanswered"] == ["And who\x1b paid?"]


@given(st.text())
def test_json_holds_article_text_unchanged(text: str) -> None:
    citation = Citation(1, AID, 0, len(text), text)
    answer = replace(ANSWER, claims=(Claim(text, "", (), 0.5, (), (citation,)),))
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
        f"“{QUOTE}” [1]\n"
        "    Europe paid most · The Herald · 25 February 2025  2025/aid.txt\n"
        "\n"
        "“Trump disagreed.” [2]\n"
        "    Peace  peace.md\n"
        "\n"
        "small-1.5B (embedded), 2.5 s\n"
    )


def test_the_words_that_answer_are_bold_on_a_terminal_and_nothing_else_of_the_sentence() -> None:
    shown = on_terminal(replace(ANSWER, claims=ANSWER.claims[:1]))
    assert re.findall(r"\x1b\[1m(.*?)\x1b\[0m", shown) == ["60%"]
    several = replace(ANSWER.claims[0], marks=((0, 6), (12, 15)))
    shown = on_terminal(replace(ANSWER, claims=(several,)))
    assert re.findall(r"\x1b\[1m(.*?)\x1b\[0m", shown) == ["Europe", "60%"]
    assert "\x1b[1m" not in on_terminal(replace(ANSWER, claims=ANSWER.claims[1:]))


@pytest.mark.parametrize(
    "marks", [((50, 60),), ((-3, 2),), ((5, 5),), ((9, 4),), ((30, 99),), ((0, 6), (3, 9))]
)
def test_marks_that_can_not_be_lose_no_word(marks: tuple[tuple[int, int], ...]) -> None:
    claim = replace(ANSWER.claims[0], marks=marks)
    assert piped(replace(ANSWER, claims=(claim,))).splitlines()[0] == f"“{QUOTE}” [1]"


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


def test_what_can_be_done_instead_is_shown_in_place_of_a_refusal() -> None:
    told = replace(REFUSED, text="Ask for one thing.", told="Ask for one thing.", also_read=())
    assert piped(told) == "Ask for one thing.\n\nsmall-1.5B (embedded), 2.5 s\n"


def long_claim(text: str, source: Source = AID) -> Answer:
    citation = Citation(1, source, 0, len(text), text)
    return replace(ANSWER, claims=(Claim(text, "", (), 0.9, GATES, (citation,)),))


def test_what_is_long_is_neither_wrapped_nor_cropped_in_a_pipe() -> None:
    long = "word " * 500 + "end."
    lines = piped(long_claim(long, replace(AID, title="title " * 100 + "end"))).splitlines()
    assert lines[0] == f"“{long}” [1]"
    assert lines[1] == "    " + "title " * 100 + "end · The Herald · 25 February 2025  2025/aid.txt"


def test_a_terminal_gets_colours_and_lines_of_its_width() -> None:
    shown = on_terminal(long_claim(" ".join(f"word{n}" for n in range(60))))
    assert "\x1b[" in shown
    plain = re.sub(r"\x1b\[[\d;]*m", "", shown)
    assert "\x1b" not in plain
    lines = plain.splitlines()
    assert max(map(len, lines)) <= 60
    assert len(lines) > 5
    words = [word for each in lines for word in re.findall(r"word\d+", each)]
    assert words == [f"word{n}" for n in range(60)]


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
    claim = Claim(f"C{text}c", "", ((0, 1),), 0.9, (), (citation,))
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
    assert len(lines) == 4
    assert lines[1].startswith("    T")


@pytest.mark.parametrize("text", STEERING, ids=ascii)
def test_a_conflict_steers_no_terminal(text: str) -> None:
    answer = steered(text)
    (claim,) = answer.claims
    shown = piped(replace(answer, conflicts=(Conflict((Side(f"V{text}", claim), Side(f"V{text}", claim))),)))
    assert not FORBIDDEN.search(shown)
    assert len(shown.splitlines()) == 8


@given(st.text())
def test_no_text_of_an_article_breaks_its_line(text: str) -> None:
    shown = piped(steered(text))
    assert not FORBIDDEN.search(shown)
    assert shown.count("\n") == 4


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

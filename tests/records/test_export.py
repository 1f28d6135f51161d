"""Export: what was answered, on paper and for programs; text of articles stays text."""

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from index.article import Source
from index.catalog import Where
from rag.answer import Answer
from rag.plain import line
from rag.records.contract import to_json as answer_to_json
from rag.records.conversation import Conversation, Exchange, continued
from rag.records.export import escaped, to_json, to_markdown
from rag.verify import text_of
from tests.exchanges import (
    OTHER,
    QUESTION,
    QUOTE,
    answered,
    cited,
    differing,
    exchanged,
    refused,
    stated,
    written,
)
from tests.scripted import hit


def conversation(*exchanges: Exchange) -> Conversation:
    whole = Conversation("0123456789abcdef", "", ())
    for each in exchanges:
        whole = continued(whole, each)
    return whole


CONTEXT = ("They spoke of money. The hall was full.", "Trump disagreed. The talks went on.")
SAID = "“Europe paid **60%** of the total, Macron said.”"
MARKDOWN = rf"""# {QUESTION}

## {QUESTION}

{SAID} \[1\]

\[1\] Who paid the aid · The Herald · 25 February 2025 (aid\.md, characters 95 to 137)

> {CONTEXT[0]} **{QUOTE}** {CONTEXT[1]}

Answered by scripted (embedded), asked 2025-03-01 12:00 +0100.
"""


def test_an_answer_stands_above_its_sources() -> None:
    assert to_markdown(conversation(exchanged())) == MARKDOWN


def blocks(exchange: Exchange) -> list[str]:
    """The blocks under a question, but for the last, which tells the model."""
    return to_markdown(conversation(exchange)).rstrip("\n").split("\n\n")[2:-1]


def test_a_refusal_shows_what_was_also_read() -> None:
    found = hit("Nothing of it.", path="x.txt", title="On #1", published="2025-01-02")
    assert blocks(exchanged(refused(also_read=[found]))) == [
        "The articles don't say.",
        "Also read:",
        r"- On \#1 · 2 January 2025: Nothing of it.",
    ]


def test_a_part_of_the_question_that_nothing_answers_is_told() -> None:
    partly = exchanged(replace(exchanged().answer, unanswered=("Who paid *it*?",)))
    assert r"The articles don't say: *Who paid \*it\*?*" in blocks(partly)


def test_a_conflict_shows_both_values() -> None:
    other = stated("40%", cited(OTHER.text.strip(), 2, OTHER))
    made = exchanged(differing(stated(), other))
    assert blocks(made)[:4] == [
        rf"{SAID} \[1\]",
        r"“Europe paid **40%** of the total.” \[2\]",
        "The articles differ, newest first:",
        "- 60%: Who paid the aid · The Herald · 25 February 2025 \\[1\\]\n- 40%: A count \\[2\\]",
    ]


def test_what_a_model_wrote_in_an_earlier_version_is_told_to_be_that() -> None:
    made = exchanged(answered(written("Macron said that *Europe* paid 60%.")))
    said = r"Macron said that \*Europe\* paid 60%. \[1\] (written by a model in an earlier version)"
    assert blocks(made)[0] == said


def test_only_what_stands_in_the_sentence_is_strong() -> None:
    assert blocks(exchanged(answered(stated("forty"))))[0] == rf"“{QUOTE}” \[1\]"


def test_a_quote_without_context_stands_alone() -> None:
    assert blocks(replace(exchanged(), excerpts=()))[2] == "> **Europe paid 60% of the total, Macron said.**"


def test_a_follow_up_shows_how_it_was_understood() -> None:
    second = replace(refused("And *who*?", also_read=()), standalone_question="And *who* (aid)?")
    text = to_markdown(conversation(exchanged(), exchanged(second)))
    assert text.startswith(MARKDOWN)
    assert text.removeprefix(MARKDOWN).split("\n\n")[:3] == [
        "\n## And \\*who\\*?",
        r"Understood as: *And \*who\* (aid)?*",
        "The articles don't say.",
    ]


@pytest.mark.parametrize(
    ("where", "told"),
    [
        (Where(since="2025-01-02"), "Asked of the articles from 2 January 2025 on."),
        (Where(until="2025-01-02"), "Asked of the articles up to 2 January 2025."),
        (Where("a*", "2025-01-02"), r"Asked of only a\* from 2 January 2025 on."),
        (
            Where(None, "2025-01-02", "2025-01-03"),
            "Asked of the articles from 2 January 2025 on up to 3 January 2025.",
        ),
        (Where(paths=("a b", "[c]")), r"Asked of only a b, \[c\]."),
        (Where(paths=()), "Asked of no article."),
    ],
)  # fmt: skip
def test_filters_are_told(where: Where, told: str) -> None:
    assert blocks(exchanged(where=where))[0] == told


def test_a_conversation_without_questions_is_a_heading() -> None:
    assert to_markdown(conversation()) == "# Conversation\n"


# Text stays text

NASTY = [
    "<script>alert(1)</script>", "<b>", "<!-- x", "[x](javascript:alert(1))", "![x](http://evil.example/x.png)",
    "[x]: http://evil.example", "http://evil.example/a_b", "www.evil.example", "a@evil.example", "`code`",
    "**strong** _em_ ~~gone~~", "# heading", "- item", "+ item", "1. item", "2) item", "> quote", "---",
    "===", "***", "| a | b |", "$x$", "&lt; &#35;", "\\", "\\*x\\*", "a\n\n# b", "a\r- b", "a\u2028- b",
    "\t code", "    code", "```\ncode", "[^1]", "- [ ] task", "Setext\n---", "x\x1b[31m\u202ey\u200b",
]  # fmt: skip
NASTY_TEXT = st.sampled_from(NASTY) | st.text() | st.text("*_`[]()<>#-+.!~|\\\n&;: 1a/@=^{}$", max_size=30)
MARKUP = MarkdownIt("commonmark").enable(["table", "strikethrough"])
CALM = {"text", "text_special"}


def shown(markdown: str) -> list[Token]:
    return MARKUP.parse(markdown)


def inline(tokens: list[Token]) -> tuple[str, list[str]]:
    """The text that a reader sees, and what else than text is in it."""
    parts = [child for token in tokens for child in token.children or ()]
    return "".join(child.content for child in parts), [each.type for each in parts if each.type not in CALM]


@given(text=NASTY_TEXT.filter(line), before=st.sampled_from(["", "# ", "> ", "- ", "Asked of "]))
def test_escaped_text_is_shown_as_it_is(text: str, before: str) -> None:
    tokens = shown(before + escaped(text))
    said, markup = inline(tokens)
    assert (said.removeprefix("Asked of "), markup) == (line(text), [])
    assert len([token for token in tokens if token.type == "inline"]) == 1


def nasty(text: str) -> Answer:
    """An answer with this text wherever a text from outside can be."""
    source = Source(f"{text}.md", text, text, text, text)
    quote = replace(cited(), source=source, quote=text)
    claims = [replace(written(text_of((each,)), each), short=text) for each in (quote, replace(quote, n=2))]
    sides = differing(*claims, replace(claims[0], text=f"so {text}"), question=text)
    found = hit(text, path=text, title=text, published=text)
    model = replace(sides.model, name=text)
    return replace(sides, standalone_question=f"{text} so", also_read=(found,), model=model)


def structure(text: str) -> tuple[list[str], list[str]]:
    """The blocks and the markup of an export with this text everywhere."""
    made = replace(exchanged(nasty(text)), filters=Where(text, text, text, (text,)))
    tokens = shown(to_markdown(conversation(made)))
    return [token.type for token in tokens], inline(tokens)[1]


@given(text=NASTY_TEXT.filter(line))
def test_no_text_from_outside_becomes_markup(text: str) -> None:
    assert structure(text) == structure("plain")


ADDRESSES = [
    "http://evil.example",
    "www.evil.example",
    "www.1.example",
    "mailto:a@b.example",
    "ftp://1.example",
]


@pytest.mark.parametrize("text", ADDRESSES)
def test_addresses_are_no_links_where_links_are_guessed(text: str) -> None:
    guessed = re.compile(r"[a-z]:[/\w]|www\.|\w@\w|\w\.example")
    assert guessed.search(text)
    assert not guessed.search(escaped(f"See {text} there"))


def test_plain_prose_stays_readable() -> None:
    prose = 'It rose 3.5%, to $2 (a "record"), at 12:30. He said: "No!" - Mr. Smith\'s aide; 7 of 9?'
    assert escaped(prose) == prose.replace("$", "\\$")


# JSON


def test_json_holds_the_contract_s_objects() -> None:
    where = Where("*.md", None, "2025-03-01", ("aid.md",))
    made = [exchanged(where=where), exchanged(refused())]
    none: dict[str, Any] = {"source": None, "since": None, "until": None, "paths": None}
    some: dict[str, Any] = {"source": "*.md", "since": None, "until": "2025-03-01", "paths": ["aid.md"]}
    assert json.loads(to_json(conversation(*made))) == {
        "version": 2,
        "conversation": "0123456789abcdef",
        "exchanges": [
            {
                "asked_at": "2025-03-01T12:00:00.000+01:00",
                "filters": some,
                "answer": answer_to_json(made[0].answer),
            },
            {
                "asked_at": "2025-03-01T12:00:00.000+01:00",
                "filters": none,
                "answer": answer_to_json(made[1].answer),
            },
        ],
    }


@pytest.mark.parametrize("export", [to_json, to_markdown])
def test_what_is_exported_can_be_written_to_a_file(export: Any) -> None:
    text = export(conversation(exchanged(nasty("half \ud83d é"))))
    assert "é" in text
    assert text.encode().decode() == text

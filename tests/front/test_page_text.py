"""Text on the page stays text: for HTML, for Markdown with its autolinks, for templates and formulas."""

import html
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import html as parser
from markdown_it import MarkdownIt

from rag.front.page.text import exact, safe
from rag.plain import line

HOSTILE = (
    "<script>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    "![i](http://evil.example/x.png) [l](javascript:alert(1)) <http://evil.example>",
    "http://evil.example www.evil.example someone@evil.example",
    "# head\n\n- item\n\n    code\n\n| a | b |\n|---|---|",
    "*a* **b** _c_ `d` ~~e~~ \\(x\\) $$x^2$$ %%%LATEX_BLOCK_0%%%",
    "${value} {{value}} &lt;b&gt; &#60; \"' </p>",
)
TEXT = st.one_of(st.text(), st.lists(st.sampled_from(HOSTILE)).map(" ".join))
PLAIN = re.compile(r"(?:[^\x00-\x7f]|[A-Za-z0-9 ]|&#\d+;)*")


@pytest.mark.parametrize("text", HOSTILE)
def test_what_would_be_markup_is_read_as_it_was_written(text: str) -> None:
    rendered = parser.fragment_fromstring(MarkdownIt("commonmark", {"html": True}).render(safe(text)).strip())
    assert (rendered.tag, len(rendered), rendered.text) == ("p", 0, line(text))


@given(TEXT)
@example("x\u202ey\u200bz\x00\ud800")
def test_only_letters_digits_spaces_and_references_are_left(text: str) -> None:
    shown = safe(text)
    assert PLAIN.fullmatch(shown)
    assert html.unescape(shown) == line(text)


@given(TEXT)
def test_line_breaks_are_kept_where_asked_for_and_are_all_that_is_added(text: str) -> None:
    lines = safe(text, breaks=True).split("<br>")
    assert all(PLAIN.fullmatch(each) for each in lines)
    assert line(" ".join(html.unescape(each) for each in lines)) == line(text)


def test_lines_are_lines_and_the_ends_have_none() -> None:
    assert safe("\na\r\n\nb  c\n", breaks=True) == "a<br><br>b c"


def test_what_nobody_sees_and_what_turns_text_around_is_dropped() -> None:
    assert safe("a\u202eb\u2066c\u200bd\x1b[31m") == "abcd&#91;31m"


@given(st.text(st.characters(exclude_categories=("Cs", "Cc"))))
@example("a  b\n\t\u202e\u200b'\"<>&")
def test_an_exact_attribute_comes_back_as_it_was(text: str) -> None:
    element = parser.fromstring(f'<p title="{exact(text)}">x</p>')
    assert element.get("title") == text


def test_an_exact_attribute_holds_no_half_characters() -> None:
    assert exact("a\ud800\x00b") == "a\ufffd\ufffdb"

"""Replies: what the grammar and the schema admit is what the readers read, and nothing breaks them."""

import json
import re

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.models.prompt import EXAMPLES, PREFILL, fixed
from rag.reading import prompt


def pattern(gbnf: str) -> re.Pattern[str]:
    """The regular expression of a GBNF grammar without recursion."""
    rules = dict(rule.split(" ::= ", 1) for rule in gbnf.split("\n"))

    def expression(body: str) -> str:
        parts = re.findall(r'"(?:[^"\\]|\\.)*"|\[(?:[^\]\\]|\\.)*\]|\{[\d,]+\}|\w+|\S', body)
        return "".join(map(part, parts))

    def part(token: str) -> str:
        if token[0] == '"':
            return re.escape(json.loads(token))
        return f"(?:{expression(rules[token])})" if token in rules else token

    return re.compile(expression(rules["root"]))


@pytest.mark.parametrize("count", [1, 2, 9, 10, 25])
def test_the_grammar_admits_exactly_the_numbers_that_exist(count: int) -> None:
    admits = pattern(prompt.grammar(count)).fullmatch
    existing = set(range(1, count + 1))
    assert {n for n in range(-1, 300) if admits(f" S{n}\nAnswer: x")} == existing
    pairs = {(a, b) for a in range(30) for b in range(30) if admits(f" S{a}, S{b}\nAnswer: x")}
    assert pairs == {(a, b) for a in existing for b in existing if a < 30 and b < 30}


@pytest.mark.parametrize(
    ("reply", "admitted"),
    [
        (" none", True),
        (" S2\nAnswer: 60%", True),
        (" S1, S2\nAnswer: 60%, Macron said.", True),
        (" S02\nAnswer: 60%", False),
        (" S1, S2, S3\nAnswer: 60%", False),
        (" S2", False),
        (" S2\n", False),
        (" S2\nAnswer: ", False),
        (" S2\nAnswer:  60%", False),
        (" S2\nAnswer: 60%\nSource: S3", False),
        (" none\nAnswer: 60%", False),
        ("none", False),
        ("", False),
        (" S2\nAnswer: " + "x" * 401, True),
        (" S2\nAnswer: " + "x" * 402, False),
    ],
)
def test_the_grammar_admits_the_form_and_nothing_else(reply: str, admitted: bool) -> None:
    assert bool(pattern(prompt.grammar(3)).fullmatch(reply)) is admitted


@given(
    st.integers(1, 30).flatmap(
        lambda n: st.tuples(st.just(n), st.from_regex(pattern(prompt.grammar(n)), fullmatch=True))
    )
)
def test_every_reply_that_the_grammar_admits_is_read(case: tuple[int, str]) -> None:
    count, reply = case
    said = prompt.parse(PREFILL + reply)
    assert said is not None
    short, numbers = said
    assert prompt.is_none(reply) == (numbers == ())
    assert set(numbers) <= set(range(1, count + 1))
    assert short == ("" if prompt.is_none(reply) else reply.split("\nAnswer: ", 1)[1].strip())


@given(
    st.integers(0, 9), st.text(max_size=20), st.sampled_from(["Source: S1\nAnswer: {}", " S1\nAnswer: {}"])
)
def test_what_stands_before_and_after_a_reply_is_no_part_of_it(blank: int, text: str, form: str) -> None:
    assert prompt.parse("\n" * blank + form.format("x") + "\n" + text) == ("x", (1,))


NONE: tuple[str, tuple[int, ...]] = ("", ())


def said(text: str, *numbers: int) -> tuple[str, tuple[int, ...]]:
    return text, numbers


@pytest.mark.parametrize(
    ("reply", "found"),
    [
        ("Source: S4\nAnswer: 60%", said("60%", 4)),
        ("Source:S4\n\nAnswer:60%", said("60%", 4)),
        ("Source: S1, S3\nAnswer: Both.", said("Both.", 1, 3)),
        ("Source: S1,3 , S5\nAnswer: All.", said("All.", 1, 3, 5)),
        ("Source: S1\nAnswer: One.\nSource: S2\nAnswer: Two.", said("One.", 1)),
        ("Well.\nSource: S1\nAnswer: One.\nBye.", said("One.", 1)),
        ("Source: S0\nAnswer: x", said("x", 0)),
        ("Source: S99\nAnswer: x", said("x", 99)),
        ("Source: none", NONE),
        ("Source: none\nAnswer: 60%", NONE),
        (" none\nAnswer: none", NONE),
        ("Source: none.\n\nAnswer: None.", NONE),
        ("Source: none\nAnswer: none\nAnswer: 60%", NONE),
        ("Source: none\nBut 60% it says.", None),
        ("Source: S4", None),
        ("Source: S4\nAnswer:", None),
        ("Source: S4\nThe answer: 60%", None),
        ("Source: 4\nAnswer: 60%", None),
        ("Source: S-1\nAnswer: 60%", None),
        ("Source: S1.5\nAnswer: 60%", None),
        ("Source: Sx\nAnswer: 60%", None),
        ("source: S1\nAnswer: 60%", None),
        ("Answer: 60%\nSource: S4", None),
        ("60%", None),
        ("", None),
        ("Source: S" + "9" * 5000 + "\nAnswer: x", None),
    ],
)  # fmt: skip
def test_a_reply_in_lines_is_read_as_written(reply: str, found: tuple[str, tuple[int, ...]] | None) -> None:
    assert prompt.parse(reply) == found


@pytest.mark.parametrize(
    ("reply", "found"),
    [
        ('{"source": 4, "answer": "60%"}', said("60%", 4)),
        ('{"source": 99, "answer": " x "}', said("x", 99)),
        ('{"source": 0, "answer": ""}', NONE),
        ('{"source": 0, "answer": "60%"}', NONE),
        ('{"source": -1, "answer": "60%"}', NONE),
        ('{"source": 4, "answer": ""}', None),
        ('{"source": 4, "answer": null}', None),
        ('{"source": 4, "answer": ["60%"]}', None),
        ('{"source": 4}', None),
        ('{"answer": "60%"}', None),
        ('{"source": "4", "answer": "60%"}', None),
        ('{"source": 4.7, "answer": "60%"}', None),
        ('{"source": true, "answer": "60%"}', None),
        ('{"source": null, "answer": "60%"}', None),
        ('{"source": 1e999, "answer": "60%"}', None),
        ('{"source": Infinity, "answer": "60%"}', None),
        ('{"source": NaN, "answer": "60%"}', None),
        ('{"source": ' + "9" * 5000 + ', "answer": "60%"}', None),
        ('[{"source": 4, "answer": "60%"}]', None),
        ('"source"', None),
        ("4", None),
        ("null", None),
        ("[" * 100_000, None),
        ('{"source": 4, "answer": "60', None),
        ("Source: S4\nAnswer: 60%", None),
        ("", None),
    ],
)  # fmt: skip
def test_a_reply_in_json_is_read_or_is_not_that_form(
    reply: str, found: tuple[str, tuple[int, ...]] | None
) -> None:
    assert prompt.parse_json(reply) == found


@given(st.text())
def test_no_reply_breaks_the_readers(reply: str) -> None:
    for said in (prompt.parse(reply), prompt.parse_json(reply)):
        assert said is None or bool(said[0]) == bool(said[1])


@pytest.mark.parametrize(
    ("reply", "none"),
    [
        (" none", True),
        ("none.", True),
        ("None\n", True),
        ("Source: none", True),
        (" none\nAnswer: classified", True),
        ("", False),
        (" S1\nAnswer: none", False),
        ("none of them paid", False),
        ("Source:", False),
    ],
)
def test_only_none_is_none(reply: str, none: bool) -> None:
    assert prompt.is_none(reply) is none


@pytest.mark.parametrize("at", range(len(EXAMPLES)))
def test_the_examples_are_what_the_grammar_and_the_schema_admit(at: int) -> None:
    sentences, question, source, answer = EXAMPLES[at]
    line, in_json = (str(fixed(form)[2 + 2 * at].text) for form in ("lines", "json"))  # type: ignore[arg-type]
    assert pattern(prompt.grammar(len(sentences))).fullmatch(line.removeprefix(PREFILL)), question
    wanted = (answer, (source,)) if source else NONE
    assert prompt.parse(line) == prompt.parse_json(in_json) == wanted
    jsonschema.validate(json.loads(in_json), prompt.schema(len(sentences)))

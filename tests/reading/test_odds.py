"""What probabilities tell of a reply: at the token that decides, at the least sure word, of yes and no."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.reading.odds import first_share, json_share, least_sure, yes_share


def token(text: str, logprob: float = -0.01, **top: float) -> dict[str, Any]:
    """A token with its alternatives, by their shares."""
    shares = [{"token": word.replace("_", " "), "logprob": math.log(share)} for word, share in top.items()]
    return {"token": text, "logprob": logprob, "top_logprobs": shares}


DECIDES = token(" S", _S=0.6, _none=0.2, The=0.2)


@pytest.mark.parametrize(
    ("tokens", "share"),
    [
        ([DECIDES], 0.75),
        ([token(" S2", _S2=0.5, _S1=0.1, _none=0.2)], 0.75),
        ([token(" no", _no=0.3, _S=0.1)], 0.25),
        ([token("Source"), token(":"), DECIDES], 0.75),
        ([token("\n"), DECIDES], 0.75),
        ([token(" The", The=1.0)], None),
        ([{"token": " S", "logprob": -0.1}], None),
        ([], None),
    ],
)
def test_the_share_is_measured_at_the_first_token_that_decides(
    tokens: list[dict[str, Any]], share: float | None
) -> None:
    assert first_share(tokens) == (share if share is None else pytest.approx(share))


NUMBER = {"token": " 2", "logprob": -0.1, "top_logprobs": [
    {"token": " 2", "logprob": math.log(0.6)}, {"token": " 0", "logprob": math.log(0.2)}]}  # fmt: skip


@pytest.mark.parametrize(
    ("tokens", "share"),
    [
        ([token('{"source":'), NUMBER], 0.75),
        ([token('{"'), token("source"), token('":'), NUMBER, token(",")], 0.75),
        ([token('{"source":'), token(" "), NUMBER], 0.75),
        ([NUMBER], None),
        ([], None),
    ],
)
def test_in_json_the_share_is_measured_at_the_number(
    tokens: list[dict[str, Any]], share: float | None
) -> None:
    assert json_share(tokens) == (share if share is None else pytest.approx(share))


def test_the_least_sure_word_is_one_of_the_first_answer() -> None:
    said = [token(" S1", -9.0), token("\n"), token("Answer:", -8.0), token(" 60", -0.5), token("%", -2.0)]
    assert least_sure(said) == -2.0
    assert least_sure([*said, token("\n"), token("Source", -7.0)]) == -2.0
    assert least_sure([token(" none", -3.0)]) is None
    assert least_sure([]) is None


@pytest.mark.parametrize(
    ("tokens", "text", "share"),
    [
        ([token("yes", yes=0.6, no=0.2)], "yes", 0.75),
        ([token(" Yes", _Yes=0.6, _no=0.2)], " Yes", 0.75),
        ([token("\n", The=1.0), token("no", yes=0.1, no=0.9)], "\nno", 0.1),
        ([], "Yes, it does.", 1.0),
        ([], "no", 0.0),
        ([], "", None),
        ([], "The text does.", None),
        ([token("\n", The=1.0)], "\n", None),
    ],
)
def test_the_share_of_yes_is_that_of_the_first_word_that_is_one(
    tokens: list[dict[str, Any]], text: str, share: float | None
) -> None:
    assert yes_share(tokens, text) == pytest.approx(share)


@given(st.floats(0.001, 0.5), st.floats(0.001, 0.5))
def test_a_share_lies_between_nothing_and_all(one: float, none: float) -> None:
    found = first_share([token(" S", _S=one, _none=none)])
    assert found == pytest.approx(one / (one + none))

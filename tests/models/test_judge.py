"""The small judge, on its own weights: log odds depend on the pair alone, and altered weights are refused."""

from dataclasses import replace
from pathlib import Path

import pytest

from index.errors import EmbedderError
from rag.models.judge import SHA256, WEIGHTS, Pair, SmallJudge, open_judge
from rag.models.judge.encoder import BATCH, BEFORE, TITLE, load, sides

BUILT = Pair(
    "Who built the first bridge of Torvik?",
    "Anna Berg",
    "Torvik",
    "The town lies on the coast.",
    "The first bridge of Torvik was built by Anna Berg in 1890.",
)
OFF_TOPIC = replace(BUILT, short="on Sundays", sentence="The ferry to Lund runs on Sundays.")
LONG = replace(BUILT, before="", sentence="A dog slept in the square. " * 80)


@pytest.fixture(scope="module")
def judge() -> SmallJudge:
    return open_judge()


def test_log_odds_do_not_depend_on_what_else_is_asked(judge: SmallJudge) -> None:
    (alone,) = judge([BUILT])
    among = judge([LONG, BUILT, OFF_TOPIC, LONG])
    assert among[1] == pytest.approx(alone, abs=1e-4)


def test_log_odds_come_in_the_order_of_the_pairs(judge: SmallJudge) -> None:
    pairs = [BUILT, LONG, OFF_TOPIC, replace(BUILT, short=""), replace(OFF_TOPIC, before="")]
    alone = [judge([pair])[0] for pair in pairs]
    assert len({round(each, 3) for each in alone}) == len(pairs)
    assert judge(pairs) == pytest.approx(alone, abs=1e-4)
    assert judge(pairs[::-1]) == pytest.approx(alone[::-1], abs=1e-4)


def test_more_pairs_than_a_batch_each_have_their_own_log_odds(judge: SmallJudge) -> None:
    found = judge([OFF_TOPIC] * BATCH + [BUILT])
    assert len(found) == BATCH + 1
    assert found[-1] == pytest.approx(judge([BUILT])[0], abs=1e-4)
    assert max(found[:-1]) < found[-1]


def test_a_sentence_that_answers_scores_above_one_that_is_off_topic(judge: SmallJudge) -> None:
    answers, off_topic = judge([BUILT, OFF_TOPIC])
    assert answers > off_topic + 1


def test_the_short_answer_may_be_missing(judge: SmallJudge) -> None:
    answers, off_topic = judge([replace(BUILT, short=""), replace(OFF_TOPIC, short="")])
    assert answers > off_topic + 1


def test_no_pairs_have_no_log_odds(judge: SmallJudge) -> None:
    assert judge([]) == []


def test_a_pair_is_read_as_two_sides_of_bounded_length() -> None:
    assert sides(BUILT) == (
        "Who built the first bridge of Torvik? | Anna Berg",
        f"Torvik | The town lies on the coast. | {BUILT.sentence}",
    )
    left, right = sides(replace(BUILT, short="", title="t" * 999, before="b" * 999))
    assert left == BUILT.question
    assert right == f"{'t' * TITLE} | {'b' * BEFORE} | {BUILT.sentence}"


def test_altered_weights_are_refused_with_what_to_do(tmp_path: Path) -> None:
    data = bytearray(WEIGHTS.read_bytes())
    data[-1] ^= 1
    (tmp_path / "judge.safetensors").write_bytes(data)
    with pytest.raises(EmbedderError, match=r"judge\.safetensors .*altered or cut short") as told:
        load(tmp_path / "judge.safetensors", SHA256)
    assert "make setup" in told.value.hint


def test_missing_weights_are_told_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(EmbedderError, match=r"can't read judge\.safetensors") as told:
        load(tmp_path / "judge.safetensors", SHA256)
    assert "make setup" in told.value.hint

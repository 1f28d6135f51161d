"""The small judge: a cross-encoder that says how far a sentence answers a question, in milliseconds.

Law: a value, not a decision: what comes out are log odds, for the score to weigh; they depend on the pair
alone. Its six layers and its head come with Byline; the word table is that of the small embedding model,
which is installed with it. Both are accepted by digest only. How it was made, from what, and how good it
is: docs/judge.md.

Does not know: passages, candidates, thresholds.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from rag.models.judge.pair import Pair, SmallJudge

__all__ = ["SHA256", "WEIGHTS", "Pair", "SmallJudge", "open_judge"]

WEIGHTS = Path(__file__).with_name("judge.safetensors")
SHA256 = "36d337d16cb1f8494a137f5abdc4c1014dd7356443ee281f0bfb63c7d5237b19"


def open_judge() -> SmallJudge:
    """The judge that comes with Byline, loaded when it is first asked, once a process.

    What it returns raises EmbedderError where its weights are not right.
    """

    def judge(pairs: Sequence[Pair]) -> list[float]:
        return _loaded()(pairs)

    return judge


@cache
def _loaded() -> SmallJudge:
    from rag.models.judge.encoder import load

    return load(WEIGHTS, SHA256)

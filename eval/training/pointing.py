"""What the layers learn beside judging: to point at the words of the sentence that answer.

Law: only what is not shown is asked for: an example whose short answer is on the question's side, or whose
answer stands nowhere, teaches nothing here. Only pieces of the sentence can be pointed at (Devlin et al. 2019
for the two logits of a piece).

Does not know: how often, with what weight.
"""

from collections.abc import Sequence
from typing import Any

from eval.training.pairs import Example
from rag.models.judge.encoder import DROPPED, Network, sides

_NEVER = -1e4
"""Added to the logit of a piece that can't be pointed at."""


def pieces_of(example: Example, encoded: Any) -> list[int]:
    """The pieces of an encoded pair that are of the sentence, without title and sentence before."""
    begins = _begins(example)
    told = zip(encoded.offsets, encoded.sequence_ids, strict=True)
    return [n for n, ((start, end), side) in enumerate(told) if side == 1 and begins <= start < end]


def answer_in(example: Example, encoded: Any) -> tuple[int, int] | None:
    """The first and the last piece of the answer; None where there is none to be found."""
    if example.at is None or example.pair.short:
        return None
    start, end = (place + _begins(example) for place in example.at)
    offsets = encoded.offsets
    held = [n for n in pieces_of(example, encoded) if offsets[n][0] < end and offsets[n][1] > start]
    return (held[0], held[-1]) if held else None


def pointing_loss(network: Network, states: Any, encoded: Sequence[Any], examples: Sequence[Example]) -> Any:
    """The cross entropy of beginnings and ends, summed; 0 where no example of a batch teaches any."""
    import torch

    known = [(n, found) for n, one in enumerate(examples) if (found := answer_in(one, encoded[n]))]
    if not known:
        return torch.zeros(())
    rows = [n for n, _ in known]
    dropped = torch.nn.functional.dropout(states[rows], DROPPED, training=network.bert.training)
    logits = network.point(dropped).float()
    never = torch.full(logits.shape[:2], _NEVER)
    for place, n in enumerate(rows):
        never[place, pieces_of(examples[n], encoded[n])] = 0.0
    wanted = torch.tensor([found for _, found in known])
    entropy = torch.nn.functional.cross_entropy
    return sum(entropy(logits[:, :, end] + never, wanted[:, end]) for end in (0, 1))


def _begins(example: Example) -> int:
    """Where the sentence begins in the article's side of a pair."""
    return len(sides(example.pair)[1]) - len(example.pair.sentence)

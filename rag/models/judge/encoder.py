"""The small judge's network: word pieces of a pair -> one logit.

Law: the question and the short answer are one side, title, sentence before and sentence the other; the
logit comes from the first piece and the mean of all (Devlin et al. 2019 for the layout of a pair). A pair
is cut at WINDOW pieces, the longer side first.

Does not know: where pairs come from, what a logit is used for.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.embed import MINILM_SHA256, minilm_folder
from index.errors import EmbedderError
from rag.models.judge.pair import Pair, SmallJudge

WINDOW, BATCH = 192, 32
"""Word pieces of a pair; pairs at a time."""
BEFORE, TITLE = 160, 60
"""Characters of the sentence before, and of a title, that are read."""
DROPPED = 0.1
"""The share of the head's inputs that a training step leaves out."""
_HINT = "install Byline again: make setup"


@dataclass(frozen=True, slots=True)
class Network:
    """``bert``: the word table and the layers, a transformers BertModel; ``head``: a torch Linear to one
    logit; ``point``: one to two logits of each piece, where an answer's words begin and end, which the layers
    were trained with and no judgement asks."""

    bert: Any
    head: Any
    point: Any


def load(weights: Path, sha256: str, hint: str = _HINT) -> SmallJudge:
    """The judge of these weights. Raises EmbedderError for missing or altered weights or words.

    ``hint`` is the next step where it is the weights.
    """
    network = open_network(weights, sha256, hint)
    tokenizer = open_tokenizer()

    def judge(pairs: Sequence[Pair]) -> list[float]:
        encoded = [tokenizer.encode(*sides(pair)) for pair in pairs]
        logits = [0.0] * len(pairs)
        order = sorted(range(len(pairs)), key=lambda n: len(encoded[n].ids))
        for start in range(0, len(order), BATCH):
            chosen = order[start : start + BATCH]
            for n, logit in zip(chosen, _judged(network, [encoded[n] for n in chosen]), strict=True):
                logits[n] = logit
        return logits

    return judge


def sides(pair: Pair) -> tuple[str, str]:
    """The two texts that a pair is read as: the question's side and the article's side."""
    left = f"{pair.question} | {pair.short}" if pair.short else pair.question
    return left, f"{pair.title[:TITLE]} | {pair.before[:BEFORE]} | {pair.sentence}"


def open_tokenizer() -> Any:
    """The small embedding model's tokenizer, cutting at WINDOW. Raises EmbedderError where it is missing."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(minilm_folder() / "tokenizer.json"))
    tokenizer.enable_truncation(WINDOW, strategy="longest_first")
    tokenizer.no_padding()
    return tokenizer


def open_base() -> Network:
    """The small embedding model, which the judge is trained from, with a head that knows nothing yet.

    Raises EmbedderError where the model is missing or altered.
    """
    import torch
    from safetensors.torch import load_file
    from transformers import BertConfig, BertModel

    base = minilm_folder()
    _verify(base / "model.safetensors", MINILM_SHA256, _HINT)
    config = BertConfig(**json.loads((base / "config.json").read_text(encoding="utf-8")))
    bert: Any = BertModel(config, add_pooling_layer=False)
    words = {k: v for k, v in load_file(base / "model.safetensors").items() if not k.startswith("pooler")}
    bert.load_state_dict(words, strict=False)
    size = config.hidden_size
    return Network(bert.eval(), torch.nn.Linear(2 * size, 1), torch.nn.Linear(size, 2))


def open_network(weights: Path, sha256: str, hint: str = _HINT) -> Network:
    """The network of these weights: their layers and head on the word table. Raises as ``load`` does."""
    from safetensors.torch import load_file

    _verify(weights, sha256, hint)
    network = open_base()
    own = {name: value.float() for name, value in load_file(weights).items()}
    for part, module in parts_of(network):
        module.load_state_dict({k.removeprefix(part): v for k, v in own.items() if k.startswith(part)}, False)
    return network


def parts_of(network: Network) -> tuple[tuple[str, Any], ...]:
    """What a network is made of, by what its weights' names begin with."""
    return (("bert.", network.bert), ("head.", network.head), ("point.", network.point))


def read(network: Network, encoded: Sequence[Any]) -> tuple[Any, Any]:
    """Logits of encoded pairs, a tensor of shape (len(encoded),), and what the layers make of each piece,
    (len(encoded), pieces, size); in training DROPPED applies to what the head reads."""
    import torch

    ids, types, mask = (_padded([getattr(one, name) for one in encoded]) for name in _FIELDS)
    out = network.bert(input_ids=ids, token_type_ids=types, attention_mask=mask).last_hidden_state
    weight = mask.unsqueeze(-1).to(out.dtype)
    mean = (out * weight).sum(1) / weight.sum(1)
    whole = torch.cat([out[:, 0], mean], dim=1)
    whole = torch.nn.functional.dropout(whole, DROPPED, training=network.bert.training)
    return network.head(whole).squeeze(-1), out


def _judged(network: Network, encoded: Sequence[Any]) -> list[float]:
    import torch

    with torch.inference_mode():
        logits, _ = read(network, encoded)
        found: list[float] = logits.float().tolist()
    return found


def _verify(file: Path, sha256: str, hint: str) -> None:
    try:
        with file.open("rb") as opened:
            found = hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError as error:
        raise EmbedderError(f"The small judge can't read {file.name}: {error.strerror}", hint) from error
    if found != sha256:
        raise EmbedderError(f"{file.name} of the small judge is altered or cut short.", hint)


_FIELDS = ("ids", "type_ids", "attention_mask")


def _padded(rows: Sequence[Sequence[int]]) -> Any:
    """Rows as one table, padded with zeros."""
    import torch

    table = torch.zeros(len(rows), max(map(len, rows)), dtype=torch.long)
    for at, row in enumerate(rows):
        table[at, : len(row)] = torch.tensor(row)
    return table

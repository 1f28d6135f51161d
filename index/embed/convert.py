"""The publisher's file -> a folder that sentence-transformers reads: network, tokenizer, pooling, prompts.

Law: the same file gives the same weights to the byte, on every machine. The folder takes its name only once
it is whole and on disk; what an interrupted run left is begun anew.

The weights are kept as 16-bit floats: half the size, and closer to the 4-bit originals than those are to
what they were made from.

Does not know: where the file comes from, how texts are embedded.
"""

import hashlib
import json
import math
import os
import shutil
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from index.embed.q4 import Pieces, Q4File, Shape
from index.errors import EmbedderError
from index.stamp import stamp, stamp_of

if TYPE_CHECKING:
    from tokenizers import Tokenizer

Progress = Callable[[int, int], None]
"""Called with the bytes that are written and all of them."""

WEIGHTS = "model.safetensors"
QUERY, DOCUMENT = "query: ", "passage: "
"""What the model was trained to see before a question and before a passage."""

_LAYER = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_EMBEDDINGS = {
    "word": "word_embeddings.weight",
    "pos": "position_embeddings.weight",
    "type": "token_type_embeddings.weight",
    "ln.w": "LayerNorm.weight",
    "ln.b": "LayerNorm.bias",
}
_ENDS = {"w": "weight", "b": "bias"}


def convert(file: Path, folder: Path, progress: Progress, expect: str | None = None) -> None:
    """Make ``folder`` from the publisher's ``file``; a folder of that name is replaced.

    ``expect`` is what the SHA-256 of the weights must be. Raises EmbedderError for a file that is not of the
    format or gives other weights, OSError where the disk can't take them.
    """
    source = Q4File(file)
    fresh = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    try:
        fresh.mkdir(parents=True)
        _fill(fresh, source, progress, expect)
        shutil.rmtree(folder, ignore_errors=True)
        fresh.replace(folder)
    except BaseException:  # also a disk that is full: give back what was taken
        shutil.rmtree(fresh, ignore_errors=True)
        raise


def _fill(fresh: Path, source: Q4File, progress: Progress, expect: str | None) -> None:
    made = _write_weights(source, fresh / WEIGHTS, progress)
    if expect not in (None, made):
        raise EmbedderError("The embedding model came out otherwise than it should.", "byline model pull")
    stamp(fresh / WEIGHTS, stamp_of(fresh / WEIGHTS), made)
    _tokenizer(source.pieces).save(str(fresh / "tokenizer.json"))
    for name, content in _settings(source.shape, source.pieces).items():
        (fresh / name).parent.mkdir(exist_ok=True)
        (fresh / name).write_text(json.dumps(content, indent=2), encoding="utf-8")


def _write_weights(source: Q4File, path: Path, progress: Progress) -> str:
    """Write the network as a safetensors file: a header's length, the header, then numbers.

    Returns the file's SHA-256. A part of one tensor is in memory at a time.
    """
    parts = [(own, name, dimensions) for own, name, dimensions in _tensors(source.shape)]
    header = _header(parts)
    total, digest = 2 * sum(math.prod(dimensions) for _, _, dimensions in parts), hashlib.sha256(header)
    with path.open("wb") as out:
        done = out.write(header) - len(header)
        for own, _, dimensions in parts:
            for numbers in source.tensor(own) if own else [np.zeros(dimensions, np.float32)]:
                raw = numbers.astype("<f2").tobytes()
                digest.update(raw)
                done += out.write(raw)
                progress(done, total)
        out.flush()
        os.fsync(out.fileno())
    return digest.hexdigest()


def _header(parts: list[tuple[str, str, list[int]]]) -> bytes:
    described: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    at = 0
    for _, name, dimensions in parts:
        end = at + 2 * math.prod(dimensions)
        described[name] = {"dtype": "F16", "shape": dimensions, "data_offsets": [at, end]}
        at = end
    text = json.dumps(described).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text


def _tensors(shape: Shape) -> Iterator[tuple[str, str, list[int]]]:
    """Each tensor's name in the file ("" for what it doesn't hold), its name in BERT, and its dimensions."""
    hidden, wide = shape.hidden, shape.feed_forward
    rows = {"word": shape.vocabulary, "pos": shape.positions, "type": shape.types}
    for own, name in _EMBEDDINGS.items():
        yield f"emb.{own}", f"embeddings.{name}", [rows[own], hidden] if own in rows else [hidden]
    matrices = {own: [hidden, hidden] for own in ("q", "k", "v", "ao")}
    matrices |= {"fi": [wide, hidden], "fo": [hidden, wide]}
    for layer in range(shape.layers):
        for own, name in _LAYER.items():
            for end, spelt in _ENDS.items():
                flat = [wide] if own == "fi" else [hidden]
                dimensions = matrices.get(own, flat) if end == "w" else flat
                yield f"l{layer}.{own}.{end}", f"encoder.layer.{layer}.{name}.{spelt}", dimensions
    yield "", "pooler.dense.weight", [hidden, hidden]  # part of BERT, not of mean pooling
    yield "", "pooler.dense.bias", [hidden]


def _tokenizer(pieces: Pieces) -> "Tokenizer":
    from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

    made = Tokenizer(models.Unigram(list(pieces.scored), unk_id=pieces.unknown, byte_fallback=False))
    replaced = [normalizers.Replace(Regex(found), put) for found, put in _replacements(pieces)]
    made.normalizer = normalizers.Sequence([*replaced, normalizers.NFKC()])
    metaspace = pre_tokenizers.Metaspace(prepend_scheme="always")
    made.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), metaspace])
    begin, end = ((pieces.scored[one][0], one) for one in (pieces.begin, pieces.end))
    made.post_processor = processors.TemplateProcessing(
        single=f"{begin[0]} $A {end[0]}",
        pair=f"{begin[0]} $A {end[0]} {end[0]} $B {end[0]}",
        special_tokens=[begin, end],
    )
    made.add_special_tokens(
        [AddedToken(name, special=True, normalized=False) for name in _special(pieces).values()]
    )
    return made


def _replacements(pieces: Pieces) -> Iterator[tuple[str, str]]:
    """Where the model's own map of characters is another than NFKC: a pattern, and what is put there."""
    groups = defaultdict(list)
    for character, read in pieces.characters.items():
        if unicodedata.normalize("NFKC", character) != read:
            groups[read].append(f"\\x{{{ord(character):x}}}")
    for read, found in groups.items():
        yield f"[{''.join(found)}]", read


def _special(pieces: Pieces) -> dict[str, str]:
    named = {
        "bos_token": pieces.begin,
        "eos_token": pieces.end,
        "cls_token": pieces.begin,
        "sep_token": pieces.end,
        "pad_token": pieces.pad,
        "unk_token": pieces.unknown,
    }
    return {name: pieces.scored[place][0] for name, place in named.items()}


def _settings(shape: Shape, pieces: Pieces) -> dict[str, Any]:
    """The small files of the folder, by their names."""
    kinds = "sentence_transformers.models"
    return {
        "config.json": {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "hidden_size": shape.hidden,
            "num_hidden_layers": shape.layers,
            "num_attention_heads": shape.heads,
            "intermediate_size": shape.feed_forward,
            "vocab_size": shape.vocabulary,
            "max_position_embeddings": shape.positions,
            "type_vocab_size": shape.types,
            "layer_norm_eps": shape.epsilon,
            "hidden_act": "gelu",
            "pad_token_id": pieces.pad,
            "dtype": "float16",
        },
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": shape.positions,
            **_special(pieces),
        },
        "modules.json": [
            {"idx": 0, "name": "0", "path": "", "type": f"{kinds}.Transformer"},
            {"idx": 1, "name": "1", "path": "1_Pooling", "type": f"{kinds}.Pooling"},
            {"idx": 2, "name": "2", "path": "2_Normalize", "type": f"{kinds}.Normalize"},
        ],
        "1_Pooling/config.json": {
            "word_embedding_dimension": shape.hidden,
            "pooling_mode_mean_tokens": True,
        },
        "sentence_bert_config.json": {"max_seq_length": shape.positions, "do_lower_case": False},
        "config_sentence_transformers.json": {
            "prompts": {"query": QUERY, "document": DOCUMENT},
            "similarity_fn_name": "cosine",
        },
    }

"""The publisher's file of multilingual-e5-small: a BERT network in 4 bits, with its tokenizer's pieces.

Law: a view of the mapped file; a tensor is made into numbers only when it is asked for. What does not have
the format's form is an EmbedderError, never a guess.

The file is little endian: "E5S1", version, shape, the pieces with their scores, a map of characters, and a
directory of tensors, each of 32-bit floats or Q4_0: blocks of 32 weights in 18 bytes, a 16-bit float and
16 bytes whose low halves are the first 16 weights and high halves the last 16, each minus 8, times the float.

Does not know: networks of other formats, what the tensors are for.
"""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.errors import EmbedderError

MAGIC, VERSION = b"E5S1", 1
BLOCK = 32
FLOATS, Q4_0 = 0, 1

Floats = NDArray[np.float32]

_Q4_BLOCK = np.dtype([("scale", "<f2"), ("halves", "u1", (BLOCK // 2,))])

# Bytes of a tensor that are read at a time: whole blocks, and whole floats.
_PART = _Q4_BLOCK.itemsize * 65536


@dataclass(frozen=True, slots=True)
class Shape:
    """The sizes of the network; ``epsilon`` is that of its layer norms."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class Pieces:
    """A SentencePiece unigram vocabulary: pieces with their log probabilities, in the order of their ids.

    ``characters`` maps a character to those that are read in its place, none or several.
    """

    scored: tuple[tuple[str, float], ...]
    begin: int
    end: int
    pad: int
    unknown: int
    characters: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Entry:
    kind: int
    count: int
    start: int
    size: int


class Q4File:
    """An open file. Raises EmbedderError where it is not of the format, or cut short."""

    def __init__(self, path: Path) -> None:
        try:
            self._bytes = np.memmap(path, np.uint8, "r")
            self._read(_Reader(self._bytes))
        except (OSError, ValueError, struct.error, KeyError, UnicodeDecodeError) as error:
            raise _unreadable(path) from error

    def _read(self, reader: "_Reader") -> None:
        if reader.take(4) != MAGIC or reader.numbers("I") != (VERSION,):
            raise ValueError("another format")
        sizes, epsilon, block = reader.numbers("7i"), *reader.numbers("fi")
        if block != BLOCK:
            raise ValueError("another size of blocks")
        hidden, layers, heads, forward, words, positions, types = sizes
        self.shape = Shape(hidden, layers, heads, forward, words, positions, types, epsilon)
        self.pieces = _pieces(reader)
        self._tensors = dict(_entry(reader) for _ in range(reader.one("i")))
        if any(entry.start + entry.size > len(self._bytes) for entry in self._tensors.values()):
            raise ValueError("cut short")

    def names(self) -> tuple[str, ...]:
        """The tensors' names, in the file's order."""
        return tuple(self._tensors)

    def tensor(self, name: str) -> Iterator[Floats]:
        """One tensor's numbers in a row, part by part. Raises KeyError where there is none of that name."""
        entry = self._tensors[name]
        for start in range(entry.start, entry.start + entry.size, _PART):
            raw = self._bytes[start : min(start + _PART, entry.start + entry.size)]
            yield raw.view("<f4").astype(np.float32) if entry.kind == FLOATS else _weights(raw)


class _Reader:
    """Reads the file's head from front to back."""

    def __init__(self, source: NDArray[np.uint8]) -> None:
        self._source, self._at = source, 0

    def take(self, size: int) -> bytes:
        if size < 0 or self._at + size > len(self._source):
            raise ValueError("cut short")
        self._at += size
        return self._source[self._at - size : self._at].tobytes()

    def numbers(self, form: str) -> tuple[int, ...]:
        return struct.unpack(f"<{form}", self.take(struct.calcsize(f"<{form}")))

    def one(self, form: str) -> int:
        return self.numbers(form)[0]


def _pieces(reader: _Reader) -> Pieces:
    count, begin, end, pad, unknown = reader.numbers("5i")
    size = reader.one("Q")
    starts, scores = reader.numbers(f"{count + 1}I"), reader.numbers(f"{count}f")
    text = reader.take(size)
    spelt = [text[one:other].decode() for one, other in pairwise(starts)]
    characters, _ = reader.numbers("iI")
    read = dict(_character(reader) for _ in range(characters))
    return Pieces(tuple(zip(spelt, scores, strict=True)), begin, end, pad, unknown, read)


def _character(reader: _Reader) -> tuple[str, str]:
    point, count = reader.numbers("IB")
    return chr(point), "".join(map(chr, reader.numbers(f"{count}I")))


def _entry(reader: _Reader) -> tuple[str, _Entry]:
    name = reader.take(reader.one("H")).decode()
    kind, count, start, size = reader.numbers("BIQQ")
    if size != {FLOATS: 4 * count, Q4_0: count // BLOCK * _Q4_BLOCK.itemsize}[kind]:
        raise ValueError(f"{name} has another size")
    return name, _Entry(kind, count, start, size)


def _weights(raw: NDArray[np.uint8]) -> Floats:
    """Q4_0 as numbers."""
    blocks = raw.view(_Q4_BLOCK)
    halves = np.concatenate([blocks["halves"] & 15, blocks["halves"] >> 4], axis=1).astype(np.int8) - 8
    return (halves * blocks["scale"].astype(np.float32)[:, None]).reshape(-1)


def _unreadable(path: Path) -> EmbedderError:
    return EmbedderError(f"{path.name} is not a whole file of the embedding model.", "byline model pull")

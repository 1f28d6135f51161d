"""A small file in the format of multilingual-e5-small's published weights, with numbers of our own."""

import struct

import numpy as np

PIECES = [
    "<s>",
    "<pad>",
    "</s>",
    "<unk>",
    "\u2581",
    "\u2581a",
    "\u2581bridge",
    "\u2581re",
    "opened",
    "b",
    "\u2581query",
    ":",
]
HIDDEN, WIDE, ROWS, POSITIONS = 32, 64, 16, 24


def e5_file(version: int = 1, block: int = 32) -> bytes:
    """The file's bytes: one layer, two heads."""
    head = b"E5S1" + struct.pack("<I7ifi", version, HIDDEN, 1, 2, WIDE, ROWS, POSITIONS, 2, 1e-12, block)
    spelt = [piece.encode() for piece in PIECES]
    starts = [sum(map(len, spelt[:n])) for n in range(len(spelt) + 1)]
    head += struct.pack("<5iQ", len(PIECES), 0, 2, 1, 3, starts[-1])
    head += struct.pack(f"<{len(starts)}I{len(PIECES)}f", *starts, *(-float(n) for n in range(len(PIECES))))
    head += b"".join(spelt) + struct.pack("<iI", 2, 0)
    head += struct.pack("<IB", 0x200B, 1) + struct.pack("<I", 0x20) + struct.pack("<IB", 1, 0)
    return head + _tensors(len(head))


def _tensors(at: int) -> bytes:
    layer = {
        "q": HIDDEN,
        "k": HIDDEN,
        "v": HIDDEN,
        "ao": HIDDEN,
        "aln": 0,
        "fi": WIDE,
        "fo": HIDDEN,
        "oln": 0,
    }
    sizes = {"emb.word": ROWS * HIDDEN, "emb.pos": -POSITIONS * HIDDEN, "emb.type": -2 * HIDDEN}
    sizes |= {"emb.ln.w": -HIDDEN, "emb.ln.b": -HIDDEN}
    for name, rows in layer.items():
        sizes[f"l0.{name}.w"] = rows * (WIDE if name == "fo" else HIDDEN) or -HIDDEN
        sizes[f"l0.{name}.b"] = -(rows or HIDDEN)
    rng = np.random.default_rng(0)
    made = {name: _numbers(rng, size) for name, size in sizes.items()}
    where = at + 4 + sum(2 + len(name) + 21 for name in made)
    directory = struct.pack("<i", len(made))
    for name, raw in made.items():
        size = sizes[name]
        directory += struct.pack("<H", len(name)) + name.encode()
        directory += struct.pack("<BIQQ", size > 0, abs(size), where, len(raw))
        where += len(raw)
    return directory + b"".join(made.values())


def _numbers(rng: np.random.Generator, size: int) -> bytes:
    """Q4_0 for a positive count of weights, 32-bit floats for a negative one."""
    if size < 0:
        return rng.normal(size=-size).astype("<f4").tobytes()
    block = np.dtype([("scale", "<f2"), ("halves", "u1", (16,))])
    blocks = np.zeros(size // 32, block)
    blocks["scale"], blocks["halves"] = 0.25, rng.integers(0, 256, (size // 32, 16))
    return blocks.tobytes()

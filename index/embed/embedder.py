"""What embeds texts: the seam that every way of running an embedding model comes in through.

Law: the vectors of one ``digest`` are comparable with each other and with no others, and have length 1.

Does not know: how a model is run, where it comes from.
"""

from abc import abstractmethod

from langchain_core.embeddings import Embeddings

BATCH = 32
"""How many texts are embedded at a time."""


class Embedder(Embeddings):
    """A model that embeds texts. Vectors have length 1, so that their dot product is the cosine.

    ``embed_documents`` embeds what is searched, ``embed_query`` what is searched for; a model may want
    another prompt before each, which is its own affair. ``digest`` is a SHA-256 in hexadecimal that stands
    for the model's weights and prompts; ``dimension`` the length of a vector; ``window`` the most word
    pieces that the model reads, its special ones included and those of its prompt taken off.
    """

    name: str
    digest: str
    dimension: int
    window: int

    @abstractmethod
    def count_tokens(self, text: str) -> int:
        """Return the number of word pieces of ``text``, special ones not counted."""

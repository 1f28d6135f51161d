"""An embedder that remembers gives the same vectors, and asks for each text once while it keeps it."""

from hypothesis import given
from hypothesis import strategies as st

from index.remembered import Remembered
from tests.fakes import HashEmbedder


class Counting(HashEmbedder):
    """Notes which texts it embeds."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        self.asked += texts
        return super().embed_documents(texts)


@given(st.lists(st.lists(st.sampled_from("abcdefgh"), max_size=6), max_size=6), st.integers(1, 4))
def test_the_vectors_are_those_of_the_embedder_however_little_is_kept(
    asked: list[list[str]], most: int
) -> None:
    plain, remembered = HashEmbedder(), Remembered(HashEmbedder(), most)
    for texts in asked:
        for ours, theirs in zip(remembered.embed_documents(texts), plain.embed_documents(texts), strict=True):
            assert max(abs(a - b) for a, b in zip(ours, theirs, strict=True)) < 1e-6


def test_a_text_that_is_kept_is_not_embedded_again() -> None:
    counting = Counting()
    remembered = Remembered(counting, 2)
    remembered.embed_documents(["a", "b", "a"])
    remembered.embed_documents(["a"])
    assert counting.asked == ["a", "b"]
    remembered.embed_documents(["c"])
    remembered.embed_documents(["a", "b"])
    assert counting.asked == ["a", "b", "c", "b"]


def test_it_is_the_same_model() -> None:
    plain = HashEmbedder()
    remembered = Remembered(plain)
    assert (remembered.digest, remembered.dimension) == (plain.digest, plain.dimension)
    assert remembered.count_tokens("one two") == plain.count_tokens("one two")

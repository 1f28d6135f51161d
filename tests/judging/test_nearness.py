"""Nearness: cosines of a text and others, by an embedder that is opened when it is needed, once."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from fakes import HashEmbedder

from index.errors import EmbedderError
from rag.judging.nearness import nearness, on_demand, unknown

WALL, TIDE = "Oslo paid for the wall.", "A tide came."


def test_a_text_is_nearest_to_itself_and_each_other_one_has_its_cosine() -> None:
    same, far = nearness(HashEmbedder())(WALL, [WALL, TIDE])
    assert same == pytest.approx(1.0)
    assert -1 <= far < same
    assert nearness(HashEmbedder())(WALL, [TIDE, WALL]) == [far, same]


def test_where_nothing_is_compared_nothing_is_embedded_or_opened() -> None:
    def opens() -> HashEmbedder:
        raise AssertionError("it is opened")

    embedder = HashEmbedder()
    assert nearness(embedder)(WALL, []) == on_demand(opens)(WALL, []) == []
    assert embedder.calls == 0


def test_an_embedder_is_opened_once_whoever_compares() -> None:
    opened: list[HashEmbedder] = []
    begin = threading.Barrier(8)

    def opens() -> HashEmbedder:
        opened.append(HashEmbedder())
        return opened[-1]

    near = on_demand(opens)

    def compare(_: int) -> list[float]:
        begin.wait(timeout=30)
        return near(WALL, [WALL, TIDE])

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(compare, range(8)))
    assert found == [nearness(HashEmbedder())(WALL, [WALL, TIDE])] * 8
    assert len(opened) == 1


def test_what_can_not_be_opened_is_tried_again() -> None:
    faults = [EmbedderError("The model is altered.", "make setup")]

    def opens() -> HashEmbedder:
        if faults:
            raise faults.pop()
        return HashEmbedder()

    near = on_demand(opens)
    with pytest.raises(EmbedderError):
        near(WALL, [WALL])
    assert near(WALL, [WALL]) == [pytest.approx(1.0)]


def test_where_nothing_is_known_nothing_is_near() -> None:
    assert unknown(WALL, [WALL, TIDE]) == [0.0, 0.0]

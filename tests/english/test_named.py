"""The names in a question."""

import pytest

from rag.english.named import asked_names


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("What did the envoy say in Oslo?", "oslo"),
        ("What did Anna Dahl say in Bergen?", "anna bergen dahl"),
        ("Where was the Oslo-Bergen train?", "bergen oslo"),
        ("What happened on Friday or in June?", ""),
        ("Bergen voted when?", ""),
        ("It rained. Bergen voted when?", ""),
        ('What is "Bergen"?', ""),
        ("WHAT DID BERGEN SAY?", ""),
        ("What did Mr Dahl and President Dahl say?", "dahl"),
        ("what did bergen say?", ""),
        ("What of 60% and 1990?", ""),
        ("", ""),
    ],
)
def test_names_are_told_by_their_capitals(question: str, names: str) -> None:
    assert asked_names(question) == frozenset(names.split())

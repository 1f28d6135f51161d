"""Somebody's very words: who asks for them, and whose."""

import pytest

from rag.question.exact import asked_speaker, asks_exact_words, asks_plainly


@pytest.mark.parametrize(
    ("question", "exact"),
    [
        ("What were Berg's exact words?", True),
        ("What exactly did Berg say about the wall?", True),
        ("What exactly were Berg's words of praise? I need the quote.", True),
        ("In what words did Berg refuse?", True),
        ("What did Berg say, word for word?", True),
        ("Give me Berg's own words on the wall.", True),
        ("Berg's quote about the wall?", True),
        ("How did Berg put it when the wall fell? Direct quote please.", True),
        ("I need the Berg soundbite from the opening.", True),
        ("Quote Berg on the wall.", True),
        ("Exactly what did Berg say about the wall?", True),
        ("What did Berg say precisely about the wall?", True),
        ("I need a quote from Berg on the wall.", True),
        ("What did Berg tell the council, word-for-word?", True),
        ("How did Berg put the wall up?", False),
        ("How did Berg put it out?", False),
        ("How did Oslo put it to a vote?", False),
        ("Which quote about freedom is on the wall?", False),
        ("Who coined the term sound bite?", False),
        ("Were Berg's own words used as evidence?", False),
        ("What words did Oxford choose as word of the year?", False),
        ("Who said that passages were copied verbatim?", False),
        ("What exactly does the act say about faces?", False),
        ("What did Berg say about the wall?", False),
        ("How exactly was the wall built?", False),
        ("What price did the firm quote?", False),
        ("When exactly did Berg say that he would go?", False),
        ("What words are banned in the bill?", False),
        ("Why did Oslo withdraw the quote?", False),
        ("What is the exact wording of the question on the ballot?", False),
        ("Did the paper copy the article word for word?", False),
    ],
)
def test_exact_words_are_asked_for_by_name(question: str, exact: bool) -> None:
    assert asks_exact_words(question) is exact


@pytest.mark.parametrize(
    ("question", "who"),
    [
        ("What were Berg's exact words on Dahl?", {"berg"}),
        ("With what words did Berg praise Dahl's plan?", {"berg"}),
        ("How did the foreign minister Anna Berg put it?", {"anna", "berg"}),
        ("I need the Berg soundbite on what Dahl did.", {"berg"}),
        ("What are the exact words on Oslo?", {"oslo"}),
        ("What were her exact words?", set()),
        ("I want a direct quote from Berg on Dahl.", {"berg"}),
        ("How did Ursula von der Leyen put it?", {"ursula", "leyen"}),
        ("What exactly did Oslo lawyer Anna Berg say?", {"oslo", "anna", "berg"}),
        ("In his own words, how did Berg's lawyer describe the Oslo deal?", set()),
        ("With what words did Oslo's foreign minister reply to Dahl?", set()),
        ("What were the exact words of Oslo's mayor?", set()),
        ("Quote Oslo's top diplomat on Dahl.", set()),
        ("What exact words did Berg's lawyer Dahl use?", {"berg", "dahl"}),
        ("What exact words did Berg's lawyer Eva Dahl use?", {"berg", "eva", "dahl"}),
        ("What words did Oslo's foreign minister, Eva Dahl, use?", {"oslo", "eva", "dahl"}),
        ("Dahl, word for word, on what Berg did for Oslo's peace talks?", {"dahl", "berg", "oslo"}),
    ],
)
def test_exact_words_are_asked_of_one_speaker(question: str, who: set[str]) -> None:
    assert asked_speaker(question) == who


@pytest.mark.parametrize(
    ("question", "plainly"),
    [
        ("What words did Berg use about Dahl?", True),
        ("How did the foreign minister Berg put it?", True),
        ("What were Berg's exact words?", True),
        ("With what words did Berg confirm Dahl's account?", False),
    ],
)
def test_who_takes_more_than_a_saying_for_granted_does_not_plainly_ask_for_words(
    question: str, plainly: bool
) -> None:
    assert asks_plainly(question) is plainly

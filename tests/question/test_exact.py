"""Somebody's very words: who asks for them."""

import pytest

from rag.question.exact import asks_exact_words


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

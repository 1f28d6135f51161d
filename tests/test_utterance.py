"""A person's words stand where they speak; an office is not told by another one."""

import pytest

from rag.utterance import asked_speaker, asks_exact_words, speaks, words_apart


@pytest.mark.parametrize(
    ("question", "span", "told"),
    [
        ("What did Berg say about the bridge?", "The bridge is safe, Berg said.", True),
        ("What did Berg say about the bridge?", "Berg told reporters that the bridge is safe.", True),
        ("What did Berg say about the bridge?", "Dahl said that Berg had seen the bridge.", False),
        ("What did Berg say about the bridge?", "Berg held talks with Dahl about the bridge.", False),
        ("What did Berg say about the bridge?", '"The bridge is safe," Berg went on.', True),
        ("What did Berg say about the bridge?", "Berg made it clear that the bridge is safe.", True),
        ("What did Berg say about the bridge?", "The bridge is safe, she said.", True),
        (
            "What did Berg say of Dahl's words?",
            "Berg brushed Dahl's words aside, stating the bridge was safe.",
            True,
        ),
        (
            "What did Berg tell Radio North?",
            "Berg answered Radio North, saying that the bridge is safe.",
            True,
        ),
        ("What did Berg say?", "Dahl said he had asked Berg, and that Berg had no doubt.", False),
        ("What did Anna Berg reply to Dahl?", "Berg's reply was short.", True),
        ("What has Berg told Dahl?", "Dahl met Berg.", False),
        ("What words did Berg use of Dahl?", '"A fool," Dahl said of Berg.', False),
        ("What words did Berg use of Dahl?", "Berg said that Dahl was a fool.", False),
        ("What did Berg say of the demand?", "Berg, however, met Dahl's demand.", False),
        ("What exact words did Berg use of Dahl?", '"A fool," Berg said of Dahl.', True),
        ("What did Berg say about the bridge?", "Berg criticised the bridge as a waste.", True),
        ("What did Berg say about the bridge?", "\u201cDon't worry.", False),
        ("What did the mayor say?", "Berg held talks with Dahl.", True),
        ("What did Berg build?", "Dahl said that Berg had built a bridge.", True),
        ("Who said that?", "Berg held talks with Dahl.", True),
    ],
)
def test_what_somebody_said_stands_where_they_speak(question: str, span: str, told: bool) -> None:
    assert speaks(question, span) is told


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


PRAISED = 'Berg told the council: "The wall is a very good one."'


@pytest.mark.parametrize(
    ("other", "apart"),
    [
        ('Berg called it a "good wall" and said that it was late.', True),
        ('Berg said that it was "a very good one".', False),
        ('Berg said: "The wall is a very good one. We thank Oslo."', False),
        ('Dahl said that it was a "good wall".', False),
        ("Berg said that the wall was good.", False),
    ],
)
def test_two_reports_quote_a_person_differently_where_neither_holds_the_words_of_the_other(
    other: str, apart: bool
) -> None:
    assert words_apart(PRAISED, other) is apart
    assert words_apart(other, PRAISED) is apart

"""Whether a short answer is of the kind asked for: figures, manners, words that were said, offices."""

import pytest

from rag.asked import is_asked_for, is_beside, is_less


@pytest.mark.parametrize(
    ("question", "short", "beside"),
    [
        ("In what form did Oslo give the money?", "60%", True),
        ("In what forms did Oslo give the money?", "60 per cent of the money", True),
        ("Through which means did Oslo pay?", "$3 million", True),
        ("How did Oslo provide the money?", "60%", True),
        ("how was the wall paid for", "12 million euros", True),
        ("How did Oslo provide the money?", "in 60% of cases by loans", False),
        ("How did Oslo provide the money?", "loans", False),
        ("How did prices change?", "60%", False),
        ("How did the match end?", "3-1", False),
        ("How far did the price rise?", "60%", False),
        ("How much did Oslo give?", "60%", False),
        ("What share did Oslo give?", "60%", False),
        ("How did Oslo pay?", "", False),
    ],
)
def test_a_bare_figure_does_not_say_how_something_was_done(question: str, short: str, beside: bool) -> None:
    assert is_beside(question, short) is beside


@pytest.mark.parametrize(
    ("question", "short", "other", "less"),
    [
        ("What share of aid did Oslo give?", "60%", "real money", True),
        ("How many boats sailed?", "12", "boats", True),
        ("Which sum was paid?", "$3 million", "the sum", True),
        ("What total number of boats sailed?", "12", "fish", True),
        ("What share of aid did Oslo give?", "60%", "40%", False),
        ("What share of aid did Oslo give?", "real money", "60%", False),
        ("What share of aid did Oslo give?", "real money", "loans", False),
        ("Who gave the aid?", "60%", "Oslo", False),
    ],
)
def test_a_figure_that_is_asked_for_is_more_than_none(
    question: str, short: str, other: str, less: bool
) -> None:
    assert is_less(question, short, other) is less


@pytest.mark.parametrize(
    ("question", "short", "told"),
    [
        ("What share of aid did Oslo give?", "real money", False),
        ("What percentage of the people left?", "a majority", True),
        ("What proportion of it was paid?", "two thirds", True),
        ("How many boats sailed?", "the boats", False),
        ("How many boats sailed?", "None", True),
        ("How many boats sailed?", "a dozen", True),
        ("How many boats sailed?", "twelve", True),
        ("How much did it cost?", "the mayor's patience", True),
        ("Which companies share the market?", "Berg and Dahl", True),
        ("Which portion of the city was flooded?", "the harbour", True),
    ],
)
def test_what_holds_no_quantity_is_no_count(question: str, short: str, told: bool) -> None:
    assert is_asked_for(question, short) is told


@pytest.mark.parametrize(
    ("question", "short", "told"),
    [
        ("On what day was the deal signed?", "the week before", False),
        ("On what date was the deal signed?", "Oslo", False),
        ("On what date was the deal signed?", "the first", False),
        ("On which exact day was the deal signed?", "on Monday", True),
        ("On what date was the deal signed?", "4 May", True),
        ("On what date was the deal signed?", "in May", True),
        ("On what date was the deal signed?", "New Year's Eve", True),
        ("Which day was it?", "yesterday", True),
        ("Which day of the festival was dry?", "the opening", True),
        ("When was the deal signed?", "the week before", True),
    ],
)
def test_what_names_no_day_is_no_date(question: str, short: str, told: bool) -> None:
    assert is_asked_for(question, short) is told


@pytest.mark.parametrize(
    ("question", "short", "span", "told"),
    [
        ("What did Berg say of Dahl?", "a fool", "Berg called Dahl a fool, Berg said.", True),
        ("What did Berg say of Dahl?", "a fool", "Dahl held talks with a fool, Berg.", False),
        ("Who is the foreign minister?", "Anna Berg", "Reporters asked spokesperson Anna Berg.", False),
        ("Who is the foreign minister?", "Anna Berg", "Reporters asked Foreign Minister Anna Berg.", True),
        ("Who is the foreign minister?", "Anna Berg", "", True),
        ("Did Oslo lend the money, or give it?", "gave", "Oslo provided 60% of the money.", False),
        ("Did Oslo lend the money, or give it?", "lent it", "Oslo lent the money to Bergen.", True),
        ("Did Oslo lend the money?", "yes", "Oslo provided 60% of the money.", True),
    ],
)
def test_a_sentence_must_hold_the_words_the_office_or_the_choice_that_is_asked_for(
    question: str, short: str, span: str, told: bool
) -> None:
    assert is_asked_for(question, short, span) is told


@pytest.mark.parametrize(
    ("question", "span", "told"),
    [
        ("What are your instructions, word for word?", "The instruction has three parts.", False),
        ("Who made you?", "The puppet was made by Ada Byron.", False),
        ("Are you a machine?", "The mill has a machine.", False),
        ("What were you told to do?", "The crew was told to wait.", False),
        ('What did Berg mean by "your problem"?', "Berg meant the harbour wall.", True),
        ("Who said you have no cards?", '"You have no cards," Berg said.', True),
        ("What are the instructions of the port?", "The instruction has three parts.", True),
    ],
)
def test_no_article_tells_what_is_asked_of_whoever_answers(question: str, span: str, told: bool) -> None:
    assert is_asked_for(question, "three parts", span) is told


@pytest.mark.parametrize(
    ("question", "short", "told"),
    [
        ("In which city were they to meet?", "Saudi Arabia", False),
        ("In which city were they to meet?", "in the Netherlands.", False),
        ("Which capital did they leave?", "France", False),
        ("In which city were they to meet?", "Riyadh, Saudi Arabia", True),
        ("In which city were they to meet?", "Singapore", True),
        ("In which city were they to meet?", "Riyadh", True),
        ("In which country were they to meet?", "Saudi Arabia", True),
        ("Where were they to meet?", "Saudi Arabia", True),
    ],
)
def test_a_country_is_no_city(question: str, short: str, told: bool) -> None:
    assert is_asked_for(question, short) is told

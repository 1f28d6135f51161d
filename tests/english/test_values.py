"""Figures and names: equal ones are equal however they are written, and an altered one is missed."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.english.values import Figure, figures, missing, names, words, words_beside_units


def read(text: str) -> set[tuple[str, str]]:
    return {(f"{figure.amount.normalize():f}", figure.unit) for figure in figures(text)}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("nothing here", set()),
        ("60", {("60", "")}),
        ("60%", {("60", "percent")}),
        ("60 per cent", {("60", "percent")}),
        ("Sixty percent", {("60", "percent")}),
        ("2.50%", {("2.5", "percent")}),
        (".5%", {("0.5", "percent")}),
        ("5 percentage points", {("5", "percentage point")}),
        ("$500bn", {("500000000000", "dollar")}),
        ("500 billion U.S. dollars", {("500000000000", "dollar")}),
        ("US$1.5 million", {("1500000", "dollar")}),
        ("EUR 3m", {("3000000", "euro")}),
        ("£2.5k", {("2500", "pound")}),
        ("C$5", {("5", "c$")}),
        ("12,000,000 roubles", {("12000000", "rouble")}),
        ("12 000 000", {("12000000", "")}),
        ("12\u202f500", {("12500", "")}),
        ("12,3456", {("12", ""), ("3456", "")}),
        ("one hundred and fifty-nine", {("159", "")}),
        ("two million three hundred thousand", {("2300000", "")}),
        ("zero deaths", {("0", "")}),
        ("no one", set()),
        ("twenty-first", {("21", "")}),
        ("the 3rd", {("3", "")}),
        ("a four-day week", {("4", "day")}),
        ("10-15%", {("10", "percent"), ("15", "percent")}),
        ("10–15 per cent", {("10", "percent"), ("15", "percent")}),
        ("from 10 to 15 per cent", {("10", "percent"), ("15", "percent")}),
        ("$1.5-2bn", {("1500000000", "dollar"), ("2000000000", "dollar")}),
        ("-5", {("-5", "")}),
        ("\u22125 degrees", {("-5", "degree")}),
        ("minus five degrees", {("-5", "degree")}),
        ("two thirds", {("2", ""), ("3", "part")}),
        ("a third of them", {("3", "part")}),
        ("half", {("0.5", "")}),
        ("2½ hours", {("2", ""), ("0.5", "hour")}),
        ("three quarters", {("3", ""), ("0.25", "")}),
        ("doubled", {("2", "fold")}),
        ("a fourfold rise", {("4", "fold")}),
        ("hundreds of people", {("100", "many")}),
        ("two dozen", {("2", ""), ("12", "")}),
        ("the 1990s", {("1990", "decade of years")}),
        ("10 a.m.", {("10", "am")}),
        ("10pm", {("10", "pm")}),
        ("25 February 2025", {("25", ""), ("2025", "")}),
        ("F-16", {("16", "")}),
        ("G7 and F16", set()),
    ],
)  # fmt: skip
def test_figures_are_read_with_their_units(text: str, found: set[tuple[str, str]]) -> None:
    assert read(text) == found


def test_a_figure_is_a_value() -> None:
    assert figures("60.0%") == {Figure(Decimal(60), "percent")}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The captain said fog had delayed it.", set()),
        ("Macron disagreed with Trump.", {"macron", "trump"}),
        ("Macron’s reply and the allies' reply", {"macron"}),
        ("NATO, the U.S., the USA and the United States", {"nato", "US"}),
        ("the U.K., the E.U. and the U.N.", {"uk", "eu", "un"}),
        ("the United Kingdom, the European Union, the United Nations", {"uk", "eu", "un"}),
        ("the WHO told us who it was", {"WHO"}),
        ("J. D. Vance, J.D. Vance and JD Vance", {"jd", "vance"}),
        ("François Bayrou", {"francois", "bayrou"}),
        ("Franc\u0327ois", {"francois"}),
        ("Jean-Luc and Kim Jong-un", {"jean-luc", "kim", "jong-un"}),
        ("Bashar al-Assad's iPhone", {"bashar", "al-assad", "iphone"}),
        ("O’Brien and O'Brien", {"o'brien"}),
        ("on Feb. 3, on 4 May and in Sept. 2024", {"february", "MAY", "september"}),
        ("they may march in May", {"MAY"}),
        ("G7, Q3 and h5n1, but not 5km, 21st or 1990s", {"g7", "q3", "h5n1"}),
        ("section 10A", {"10a"}),
        ("Sixty percent", set()),
        ("Zelens\u200bkyy", {"zelenskyy"}),
        ("AT&T", {"at&t"}),
    ],
)
def test_names_are_the_capitalised_words_in_one_form(text: str, found: set[str]) -> None:
    assert names(text) == found


def test_words_are_folded_in_their_parts_and_leave_figures_out() -> None:
    assert words("Trump's US-led talks, 12-day and 60%, on 3 May") == {
        "trump", "us", "US", "led", "US-led", "talks", "day", "and", "on", "may", "MAY",
    }  # fmt: skip


SAME = [
    ("Europe paid 60%.", "Europe paid 60 per cent."),
    ("Europe paid 60%.", "Europe paid sixty percent."),
    ("Sixty percent was paid by Europe.", "60% was paid by Europe"),
    ("It was $500bn.", "It was $500 billion."),
    ("It was $500bn.", "It was 500 billion dollars."),
    ("It was £1,500.", "It was 1500 pounds."),
    ("It was 1.5 million.", "It was 1,500,000."),
    ("It was two million.", "It was 2m."),
    ("It fell to -5 degrees.", "It fell to minus five degrees."),
    ("It grew by 10-15%.", "It grew by 10% to 15%."),
    ("It grew by 10–15%.", "It grew by between 10% and 15%."),
    ("It took 12 days.", "It was a 12-day strike."),
    ("It opened at 10am.", "It opened at 10 a.m."),
    ("a 24-hour strike", "a strike of twenty-four hours"),
    ("the U.S. demand", "the United States' demand"),
    ("the United States", "The USA"),
    ("the UN", "the United Nations"),
    ("Trump’s claim", "the claim of Trump"),
    ("US-led talks", "talks led by the U.S."),
    ("JD Vance", "J. D. Vance"),
    ("Francois", "François"),
    ("25 February 2025", "Feb. 25, 2025"),
    ("MACRON", "Macron"),
    ("the third time", "the 3rd time"),
    ("two-thirds", "two thirds"),
    ("2½", "2 ½"),
    ("12 000 people", "12,000 people"),
    ("It doubled.", "It was doubling."),
    ("three times as many", "threefold"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_the_same_values_written_otherwise_are_there(one: str, other: str) -> None:
    assert (missing(one, other), missing(other, one)) == ((), ())


@pytest.mark.parametrize(
    ("claim", "span", "lost"),
    [
        ("State Route 9", "State Route 99", ("9",)),
        ("State Route 99", "State Route 9", ("99",)),
        ("Europe paid 60%.", "Europe paid 16% of 60.", ("60 percent",)),
        ("$500 million", "$500 billion", ("500000000 dollar",)),
        ("$500bn", "€500bn", ("500000000000 dollar",)),
        ("₹5", "$5", ("5 rupee",)),
        ("A$5m", "$5m", ("5000000 a$",)),
        ("60 cents", "60 dollars", ("60 cent",)),
        ("5 percentage points", "5 percent", ("5 percentage point",)),
        ("5%", "5 basis points", ("5 percent",)),
        ("12 days", "12 hours", ("12 day",)),
        ("12 km", "12 miles", ("12 kilometre",)),
        ("10 am", "10 pm", ("10 am",)),
        ("-5", "5", ("-5",)),
        ("5", "minus five", ("5",)),
        (".5 percent", ".7 percent", ("0.5 percent",)),
        ("0.5%", "5%", ("0.5 percent",)),
        ("1,234", "1.234", ("1234",)),
        ("12,3456", "12,3457", ("3456",)),
        ("25.02.2025", "25.02.2024", ("2.2025",)),
        ("3.5.1", "3.5.2", ("5.1",)),
        ("No.5", "No.6", ("5", "no5")),
        ("1 000 001", "1 000 000", ("1000001",)),
        ("zero deaths", "five deaths", ("0",)),
        ("one vote", "two votes", ("1",)),
        ("a four-day week", "a five-day week", ("4 day",)),
        ("two-thirds", "two-fifths", ("3 part",)),
        ("a trillion dollars", "a billion dollars", ("1000000000000 dollar",)),
        ("two trillion", "two billion", ("2000000000000",)),
        ("a trillion-dollar deal", "a billion-dollar deal", ("1000000000000 dollar",)),
        ("the ‘seven’ men", "the ‘nine’ men", ("7",)),
        ("six- to seven-year terms", "five- to seven-year terms", ("6",)),
        ("half", "a quarter", ("0.5",)),
        ("¾", "½", ("0.75",)),
        ("a third of nine", "three of nine", ("3 part",)),
        ("tripled", "doubled", ("3 fold",)),
        ("twice", "two", ("2 fold",)),
        ("fourfold", "fivefold", ("4 fold",)),
        ("sixty-forty", "fifty-fifty", ("40", "60")),
        ("dozens", "hundreds", ("12 many",)),
        ("100 people", "hundreds of people", ("100",)),
        ("hundreds of people", "100 people", ("100 many",)),
        ("in 1990", "in the 1990s", ("1990",)),
        ("won 1-3", "won 3-1", ("1-3",)),
        ("at 10:30", "at 30:10", ("10-30",)),
        ("15 of 15", "10 of 15", ("15",)),
        ("the F16", "the F18", ("f16",)),
        ("the F-16", "the F-18", ("16",)),
        ("the G7", "the G20", ("g7",)),
        ("section 10A", "section 10C", ("10a",)),
        ("6O%", "60%", ("6", "6o")),
        ("Macron", "Trump", ("macron",)),
        ("Trump said", "Trumpism said", ("trump",)),
        ("Kim Jong-un", "Kim Jong-il", ("jong-un",)),
        ("al-Assad", "al-Sharaa", ("al-assad",)),
        ("on 5 May", "on 5 March", ("MAY",)),
        ("in March", "they march", ("MARCH",)),
        ("Will said so", "Bill will say so", ("WILL",)),
        ("the WHO", "who", ("WHO",)),
        ("the US", "he told us", ("US",)),
        ("the US", "the UK", ("US",)),
        ("Poland", "Polish aircraft", ("poland",)),
        ("Macron said 60%", "", ("60 percent", "macron")),
    ],
)  # fmt: skip
def test_an_altered_value_is_missed_and_named(claim: str, span: str, lost: tuple[str, ...]) -> None:
    assert missing(claim, span) == lost


@pytest.mark.parametrize(
    ("claim", "span"),
    [
        ("It was 60", "It was 60%"),
        ("Europe paid 500 billion", "Europe paid $500bn"),
        ("It closed for 12", "It closed for 12 days"),
        ("Then it was closed.", "It was closed then."),
        ("According to Macron, it was", "Macron said it was"),
        ("", "Macron said 60%"),
        ("nothing to check", ""),
    ],
)
def test_what_a_claim_leaves_out_is_no_fault(claim: str, span: str) -> None:
    assert missing(claim, span) == ()


@pytest.mark.parametrize(
    ("text", "beside"),
    [
        ("60 percent of the total", "of the total"),
        ("sixty per cent", ""),
        ("Sixty percent of the total", "of the total"),
        ("twenty-five ships", "ships"),
        ("five hundred million euros for it", "for it"),
        ("a third of them", "a of them"),
        ("the second of two boats", "the of boats"),
        ("no one of 12", "no of"),
        ("dozens of boats", "dozens of boats"),
        ("$500 billion", ""),
        ("500 billion dollars", ""),
        ("12 days on the way", "on the way"),
        ("the cent", "the cent"),
        ("Oslo's 60 per cent", "oslo"),
        ("no one", "no one"),
        ("billions", "billions"),
    ],
)
def test_the_words_beside_units_are_all_but_those_of_the_figures_units(text: str, beside: str) -> None:
    assert words_beside_units(text) == frozenset(beside.split())


@given(
    st.lists(st.sampled_from("60 per cent % 5 billion dollars Oslo's didn't no one first days of it".split()))
)
def test_the_words_beside_units_are_words_of_the_text(parts: list[str]) -> None:
    text = " ".join(parts)
    assert words_beside_units(text) <= words(text)

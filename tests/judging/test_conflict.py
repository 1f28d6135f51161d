"""Conflicts: two values for the same thing are told apart from two things that may both be true."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.article import Hit
from rag.english.kinds import CALENDAR, Value, values
from rag.english.values import names
from rag.judging import conflict
from tests.readings import asked
from tests.scripted import hit


def differ(question: str, one: "Side", other: "Side") -> bool:
    return conflict.differ(asked(question), one, other)


def worth_reading(question: str, short: str, best: Hit, found: Hit, span: str | None = None) -> bool:
    return conflict.worth_reading(asked(question), short, best, found, span)


Side = tuple[str, str]
"""A short answer and the sentence it is taken from."""

NOT_LOANS = (
    "Macron stressed that Europe's contributions were not loans, and that the money was a real commitment."
)
AS_LOANS = (
    '"It was through, like the U.S., loans, guarantees, grants, and we provided real money, to be clear," '
    "Macron added."
)
LOANS = "Were Europe's contributions loans?"
FORMS = "In what forms did Europe provide its money, in Macron's words?"
DIED = "How many people died in the Valencia flood?"
MET = "When did Trump and Macron meet?"
WHERE = "Where did Trump and Macron meet?"
WON = "Who won the election in Ghana?"
DEMAND = "How much did Washington demand from Kyiv?"
ATTEND = "Did Macron attend the talks?"

CONFLICTS: list[tuple[str, Side, Side]] = [
    (
        "What exactly were Berg's words about the wall?",
        ("very good", 'Berg said the wall was "a very good one".'),
        ("good wall", 'Berg said it was a "good wall".'),
    ),
    *(
        (LOANS, (a, NOT_LOANS), (b, AS_LOANS))
        for a in ("no", "No.", "not loans", "loans", "real commitment, not loans")
        for b in ("yes", "Yes, loans", "loans, guarantees, grants")
    ),
    ("Weren't Europe's contributions loans?", ("not loans", NOT_LOANS), ("yes", AS_LOANS)),
    (FORMS, ("not loans", NOT_LOANS), ("loans, guarantees, grants", AS_LOANS)),
    ("Did Europe lend Ukraine the money, or give it?", ("not loans", NOT_LOANS), ("loans", AS_LOANS)),
    (LOANS, ("loans", NOT_LOANS.replace("'", "’").replace("were not", "weren’t")), ("loans", AS_LOANS)),
    (
        FORMS,
        ("a real commitment", "Europe’s contributions weren’t loans, Macron said, but a real commitment."),
        ("loans, guarantees, grants", AS_LOANS),
    ),
    (
        FORMS,
        ("gifts", "Europe gave neither loans nor guarantees, Macron said, but gifts."),
        ("loans", AS_LOANS),
    ),
    (
        ATTEND,
        ("Macron did not attend the talks", "Macron did not attend the talks."),
        ("Macron attended the talks", "Macron attended the talks on Monday."),
    ),
    (
        "Was anyone hurt?",
        ("nobody was hurt", "Nobody was hurt, police said."),
        ("two people were hurt", "Police said two people were hurt."),
    ),
    (
        "Did Macron meet Trump on Monday?",
        ("No, on Tuesday", "Macron met Trump on Tuesday."),
        ("yes", "Macron met Trump on Monday."),
    ),
    (
        "Did the flood kill 12 people?",
        ("yes, 12", "The flood killed 12 people."),
        ("yes, 15", "The flood killed 15 people."),
    ),
    (
        DIED,
        ("12", "The flood in Valencia killed 12 people."),
        ("15", "15 people died in the Valencia flood."),
    ),
    (DIED, ("twelve people", "The flood killed twelve people."), ("15 people", "It killed 15 people.")),
    (DIED, ("12", "12 people died and 30 were hurt."), ("15", "15 people died and 40 were hurt.")),
    (
        DIED,
        ("no one", "No one died in the flood in Valencia."),
        ("15", "15 people died in the Valencia flood."),
    ),
    (DIED, ("at least 12", "At least 12 people died."), ("9", "The flood killed 9 people.")),
    (DIED, ("1,200", "The flood killed 1,200 people."), ("1,900", "The flood killed 1,900 people.")),
    (
        "What share did Europe pay?",
        ("60%", "Europe paid 60% of the total."),
        ("40%", "Europe paid 40 per cent."),
    ),
    (DEMAND, ("$500 billion", "It demanded $500 billion."), ("$350bn", "It demanded $350bn.")),
    (DEMAND, ("$500 billion", "It demanded $500 billion."), ("$500 million", "It demanded $500 million.")),
    (DEMAND, ("500 billion", "It demanded 500 billion dollars."), ("$350bn", "It demanded $350bn.")),
    (
        "How long will the ceasefire last?",
        ("30 days", "The ceasefire is to last 30 days."),
        ("60 days", "The ceasefire is to last 60 days."),
    ),
    (
        MET,
        ("24 February 2025", "They met on 24 February 2025."),
        ("25 February 2025", "They met on 25 February 2025."),
    ),
    (
        MET,
        ("24 February 2025", "They met on 24 February 2025."),
        ("24 February 2024", "They met on 24 February 2024."),
    ),
    (MET, ("February 24", "They met on February 24."), ("3 March", "They met on 3 March.")),
    (MET, ("Feb. 24", "They met on Feb. 24."), ("Feb. 25", "They met on Feb. 25.")),
    (
        MET,
        ("on the 24th of February", "They met on the 24th of February."),
        ("25 February", "They met on 25 February."),
    ),
    (MET, ("in May", "They met in May."), ("in June", "They met in June.")),
    (MET, ("on Monday", "They met on Monday."), ("Tuesday", "They met on Tuesday.")),
    (MET, ("in 2024", "They met in 2024."), ("in 2025", "They met in 2025.")),
    (
        "At what time did the talks begin?",
        ("10:30", "They began at 10:30."),
        ("11:30", "They began at 11:30."),
    ),
    (WHERE, ("Paris", "Trump and Macron met in Paris."), ("in Rome", "Trump and Macron met in Rome.")),
    (
        WHERE,
        ("Riyadh, Saudi Arabia", "Trump and Macron met in Riyadh, Saudi Arabia."),
        ("Jeddah, Saudi Arabia", "Trump and Macron met in Jeddah, Saudi Arabia."),
    ),
    (
        "In which city did Trump and Macron meet?",
        ("Paris", "Trump and Macron met in Paris, a city of light."),
        ("Rome", "Trump and Macron met in the city of Rome."),
    ),
    (WON, ("Mahama", "Mahama won the election in Ghana."), ("Bawumia", "Bawumia won the election in Ghana.")),
]

AGREEING: list[tuple[str, Side, Side]] = [
    (LOANS, ("yes", AS_LOANS), ("loans, guarantees, grants", AS_LOANS)),
    (LOANS, ("no", NOT_LOANS), ("not loans", NOT_LOANS)),
    (LOANS, ("no", NOT_LOANS), ("loans", "Europe’s contributions weren’t loans.")),
    ("Weren't Europe's contributions loans?", ("no", NOT_LOANS), ("not loans", NOT_LOANS)),
    (
        "Does Putin accept peacekeepers?",
        ("yes", "Putin accepts peacekeepers, Trump said."),
        ("no problem with it", 'Putin "has no problem with it," Trump said.'),
    ),
    (FORMS, ("loans", AS_LOANS), ("grants", "Europe gave not only loans but grants, Macron said.")),
    (
        "What share did Europe pay?",
        ("60%", "Europe paid 60%."),
        ("sixty per cent", "It paid sixty per cent."),
    ),
    (DEMAND, ("$500 billion", "It demanded $500 billion."), ("500bn dollars", "It demanded 500bn dollars.")),
    (DEMAND, ("$500 billion", "It demanded $500 billion."), ("$0.5 trillion", "It wants $0.5 trillion.")),
    (DIED, ("12", "The flood killed 12 people."), ("a dozen", "A dozen people died.")),
    (DIED, ("12", "The flood killed 12."), ("15", "The toll rose from 12 to 15.")),
    (DIED, ("12 dead and 30 hurt", "12 dead and 30 hurt."), ("12 dead, 5 missing", "12 dead and 5 missing.")),
    (DIED, ("12", "The flood killed 12 people."), ("$3 million", "The Valencia flood cost $3 million.")),
    (DIED, ("more than 100", "More than 100 people died."), ("120", "The flood killed 120 people.")),
    (DIED, ("at least 12", "At least 12 people died."), ("15", "The flood killed 15 people.")),
    (DIED, ("up to 20", "Up to 20 people died."), ("15", "The flood killed 15 people.")),
    (
        DIED,
        ("12", "The flood in Valencia killed 12 people."),
        ("12", "The flood in Valencia killed 12; no people were evacuated."),
    ),
    (DIED, ("12", "The flood in Valencia killed 12 people."), ("15", "The toll is not known.")),
    (
        MET,
        ("24 February", "They met on 24 February 2025."),
        ("February 24, 2025", "They met on February 24, 2025."),
    ),
    (MET, ("24 February", "They met on 24 February 2025."), ("in 2025", "They met in 2025.")),
    (MET, ("24 February", "They met on 24 February."), ("in February", "They met in February.")),
    (MET, ("Monday", "They met on Monday."), ("24 February", "They met on 24 February.")),
    (MET, ("Monday", "They met on Monday, 24 February."), ("24 February", "They met on 24 February.")),
    (MET, ("24 February", "They met on 24 February."), ("10:30", "They met at 10:30.")),
    (
        WHERE,
        ("Riyadh", "Trump and Macron met in Riyadh, Saudi Arabia."),
        ("Saudi Arabia", "Trump and Macron met in Saudi Arabia."),
    ),
    (
        WHERE,
        ("Dallas, Texas", "Trump and Macron met in Dallas, Texas."),
        ("the U.S. city of Dallas", "Trump and Macron met in the U.S. city of Dallas."),
    ),
    (
        WHERE,
        ("in Paris", "Trump and Macron met in Paris."),
        ("Paris", "Trump and Macron met in Paris again."),
    ),
    (WHERE, ("Paris", "Trump and Macron met in Paris."), ("Rome", "Rome fell.")),
    (
        WON,
        ("Mahama", "Mahama won the election in Ghana."),
        ("John Mahama", "Former president John Mahama won the election in Ghana."),
    ),
    (
        WON,
        ("Mahama", "Mahama won the election in Ghana."),
        ("Bawumia", "Mahama won the election in Ghana, and Bawumia lost it."),
    ),
    (
        WON,
        ("Mahama", "Mahama won the election in Ghana."),
        ("the opposition", "The opposition won in Ghana."),
    ),
    (
        "What did Macron call the idea?",
        ("positive", 'Macron called it "positive".'),
        ("careful", 'Macron asked Trump to be "careful".'),
    ),
    (
        "What has been said about the deal?",
        ("signed", "A deal has been signed."),
        ("the terms", "The terms of the deal have not been published."),
    ),
    (
        "What has Macron said about troops?",
        ("they would come", "Troops would come, Macron said."),
        ("no date", "Macron has not said when troops would come."),
    ),
    (
        "What did Berg say about the wall?",
        ("very good", 'Berg said the wall was "a very good one".'),
        ("good wall", 'Berg said it was a "good wall".'),
    ),
    (
        "What was special about the visit?",
        ("the first", "It was the first visit of a European leader."),
        ("third anniversary", "It fell on the third anniversary of the war."),
    ),
]


@pytest.mark.parametrize(("question", "one", "other"), CONFLICTS)
def test_two_values_for_the_same_thing_are_a_conflict(question: str, one: Side, other: Side) -> None:
    assert differ(question, one, other)
    assert differ(question, other, one)


@pytest.mark.parametrize(("question", "one", "other"), AGREEING)
def test_what_may_both_be_true_is_no_conflict(question: str, one: Side, other: Side) -> None:
    assert not differ(question, one, other)
    assert not differ(question, other, one)


SHORTS = st.sampled_from(
    [side[0] for row in (*CONFLICTS, *AGREEING) for side in row[1:]] + ["", "?", "no", "(", "\\", "12%"]
)
SPANS = st.sampled_from([side[1] for row in (*CONFLICTS, *AGREEING) for side in row[1:]] + ["", "("])
QUESTIONS = st.sampled_from(sorted({row[0] for row in (*CONFLICTS, *AGREEING)} | {"", "?"}))
SIDES = st.tuples(st.one_of(SHORTS, st.text(max_size=20)), st.one_of(SPANS, st.text(max_size=40)))


@given(QUESTIONS, SIDES, SIDES)
def test_which_side_comes_first_changes_nothing(question: str, one: Side, other: Side) -> None:
    assert differ(question, one, other) == differ(question, other, one)


@given(QUESTIONS, SIDES)
def test_nobody_contradicts_himself(question: str, side: Side) -> None:
    assert not differ(question, side, side)


@given(st.integers(2, 999), st.integers(2, 999))
def test_two_counts_differ_exactly_where_their_numbers_do(one: int, other: int) -> None:
    sides = [(str(n), f"The flood in Valencia killed {n} people.") for n in (one, other)]
    assert differ(DIED, *sides) == (one != other)


@pytest.mark.parametrize(
    ("question", "claimed", "held"),
    [
        (DIED, "20", "12"),
        (DEMAND, "$3 million", "$2 million"),
        (MET, "Tuesday", "Monday"),
        (WHERE, "Rome", "Paris"),
    ],
)
def test_a_value_that_its_own_span_does_not_hold_contradicts_nothing(
    question: str, claimed: str, held: str
) -> None:
    other = "Trump and Macron met in Paris on Monday, and 12 people demanded $2 million."
    own = "Trump and Macron met, and people demanded money."
    assert not differ(question, (claimed, own), (held, other))
    assert differ(question, (claimed, f"{own} {claimed}"), (held, other))


@pytest.mark.parametrize(
    ("question", "closed"),
    [
        (LOANS, True),
        ("Weren’t they loans?", True),
        ("And did Trump agree?", True),
        ("  can Kyiv join", True),
        ("Did Europe lend the money, or give it?", False),
        ("Who is Peskov?", False),
        ("Isfahan: what happened there?", False),
        ("", False),
    ],
)
def test_a_question_is_closed_where_it_opens_with_its_verb_and_offers_no_choice(
    question: str, closed: bool
) -> None:
    assert asked(question).form.closed is closed


BEST = hit(
    "The flood in Valencia came on Monday and killed 12 people.",
    "It broke a bridge, Ada Byron saw.",
    path="best.txt",
    title="Flood",
)


@pytest.mark.parametrize(
    ("question", "short", "other", "worth"),
    [
        (DIED, "12", "15 people died in the Valencia flood.", True),
        (DIED, "12", "In the Valencia flood 12 people died, and 15 were hurt.", False),
        (DIED, "12", "In the Valencia flood a dozen people died.", False),
        (DIED, "12", "In the Valencia flood people died.", False),
        (DIED, "12", "People died in the Valencia flood; it cost $3 million.", False),
        (DIED, "12", "15 ferries left.", False),
        (DIED, "12", "No people died in the Valencia flood.", True),
        ("When did the Valencia flood come?", "on Monday", "The Valencia flood came on Tuesday.", True),
        ("When did the Valencia flood come?", "on Monday", "The Valencia flood came at night.", False),
        ("Did the Valencia flood kill people?", "yes", "The Valencia flood killed people.", True),
        ("Did the Valencia flood kill people?", "yes", "Ferries left.", False),
        ("What did the Valencia flood break?", "a bridge", "The Valencia flood broke a dam.", False),
        ("What did the Valencia flood break?", "a bridge", "The Valencia flood broke no bridge.", True),
        ("Who saw the Valencia flood?", "Ada Byron", "The Valencia flood was seen by Jane Roe.", True),
        ("Who saw the Valencia flood?", "a diver", "The Valencia flood was seen by Jane Roe.", False),
    ],
)
def test_a_passage_is_worth_reading_where_its_words_may_contradict(
    question: str, short: str, other: str, worth: bool
) -> None:
    assert worth_reading(question, short, BEST, hit(other, path="other.txt", title="News")) is worth


SHARES = hit(
    "Europe's contributions were gifts, Macron said.", "They were not loans.", path="gifts.txt", title="Aid"
)
STATED = hit("Europe's contributions were loans, Trump said.", path="loans.txt", title="Aid")


@pytest.mark.parametrize(
    ("span", "worth"),
    [
        (None, True),
        ("They were not loans.", True),
        ("Europe's contributions were gifts, Macron said.", False),
    ],
)
def test_what_states_a_word_that_the_cited_sentences_deny_is_worth_reading(
    span: str | None, worth: bool
) -> None:
    question = "What were Europe's contributions?"
    assert worth_reading(question, "gifts", SHARES, STATED, span) is worth


def test_who_asks_for_exact_words_gets_those_of_another_article_too() -> None:
    said = hit('Berg said the wall was "a very good one".', path="best.txt", title="Wall")
    other = hit('Berg said it was a "good wall".', path="other.txt", title="Wall")
    mute = hit("Berg said that the wall was good.", path="mute.txt", title="Wall")
    exact, plain = "What exactly were Berg's words about the wall?", "What did Berg say about the wall?"
    found = [worth_reading(q, "very good", said, h) for q in (exact, plain) for h in (other, mute)]
    assert found == [True, False, False, False]


def test_what_denies_the_same_word_too_is_not() -> None:
    agreed = hit("Europe's contributions were not loans, Trump said.", path="other.txt", title="Aid")
    assert not worth_reading("What were Europe's contributions?", "gifts", SHARES, agreed)


def test_no_passage_of_the_same_article_is_a_rival() -> None:
    twin = hit("15 people died in the Valencia flood.", path="best.txt", title="Flood", at=500)
    assert not worth_reading(DIED, "12", BEST, twin)
    assert worth_reading(DIED, "12", BEST, hit(twin.passage.text, path="other.txt", title="Flood"))


def test_the_calendar_holds_weekdays_and_months_as_names_are_folded() -> None:
    days = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday"
    months = (
        "January February March April May June July August September October November December "
        "Jan Feb Mar Apr Jun Jul Aug Sept Sep Oct Nov Dec"
    )
    assert names(f"{days} {months}") == CALENDAR


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("They met on Monday, 24 February 2025, at 10:30 a.m.",
         {("weekday", "monday"), ("day", "24 Feb"), ("month", "Feb"), ("year", "2025"), ("clock", "10:30")}),
        ("February 24th", {("day", "24 Feb"), ("month", "Feb")}),
        ("It came in May. 15 people died.", {("month", "May"), ("", Decimal(15))}),
        ("the 3rd of Sept. 1999", {("day", "3 Sep"), ("month", "Sep"), ("year", "1999")}),
        ("3 p.m. or 15:00", {("clock", "15:00")}),
        ("12 a.m.", {("clock", "00:00")}),
        ("since 2022", {("year", "2022")}),
        ("in 1999 and in 2001, 3 ferries", {("year", "1999"), ("year", "2001"), ("", Decimal(3))}),
        ("2,025 people", {("", Decimal(2025))}),
        ("$2000 of 2000 euros", {("of dollar", Decimal(2000)), ("of euro", Decimal(2000))}),
        ("The first leader of his second term", set()),
        ("the 44th president", set()),
        ("one of them", set()),
        ("a third of the money", {("of part", Decimal(3))}),
        ("60 per cent", {("of percent", Decimal(60))}),
        ("They won 3-1.", {("pair", "3-1"), ("", Decimal(3)), ("", Decimal(1))}),
        ("", set()),
    ],
)  # fmt: skip
def test_values_are_of_a_kind(text: str, held: set[Value]) -> None:
    assert values(text) == held


WALL = "Oslo paid for 60% of the harbour wall through loans."


@pytest.mark.parametrize(
    ("question", "short", "sentence", "said"),
    [
        ("How did Oslo pay?", "loans", "Oslo paid for its harbour wall by gifts, not loans.", "not loans"),
        ("Was the wall paid by loans?", "yes", "Oslo paid for its harbour wall, not loans.", "not loans"),
        ("What share did Oslo pay?", "60%", "Oslo paid for its harbour wall by gifts, not loans.", ""),
        ("How did Oslo pay?", "loans", "The bridge was not paid by loans.", ""),
        ("How did Oslo pay?", "loans", "Oslo paid for its harbour wall through loans.", ""),
        ("How did Oslo pay?", "loans", "", ""),
    ],
)
def test_only_the_denial_of_what_is_asked_or_answered_counts(
    question: str, short: str, sentence: str, said: str
) -> None:
    assert conflict.denied_by(asked(question), (short, WALL), sentence) == said

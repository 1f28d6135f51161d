"""What is asked, without the words around it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.question.restate import restated


@pytest.mark.parametrize(
    ("question", "plain"),
    [
        ("Can you tell me who won the race?", "Who won the race?"),
        ("Could you please tell me what the bridge cost?", "What the bridge cost?"),
        ("Hi! Please tell me, who won the race?", "Who won the race?"),
        ("Hello there, I'd like to know when the ferry left.", "When the ferry left."),
        ("Do you know how many boats sailed?", "How many boats sailed?"),
        ("I was wondering who built it", "Who built it"),
        ("OK. And the nets, what were they worth?", "And the nets, what were they worth?"),
        ("Thanks! Who won the race?", "Who won the race?"),
        ("Who won the race, please?", "Who won the race?"),
        ("Something else: who won the race?", "Who won the race?"),
        ("Another question. Who won the race?", "Who won the race?"),
        ("Next topic - who won the race?", "Who won the race?"),
        ("Something else happened. Who won the race?", "Something else happened. Who won the race?"),
        ("According to the articles, who is Berg?", "Who is Berg?"),
        ("Who is Berg according to my sources?", "Who is Berg?"),
        ("What exactly did Berg say? I need the quote.", "What exactly did Berg say?"),
        ("Do the articles say who rejected the plan?", "Who rejected the plan?"),
    ],
)
def test_greetings_frames_and_places_to_look_are_taken_off(question: str, plain: str) -> None:
    assert restated(question) == plain


@pytest.mark.parametrize(
    ("question", "plain"),
    [
        ("Is it true that Berg met Dahl?", "Is it true that Berg met Dahl?"),
        ("Is it correct that the talks failed?", "Is it true that the talks failed?"),
        ("Berg met Dahl in Oslo, right?", "Is it true that Berg met Dahl in Oslo?"),
        ("The talks in Oslo failed. Is that correct?", "Is it true that the talks in Oslo failed?"),
        ("True or false: Oslo paid 60%.", "Is it true that Oslo paid 60%?"),
        ("Fact-check: Oslo paid 60%", "Is it true that Oslo paid 60%?"),
        ("Can you confirm that Oslo paid 60%?", "Is it true that Oslo paid 60%?"),
        (
            "I'm checking a claim for a story: Berg said that it was a gift. Is that what he said?",
            "Is it true that Berg said that it was a gift?",
        ),
        ("I wonder if the deal was signed.", "Is it true that the deal was signed?"),
        ("I heard that Berg resigned. Is that true?", "Is it true that Berg resigned?"),
        ("So they met in Oslo, is this true?", "Is it true that they met in Oslo?"),
        (
            "Oslo gave 3 billion, is that what Dahl said?",
            "Is it true that Dahl said that Oslo gave 3 billion?",
        ),
        ('"Oslo pays 3 billion." True or false?', "Is it true that Oslo pays 3 billion?"),
        ('Dahl said "prices fell", is that what he said?', 'Is it true that Dahl said "prices fell"?'),
        ("Can you tell me whether or not it ended?", "Is it true that it ended?"),
        ("Do the articles mention whether Berg met Dahl?", "Is it true that Berg met Dahl?"),
    ],
)
def test_a_claim_to_be_checked_is_asked_as_whether_it_is_true(question: str, plain: str) -> None:
    assert restated(question) == plain


@pytest.mark.parametrize(
    ("question", "plain"),
    [
        ("Fact check: Did the bridge collapse?", "Did the bridge collapse?"),
        ("Who won the race, is that correct?", "Who won the race?"),
        ("Did Norway join NATO in 1949, right?", "Did Norway join NATO in 1949?"),
    ],
)
def test_a_question_to_be_checked_stays_a_question(question: str, plain: str) -> None:
    assert restated(question) == plain


@pytest.mark.parametrize(
    ("question", "plain"),
    [
        ("Do the reports agree on whether the money was a loan?", "Is it true that the money was a loan?"),
        ("Do both articles differ on how many boats sailed?", "How many boats sailed?"),
        ("Do the two reports say the same about who paid?", "Who paid?"),
        ("Do the accounts use the same terms for how Berg refused?", "How Berg refused?"),
        ("What did the wall cost? The reports don't agree.", "What did the wall cost?"),
        ("Do my sources contradict each other on the share of aid?", "What is said of the share of aid?"),
    ],
)
def test_whether_the_reports_agree_is_asked_as_the_thing_itself(question: str, plain: str) -> None:
    assert restated(question) == plain


@pytest.mark.parametrize(
    "question",
    [
        "Who won the race?",
        "who won the race",
        "What do the articles say about loans?",
        "What is wrong in the report?",
        "Do Berg and Dahl agree on the price?",
        "How many people work in news?",
        "And who rejected it?",
        "What did the minister say was right?",
        "Did the mayor tell the council what the bridge cost?",
        "Which sources did Berg name?",
        "Who leads the parties of the centre-right?",
        "Does the government count as far-right?",
        "Right-wing parties won how many seats?",
        "Claim-free drivers get what discount?",
        "One question remains open in the inquiry: which?",
        "I'm checking the time of the fire, was it 10:30 or 11:30?",
        "I'm checking who said it: Berg or Dahl?",
        "Can you confirm whether it was 12 or 15 boats?",
        "Can you tell me whether and when the strike ends?",
        "How much electricity comes from different sources?",
        "What did police find in the documents?",
        "What is in the articles?",
        "How many died? I need the figure for Spain, not Portugal.",
        "How many died? I need figures from Bergen.",
        "Why did the mayor say thank you?",
        "Is it right that a court can overrule the mayor?",
        "Do the sources disagree on anything?",
        "Please?",
    ],
)
def test_any_other_question_stays_word_for_word(question: str) -> None:
    assert restated(question) == question


@given(st.text(max_size=120))
def test_restating_never_fails_never_empties_and_is_done_once(text: str) -> None:
    plain = restated(text)
    assert bool(plain.strip()) == bool(text.strip())
    assert restated(plain) == plain

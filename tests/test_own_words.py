"""The law, measured: a hedge, a denial and a speaker of a sentence are never lost on the way to the reader.

Every sentence stands in a small article. A model points at it with a hard short answer, as sure as can be.
What is shown then holds the hedge, the denial, the speaker.
"""

from collections.abc import Sequence

import pytest

from rag.answer import Answer, Draft
from rag.assistant.chain import Means, build_chain
from rag.judging.nearness import unknown
from rag.verify import verify
from tests.readings import asked
from tests.scripted import SCALES, cites, enqueued, hit, scripted_llm, shelf

Told = tuple[str, str, str, str]
"""A sentence, a question, a hard short answer, and the words that must not be lost."""

HEDGED: tuple[Told, ...] = (
    ("The dam may burst by Friday.", "When will the dam burst?", "by Friday", "may"),
    ("The harbour could close in March.", "When will the harbour close?", "in March", "could"),
    ("Some 40 goats are thought to have drowned.", "How many goats drowned?", "40", "are thought to"),
    ("The mill will perhaps reopen in June.", "When will the mill reopen?", "in June", "perhaps"),
    (
        "The thief allegedly took nine clocks.",
        "How many clocks did the thief take?",
        "nine clocks",
        "allegedly",
    ),
    (
        "The bell was reportedly sold for 800 francs.",
        "For how much was the bell sold?",
        "800 francs",
        "reportedly",
    ),
    ("The tower might lean by two metres.", "By how much does the tower lean?", "two metres", "might"),
    (
        "The tunnel is expected to cost 3 million.",
        "What does the tunnel cost?",
        "3 million",
        "is expected to",
    ),
    ("The fire was probably started by a lamp.", "What started the fire?", "a lamp", "probably"),
    ("The choir is likely to move to Lund.", "Where does the choir move?", "Lund", "is likely to"),
    (
        "The bridge appears to have cracked in two places.",
        "Where did the bridge crack?",
        "in two places",
        "appears",
    ),
    ("The owl is believed to be 30 years old.", "How old is the owl?", "30 years", "is believed to"),
    ("The ferry seems to have hit a whale.", "What did the ferry hit?", "a whale", "seems to"),
    ("The mayor is rumoured to have left for Oslo.", "Where did the mayor go?", "Oslo", "is rumoured to"),
    ("If it rains, the fair moves to Sunday.", "When is the fair?", "Sunday", "If it rains"),
    ("Unless the council pays, the pool shuts on Monday.", "When does the pool shut?", "Monday", "Unless"),
    ("The vase is possibly worth 9,000 francs.", "What is the vase worth?", "9,000 francs", "possibly"),
    ("Up to 70 boats sank in the storm.", "How many boats sank?", "70 boats", "Up to"),
    ("The strike would cost the port 5 million.", "What does the strike cost?", "5 million", "would"),
    ("The comet is supposed to return in 2061.", "When does the comet return?", "2061", "is supposed to"),
)
DENIED: tuple[Told, ...] = (
    ("The council did not buy the mill.", "What did the council buy?", "the mill", "did not"),
    ("The pilot was never in Lund.", "Where was the pilot?", "Lund", "never"),
    ("Nobody paid for the bell.", "Who paid for the bell?", "Nobody", "Nobody"),
    ("The ferry carried no lorries.", "What did the ferry carry?", "lorries", "no lorries"),
    ("The grants weren't loans.", "What were the grants?", "loans", "weren't"),
    ("The fire was not caused by the lamp.", "What caused the fire?", "the lamp", "was not"),
    ("Neither the choir nor the band came to Bergen.", "Who came to Bergen?", "the choir", "Neither"),
    ("The wall was built without stone.", "What was the wall built of?", "stone", "without"),
    ("None of the nine clocks was found.", "How many clocks were found?", "nine", "None"),
    ("The tower cannot be climbed on Sundays.", "When can the tower be climbed?", "on Sundays", "cannot"),
    ("The school hasn't hired a cook.", "Whom has the school hired?", "a cook", "hasn't"),
    ("It is untrue that the lake froze in May.", "When did the lake freeze?", "in May", "untrue"),
    ("The club refused to sell its pitch.", "What did the club sell?", "its pitch", "refused"),
    ("The judge ruled out a fine of 400 francs.", "How high was the fine?", "400 francs", "ruled out"),
    ("The farm failed to sell 60 sheep.", "How many sheep did the farm sell?", "60 sheep", "failed"),
    ("Hardly any of the 30 boats returned.", "How many boats returned?", "30", "Hardly any"),
    ("The museum no longer opens on Monday.", "When does the museum open?", "Monday", "no longer"),
    ("The report lacks any proof of a leak.", "What does the report prove?", "a leak", "lacks"),
    ("Instead of a park, the town got a car park.", "What did the town get?", "a park", "Instead of"),
    ("The rumour that the bank had closed was false.", "What had closed?", "the bank", "false"),
)
REPORTED: tuple[Told, ...] = (
    ("The dam is safe, Mayor Dow said.", "Is the dam safe?", "safe", "Mayor Dow said"),
    (
        "According to the union, 300 men walked out.",
        "How many men walked out?",
        "300 men",
        "According to the union",
    ),
    (
        "Police believe that the thief took nine clocks.",
        "What did the thief take?",
        "nine clocks",
        "Police believe",
    ),
    (
        "The wall, Mayor Dow claims, cost 3 million.",
        "What did the wall cost?",
        "3 million",
        "Mayor Dow claims",
    ),
    (
        "“The lake froze in May,” a fisherman recalled.",
        "When did the lake freeze?",
        "in May",
        "a fisherman recalled",
    ),
    ("Critics call the tower a waste.", "What is the tower?", "a waste", "Critics call"),
    (
        "The firm denied that it had sold 60 sheep.",
        "How many sheep were sold?",
        "60 sheep",
        "The firm denied",
    ),
    ("Councillor Roe accused the port of fraud.", "What did the port do?", "fraud", "Councillor Roe accused"),
    ("A spokeswoman insisted that nobody was hurt.", "Who was hurt?", "nobody", "A spokeswoman insisted"),
    (
        "In the view of the bishop, the choir sang badly.",
        "How did the choir sing?",
        "badly",
        "In the view of the bishop",
    ),
    (
        "The baker told the court that the lamp fell at noon.",
        "When did the lamp fall?",
        "at noon",
        "The baker told",
    ),
    ("The rebels say they hold Lund.", "What do the rebels hold?", "Lund", "The rebels say"),
    ("One poll suggests that 52% want the tunnel.", "How many want the tunnel?", "52%", "One poll suggests"),
    ("The owl, its keeper swore, is 30 years old.", "How old is the owl?", "30 years", "its keeper swore"),
    (
        "Mayor Dow promised to open the pool in June.",
        "When does the pool open?",
        "in June",
        "Mayor Dow promised",
    ),
    ("A leaked memo puts the toll at 14.", "How high was the toll?", "14", "A leaked memo"),
    (
        "The driver argued that the light was green.",
        "What colour was the light?",
        "green",
        "The driver argued",
    ),
    (
        "Doctors fear that 80 people have caught it.",
        "How many people caught it?",
        "80 people",
        "Doctors fear",
    ),
    ("The heirs maintain that the vase is a fake.", "What is the vase?", "a fake", "The heirs maintain"),
    ("Her rival boasted of 900 votes.", "How many votes were there?", "900 votes", "Her rival boasted"),
)
EVERY = (*HEDGED, *DENIED, *REPORTED)
BEFORE, AFTER = "The market was held as usual.", "A dog slept in the square."


def shown(told: Sequence[str], question: str, short: str) -> Answer:
    """What a reader is shown where the model points at the second sentence of an article."""
    found = hit(*told, path="town.txt", title="Town")
    llm = scripted_llm(enqueued(cites(2, short)))
    events = build_chain(shelf(found), Means(llm, SCALES, 1, unknown)).stream(asked(question))
    return verify(next(event for event in events if isinstance(event, Draft)))


def test_there_are_sixty_different_sentences() -> None:
    assert [len(kind) for kind in (HEDGED, DENIED, REPORTED)] == [20, 20, 20]
    assert len({sentence for sentence, *_ in EVERY}) == 60
    assert all(kept in sentence and short in sentence for sentence, _, short, kept in EVERY)


@pytest.mark.parametrize(("sentence", "question", "short", "kept"), EVERY)
def test_what_is_shown_holds_the_hedge_the_denial_the_speaker(
    sentence: str, question: str, short: str, kept: str
) -> None:
    answer = shown((BEFORE, sentence, AFTER), question, short)
    assert not answer.refused
    assert all(kept in text for text in (answer.text, *(claim.text for claim in answer.claims)))
    assert all(sentence in claim.text for claim in answer.claims)


def test_none_of_sixty_is_lost() -> None:
    answers = ((kept, shown((BEFORE, told, AFTER), question, short)) for told, question, short, kept in EVERY)
    lost = [answer.text for kept, answer in answers if kept not in answer.text]
    assert lost == []

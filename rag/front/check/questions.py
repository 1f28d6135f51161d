"""The twelve questions of a check: six that its two articles answer, three near misses, three off topic.

Law: what is right can be told without a judge: a refusal, or an answer that holds one of these words.

Does not know: models, how answers are made.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, and the words of which a right answer holds one; () where a refusal is right."""

    question: str
    answers: tuple[str, ...] = ()


QUESTIONS: tuple[Asked, ...] = (
    Asked("When was the new bridge over the Sorne opened?", ("Tuesday",)),
    Asked("How long is the new bridge?", ("412",)),
    Asked("How much did the bridge cost?", ("38 million",)),
    Asked("Why will the ferry to Orrey not run?", ("engine",)),
    Asked("How many people live on Orrey?", ("900",)),
    Asked("What do tickets for the smaller boat cost?", ("6 euros", "€6")),
    Asked("Who designed the new bridge?"),
    Asked("How long is the old bridge?"),
    Asked("What does a ticket for the helicopter cost?"),
    Asked("Which team won the football final?"),
    Asked("What is the capital of Peru?"),
    Asked("How do volcanoes form?"),
)

"""What a terminal is told while a question is answered."""

from typing import Any

import pytest

from index.article import Hit
from rag.events import Compares, Found, Looks, Reads
from rag.front.terminal import stage
from rag.question.followup import Rewrites, Rewritten
from tests.scripted import hit

AID: Hit = hit("Europe paid 60% of it.", title="Aid\x1b[31m")


@pytest.mark.parametrize(
    ("event", "told"),
    [
        (Rewrites(), "Understanding the question …"),
        (Rewritten("Who paid\n60%?", None), "Understood as: Who paid 60%?"),
        (Found((AID,)), ""),
        (Reads(1, 4, AID), "Reading passage 1 of 4: Aid[31m"),
        (Looks(), "Checking …"),
        (Compares(), "Comparing with other articles …"),
    ],
)
def test_only_the_stages_are_told_in_words(event: Any, told: str) -> None:
    assert stage(event) == told

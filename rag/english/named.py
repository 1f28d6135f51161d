"""The names in a question.

Law: told generously: a title is no name, days and months are none, and what opens a sentence may be none.

Does not know: names in small letters, what a name means.
"""

import re

from rag.english.kinds import CALENDAR
from rag.english.values import names

_TITLES = frozenset(
    """mr mrs ms miss dr prof professor sir lord lady dame king queen prince princess pope president
    chancellor prime minister premier senator congressman representative governor mayor judge justice general
    admiral colonel captain lieutenant sergeant secretary ambassador commissioner chairman director""".split()
)
_OPENING = re.compile(r"(?:^|[.?!:;]\s+|[\"“‘])\W*\w+")


def asked_names(question: str) -> frozenset[str]:
    """The names in a question, in small letters; none in one that is all capitals."""
    if question.isupper():
        return frozenset()
    named = names(_OPENING.sub(" ", question.replace("-", " ")))
    parts = {part for name in named for part in name.lower().split("-")}
    return frozenset(parts - _TITLES - {day.lower() for day in CALENDAR})

"""Names in a question, and whether texts hold them: "the German chancellor", where none is spoken of.

Law: told generously: another form of a name ("Poland" beside "Polish"), its initials ("UN" beside "United
Nations"), a slip of the pen and a title are no strange name; what opens a sentence may be no name; days and
months are none.

Does not know: names in small letters, what a name means, where texts come from.
"""

import re
from collections.abc import Iterable
from difflib import get_close_matches
from functools import lru_cache
from itertools import combinations

from rag.english.kinds import CALENDAR
from rag.english.values import names, words

_SAME = (
    frozenset("britain british uk gb english england".split()),
    frozenset("france french".split()),
    frozenset("netherlands dutch holland".split()),
    frozenset("switzerland swiss".split()),
    frozenset("wales welsh".split()),
    frozenset("us usa america american americans washington".split()),
    frozenset("kyiv kiev".split()),
    frozenset("eu european europe europeans".split()),
    frozenset("moscow kremlin russia russian russians".split()),
    frozenset("beijing china chinese".split()),
)
"""Names of one country that share no beginning, or stand for one another in the news."""
_TITLES = frozenset(
    """mr mrs ms miss dr prof professor sir lord lady dame king queen prince princess pope president
    chancellor prime minister premier senator congressman representative governor mayor judge justice general
    admiral colonel captain lieutenant sergeant secretary ambassador commissioner chairman director""".split()
)
_CLOSE = 0.75
"""How alike two spellings are that may be one name (Ratcliff and Obershelp, in difflib)."""
LONGEST = 6
"""Of how many words a name that has initials may be."""
_RUN = re.compile(r"\b[A-Z][\w’']+(?:(?:\s+(?:and|for|of|the))*\s+[A-Z][\w’']+)+")
"""Words with capitals in a row: a name of several words, which its initials may stand for."""
_OPENING = re.compile(r"(?:^|[.?!:;]\s+|[\"“‘])\W*\w+")


@lru_cache(maxsize=64)
def unmentioned(question: str, texts: tuple[str, ...]) -> frozenset[str]:
    """The names of ``question``, in small letters, that none of the texts holds."""
    asked = frozenset() if question.isupper() else asked_names(question)
    whole = "\n".join(texts)
    plain = whole.lower()
    left = frozenset(name for name in asked if not re.search(rf"\b{re.escape(name)}\b", plain))
    return _strange(left, question, whole) if left else left


def _strange(left: frozenset[str], question: str, text: str) -> frozenset[str]:
    """Those of the names that ``text`` holds in no other form either: spelt, short, or as initials."""
    here, there = _initialled(question), _initialled(text)
    short = _capitals(question) & there.keys()
    spelt = {part for initials, parts in here.items() if initials in _capitals(text) for part in parts}
    called = _parts(names(text))
    known = called | frozenset(word.lower() for word in words(text))
    return frozenset(name for name in left - short - spelt - known if not resembles(name, called))


def asked_names(question: str) -> frozenset[str]:
    """The names in a question, in small letters: no titles, no days, not what opens a sentence."""
    named = _parts(names(_OPENING.sub(" ", question.replace("-", " "))))
    return named - _TITLES - {day.lower() for day in CALENDAR}


def _initialled(text: str) -> dict[str, frozenset[str]]:
    """The names of several words in ``text`` by their initials, in small letters: un -> united, nations.

    What stands before or after it may be no part of the name, so each part of the run is taken too.
    """
    runs = [re.findall(r"[A-Z][\w’']+", run[0]) for run in _RUN.finditer(text)]
    parts = [run[start:end] for run in runs for start, end in combinations(range(len(run) + 1), 2)]
    return {
        "".join(word[0] for word in part).lower(): _parts(part) for part in parts if 1 < len(part) <= LONGEST
    }


def _capitals(text: str) -> frozenset[str]:
    """The words of ``text`` that are written in capitals alone, in small letters: un."""
    return frozenset(word.lower() for word in re.findall(r"\b[A-Z]{2,}\b", text))


def _parts(called: Iterable[str]) -> frozenset[str]:
    return frozenset(part for name in called for part in name.lower().split("-"))


def resembles(name: str, called: Iterable[str]) -> bool:
    """Whether a name is another form of one that is held: the same beginning, or the same country."""
    same = frozenset().union(*(group for group in _SAME if name in group))
    others = tuple(called)
    begins = name[: max(3, len(name) - 3)] if len(name) > 4 else name if len(name) == 4 else f"{name}s"
    if any(other in same or other.startswith(begins) for other in others):
        return True
    return len(name) > 3 and bool(get_close_matches(name, others, n=1, cutoff=_CLOSE))

"""The kind of thing that a question names and wants a name of: "which city", "at which organization".

Law: by form. Only a plain noun is taken, alone or after one word, and only a name is held to it: no list, no
amount, no day, and no word that any thing fits ("which name"). In doubt, nothing is expected. That a question
tells the kind of its answer is an old tool of question answering (Li and Roth, 2002, "Learning Question
Classifiers").

Does not know: models, of what kind a thing is.
"""

import re

from rag.kinds import CALENDAR
from rag.values import figures, names

LONGEST = 5
"""Of how many words a name may be."""
_BE = r"am|are|can|could|did|do|does|had|has|have|is|may|might|must|shall|should|was|were|will|would"
_DID = (
    r"became|began|bought|broke|brought|built|came|chose|drew|fell|found|gave|got|held|kept|led|left|lost|made|"
    r"met|paid|put|ran|said|sat|saw|sent|set|signed|sold|spoke|stood|struck|told|took|went|won|wrote|[a-z]{3,}ed"
)
_ASKS = re.compile(
    r"^\W*(?:(?:about|against|at|by|for|from|in|into|of|on|through|to|under|with)\s+)?(?:what|which)\s+"
    rf"(?P<kind>(?:(?!(?:{_BE}|{_DID})\b)[a-z][a-z’'-]+\s+){{1,2}})(?:{_BE}|{_DID})\b",
    re.IGNORECASE,
)
_AN = re.compile(r"(?!eu|one|uni|use)[aeiou]")
_ANY = frozenset(
    """age amount anniversary answer area aspect case century class colour date day decade degree event
    evidence example fact factor feature figure form fraction function goal group hour idea issue
    item kind letter level manner matter means method mode month name nickname number object part
    percentage period person phase phrase piece place point portion position price problem
    proportion purpose quality question rate reason role season sense share side size sort speed
    stage step subject sum task term thing time title topic type unit use value way week word work
    year""".split()
)
"""Nouns that tell little of a thing, or that are told otherwise than by a name."""


def expected(question: str, short: str) -> str:
    """What a question wants a name of, with its article ("a city"); "" where that, or a name, is missing."""
    found = _ASKS.search(question)
    kind = " ".join(found["kind"].lower().split()) if found else ""
    if not kind or kind.endswith(("s", "ly")) or kind.split()[-1] in _ANY or not _is_name(short):
        return ""
    return f"{'an' if _AN.match(kind) else 'a'} {kind}"


def _is_name(short: str) -> bool:
    """Whether a short answer is a name and nothing else."""
    told = re.findall(r"[^\W_][\w.’'-]*", short)
    plain = [word for word in told if word.lower() not in {"the", "of", "and", "de", "for"}]
    called = [word for word in plain if names(word) - CALENDAR]
    return 0 < len(plain) <= LONGEST and len(called) == len(plain) and not figures(short)

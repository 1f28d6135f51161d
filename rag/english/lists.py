"""Whether a list is left open: "and many other matters".

Law: told by form alone.

Does not know: what is listed.
"""

import re

_OPEN = re.compile(
    r"\b(?:many|numerous|countless|various|several) (?:other|more|further)\b|\bamong (?:many )?others\b",
    re.IGNORECASE,
)


def is_left_open(text: str) -> bool:
    """Whether ``text`` leaves a list open."""
    return bool(_OPEN.search(text))

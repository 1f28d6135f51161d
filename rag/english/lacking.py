"""What one text says and another lacks: its content words by stem, its figures and names by value.

Law: words that add nothing, and those that are compared as figures, don't count.

Does not know: which text is right.
"""

import re

from rag.english.values import figures, missing, same_names
from rag.english.words import stems

_NEUTRAL = """because so he him she they us said say says saying tell told spoke speaks per cent percent pct
    dollar dollars euro euros pound pounds hundred thousand million billion trillion half third quarter yes"""
"""Words that add nothing, or are compared as figures."""


def lacks(there: str, text: str) -> bool:
    """Whether ``there`` lacks a figure, a name or a content word of ``text``."""
    return bool(missing(text, there) or _added(text, there))


def _added(text: str, there: str) -> bool:
    held = stems(same_names(there)) | stems(_NEUTRAL)
    every = re.findall(r"[^\W\d_]+(?:[.'’][^\W\d_]+)*", same_names(text))
    return any(stems(word) - held for word in every if not figures(word))

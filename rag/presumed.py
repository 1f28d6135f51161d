"""What a question takes for granted: that somebody said something ("where was Berg when he said that ...").

Law: by form. Whoever asks of the occasion on which something was said is answered only where the sentences
tell of that saying, whatever else they tell of the speaker; whether they do is the model's to say, in a
look of its own.

Does not know: models, where it was said.
"""

import re
from dataclasses import dataclass

from rag.values import names

_CALLED = r"[A-Z][\w.’'-]*(?:\s+[A-Z][\w.’'-]*)*"
_OCCASION = re.compile(
    rf"\b(?:after|as|before|when|while)\s+(?P<who>he|she|they|(?:the\s+)?{_CALLED})\s+"
    r"(?:(?:announced|claimed|declared|said|stated)\s+(?:that\s+)?|told\s+[^?]{1,40}?\s+that\s+)"
    r"(?P<said>[\w\"“‘][^?]{8,}?)\s*\?*$"
)
_NAME = re.compile(_CALLED)


@dataclass(frozen=True, slots=True)
class Saying:
    """Who is taken to have said what; ``who`` is "" where that is not told."""

    who: str
    said: str

    @property
    def question(self) -> str:
        """What was said, as a question."""
        return f"What did {self.who} say?" if self.who else "What was said?"


def presumed(question: str) -> Saying | None:
    """The saying whose occasion is asked for, or None: in any other question, what was said is asked."""
    found = _OCCASION.search(question)
    if found is None or found.start() == 0:
        return None
    who = found["who"] if names(found["who"]) else _called(question[: found.start()])
    return Saying(who, found["said"].strip(' "“”‘’'))


def _called(before: str) -> str:
    """The one name in what stands before, but for what opens the question; "" for none or several."""
    called = [run[0] for run in _NAME.finditer(before) if run.start() and names(run[0])]
    return called[0] if len(called) == 1 else ""

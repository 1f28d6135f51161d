"""Whether the sentences of an answer speak of what is asked at all.

Law: pure, given how near texts are in meaning. A sentence that stands alone, since it quotes nobody and
nothing before its first name points back, shares no word with the question and is far from it in meaning
tells of something else, whatever the model takes from it: a city, where any city is named. A question of a
word or two says too little for that.

Does not know: models, support, whether a sentence that is related is an answer.
"""

import re

from rag.choose import without
from rag.coverage import stems
from rag.nearness import Nearness
from rag.reader import Reading
from rag.standing import points_back
from rag.values import names

FAR = 0.25
"""The cosine below which a sentence is far from a question."""
FEW = 3
"""How many content words a question needs to be held to them."""
_GOES_ON = re.compile(
    r"^\W*(?:also|and|another|but|for example|here|however|instead|so|then|there|yet)\b", re.IGNORECASE
)
_SPOKEN = re.compile(r"[\"“”„«»]|\b(?:I|me|my|our|ours|us|we|We|you|your|You)\b")
"""Somebody's own words: of whom and what they are is said elsewhere."""
_WORD = re.compile(r"[^\W\d_][\w.’'-]*")


def related(question: str, reading: Reading, near: Nearness) -> Reading:
    """The reading without the statements whose sentences tell of something else.

    Raises what ``near`` raises.
    """
    return without(question, reading, lambda _, span: is_unrelated(question, span, near))


def is_unrelated(question: str, span: str, near: Nearness) -> bool:
    """Whether ``span`` stands alone and has neither a word of the question nor its meaning."""
    asked = stems(question)
    if len(asked) < FEW or asked & stems(span) or not _stands_alone(span):
        return False
    return max(near(question, [span])) < FAR


def _stands_alone(span: str) -> bool:
    """Whether a sentence goes on from none, points back to none before it names anything, and quotes nobody.

    Its first word has a capital whatever it is.
    """
    rest = (word for word in list(_WORD.finditer(span))[1:] if names(word[0]))
    first = next((word.start() for word in rest), len(span))
    return not (points_back(span[:first]) or _GOES_ON.search(span) or _SPOKEN.search(span))

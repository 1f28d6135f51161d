"""Whether a sentence points back to what stands before it: "He resigned", "Such a deployment", "But they
did".

Law: told by how a sentence begins. One that names somebody before its pronoun points to that name, and needs
nothing before it; "it" and "there" that stand for nothing ("It is likely that") are told by their verb.

Does not know: what is pointed at.
"""

import re

_OPENS = re.compile(
    r"[^\w]*(?:(?:and|but|so|yet|also|then|still|however|instead|meanwhile|later|in turn|"
    r"for (?:his|her|its|their) part)[,\s]+)*"
    r"(?:(?:(?:after|as|if|when|while)\s+)?(?P<person>he|she|they|him|her|them|his|hers|their|theirs|its)\b|(?P<thing>it|this|these|those|that|such)\b"
    r"(?!\s+(?:is|was|will be|would be|seems?|seemed|appears?|appeared|remains?|takes?|took)\s+"
    r"(?:\w+\s+){0,2}(?:that|to|whether|how|why|who)\b))",
    re.IGNORECASE,
)


def points_back(sentence: str) -> bool:
    """Whether ``sentence`` begins with a word that stands for somebody or something told before it."""
    return bool(_OPENS.match(sentence))

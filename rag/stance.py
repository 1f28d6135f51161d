"""Whether a sentence tells the opposite of what its question takes for granted.

Law: pure, by form. "Why did Oslo accept the plan?" takes it for granted that Oslo did; a sentence that speaks
of rejecting alone answers another question. Questions for yes or no take nothing for granted; where either
text holds both sides, or a denial, nothing is told.

Does not know: who took the side, which plan it was, what else the article says.
"""

import re

_FOR = re.compile(
    r"\b(?:accept(?:s|ed|ing|ance)?|agree[sd]? (?:to|with)|approv(?:e[sd]?|al|ing)|back(?:s|ed|ing)|"
    r"confirm(?:s|ed|ation)?|endorse[sd]?|favou?r(?:s|ed)?|vot(?:e[sd]?|ing) for|welcom(?:e[sd]?|ing))\b",
    re.IGNORECASE,
)
_AGAINST = re.compile(
    r"\b(?:against|contradict(?:s|ed|ing)?|declin(?:e[sd]|ing) to|den(?:y|ie[sd]|ial)|dismiss(?:es|ed|al)?|"
    r"oppos(?:e[sd]?|ing|ition)|refus(?:e[sd]?|al|ing)|reject(?:s|ed|ion|ing)?|rul(?:e[sd]?|ing) out|"
    r"turn(?:s|ed|ing)? down|unacceptable|veto(?:es|ed)?)\b",
    re.IGNORECASE,
)
_DENIED = re.compile(r"\b(?:no|not|never|nor|neither|without)\b|n['’]t\b", re.IGNORECASE)
_PRESUMES = re.compile(
    r"^\W*(?:(?:and|but|so)\W+)?(?:\w+\s+)?(?:what|which|who|whom|whose|how|when|where|why)\b", re.IGNORECASE
)


def is_opposite(question: str, span: str) -> bool:
    """Whether ``question`` takes one side for granted, and ``span`` speaks of the other alone."""
    if not _PRESUMES.match(question) or _DENIED.search(f"{question} {span}"):
        return False
    asked, told = _sides(question), _sides(span)
    return len(asked) == len(told) == 1 and asked != told


def _sides(text: str) -> frozenset[str]:
    """The sides that a text speaks of: "for", "against"."""
    return frozenset(side for side, form in (("for", _FOR), ("against", _AGAINST)) if form.search(text))

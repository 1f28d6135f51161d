"""Whether a question asks for what each article says.

Law: told by form alone. Who asks for both versions, or whether the reports match, asks one thing of each
article.

Does not know: models, what the articles say, whether they differ.
"""

import re

_TEXTS = r"(?:account|article|newspaper|outlet|report|source|version)s?"
_EACH = rf"(?:each|both|either|every) (?:of (?:the|these) )?(?:two )?(?:news )?{_TEXTS}"
_ASKS = re.compile(
    rf"\b(?:according to|in|per) {_EACH}(?=\W*$|,)"
    rf"|\b(?:did|do|does|have|has) {_EACH} \w+\W*$|\bwhat does each say\b"
    rf"|\b(?<!the two )(?:accounts|articles|reports|sources|versions|figures) (?:all |both )?"
    r"(?:(?:seem|appear)(?: not)? to |do not |don['’]?t (?:seem to )?)?"
    r"(?:agree|match|at odds|conflict|contradict|disagree|differ|diverge|vary)\b"
    r"|\b(?:conflicting|contradictory|different) "
    r"(?:accounts|dates|figures|numbers|reports|versions|wordings)\W*$",
    re.IGNORECASE,
)


def asks_versions(question: str) -> bool:
    """Whether a question asks for each article's version, or says that they don't agree."""
    return bool(_ASKS.search(question))

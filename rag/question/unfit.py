"""What can't be answered with sentences of articles: a new text, an opinion, advice; and what helps.

Law: told by form alone, and only where the whole question is one. In doubt it is a question, and the articles
say or don't say.

Does not know: models, articles.
"""

import re

_SUMMARY = re.compile(
    r"^\W*(?:please\s+|can you\s+|could you\s+)?(?:summari[sz]e|sum up|give (?:me|us) (?:a|an|the) "
    r"(?:short |brief |quick )?(?:summary|overview|outline|gist)|tl;?dr|write (?:me )?(?:a|an)\b|translate\b|"
    r"rewrite\b|paraphrase\b)",
    re.IGNORECASE,
)
_OPINION = re.compile(
    r"^\W*(?:what|how) do you (?:think|feel|believe|make of)\b"
    r"|^\W*(?:do|would|are) you (?:think|agree|believe|like|recommend|in favou?r)\b"
    r"|\byour (?:opinion|view|thoughts|take)\b|^\W*in your (?:opinion|view)\b",
    re.IGNORECASE,
)
_ADVICE = re.compile(
    r"^\W*(?:(?:why|what|how|when|where|which \w+) )?should (?:i|we)\b"
    r"|^\W*(?:what|which)(?: (?!articles?\b|reports?\b|stor(?:y|ies)\b|sources?\b)\w+)? (?:would|do) you "
    r"(?:advise|recommend|suggest)\b",
    re.IGNORECASE,
)
_INSTEAD = (
    "Byline shows the articles' own sentences: ask for a fact, a figure, a name, a day, or what was said."
)
_KINDS = ((_SUMMARY, "A new text"), (_OPINION, "An opinion"), (_ADVICE, "Advice"))


def instead(question: str) -> str:
    """What to tell who asks for what can't be had this way; "" for any other question."""
    kind = next((name for form, name in _KINDS if form.search(question)), "")
    return f"{kind} is nothing that can be quoted. {_INSTEAD}" if kind else ""

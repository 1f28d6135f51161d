"""What a model's own probabilities tell of a reply: at its first token, at its least sure word, of yes and
no.

Law: measured, never said. S = P(source) / (P(source) + P(none)) at the first decision token (Kadavath et
al. 2022, "Language Models (Mostly) Know What They Know", measure P(True) alike). What it is worth is for
the score to say.

Does not know: models, prompts' layout, thresholds.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

from rag.models.prompt import PREFILL

Logprobs = Sequence[dict[str, Any]]
"""A token each: {"token", "logprob", "top_logprobs": [...]}."""
_MARK = "Answer:"
_BEFORE = " \t\n\"'“‘*"
"""What may stand before a word that is said."""


def first_share(logprobs: Logprobs) -> float | None:
    """S at the first token of a reply in line form that decides, or None while no token has.

    The probability mass of the tokens that open a sentence number, over that and the mass of those that open
    "none". A model that repeats the prefill has its words passed over.
    """
    said = ""
    for entry in logprobs:
        said = (said + entry["token"]).lstrip()
        if said == "S" or not PREFILL.startswith(said.rstrip()):
            return share(entry, _opens_source, _opens_none)
    return None


def json_share(logprobs: Logprobs) -> float | None:
    """The same of a reply in JSON: at the token of the source's number, any other against 0."""
    said = ""
    for entry in logprobs:
        if said.rstrip().endswith('"source":') and entry["token"].strip():
            return share(entry, lambda t: t.isdigit() and t != "0", lambda t: t == "0")
        said += entry["token"]
    return None


def least_sure(logprobs: Logprobs) -> float | None:
    """The log probability of the least likely token of the first short answer; None where there is none."""
    said, least = "", None
    for entry in logprobs:
        _, found, answer = said.partition(_MARK)
        if found and "\n" in answer:
            break
        if found and entry["token"].strip():
            least = min(entry["logprob"], 0.0 if least is None else least)
        said += entry["token"]
    return least


def yes_share(logprobs: Logprobs, text: str) -> float | None:
    """P(yes) / (P(yes) + P(no)) at the first token where either is likely.

    Without odds 1 or 0 by the first word; None where that is neither.
    """
    for entry in logprobs:
        found = share(entry, lambda t: t.lower() == "yes", lambda t: t.lower() == "no")
        if found is not None:
            return found
    said = text.lower().lstrip(_BEFORE)
    return 1.0 if said.startswith("yes") else 0.0 if said.startswith("no") else None


def share(entry: dict[str, Any], one: Callable[[str], bool], other: Callable[[str], bool]) -> float | None:
    """P(one) / (P(one) + P(other)) among a token's likeliest alternatives; None where neither is."""
    options = [(o["token"].strip(), math.exp(o["logprob"])) for o in entry.get("top_logprobs") or []]
    a, b = (sum(mass for token, mass in options if fits(token)) for fits in (one, other))
    return a / (a + b) if a + b > 0 else None


def _opens_source(token: str) -> bool:
    return token == "S" or (token[:1] == "S" and token[1:].isdigit())


def _opens_none(token: str) -> bool:
    return bool(token) and "none".startswith(token.lower())

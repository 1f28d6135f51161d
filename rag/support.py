"""Support: how sure a reading is that the passage answers, 0 to 1, from the model's own probabilities.

Law: measured, never said. S = P(source) / (P(source) + P(none)) at the first decision token (Kadavath
et al. 2022, "Language Models (Mostly) Know What They Know", measure P(True) alike), its odds shifted by
how much of the question the passage speaks of (``rag.coverage``) and by the least sure word of the
short answer: odds * exp(0.45 * log P), log P from -4 up. A model that guesses is unsure of some word.
Where that leaves a doubt, a second look at the answer itself is asked for. S tells well whether a passage
answers a question that has its words; where the question has words of its own, the look tells better. So
the two are blended by the share of the question's words that the passage holds. The numbers were fitted by
hand on labelled questions (eval/RESULTS.md).

Does not know: models, prompts' layout, thresholds.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

from rag.prompt import PREFILL

DOUBT, LEAST = 0.45, -4.0
CERTAIN = 0.97
"""Support from which no second look is worth its time: from .96 on none changed what was answered."""
HEARD = 0.6
"""Support below which a reply is not heard to its end, nor looked at again."""
LOOK, PLAIN_YES = 0.4, 0.8
"""How much a look counts against S, and the share of yes from which it tells nothing against it."""
KIND_YES = 0.3
"""The share of yes from which a name is of the kind asked for, as far as a look can tell."""
TRUST = 0.25
"""How much S counts beside a second look that decides."""
FOREIGN, FAMILIAR = 0.5, 0.8
"""The shares of a question's words held up to which the look decides, and from which the reading does."""
_MARK = "Answer:"


def first_support(logprobs: Sequence[dict[str, Any]]) -> float | None:
    """S at the first token that decides, or None while no token has.

    Source: the probability mass of the tokens that open a sentence number, over that and the mass of
    those that open "none". A model that repeats the prefill has its words passed over.
    """
    said = ""
    for entry in logprobs:
        said = (said + entry["token"]).lstrip()
        if said == "S" or not PREFILL.startswith(said.rstrip()):
            return share(entry, _opens_source, _opens_none)
    return None


def least_sure(logprobs: Sequence[dict[str, Any]]) -> float | None:
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


def doubted(support: float, least: float | None) -> float:
    """Support with its odds lowered by the least sure word; 0 and 1, and None for it, change nothing."""
    return support if least is None else shifted(support, DOUBT * max(least, LEAST))


def undoubted(support: float, least: float | None) -> float:
    """Support as it was before ``doubted`` lowered it."""
    return support if least is None else shifted(support, -DOUBT * max(least, LEAST))


def lowered(support: float, yes: float, plain: float = PLAIN_YES) -> float:
    """Support after a second look whose share of yes, 0..1, is ``yes``: lower, or as it was.

    ``plain`` is the share of yes from which it tells nothing against it.
    """
    if not 0 < support < 1:
        return support
    odds = _odds(support) * min(1.0, math.pow(_odds(yes) / _odds(plain), LOOK))
    return odds / (1 + odds)


def looked(yes: float, measured: float, least: float | None, against: float = 0.0) -> float:
    """Support by a second look whose share of yes, 0..1, is ``yes``.

    ``measured`` is S, ``least`` the log probability of the least sure word, and ``against`` what else tells
    against the reading, in log odds.
    """
    odds = _odds(yes) * math.pow(_odds(measured), TRUST)
    return shifted(doubted(odds / (1 + odds), least), -against)


def blended(read: float, look: float, share: float) -> float:
    """Support by the reading and by the look, their log odds blended by the share, 0..1, of words held."""
    trust = min(max((share - FOREIGN) / (FAMILIAR - FOREIGN), 0.0), 1.0)
    odds = math.pow(_odds(read), trust) * math.pow(_odds(look), 1 - trust)
    return odds / (1 + odds)


def shifted(support: float, by: float) -> float:
    """Support with its log odds moved by ``by``; 0 and 1 stay what they are."""
    if not 0 < support < 1:
        return support
    odds = support / (1 - support) * math.exp(by)
    return odds / (1 + odds)


def _odds(share: float) -> float:
    inside = min(max(share, 1e-4), 1 - 1e-4)
    return inside / (1 - inside)


def yes_share(logprobs: Sequence[dict[str, Any]], text: str) -> float:
    """P(yes) / (P(yes) + P(no)) at the first word, or 1 or 0 by the word where there are no odds."""
    for entry in logprobs:
        found = share(entry, lambda t: t.lower() == "yes", lambda t: t.lower() == "no")
        if found is not None:
            return found
    return 1.0 if text.strip().lower().startswith("yes") else 0.0


def share(entry: dict[str, Any], one: Callable[[str], bool], other: Callable[[str], bool]) -> float | None:
    """P(one) / (P(one) + P(other)) among a token's likeliest alternatives; None where neither is."""
    options = [(o["token"].strip(), math.exp(o["logprob"])) for o in entry.get("top_logprobs") or []]
    a, b = (sum(mass for token, mass in options if fits(token)) for fits in (one, other))
    return a / (a + b) if a + b > 0 else None


def _opens_source(token: str) -> bool:
    return token == "S" or (token[:1] == "S" and token[1:].isdigit())


def _opens_none(token: str) -> bool:
    return bool(token) and "none".startswith(token.lower())

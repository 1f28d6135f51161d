"""A question changed so that its sentence no longer answers it: a name, figure, opposite or denial swapped.

Law: a change is drawn from the text and a seeded generator alone, so that the same data give the same
pairs. The kinds are those that Rajpurkar, Jia and Liang (ACL 2018, table 2) count among the near misses that
people wrote.

Does not know: the network, answers.
"""

import random
import re
from collections.abc import Callable, Sequence

_NAME = re.compile(r"(?<=[a-z,'’] )[A-Z][\w’'.-]+(?: (?:of |the )?[A-Z][\w’'.-]+)*")
_FIGURE = re.compile(r"\b\d[\d,.]*\b")
_VERB = re.compile(r"\b(is|are|was|were|did|does|do|can|could|has|have|would)\b(?! not|n't)", re.IGNORECASE)
_OPPOSITES = (
    "first last|most least|largest smallest|highest lowest|before after|north south|east west|"
    "northern southern|eastern western|more fewer|increase decrease|increased decreased|early late|"
    "earliest latest|began ended|begin end|start stop|started stopped|win lose|won lost|male female|"
    "men women|oldest youngest|best worst|longest shortest|major minor|above below|inside outside|"
    "allowed forbidden|accepted rejected|supported opposed|import export|rise fall|rose fell|"
    "common rare|strong weak|positive negative|public private|father mother|brother sister|son daughter|"
    "king queen|born buried|arrived left|gained lost|bought sold|include exclude|rich poor|high low"
)
_OTHER = {a: b for pair in _OPPOSITES.split("|") for a, b in (pair.split(), reversed(pair.split()))}
_OPPOSITE = re.compile(r"\b(" + "|".join(_OTHER) + r")\b")


def names_in(text: str) -> list[str]:
    """The runs of capitalised words of ``text`` that do not open a sentence."""
    return list(dict.fromkeys(match.group().rstrip(".'’-") for match in _NAME.finditer(text)))


def figures_in(text: str) -> list[str]:
    """The numbers of ``text`` as they are written."""
    return list(dict.fromkeys(match.group().rstrip(".,") for match in _FIGURE.finditer(text)))


def changed(question: str, sentence: str, text: str, chance: random.Random) -> str | None:
    """``question`` with one thing swapped, or None where nothing can be.

    ``sentence`` is the one that answers it; names and figures of ``text`` outside it come in.
    """
    ways: list[Callable[[], str | None]] = [
        lambda: _swap(question, names_in(question), _outside(names_in(text), sentence, question), chance),
        lambda: _swap(question, figures_in(question), _figures(question, text, sentence), chance),
        lambda: _opposite(question, chance),
    ]
    chance.shuffle(ways)
    for way in ways:
        if found := way():
            return found
    return _denied(question) if chance.random() < 0.4 else None


def _swap(question: str, there: Sequence[str], others: Sequence[str], chance: random.Random) -> str | None:
    if not there or not others:
        return None
    return question.replace(chance.choice(there), chance.choice(others), 1)


def _outside(found: Sequence[str], *texts: str) -> list[str]:
    return [one for one in found if not any(one.lower() in text.lower() for text in texts)]


def _figures(question: str, text: str, sentence: str) -> list[str]:
    years = any(len(figure) == 4 for figure in figures_in(question))
    return [one for one in _outside(figures_in(text), sentence, question) if (len(one) == 4) == years]


def _opposite(question: str, chance: random.Random) -> str | None:
    there = list(_OPPOSITE.finditer(question))
    if not there:
        return None
    match = chance.choice(there)
    return question[: match.start()] + _OTHER[match.group()] + question[match.end() :]


def _denied(question: str) -> str | None:
    match = _VERB.search(question)
    if match is None:
        return None
    verb = match.group()
    denied = "can't" if verb.lower() == "can" else verb + "n't"
    return question[: match.start()] + denied + question[match.end() :]

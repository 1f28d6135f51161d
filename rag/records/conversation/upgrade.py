"""What the first version kept, as this one keeps it.

Law: nothing that was shown is changed: the sentences that a model wrote stay as they were, and are not
their citations' text. What the first version didn't know is empty. What has not its form is left as it is,
for the types to refuse.

Does not know: files.
"""

from typing import Any

Row = dict[str, Any]


def upgraded(exchange: Any) -> Any:
    """An exchange of version 1 in the form of version 2."""
    if not isinstance(exchange, dict) or not isinstance(exchange.get("answer"), dict):
        return exchange
    answer = exchange["answer"]
    support = answer.get("support") or 0.0
    return exchange | {
        "answer": answer
        | {
            "claims": _each(answer.get("claims"), lambda claim: _claim(claim, support)),
            "conflicts": _each(answer.get("conflicts"), lambda conflict: _conflict(conflict, support)),
            "seconds": _seconds(answer),
            "judged": [],
            "told": "",
        }
    }


def _each(rows: Any, change: Any) -> Any:
    return [change(row) if isinstance(row, dict) else row for row in rows] if isinstance(rows, list) else rows


def _claim(claim: Row, support: Any) -> Row:
    """A claim had no support of its own; that of its answer is the nearest to it."""
    return _without(claim, "verbatim") | {"short": "", "marks": [], "support": support}


def _conflict(conflict: Row, support: Any) -> Row:
    return conflict | {"sides": _each(conflict.get("sides"), lambda side: _side(side, support))}


def _side(side: Row, support: Any) -> Row:
    claim = side.get("claim")
    return side | {"claim": _claim(claim, support)} if isinstance(claim, dict) else side


def _seconds(answer: Row) -> Any:
    """Looks were timed by their calls alone, the sentences that a model wrote with the rest."""
    seconds, calls = answer.get("seconds"), answer.get("calls")
    if not isinstance(seconds, dict) or not isinstance(calls, list):
        return seconds
    looks = [call for call in calls if isinstance(call, dict) and call.get("purpose") == "look"]
    took = sum(call["seconds"] for call in looks if isinstance(call.get("seconds"), int | float))
    return _without(seconds, "compose") | {"look": float(took)}


def _without(row: Row, name: str) -> Row:
    return {key: value for key, value in row.items() if key != name}

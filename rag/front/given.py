"""What was typed with a command becomes a value, or a sentence that says what can be typed.

Law: nothing is guessed.

Does not know: commands, where a value goes.
"""

from datetime import date
from typing import TextIO

from index.errors import UsageError


def day(option: str, text: str | None) -> str | None:
    """The day as an ISO date. Raises UsageError."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise UsageError(f"{option} {text!r} is not a day.", f"{option} 2025-02-25") from None


def question(text: str | None, typed: TextIO) -> str:
    """The question; ``-`` is what was ``typed`` on standard input. Raises UsageError where there is none."""
    if text is None:
        raise UsageError("There is no question.", 'byline ask "What share of aid did Europe provide?"')
    return typed.read() if text == "-" else text

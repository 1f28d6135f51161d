"""What a rule is, and which are on.

Law: a rule is a value: a name ("answer.no_name"), one sentence that says what it holds, and a pure
function. Rules judge nothing alone: what fires is a signal of the fitted score, and goes into the receipt
by its name. The eval alone turns rules off, to measure what each is worth.

Does not know: any rule, what it is worth.

Sources: SpamAssassin (rules with a description each, scores made by a program); Snorkel, ``LFAnalysis``.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Rule(Generic[T]):
    """``run`` says whether the rule fires, over what its table is for."""

    name: str
    says: str
    run: Callable[[T], bool]


@dataclass(frozen=True, slots=True)
class Rules:
    """Which rules are on: all but those whose names are ``off``."""

    off: frozenset[str] = frozenset()

    def fired(self, table: Iterable[Rule[T]], value: T) -> tuple[str, ...]:
        """The names of the table's rules that are on and fire, in its order."""
        return tuple(rule.name for rule in table if rule.name not in self.off and rule.run(value))


EVERY = Rules()
"""All of them."""

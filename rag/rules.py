"""What a rule is, and which are on.

Law: a rule is a value: a name ("other.denies"), one sentence that says what it holds, and a pure function
that gives what it found. What fires goes into the receipt by its name. The eval alone turns rules off, to
measure what each is worth.

Does not know: any rule, what it is worth.

Sources: SpamAssassin (rules with a description each); Snorkel, ``LFAnalysis``.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Rule(Generic[T, Found]):
    """``run`` gives what the rule finds in what its table is for; () where it does not fire."""

    name: str
    says: str
    run: Callable[[T], tuple[Found, ...]]


@dataclass(frozen=True, slots=True)
class Rules:
    """Which rules are on: all but those whose names are ``off``."""

    off: frozenset[str] = frozenset()

    def first(self, table: Iterable[Rule[T, Found]], value: T) -> tuple[tuple[str, ...], tuple[Found, ...]]:
        """The name of the first rule of the table that is on and fires, and what it found; () for none."""
        on = (rule for rule in table if rule.name not in self.off)
        found = ((rule.name, rule.run(value)) for rule in on)
        return next((((name,), said) for name, said in found if said), ((), ()))


EVERY = Rules()
"""All of them."""

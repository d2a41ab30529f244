"""A shortlist: the rules of one decision point that are in force in one epoch, and what a trace of it looks like.

The trace of a verdict depends on the shortlist and on where in it the decision fell, on nothing else. So there are as
many traces as places, each is written when it is first wanted, and all verdicts that fell there share it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from relaylab.domain.asks import Ask
    from relaylab.engine.rule import AnyRule, Effect


class Outcome(StrEnum):
    """What one rule contributed to a verdict."""

    NOT_IN_FORCE = "not in force"  # outside its dates, or under another reading
    PASSED = "passed"  # its condition did not hold
    DECIDED = "decided"
    NOT_REACHED = "not reached"


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a trace."""

    rule: AnyRule
    outcome: Outcome


@dataclass(frozen=True, slots=True, eq=False)
class Shortlist:
    """The ``rules`` in force out of ``every`` rule of the decision point, and the default. Immutable but for traces."""

    rules: tuple[AnyRule, ...]
    every: tuple[AnyRule, ...]
    default: Effect
    predicates: tuple[Callable[[Ask], bool], ...] = field(init=False, repr=False)
    _traces: dict[int, tuple[Step, ...]] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Set the conditions apart from what else a rule says."""
        object.__setattr__(self, "predicates", tuple(rule.predicate for rule in self.rules))

    def trace(self, index: int) -> tuple[Step, ...]:
        """Give every rule in catalogue order, with what it contributed to a decision at ``index``."""
        trace = self._traces.get(index)
        if trace is None:
            trace = self._traces[index] = self._written(index)  # two threads that want it write the same
        return trace

    def _written(self, index: int) -> tuple[Step, ...]:
        live = {id(rule): place for place, rule in enumerate(self.rules)}

        def outcome(rule: AnyRule) -> Outcome:
            place = live.get(id(rule))
            if place is None:
                return Outcome.NOT_IN_FORCE
            if place == index:
                return Outcome.DECIDED
            return Outcome.PASSED if place < index else Outcome.NOT_REACHED

        return tuple(Step(rule, outcome(rule)) for rule in self.every)

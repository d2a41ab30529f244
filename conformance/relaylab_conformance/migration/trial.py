"""What is asked of a certification, and the single deliveries that it takes to answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final

from relaylab.app.rulebooks import Phase, in_phase, rulebook_for
from relaylab.domain.estate import Method
from relaylab.rules.readings import READINGS

if TYPE_CHECKING:
    from relaylab.domain.estate import Sender
    from relaylab.domain.world import World
    from relaylab.engine.rulebook import Rulebook

# No line is published for the phase in which Basic is off by default (fact COR-09): a password is judged under each.
REFUSAL: Final = "basic_auth_refusal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What somebody wants certified: dates, seed, and what was chosen over world and defaults."""

    at: tuple[datetime, ...]
    seed: int = 0
    readings: Mapping[str, str] = field(default_factory=dict)
    milestones: Mapping[str, datetime | None] = field(default_factory=dict)
    phase: Phase | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """A date and a set of readings: everything in one leg is judged by one rulebook."""

    at: datetime
    world: World
    readings: Mapping[str, str]
    milestones: Mapping[str, datetime | None]
    rulebook: Rulebook
    is_first: bool

    @property
    def refusal(self) -> Mapping[str, str]:
        """The reading under which a password is judged in this leg."""
        return {REFUSAL: self.rulebook.readings[REFUSAL]}


@dataclass(frozen=True, slots=True)
class Trial:
    """One delivery: a sender (the world's first is number 1) by a method, in a leg."""

    leg: Leg
    number: int
    sender: Sender
    method: Method

    @property
    def reading(self) -> Mapping[str, str]:
        """The reading it is tried under, where it is tried under several."""
        return self.leg.refusal if self.method is Method.SMTP_AUTH_BASIC else {}

    @property
    def place(self) -> tuple[int, datetime, str]:
        """The cell it belongs to."""
        return (self.number, self.leg.at, self.method)

    @property
    def order(self) -> tuple[int, datetime, bool, bool]:
        """Where it comes in a report: by sender, date, today's method first, the chosen reading first."""
        return (self.number, self.leg.at, self.method is not self.sender.today, not self.leg.is_first)


def legs(world: World, order: Order) -> Iterator[Leg]:
    """Give the legs of an order: each date under the chosen refusal first, then under the others.

    Raise ValueError for a reading, a value or a milestone that does not exist.
    """
    chosen = rulebook_for(world, order.readings, order.milestones).readings[REFUSAL]
    others = (name for reading in READINGS if reading.name == REFUSAL for name in reading.names if name != chosen)
    values = (chosen, *others)
    for at in order.at:
        judged, moved = in_phase(world, order.phase, at) if order.phase else (world, {})
        milestones = moved | dict(order.milestones)
        for value in values:
            readings = dict(order.readings) | {REFUSAL: value}
            yield Leg(
                at=at,
                world=judged,
                readings=readings,
                milestones=milestones,
                rulebook=rulebook_for(judged, readings, milestones),
                is_first=value == chosen,
            )


def methods(sender: Sender) -> tuple[Method, ...]:
    """Give the methods a sender is tried by, today's first."""
    return (sender.today,) if sender.today is sender.target else (sender.today, sender.target)


def trials(leg: Leg) -> Iterator[Trial]:
    """Give what is tried in a leg: everything in the first of a date, passwords in the others."""
    for number, sender in enumerate(leg.world.senders, 1):
        for method in methods(sender):
            if leg.is_first or method is Method.SMTP_AUTH_BASIC:
                yield Trial(leg, number, sender, method)

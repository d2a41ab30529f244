"""A sender in its world at the instants that a plan is judged at: what every method is asked about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from relaylab_conformance.migration.reach import internal_not_said

if TYPE_CHECKING:
    from datetime import datetime

    from relaylab.domain.address import Address
    from relaylab.domain.estate import Sender
    from relaylab.domain.tenant import Tenant
    from relaylab.domain.world import World
    from relaylab.engine.rulebook import Rulebook
    from relaylab_conformance.migration.reach import NotSaid


@dataclass(frozen=True, slots=True)
class Question:
    """A sender in its world; ``judged`` are the day of the plan and the dates behind it, in order.

    ``unknown_lists`` are lists of which nobody knows who is in them.
    """

    world: World
    rulebook: Rulebook
    sender: Sender
    judged: tuple[datetime, ...]
    unknown_lists: frozenset[Address] = frozenset()

    @property
    def at(self) -> datetime:
        """The day of the plan."""
        return self.judged[0]

    @property
    def until(self) -> datetime:
        """The last date at which its mail is to arrive."""
        return self.judged[-1]

    @property
    def tenant(self) -> Tenant | None:
        """The tenant that the sender sends for."""
        return self.world.tenant_of(self.sender.from_address.domain)

    @property
    def internal_not_said(self) -> NotSaid | None:
        """Why nobody knows whom the sender reaches; None where it is known."""
        return internal_not_said(self.world, self.sender, self.unknown_lists)

"""A sender in its world at the instant of the plan: what every method is asked about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from relaylab.domain.estate import Sender
    from relaylab.domain.tenant import Tenant
    from relaylab.domain.world import World
    from relaylab.engine.rulebook import Rulebook


@dataclass(frozen=True, slots=True)
class Question:
    """A sender in its world at the instant of the plan."""

    world: World
    rulebook: Rulebook
    sender: Sender
    at: datetime

    @property
    def tenant(self) -> Tenant | None:
        """The tenant that the sender sends for."""
        return self.world.tenant_of(self.sender.from_address.domain)

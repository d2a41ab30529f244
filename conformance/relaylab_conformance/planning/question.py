"""A sender in its world at the instants that a plan is judged at: what every method is asked about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from relaylab_conformance.migration.reach import internal_not_said
from relaylab_conformance.planning.unsaid import NOTHING, Unsaid
from relaylab_scenarios import profile

if TYPE_CHECKING:
    from datetime import datetime

    from relaylab.domain.estate import Sender
    from relaylab.domain.tenant import Tenant
    from relaylab.domain.world import World
    from relaylab.engine.rulebook import Rulebook
    from relaylab_conformance.migration.reach import NotSaid

NOT_KNOWN: Final = "? Not known: "  # in a reason against a method: an answer would do away with it


@dataclass(frozen=True, slots=True)
class Question:
    """A sender in its world; ``judged`` are the day of the plan and the dates behind it, in order.

    ``unsaid`` is what nobody knows of the world, whatever stands in for it there.
    """

    world: World
    rulebook: Rulebook
    sender: Sender
    judged: tuple[datetime, ...]
    unsaid: Unsaid = NOTHING

    @property
    def at(self) -> datetime:
        """The day of the plan."""
        return self.judged[0]

    @property
    def until(self) -> datetime:
        """The last date at which its mail is to arrive."""
        return self.judged[-1]

    @property
    def has_guessed_profile(self) -> bool:
        """True when nobody knows what machine or program the sender is."""
        return self.unsaid.has_guessed_profile(self.sender)

    @property
    def address_not_said(self) -> str:
        """Why nobody knows that its address is the tenant's alone; empty where no possible forger sends from there."""
        asked = self.unsaid.doubtful.get(self.sender.name)
        return f"address of its own{NOT_KNOWN}{asked}" if asked else ""

    @property
    def lacks_oauth(self) -> str:
        """Why it is not taken for one that speaks OAuth 2.0; empty where it is."""
        name = self.sender.profile
        if profile(name).sign_in.speaks_oauth:
            return ""
        if self.has_guessed_profile:
            return f"OAuth-capable{NOT_KNOWN}the profile {name} is a guess; does it speak OAuth 2.0?"
        return f"OAuth-capable? No: {name} has no OAuth 2.0"

    @property
    def tenant(self) -> Tenant | None:
        """The tenant that the sender sends for."""
        return self.world.tenant_of(self.sender.from_address.domain)

    @property
    def internal_not_said(self) -> NotSaid | None:
        """Why nobody knows whom the sender reaches; None where it is known."""
        return internal_not_said(self.world, self.sender, self.unsaid.lists)

"""How much a method carries in a day, where the service surely refuses what comes on top.

Law: nothing here is a matter of luck. A day has room for so much, and a sender that has more is refused for the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from relaylab.domain.endpoint import Endpoint
from relaylab.domain.estate import Method
from relaylab.rules import limits, milestones
from relaylab.rules.acs.limits import SENDS
from relaylab.rules.acs.quota import account
from relaylab_conformance.migration.acs import acs_resource_of
from relaylab_conformance.migration.reach import outside_recipients

if TYPE_CHECKING:
    from datetime import datetime

    from relaylab.domain.estate import Sender
    from relaylab.domain.world import World
    from relaylab.engine.milestones import Calendar
    from relaylab.engine.rulebook import Rulebook

_HOURS_OF_A_DAY: Final = 24
_SMTP_AUTH: Final = frozenset({Method.SMTP_AUTH_BASIC, Method.SMTP_AUTH_OAUTH})
_ACS: Final = frozenset({Method.ACS_SMTP, Method.ACS_REST})
_HVE: Final = frozenset({Method.HVE_BASIC, Method.HVE_OAUTH})
_CHANGES: Final = (milestones.HVE_RATE_CAPS_LIFTED, milestones.ACS_MANAGED_DOMAIN_LIMITS)


@dataclass(frozen=True, slots=True)
class TooMuch:
    """A sender's volume that is over what its method carries in a day, and what both are counted in."""

    wanted: int
    carried: int
    unit: str

    def __str__(self) -> str:
        """Say it behind the method's name."""
        return f"it carries {self.carried:,} {self.unit} a day at best, and this sender has {self.wanted:,}"


def acs_hour(world: World, rulebook: Rulebook, sender: Sender, at: datetime) -> int:
    """Give how many messages the sender's subscription sends in an hour; without a resource, as a new one would."""
    found = acs_resource_of(world, sender)
    if found is None:
        return SENDS.per_hour
    domain = sender.from_address.domain
    return account(*found, domain, endpoint=Endpoint.ACS_SMTP, now=at, rulebook=rulebook).sends.per_hour


def acs_day(world: World, rulebook: Rulebook, sender: Sender, at: datetime) -> int:
    """Give how many messages that are in a day."""
    return acs_hour(world, rulebook, sender, at) * _HOURS_OF_A_DAY


def too_much(world: World, rulebook: Rulebook, sender: Sender, method: Method, at: datetime) -> TooMuch | None:
    """Give what a method does not carry of a sender's day; None where it carries all of it, or sets no limit."""
    messages = sender.messages_per_day
    recipients = messages * len(sender.to)
    if method in _ACS:
        carried = acs_day(world, rulebook, sender, at)
        return TooMuch(messages, carried, "messages") if messages > carried else None
    if method in _SMTP_AUTH and recipients > limits.RECIPIENTS_PER_DAY:
        return TooMuch(recipients, limits.RECIPIENTS_PER_DAY, "recipients")
    if method in _HVE and not rulebook.calendar.has_come(milestones.HVE_RATE_CAPS_LIFTED.name, at):
        return _too_much_for_the_preview(world, sender)
    return None


def changes(calendar: Calendar) -> tuple[datetime, ...]:
    """Give the dates on which what a method carries in a day becomes another number, the first before the last."""
    return tuple(sorted(filter(None, (calendar.at(one.name) for one in _CHANGES))))


def _too_much_for_the_preview(world: World, sender: Sender) -> TooMuch | None:
    """Give what the preview of High Volume Email does not carry: it counts who is written to, a group once."""
    tenant = world.tenant_of(sender.from_address.domain)
    leaving = sum(tenant is None or not world.recipient(one).is_of(tenant) for one in sender.to)
    for written_to, most, unit in (
        (leaving, limits.HVE_OUTSIDE_PER_DAY, "recipients outside"),
        (len(sender.to), limits.HVE_RECIPIENTS_PER_DAY, "recipients"),
    ):
        if (wanted := sender.messages_per_day * written_to) > most:
            return TooMuch(wanted, most, unit)
    return None


def acs_is_open_to(world: World, calendar: Calendar, sender: Sender, at: datetime) -> bool:
    """Tell whether a sender can go to Communication Services: with a resource, or early enough to make one."""
    closed, ends = (
        calendar.at(one.name) for one in (milestones.ACS_CLOSED_TO_NEW_CUSTOMERS, milestones.ACS_EMAIL_ENDS)
    )
    if ends is not None and ends <= at:
        return False
    return acs_resource_of(world, sender) is not None or closed is None or at < closed


def way_out_of_a_mailbox(world: World, rulebook: Rulebook, sender: Sender, at: datetime) -> str:
    """Say where a sender can go that has too many recipients for a mailbox, as the end of a sentence."""
    if not outside_recipients(world, sender):
        return "move it to High Volume Email"
    fits = sender.messages_per_day <= acs_day(world, rulebook, sender, at)
    if fits and acs_is_open_to(world, rulebook.calendar, sender, at):
        return "move it to Azure Communication Services"
    return "move it to an inbound connector, where the tenant's limit for recipients outside (TERRL) is what counts"

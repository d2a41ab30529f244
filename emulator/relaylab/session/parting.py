"""A message for several sides is split: which recipients are on which, and how it leaves for each.

Exchange calls it bifurcation: one transaction may hold mailboxes inside, recipients outside and those of another
tenant, and what is stamped, and by whom the sender is judged, differs. A group may hold members of every side.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from relaylab.domain.message import Side
from relaylab.session.leaving import Departure, departure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from relaylab.domain.address import Address
    from relaylab.domain.asks import DataAsk
    from relaylab.domain.randomness import Random
    from relaylab.domain.tenant import Tenant
    from relaylab.domain.world import Recipient, World


@dataclass(frozen=True, slots=True)
class Part:
    """The recipients of one side; ``departure`` is None where the message does not leave its tenant.

    ``addresses`` are those of the recipients, each once.
    """

    side: Side
    tenant: Tenant | None
    departure: Departure | None
    recipients: tuple[Recipient, ...]
    addresses: tuple[Address, ...] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        """Find the addresses."""
        object.__setattr__(self, "addresses", tuple(dict.fromkeys(one.address for one in self.recipients)))


class Onward(NamedTuple):
    """A final recipient, and the address of the envelope that it was reached through."""

    recipient: Recipient
    through: Address


def home_of(ask: DataAsk, world: World) -> Tenant | None:
    """Give the tenant whose mail it is: the sender's where it may send, else the first recipient's."""
    if ask.tenant is not None or ask.attribution.may_relay:
        return ask.tenant or ask.attribution.tenant
    tenants = (world.recipient(address).tenant for address in ask.envelope.recipients)
    return next((tenant for tenant in tenants if tenant is not None), None)


def parts(
    ask: DataAsk, onward: Iterable[Onward], home: Tenant | None, chance: Callable[[], Random]
) -> tuple[Part, ...]:
    """Split the final recipients, in the order in which their sides first occur; who leaves needs ``chance``."""
    found: dict[tuple[Side, str, str], tuple[Side, Tenant | None, Departure | None, list[Recipient]]] = {}
    departures: dict[str, Departure] = {}
    dice: Random | None = None
    for one in onward:
        side, tenant = side_of(one.recipient, home)
        leaves = None
        if side is not Side.INSIDE:
            forwarder = one.through if one.through != one.recipient.address else None
            key = forwarder.key if forwarder else ""
            if key not in departures:
                dice = chance() if dice is None else dice
                departures[key] = departure(ask, home, forwarder, dice)
            leaves = departures[key]
        place = side, tenant.id if tenant else "", str(leaves.mail_from) if leaves else ""
        found.setdefault(place, (side, tenant, leaves, []))[3].append(one.recipient)
    return tuple(Part(side, tenant, leaves, tuple(held)) for side, tenant, leaves, held in found.values())


def parts_within(onward: Iterable[Onward], home: Tenant | None) -> Part | None:
    """Give the only part of a message that is for recipients inside; None where there are others."""
    recipients = tuple(one.recipient for one in onward)
    tenants = {recipient.tenant.id: recipient.tenant for recipient in recipients if recipient.tenant is not None}
    if len(tenants) != 1 or any(side_of(one, home)[0] is not Side.INSIDE for one in recipients):
        return None
    return Part(Side.INSIDE, next(iter(tenants.values())), None, recipients)


def side_of(recipient: Recipient, home: Tenant | None) -> tuple[Side, Tenant | None]:
    """Give the side of a final recipient, and its tenant."""
    tenant = recipient.tenant
    if tenant is None:
        return Side.OUTSIDE, None
    return (Side.INSIDE if home is None or tenant.id == home.id else Side.OTHER_TENANT), tenant

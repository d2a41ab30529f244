"""Whom a sender reaches once groups are expanded: how many they are, and who of them is outside its tenant."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from relaylab.session.delivery import expand

if TYPE_CHECKING:
    from relaylab.domain.address import Address
    from relaylab.domain.estate import Sender
    from relaylab.domain.world import Recipient, World


def final_recipients(world: World, sender: Sender) -> Iterator[tuple[Address, Recipient]]:
    """Give each final recipient with the address that was written to."""
    for address in sender.to:
        yield from ((address, one) for one in expand(world, world.recipient(address)))


_NAMED: Final = 3
INTERNAL_NOT_SAID: Final = "internal only? Not known: it writes to itself alone, as import has it where no trace says"
RECIPIENTS_UNKNOWN: Final = f"{INTERNAL_NOT_SAID}; write its recipients into the world file"


def has_unknown_recipients(sender: Sender) -> bool:
    """Tell whether a sender writes to nobody but itself: so import writes it where no trace says to whom."""
    return bool(sender.to) and all(one == sender.from_address for one in sender.to)


def are_outside(world: World, sender: Sender) -> str:
    """Say who of those that a sender reaches is outside, the first few by name; empty where nobody is."""
    outside = tuple(dict.fromkeys(str(met) for _, met in outside_recipients(world, sender)))
    if not outside:
        return ""
    more = len(outside) - _NAMED
    *first, last = (*outside[:_NAMED], f"{more} more") if more > 0 else outside
    return f"{', '.join(first)} and {last} are outside" if first else f"{last} is outside"


def outside_recipients(world: World, sender: Sender) -> tuple[tuple[Address, Address], ...]:
    """Give whom a sender reaches outside its own tenant: the address written to, and who is behind it."""
    tenant = world.tenant_of(sender.from_address.domain)
    return tuple(
        (written, one.address)
        for written, one in final_recipients(world, sender)
        if tenant is None or not one.is_of(tenant)
    )

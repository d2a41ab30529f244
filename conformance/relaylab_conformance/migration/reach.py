"""Whom a sender reaches once groups are expanded: how many they are, and who of them is outside its tenant."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from relaylab.domain.address import Address
from relaylab.session.delivery import expand

if TYPE_CHECKING:
    from relaylab.domain.estate import Sender
    from relaylab.domain.world import Recipient, World


def final_recipients(world: World, sender: Sender) -> Iterator[tuple[Address, Recipient]]:
    """Give each final recipient with the address that was written to."""
    for address in sender.to:
        yield from ((address, one) for one in expand(world, world.recipient(address)))


_NAMED: Final = 3


@dataclass(frozen=True, slots=True)
class NotSaid:
    """That nobody knows whom a sender reaches: ``why``, and what to ``write`` into the world file."""

    why: str
    write: str

    def __str__(self) -> str:
        """Answer the question of the tree."""
        return f"internal only? Not known: {self.why}"

    @property
    def obstacle(self) -> str:
        """What it comes to for a method that ends inside."""
        return f"{self}; write {self.write} into the world file"


def internal_not_said(world: World, sender: Sender, unknown_lists: frozenset[Address] = frozenset()) -> NotSaid | None:
    """Say why nobody knows whom a sender reaches; None where it is known.

    So it is where it writes to nobody but itself, as import has it where no trace says to whom, and where it reaches
    one of the ``unknown_lists``, of which no export says who is in them.
    """
    if sender.to and all(one == sender.from_address for one in sender.to):
        return NotSaid("it writes to itself alone, as import has it where no trace says", "its recipients")
    lists = [str(one) for one in lists_reached(world, sender) if one in unknown_lists] if unknown_lists else ()
    return NotSaid(f"the members of {' and '.join(lists)} are in no export", "the members") if lists else None


def lists_reached(world: World, sender: Sender) -> tuple[Address, ...]:
    """Give the lists that a sender writes to, and those inside them, each once."""
    waiting, met = list(sender.to), list[Address]()
    while waiting:
        group = world.recipient(waiting.pop(0)).group
        if group is not None and group.address not in met:
            met.append(group.address)
            waiting.extend(group.members)
    return tuple(met)


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

"""What has to be done before a sender can use a method: each step with what it changes in the world.

The change is what lets a plan be judged: once all steps are carried out in a copy of the world, the method is tried
there, and only what arrives is recommended. Secrets of that copy are placeholders.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from relaylab.domain.secret import Secret
from relaylab.domain.tenant import FixedToken

if TYPE_CHECKING:
    from datetime import date

    from relaylab.domain.address import Address, DomainName
    from relaylab.domain.estate import Sender
    from relaylab.domain.tenant import Mailbox, Tenant
    from relaylab.domain.world import World
    from relaylab_conformance.planning.model import Step

PLACEHOLDER: Final = Secret("TO-BE-SET")
Change = Callable[["World"], "World"]


@dataclass(frozen=True, slots=True)
class Preparation:
    """A step, and the world after it; None for one that the world file has no word for.

    ``spf_of`` is the domain whose SPF record it adds to, where it does nothing else, ``last_day`` the last on which it
    can be done (None: any).
    """

    step: Step
    change: Change | None = None
    spf_of: DomainName | None = None
    last_day: date | None = None


def prepared(world: World, preparations: Iterable[Preparation]) -> World:
    """Carry the steps out, in order."""
    for one in preparations:
        if one.change is not None:
            world = one.change(world)
    return world


def token_for(user: Address) -> FixedToken:
    """Give a token that stands for the one its owner has; no two users have the same."""
    return FixedToken(value=Secret(f"{PLACEHOLDER.reveal()}-{user}"), user=user)


def in_tenant(tenant: Tenant, change: Callable[[Tenant], Tenant]) -> Change:
    """Change one tenant."""

    def changed(world: World) -> World:
        tenants = tuple(change(one) if one.id == tenant.id else one for one in world.tenants)
        return replace(world, tenants=tenants)

    return changed


def in_mailbox(tenant: Tenant, mailbox: Mailbox, change: Callable[[Mailbox], Mailbox]) -> Change:
    """Change one mailbox."""

    def changed(one: Tenant) -> Tenant:
        boxes = tuple(change(box) if box.address == mailbox.address else box for box in one.mailboxes)
        return replace(one, mailboxes=boxes)

    return in_tenant(tenant, changed)


def in_sender(sender: Sender, change: Callable[[Sender], Sender]) -> Change:
    """Change one sender."""

    def changed(world: World) -> World:
        return replace(world, senders=tuple(change(one) if one.name == sender.name else one for one in world.senders))

    return changed


def both(*changes: Change) -> Change:
    """Make several changes one."""

    def changed(world: World) -> World:
        for change in changes:
            world = change(world)
        return world

    return changed

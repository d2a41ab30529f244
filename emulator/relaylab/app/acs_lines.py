"""What ``serve`` says of Azure Communication Services: of a message after its 202, and of keys that open nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, assert_never

from relaylab.domain.event import DeliveryReported, OperationEnded, WebhookCalled
from relaylab.rules import milestones
from relaylab.rules.acs.sending import could_not_be_made

if TYPE_CHECKING:
    from relaylab.domain.world import World
    from relaylab.engine.milestones import Calendar


def keys_that_open_nothing(world: World, calendar: Calendar) -> Iterator[str]:
    """Name each resource that a new customer has made after the service closed to these: its key is always denied."""
    closing = milestones.ACS_CLOSED_TO_NEW_CUSTOMERS.name
    closed = calendar.at(closing)
    for tenant in world.tenants:
        for one in tenant.acs_resources:
            if closed is not None and could_not_be_made(one, tenant, calendar):
                yield (
                    f"the keys of {one.name} open nothing: created {one.created.date()}, and {tenant.name} had no "
                    f"resource before {closed.date()}, from when new customers make none; write an earlier created, or "
                    f"begin with --milestone {closing}=never"
                )


def told_of_acs(event: OperationEnded | DeliveryReported | WebhookCalled) -> tuple[str, str, str]:
    """Give what an event is about, what came of it, and why it is told."""
    match event:
        case OperationEnded(operation=operation, status=status, error=error):
            return f"operation {operation}", f"{status} {error}".strip(), "acs_rest: it was accepted with 202 before"
        case DeliveryReported(recipient=recipient, about=about, operation=operation):
            return f"report on {recipient or 'a message'}", about, f"operation {operation}"
        case WebhookCalled(url=url, what=what, answered=answered, delivered=delivered):
            return f"{what} to {url}", answered, "delivered" if delivered else "not delivered; tried again later"
        case _:
            assert_never(event)

"""What a sender uses of Azure Communication Services: which resource, and through which application of Entra."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from relaylab.domain.registrations import find_app

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relaylab.domain.acs import AcsResource, SmtpUsername
    from relaylab.domain.directory import AppRegistration
    from relaylab.domain.estate import Sender
    from relaylab.domain.tenant import Tenant
    from relaylab.domain.world import World


@dataclass(frozen=True, slots=True)
class AcsClient:
    """An application that signs in for a resource, the name that it signs in with, and the tenant it is of."""

    app: AppRegistration
    user: str
    home: Tenant
    has_smtp_username: bool


def acs_resource_of(world: World, sender: Sender) -> tuple[Tenant, AcsResource] | None:
    """Give the resource of a sender: the one it names, else its tenant's that its domain is linked to, or the first."""
    every = [(tenant, resource) for tenant in world.tenants for resource in tenant.acs_resources]
    if sender.acs_resource is not None:
        named = sender.acs_resource.casefold()
        return next((pair for pair in every if pair[1].name.casefold() == named), None)
    home = world.tenant_of(sender.from_address.domain)
    own = [pair for pair in every if pair[0] is home]
    linked = (pair for pair in own if pair[1].links(sender.from_address.domain))
    return next(linked, own[0] if own else None)


def acs_client_of(world: World, sender: Sender, tenant: Tenant, resource: AcsResource) -> AcsClient | None:
    """Give who signs in: the sender's own application, else one that an SMTP username or a role names."""
    for app_id, username in _candidates(sender, resource):
        directory = (username.tenant_id if username else None) or tenant.id
        home = next((one for one in world.tenants if one.id == directory), None)
        app = find_app(world, home, app_id) if home else None
        if home is not None and app is not None:
            name = username.username if username else f"{resource.name}.{app.app_id}.{directory}"
            return AcsClient(app, name, home, has_smtp_username=username is not None)
    return None


def _candidates(sender: Sender, resource: AcsResource) -> Iterator[tuple[str, SmtpUsername | None]]:
    by_app = {one.entra_application_id.lower(): one for one in reversed(resource.smtp_usernames)}
    if sender.app_id is not None:
        yield sender.app_id, by_app.get(sender.app_id)
        return
    yield from by_app.items()
    yield from ((one.assignee, None) for one in resource.role_assignments)

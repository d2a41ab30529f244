"""From names on the wire to the world's nouns: tenants, applications, users, secrets, faults."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Final

from relaylab.domain.address import Address, DomainName
from relaylab.domain.directory import Control, object_id
from relaylab.domain.registrations import find_app, judge_secret
from relaylab.domain.tenant import Mailbox

if TYPE_CHECKING:
    from relaylab.domain.directory import AppRegistration, TokenFault
    from relaylab.domain.tenant import Tenant
    from relaylab.domain.world import World
    from relaylab.store.entra import EntraState

__all__ = [
    "COMMON",
    "enterprise_object_id",
    "fault_for",
    "find_app",
    "find_tenant",
    "find_user",
    "judge_secret",
    "meets",
    "needs_second_factor",
    "owner_of",
    "password_mark",
    "user_object_id",
]

COMMON: Final = frozenset({"common", "organizations", "consumers"})


def find_tenant(world: World, name: str) -> Tenant | None:
    """Find a tenant by its id or by one of its domains."""
    wanted = name.lower()
    if (tenant := world.register.tenant(wanted)) is not None:
        return tenant
    try:
        return world.tenant_of(DomainName.parse(wanted))
    except ValueError:
        return None


def find_user(world: World, tenant: Tenant | None, name: str) -> tuple[Tenant, Mailbox] | None:
    """Find a user by name, in one tenant or (at common) in any."""
    try:
        address = Address.parse(name.strip())
    except ValueError:
        return None
    found = world.mailbox(address) or _hve_user(world, address)
    return found if found is not None and (tenant is None or found[0] is tenant) else None


def _hve_user(world: World, address: Address) -> tuple[Tenant, Mailbox] | None:
    """Give the user behind a High Volume Email account: a mail user of Exchange is a user of Entra (HVE-ACC-01)."""
    found = world.hve_account(address)
    if found is None:
        return None
    tenant, account = found
    user = Mailbox(
        address=account.address, password=account.password, account_enabled=account.account_enabled, licensed=False
    )
    return tenant, user


def meets(tenant: Tenant, user: Mailbox, control: Control) -> bool:
    """Tell whether a Conditional Access policy demands this of the user's tokens."""
    return any(policy.demands(control, user) for policy in tenant.conditional_access_policies)


def needs_second_factor(tenant: Tenant, user: Mailbox) -> bool:
    """Tell whether the user must show a second factor."""
    return user.mfa_required or meets(tenant, user, Control.MFA)


def fault_for(tenant: Tenant | None, client_id: str, state: EntraState) -> tuple[str, TokenFault | None]:
    """Give the fault that this request may meet, and the name under which it is counted when it did.

    The name is the fault itself, so that one that another world brings begins with none met; of equal ones in a
    tenant, each counts for itself.
    """
    faults = tenant.token_faults if tenant else ()
    for place, fault in enumerate(faults):
        name = f"{tenant.id if tenant else ''}/{fault!r}/{faults[:place].count(fault)}"
        if fault.app_id not in {None, client_id.lower()}:
            continue
        if fault.times is None or state.times_met(name) < fault.times:
            return name, fault
    return "", None


def enterprise_object_id(tenant: Tenant, app: AppRegistration) -> str:
    """Give the object id of the application's service principal in a tenant, which tokens carry."""
    if app.service_principal_id is not None:
        return app.service_principal_id
    known = tenant.service_principal(app.app_id)
    return known.object_id if known else object_id(tenant.id, app.app_id)


def owner_of(world: World, app: AppRegistration | None) -> Tenant | None:
    """Find the tenant in which an application is registered."""
    if app is None:
        return None
    return next((tenant for tenant, one in world.register.apps(app.app_id) if one == app), None)


def password_mark(user: Mailbox) -> str:
    """Give what changes with a user's password, and does not tell it."""
    known = user.password.reveal() if user.password is not None else ""
    return sha256(f"{user.address}/{known}".encode()).hexdigest()


def user_object_id(tenant: Tenant, user: Mailbox) -> str:
    """Give the object id of a user."""
    return object_id(tenant.id, str(user.address).lower())

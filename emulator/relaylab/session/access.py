"""What a token opens: resolved from the world, so that rules only compare."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from relaylab.domain.address import Address
from relaylab.domain.directory import SEND_AS_APP

if TYPE_CHECKING:
    from datetime import datetime

    from relaylab.domain.directory import ServicePrincipal
    from relaylab.domain.tenant import Mailbox, Tenant
    from relaylab.domain.token import TokenFacts


@dataclass(frozen=True, slots=True)
class Access:
    """What a token opens at one instant.

    ``opens`` tells whether the mailbox server will let its bearer in: at once for a user (AUTH fails), at the end of
    DATA for an application. ``by_role`` is true where RBAC for Applications covers the mailbox.
    """

    opens: bool
    by_role: bool = False
    service_principal: ServicePrincipal | None = None


def access(token: TokenFacts, tenant: Tenant | None, mailbox: Mailbox | None, now: datetime) -> Access:
    """Resolve what ``token`` opens."""
    if tenant is None or mailbox is None:
        return Access(opens=False)
    if token.user is not None:
        return Access(opens=_opens_for_user(token.user, tenant, mailbox))
    principal = tenant.service_principal(token.app_id)
    by_role = any(
        assignment.app == token.app_id and assignment.covers(mailbox.address)
        for assignment in tenant.management_role_assignments
    )
    # A token with the classic role is judged by the classic grant, whatever RBAC says (fact OA-CHK-09).
    if by_role and SEND_AS_APP not in token.roles:
        return Access(opens=True, by_role=True, service_principal=principal)
    granted = (
        principal is not None and principal.object_id == token.object_id and mailbox.address in principal.full_access
    )
    return Access(granted and _has_spread(principal, tenant, now), by_role, principal)


def _opens_for_user(user: str, tenant: Tenant, mailbox: Mailbox) -> bool:
    try:
        address = Address.parse(user)
    except ValueError:
        return False
    return address == mailbox.address or tenant.may_open(address, mailbox)


def _has_spread(principal: ServicePrincipal | None, tenant: Tenant, now: datetime) -> bool:
    """Tell whether the grant has reached every server (fact OA-CHK-07: 30 to 60 minutes; off by default)."""
    granted = principal.full_access_granted if principal else None
    return granted is None or granted + tenant.token_service.permission_delay <= now

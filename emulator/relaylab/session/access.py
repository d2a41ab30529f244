"""What a token opens: resolved from the world, so that rules only compare."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from relaylab.domain.address import Address
from relaylab.domain.directory import SEND_AS_APP

if TYPE_CHECKING:
    from datetime import datetime

    from relaylab.domain.directory import ServicePrincipal, Spreading
    from relaylab.domain.tenant import Mailbox, Tenant
    from relaylab.domain.token import TokenFacts


@dataclass(frozen=True, slots=True)
class Access:
    """What a token opens at one instant.

    ``opens`` tells whether the mailbox server will let its bearer in: at once for a user (AUTH fails), at the end of
    DATA for an application. ``by_role`` is true where RBAC for Applications covers the mailbox. ``spreading`` is the
    grant that would open it once it has spread.
    """

    opens: bool
    by_role: bool = False
    service_principal: ServicePrincipal | None = None
    spreading: Spreading | None = None


def access(token: TokenFacts, tenant: Tenant | None, mailbox: Mailbox | None, now: datetime) -> Access:
    """Resolve what ``token`` opens."""
    if tenant is None or mailbox is None:
        return Access(opens=False)
    if token.user is not None:
        return _for_user(token.user, tenant, mailbox, now)
    principal, service = tenant.service_principal(token.app_id), tenant.token_service
    assignments = tuple(
        service.spreading(assignment.role, assignment.granted, now)
        for assignment in tenant.management_role_assignments
        if assignment.app == token.app_id and assignment.covers(mailbox.address)
    )
    by_role = None in assignments
    # A token with the classic role is judged by the classic grant, whatever RBAC says (fact OA-CHK-09).
    if by_role and SEND_AS_APP not in token.roles:
        return Access(opens=True, by_role=True, service_principal=principal)
    if SEND_AS_APP not in token.roles and assignments:
        return Access(opens=False, service_principal=principal, spreading=assignments[0])
    if principal is None or principal.object_id != token.object_id or mailbox.address not in principal.full_access:
        return Access(opens=False, by_role=by_role, service_principal=principal)
    spreading = service.spreading("FullAccess", principal.full_access_granted, now)
    return Access(spreading is None, by_role, principal, spreading)


def _for_user(user: str, tenant: Tenant, mailbox: Mailbox, now: datetime) -> Access:
    try:
        address = Address.parse(user)
    except ValueError:
        return Access(opens=False)
    if address == mailbox.address:
        return Access(opens=True)
    grants = tenant.full_access_grants(address, mailbox, now)
    return Access(None in grants, spreading=grants[0] if grants and None not in grants else None)

"""When a switch that takes time to apply was changed: noted where one world takes the place of another.

A world file may say so itself (``reject_direct_send_changed``); what it says holds. A tenant is told by its id.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from relaylab.domain.tenant import Tenant
    from relaylab.domain.world import World


def switched(before: World, after: World, now: datetime, delay: timedelta) -> World:
    """Give ``after`` with the instant of each change since ``before``; ``delay`` is what one takes to apply.

    What is put back before it ever applied holds at once, since nothing changes. A change that was noted earlier stays
    noted for as long as the switch is not touched.
    """
    earlier = {tenant.id: tenant for tenant in before.tenants}
    tenants = tuple(
        _switched(earlier[tenant.id], tenant, now, delay) if tenant.id in earlier else tenant
        for tenant in after.tenants
    )
    return after if tenants == after.tenants else replace(after, tenants=tenants)


def _switched(before: Tenant, after: Tenant, now: datetime, delay: timedelta) -> Tenant:
    old, new = before.organization_config, after.organization_config
    if new.reject_direct_send_changed not in {None, old.reject_direct_send_changed}:
        return after  # the world says it itself
    if new.reject_direct_send == old.reject_direct_send:
        changed = old.reject_direct_send_changed
    else:
        is_as_before = new.reject_direct_send == old.rejects_direct_send(now, delay)
        changed = None if is_as_before else now
    return replace(after, organization_config=replace(new, reject_direct_send_changed=changed))

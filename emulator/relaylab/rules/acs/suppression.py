"""The managed suppression list: how long an address that bounced is left alone (fact ACS-DLV-07).

Law: its whole state is when an address bounced or was sent to while it was listed; ``Meter.ACS_HARD_BOUNCES`` holds
these instants, and everything else follows from them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaylab.domain.charge import Charge, Meter
from relaylab.rules.acs import limits

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from relaylab.domain.address import Address
    from relaylab.rules.acs.quota import Usage


def listed_until(usage: Usage, address: Address, now: datetime) -> datetime | None:
    """Give until when the managed list holds an address, None where it does not hold it at ``now``."""
    until = lease(sorted(_instants(usage, address, now)))
    return until if until is not None and now < until else None


def lease(instants: Iterable[datetime]) -> datetime | None:
    """Give the end of the last lease that hard bounces and sends at these instants, oldest first, have led to.

    A hard bounce of an address that is not listed begins a lease of 24 hours; each send within a lease makes the next,
    longer one, up to 14 days.
    """
    until: datetime | None = None
    step = 0
    for instant in instants:
        step = min(step + 1, len(limits.LEASES) - 1) if until is not None and instant < until else 0
        until = instant + limits.LEASES[step]
    return until


def charge(address: Address, now: datetime) -> Charge:
    """Give what a hard bounce, or a send to a listed address, leaves behind."""
    return Charge(Meter.ACS_HARD_BOUNCES, address.key, 1, now)


def _instants(usage: Usage, address: Address, now: datetime) -> Iterable[datetime]:
    """Give every instant that is still remembered, none of the future."""
    n = 1
    while (instant := usage.nth_newest(Meter.ACS_HARD_BOUNCES, address.key, n)) is not None:
        if instant <= now:
            yield instant
        n += 1

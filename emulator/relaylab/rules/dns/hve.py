"""The two host names of High Volume Email."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Final

from relaylab.domain.world import DnsRecord
from relaylab.domain.zone import Door
from relaylab.engine.publication import Publishing, address_records, published
from relaylab.rules import milestones, sources
from relaylab.rules.dns import addresses

if TYPE_CHECKING:
    from relaylab.engine.milestones import Calendar

FIRST_NAME: Final = "smtp-hve.office365.com"
SERVICE_NAME: Final = "smtp.hve.mx.microsoft"
ZONES: Final = (FIRST_NAME,)  # the other lies in mx.microsoft


def service_name(calendar: Calendar, now: datetime) -> str:
    """Give the name to connect to at an instant: the newest that is in DNS (facts HVE-EP-01, HVE-EP-02)."""
    return SERVICE_NAME if calendar.has_come(milestones.HVE_HOST_AT_MX_MICROSOFT.name, now) else FIRST_NAME


@published(source=sources.HVE_FIRST_HOST, since=milestones.HVE_HOST, door=Door.HVE)
def first_host(_: Publishing) -> Iterator[DnsRecord]:
    """smtp-hve.office365.com is the first name of High Volume Email; no day is named for its end."""
    yield from address_records(FIRST_NAME, addresses.HVE_FIRST)


@published(source=sources.HVE_HOST, since=milestones.HVE_HOST_AT_MX_MICROSOFT, door=Door.HVE)
def host(_: Publishing) -> Iterator[DnsRecord]:
    """smtp.hve.mx.microsoft is the name that Microsoft recommends today."""
    yield from address_records(SERVICE_NAME, addresses.HVE)


PUBLICATIONS: Final = (first_host, host)

"""The two host names of High Volume Email."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from relaylab.domain.world import DnsRecord
from relaylab.domain.zone import Door
from relaylab.engine.publication import Publishing, address_records, published
from relaylab.rules import milestones, sources
from relaylab.rules.dns import addresses

_FIRST: Final = "smtp-hve.office365.com"
_TODAY: Final = "smtp.hve.mx.microsoft"
ZONES: Final = (_FIRST,)  # the other lies in mx.microsoft


@published(source=sources.HVE_FIRST_HOST, since=milestones.HVE_HOST, door=Door.HVE)
def first_host(_: Publishing) -> Iterator[DnsRecord]:
    """smtp-hve.office365.com is the first name of High Volume Email; no day is named for its end."""
    yield from address_records(_FIRST, addresses.HVE_FIRST)


@published(source=sources.HVE_HOST, since=milestones.HVE_HOST_AT_MX_MICROSOFT, door=Door.HVE)
def host(_: Publishing) -> Iterator[DnsRecord]:
    """smtp.hve.mx.microsoft is the name that Microsoft recommends today."""
    yield from address_records(_TODAY, addresses.HVE)


PUBLICATIONS: Final = (first_host, host)

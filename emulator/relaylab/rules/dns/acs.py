"""The host names of Azure Communication Services Email."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from relaylab.domain.world import DnsRecord
from relaylab.domain.zone import Door
from relaylab.engine.publication import Publishing, address_records, published
from relaylab.rules import milestones, sources
from relaylab.rules.dns import addresses

_SMTP: Final = "smtp.azurecomm.net"
_REST: Final = "communication.azure.com"
ZONES: Final = ("azurecomm.net", _REST)


@published(source=sources.ACS_SMTP_HOST, since=milestones.ACS_SMTP, door=Door.ACS_SMTP)
def smtp_host(_: Publishing) -> Iterator[DnsRecord]:
    """smtp.azurecomm.net takes mail for every resource."""
    yield from address_records(_SMTP, addresses.ACS_SMTP)


@published(source=sources.ACS_REST_HOST, door=Door.HTTPS)
def rest_hosts(publishing: Publishing) -> Iterator[DnsRecord]:
    """A resource's own host, <resource>.communication.azure.com, exists from the day the resource was made.

    So does the same with a label of the region behind the name.
    """
    for tenant in publishing.world.tenants:
        for resource in tenant.acs_resources:
            if resource.created <= publishing.now:
                for host in resource.host_names:
                    yield from address_records(host, addresses.ACS_REST)


PUBLICATIONS: Final = (smtp_host, rest_hosts)

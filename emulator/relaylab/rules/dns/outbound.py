"""Where the service's mail comes from: Microsoft's SPF record, and the hosts behind the outbound addresses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from relaylab.domain.world import DnsRecord
from relaylab.engine.publication import Publishing, address_records, published, record
from relaylab.rules import sources
from relaylab.rules.dns.addresses import OUTBOUND_HOSTS

SPF_NAME: Final = "spf.protection.outlook.com"
SPF_RECORD: Final = (
    "v=spf1 ip4:40.92.0.0/15 ip4:40.107.0.0/16 ip4:52.100.0.0/15 ip4:52.102.0.0/16 ip4:52.103.0.0/17 "
    "ip4:104.47.0.0/17 ip6:2a01:111:f400::/48 ip6:2a01:111:f403::/49 ip6:2a01:111:f403:8000::/51 "
    "ip6:2a01:111:f403:c000::/51 ip6:2a01:111:f403:f000::/52 -all"
)
ZONES: Final = (SPF_NAME, "outbound.protection.outlook.com")


@published(source=sources.DNS_SPF)
def spf_record(_: Publishing) -> Iterator[DnsRecord]:
    """spf.protection.outlook.com lists the ranges that mail leaves from; the relay pool is not among them."""
    yield record(SPF_NAME, "TXT", SPF_RECORD)


@published(source=sources.DNS_OUTBOUND)
def hosts(_: Publishing) -> Iterator[DnsRecord]:
    """An address that mail leaves from has a PTR record, and the host it names has that address."""
    for one in OUTBOUND_HOSTS:
        yield from address_records(one.name, (one.address,))
        yield record(one.address.reverse_pointer, "PTR", one.name)


PUBLICATIONS: Final = (spf_record, hosts)

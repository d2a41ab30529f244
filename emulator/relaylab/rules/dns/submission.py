"""The host names of client submission."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from relaylab.domain.world import DnsRecord
from relaylab.domain.zone import Door
from relaylab.engine.publication import Publishing, address_records, published, record
from relaylab.rules import sources
from relaylab.rules.dns import addresses

# outlook.office365.com is on the way: the Exchange admin API answers there.
_CHAIN: Final = (
    "smtp.office365.com",
    "outlook.office365.com",
    "outlook.ha.office365.com",
    "outlook.ms-acdc.office.com",
    "lhr-efz.ms-acdc.office.com",
)
_LEGACY: Final = "smtp-legacy.office365.com"
ZONES: Final = (*_CHAIN[:3], "ms-acdc.office.com", _LEGACY)


@published(source=sources.DNS_SUBMISSION, door=Door.SUBMISSION)
def host(_: Publishing) -> Iterator[DnsRecord]:
    """smtp.office365.com is an alias of outlook.office365.com, which leads to a front end of the region."""
    yield from (record(alias, "CNAME", target) for alias, target in pairwise(_CHAIN))
    yield from address_records(_CHAIN[-1], addresses.SUBMISSION)


@published(source=sources.OLD_TLS_OPT_IN, door=Door.SUBMISSION_LEGACY)
def legacy_host(_: Publishing) -> Iterator[DnsRecord]:
    """smtp-legacy.office365.com, where TLS 1.0 and 1.1 can be allowed, has an address of its own."""
    yield from address_records(_LEGACY, addresses.SUBMISSION_LEGACY)


PUBLICATIONS: Final = (host, legacy_host)

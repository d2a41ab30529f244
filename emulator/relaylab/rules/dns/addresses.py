"""The addresses of the service as the internet sees them: those that were seen, and stand-ins for the others.

Where no address is public, one of TEST-NET-1 (RFC 5737) stands in (``sources.DNS_UNSEEN``): it can be told apart from
any that was seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from relaylab.domain.zone import IpAddress


def _all(*texts: str) -> tuple[IpAddress, ...]:
    return tuple(map(ip_address, texts))


# sources.DNS_SUBMISSION
SUBMISSION: Final = _all(
    "52.98.145.66",
    "52.97.211.242",
    "52.97.133.226",
    "40.100.175.146",
    "2603:1026:c06:22::2",
    "2603:1026:c06:2e::2",
    "2603:1026:c06:1419::2",
    "2603:1026:c06:1d::2",
)
# sources.DNS_MX_ADDRESSES
MX_IPV4: Final = _all("52.101.68.27", "52.101.73.26", "52.101.73.4", "52.101.73.2")
MX_IPV6: Final = _all(
    "2a01:111:f403:ca09::8", "2a01:111:f403:ca04::10", "2a01:111:f403:ca09::4", "2a01:111:f403:ca09::5"
)
HVE_FIRST: Final = _all("130.107.37.108")  # sources.HVE_FIRST_ADDRESS

# sources.DNS_UNSEEN
SUBMISSION_LEGACY: Final = _all("192.0.2.25")
HVE: Final = _all("192.0.2.26")
ACS_SMTP: Final = _all("192.0.2.27")
ACS_REST: Final = _all("192.0.2.28")
ENTRA: Final = _all("192.0.2.29")


@dataclass(frozen=True, slots=True)
class OutboundHost:
    """A host from which the service's mail leaves; ``name`` is what its address and its PTR record agree on."""

    name: str
    address: IPv4Address | IPv6Address


# sources.DNS_OUTBOUND: the two are in Microsoft's SPF record, the relay pool is not (fact MX-RLY-04).
OUTBOUND: Final = OutboundHost(
    "mail-westeuropeazon11013071.outbound.protection.outlook.com", IPv4Address("52.101.72.71")
)
OUTBOUND_IPV6: Final = OutboundHost(
    "mail-psaapc01on20604.outbound.protection.outlook.com", IPv6Address("2a01:111:f400:feae::604")
)
RELAY_POOL: Final = OutboundHost("mail-psaapc01rlnn2071.outbound.protection.outlook.com", IPv4Address("40.95.53.71"))
OUTBOUND_HOSTS: Final = (OUTBOUND, OUTBOUND_IPV6, RELAY_POOL)


def outbound_host(*, is_own: bool, is_vouched_for: bool) -> OutboundHost:
    """Give the host that relayed mail leaves from: the relay pool for a sender nobody vouches for (fact MX-RLY-04).

    ``is_own`` is true for a sender in an accepted domain of the relaying tenant, ``is_vouched_for`` for one whose SPF
    or DKIM passed on arrival.
    """
    return OUTBOUND if is_own or is_vouched_for else RELAY_POOL

"""Where a lab's listeners are: which address of this machine each has, and on which port.

Laws: an address is one that somebody named, never a wildcard. On one address a port is one service, so the first
endpoint of each port has the lab's address, and every other one, like every site, an address of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final, NamedTuple

REAL_PORTS: Final[Mapping[str, int]] = {
    "submission": 587,
    "mx": 25,
    "hve": 587,
    "acs_smtp": 587,
    "submission_legacy": 587,
    "dns": 53,
    "https": 443,
}
PAGE_PORT: Final = 80
CHECK_PORT: Final = 8443  # the page once more, over TLS; 443 is login.microsoftonline.com's
KNOWN_PORTS: Final = tuple(sorted({*REAL_PORTS.values(), PAGE_PORT, CHECK_PORT}))

_OF_NO_SITE: Final = frozenset({"dns", "https"})
_EVERYBODY: Final = IPv4Address("255.255.255.255")


class Place(NamedTuple):
    """Where something listens; port 0 stands for a free one."""

    host: str
    port: int

    def __str__(self) -> str:
        """Write it as in a URL."""
        return f"{in_url(self.host)}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LabPlan:
    """The addresses of a lab. ``address`` is the lab's own, ``endpoints`` and ``sites`` have others.

    ``ports`` says which port stands in for a real one (0: any free one), ``names`` are the host names by which devices
    know this machine.

    Raises:
        ValueError: An address cannot be served, or two services would share a port; the text ends with the way out.
    """

    address: str
    endpoints: Mapping[str, str] = field(default_factory=dict)
    sites: Mapping[str, str] = field(default_factory=dict)
    ports: Mapping[int, int] = field(default_factory=dict)
    names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Check that every address is one to serve, and that no two services meet."""
        for address in self.addresses:
            parse_lab_address(address)
        taken: dict[Place, str] = {}
        for what, place in self._places():
            other = taken.setdefault(place, what)
            if other != what and place.port:
                raise ValueError(f"{what} and {other} would share {place}; give each an address of its own")

    @property
    def addresses(self) -> tuple[str, ...]:
        """Every address of the lab, its own first."""
        return tuple(dict.fromkeys((self.address, *self.endpoints.values(), *self.sites.values())))

    @property
    def certified(self) -> tuple[str, ...]:
        """The addresses and host names that the certificate of the lab's listeners must carry."""
        return (*self.addresses, *self.names)

    @property
    def internet_addresses(self) -> tuple[str, ...]:
        """The addresses that the internet can reach, unless a firewall stands before them."""
        return tuple(address for address in self.addresses if ip_address(address).is_global)

    def port(self, real: int) -> int:
        """Give the port that stands for a real one."""
        return self.ports.get(real, real)

    def place(self, endpoint: str, site: str | None = None) -> Place | None:
        """Give the place of an endpoint, the lab's own or a site's; None when it has no address."""
        comes_first = endpoint in _FIRST_OF_PORT
        if site is None:
            address = self.endpoints.get(endpoint, self.address if comes_first else None)
        else:
            address = self.sites.get(site) if comes_first and endpoint not in _OF_NO_SITE else None
        return None if address is None else Place(address, self.port(REAL_PORTS[endpoint]))

    def _places(self) -> Iterator[tuple[str, Place]]:
        for site in (None, *self.sites):
            for endpoint in REAL_PORTS:
                if (place := self.place(endpoint, site)) is not None:
                    yield listener(endpoint, site), place


def listener(endpoint: str, site: str | None) -> str:
    """Name a listener in a sentence."""
    return endpoint if site is None else f"{endpoint} of site {site}"


def in_url(host: str) -> str:
    """Write an address as a URL has it, IPv6 in brackets."""
    return f"[{host}]" if ":" in host else host


def parse_lab_address(text: str) -> str:
    """Read an address that a lab may listen on, and give it in its usual form.

    Raises:
        ValueError: It is none; the text says why and ends with the way out.
    """
    try:
        address: IPv4Address | IPv6Address = ip_address(text)
    except ValueError:
        raise ValueError(
            f"{text!r} is not an IP address; name one of this machine's own, such as 192.168.1.20 "
            "(`ip address`, `ifconfig` or `ipconfig` lists them)"
        ) from None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if address.is_unspecified:
        raise ValueError(
            f"{address} is every address of this machine, and would open it to every network it is in; "
            "name one address, the one that the devices see"
        )
    if address.is_multicast or address == _EVERYBODY:
        raise ValueError(f"{address} is no machine's own address; name one of this machine's own")
    if isinstance(address, IPv6Address) and address.is_link_local:
        raise ValueError(
            f"{address} is a link-local address, which is another machine on every cable; "
            "name an address that begins with fd, 2 or 3, or an IPv4 address"
        )
    return str(address)


def _first_of_port() -> frozenset[str]:
    first: dict[int, str] = {}
    for endpoint, port in REAL_PORTS.items():
        first.setdefault(port, endpoint)
    return frozenset(first.values())


_FIRST_OF_PORT: Final = _first_of_port()

"""What the network side knows of a connection."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from relaylab.domain.certificate import ClientCertificate

OLD_TLS: Final = frozenset({"SSLv3", "TLSv1", "TLSv1.1"})


def plain(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """Give the IPv4 address that an IPv6 one stands for (``::ffff:192.0.2.1``), else the address itself."""
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return address if mapped is None else mapped


@dataclass(frozen=True, slots=True)
class Peer:
    """The client as the service sees it: its public address, and the site whose address that is.

    ``address`` is the address as it is written.
    """

    ip: IPv4Address | IPv6Address
    site: str | None = None
    address: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Write the address, once for all the sessions of a client."""
        object.__setattr__(self, "address", str(self.ip))

    def __hash__(self) -> int:
        """Hash the text, whose hash Python remembers; that of an address is written out anew each time."""
        return hash((self.address, self.site))


@dataclass(frozen=True, slots=True)
class TlsFacts:
    """A finished handshake: protocol version (``TLSv1.2``), cipher suite (OpenSSL's name) and the name asked for.

    ``client_certificate`` is what the client presented, where it was asked to (the tenant MX) and did.
    """

    version: str
    cipher: str
    sni: str | None = None
    client_certificate: ClientCertificate | None = None

    @property
    def is_outdated(self) -> bool:
        """True for TLS 1.0 and 1.1, which smtp.office365.com no longer serves."""
        return self.version in OLD_TLS


@dataclass(frozen=True, slots=True)
class ClientHello:
    """What a client asks for before any answer: the name (None: it names none), and whether it offers TLS 1.3."""

    server_name: str | None = None
    offers_tls_1_3: bool = False

"""What the network side knows of a connection."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from relaylab.domain.certificate import ClientCertificate

OLD_TLS: Final = frozenset({"SSLv3", "TLSv1", "TLSv1.1"})


@dataclass(frozen=True, slots=True)
class Peer:
    """The client as the service sees it: its public address, and the site whose address that is."""

    ip: IPv4Address | IPv6Address
    site: str | None = None


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

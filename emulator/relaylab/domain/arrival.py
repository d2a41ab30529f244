"""Who stands at the tenant MX: the address that is seen, and the names that a client certificate proves."""

from __future__ import annotations

from datetime import datetime
from ipaddress import IPv4Address, IPv6Address
from typing import TYPE_CHECKING, Self

from relaylab.domain.noun import noun

if TYPE_CHECKING:
    from relaylab.domain.certificate import ChainFault
    from relaylab.domain.peer import Peer, TlsFacts


@noun()
class Arrival:
    """What a connector can be matched with.

    ``identities`` are the names of a certificate that is trusted at this instant, in lower case; an untrusted one
    identifies nobody (fact MX-TLS-06), and ``no_identity`` says why there is none. ``unproven`` are the names of such a
    certificate, and ``fault`` is what its chain suffers from.
    """

    ip: IPv4Address | IPv6Address
    identities: tuple[str, ...] = ()
    no_identity: str = "the connection is not encrypted"
    unproven: tuple[str, ...] = ()
    fault: ChainFault | None = None

    @classmethod
    def of(cls, peer: Peer, tls: TlsFacts | None = None, now: datetime | None = None) -> Self:
        """Take what counts of a connection; with a certificate the instant must be given."""
        if tls is None:
            return cls(peer.ip)
        shown = tls.client_certificate
        if shown is None:
            return cls(peer.ip, no_identity="the client showed none")
        if now is None:
            raise ValueError("a certificate is trusted at an instant, not at large: give now")
        fault = shown.fault_at(now)
        if fault is None:
            return cls(peer.ip, shown.identities, "")
        why = f"the client's {shown.standing_at(now)}"
        return cls(peer.ip, no_identity=why, unproven=shown.identities, fault=fault)

"""Questions to DNS as octets, and the emulator's listener asked over real sockets."""

from __future__ import annotations

import socket
from contextlib import closing

import dns.message
import dns.query
import dns.rcode

from relaylab.app.emulator import Emulator
from relaylab.domain.event import Queried
from relaylab.servers.fleet import Listening
from tests.clients.served import Place

PATIENCE = 10.0


def over_udp(
    where: Listening | Place, name: str, kind: str = "A", *, edns: int = 0, payload: int = 1232
) -> dns.message.Message:
    """Ask; ``edns`` -1 asks without EDNS."""
    question = dns.message.make_query(name, kind, use_edns=edns, payload=payload)
    return dns.query.udp(question, where.host, PATIENCE, where.port, raise_on_truncation=False)


def over_tcp(where: Listening | Place, name: str, kind: str = "A") -> dns.message.Message:
    return dns.query.tcp(dns.message.make_query(name, kind), where.host, PATIENCE, where.port)


def values(answer: dns.message.Message) -> list[str]:
    return [rdata.to_text() for rrset in answer.answer for rdata in rrset]


def code(answer: dns.message.Message) -> str:
    return dns.rcode.to_text(answer.rcode())


def questions(emulator: Emulator) -> list[tuple[str, str, str]]:
    """What the log holds of DNS: name, type and code."""
    events = [entry.event for entry in emulator.store.events]
    return [(event.name, event.type, event.rcode) for event in events if isinstance(event, Queried)]


def datagram(where: Listening | Place, octets: bytes) -> bytes:
    """Send octets over UDP and give what comes back."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as client:
        client.settimeout(PATIENCE)
        client.sendto(octets, (where.host, where.port))
        return client.recv(65_535)

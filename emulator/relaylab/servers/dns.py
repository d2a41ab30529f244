"""DNS for devices and clients: UDP and TCP on one port, authoritative for the world's zones, and for nothing else.

Laws: a question is answered in one call from the zone of the moment it is asked in, so travels and new worlds count at
once; nothing is ever forwarded; a connection, and their number, are bounded.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from relaylab.domain.endpoint import Endpoint
from relaylab.domain.event import Queried
from relaylab.servers.binding import bind
from relaylab.servers.dns_faults import QueryFaults
from relaylab.servers.dns_wire import LARGEST_QUESTION, answered
from relaylab.servers.lab_plan import parse_lab_address
from relaylab.servers.stream import check_loopback

if TYPE_CHECKING:
    from relaylab.domain.zone import Lab, Zone
    from relaylab.servers.house import House

SESSION: Final = "dns"  # what the session of every question is called in the event log
MOST_CONNECTIONS: Final = 100
IDLE: Final = 10.0  # real seconds that a connection may be silent (RFC 7766 §6.2.3)
_TRIES: Final = 20  # at a free port: the one that TCP was given may be taken for UDP
_PREFIX: Final = 2  # octets that say how long a message is over TCP (RFC 1035 §4.2.2)


@dataclass(frozen=True, slots=True)
class NameDesk:
    """Answers questions and logs them; ``lab`` says where relaylab listens, None answers as the internet sees it."""

    house: House
    zone: Callable[[Lab | None], Zone]
    lab: Lab | None

    def answer(self, octets: bytes, client: tuple[str, int], *, over_udp: bool) -> bytes | None:
        """Give the octets to send back, or None; what a probe asks is not logged, and uses up no fault."""
        choice = QueryFaults(self.house, client[0])
        exchange = answered(octets, choice.instead_of(self.zone(self.lab)), over_udp=over_udp)
        if exchange is None or client in self.house.probes:
            return None if exchange is None else exchange.octets
        with self.house.lock:
            self.house.questions += 1
            queried = Queried(
                at=choice.now,
                session=SESSION,
                endpoint=Endpoint.DNS,
                client=client[0],
                name=exchange.name,
                type=exchange.type,
                rcode=exchange.rcode,
            )
            told, uses = choice.told(SESSION)
            self.house.store.apply(charges=(), kept=(), events=(*told, queried), uses=uses)
        return exchange.octets


class NameServer:
    """The two listeners of one desk."""

    def __init__(self, desk: NameDesk) -> None:
        """Prepare; nothing listens before ``start``."""
        self._desk = desk
        self._tcp: asyncio.Server | None = None
        self._udp: asyncio.DatagramTransport | None = None
        self._connections: set[_Connection] = set()

    async def start(self, host: str, port: int, *, in_lab: bool = False) -> int:
        """Listen on UDP and TCP, and give the port they share; port 0 takes a free one.

        The address is a loopback one, ``in_lab`` one that a user has named.

        Raises:
            ValueError: The address is not one of this machine's own.
            OSError: The port is taken, or may not be used.
        """
        if in_lab:
            parse_lab_address(host)
        else:
            check_loopback(host)
        loop = asyncio.get_running_loop()
        for tries_left in reversed(range(1 if port else _TRIES)):
            tcp = await loop.create_server(lambda: _Connection(self._desk, self._connections), sock=bind(host, port))
            taken: int = tcp.sockets[0].getsockname()[1]
            try:
                udp, _ = await loop.create_datagram_endpoint(lambda: _Datagrams(self._desk), (host, taken))
            except BaseException as error:
                tcp.close()
                if tries_left and isinstance(error, OSError):
                    continue
                raise
            self._tcp, self._udp = tcp, udp
            return taken
        raise AssertionError("the last try returns or raises")

    def __len__(self) -> int:
        """Count the open connections."""
        return len(self._connections)

    def hang_up(self) -> None:
        """End every connection; the listeners go on."""
        for connection in tuple(self._connections):
            connection.end()

    def stop(self) -> None:
        """Close both listeners and every connection."""
        if self._tcp is not None:
            self._tcp.close()
        if self._udp is not None:
            self._udp.close()
        self.hang_up()


class _Datagrams(asyncio.DatagramProtocol):
    """Questions over UDP."""

    def __init__(self, desk: NameDesk) -> None:
        self._desk = desk
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember the way out."""
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Answer, unless there is nothing to say."""
        reply = self._desk.answer(data[:LARGEST_QUESTION], addr[:2], over_udp=True)
        if reply is not None and self._transport is not None:
            self._transport.sendto(reply, addr)

    def error_received(self, exc: Exception) -> None:
        """Go on: somebody asked and closed the port before the answer came."""


class _Connection(asyncio.Protocol):
    """Questions over TCP, answered in their order; a client that reads no answers is not heard."""

    def __init__(self, desk: NameDesk, others: set[_Connection]) -> None:
        self._desk = desk
        self._others = others
        self._transport: asyncio.Transport | None = None
        self._client = ("", 0)
        self._waiting = b""
        self._silence: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin, if there are not too many already."""
        self._transport = cast("asyncio.Transport", transport)
        if len(self._others) >= MOST_CONNECTIONS:
            self._transport.abort()
            return
        self._others.add(self)
        self._client = transport.get_extra_info("peername", ("", 0))[:2]
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Answer the questions that are complete."""
        if self not in self._others or self._transport is None:
            return
        self._wait()
        self._waiting += data
        while len(self._waiting) >= _PREFIX:
            length = int.from_bytes(self._waiting[:_PREFIX], "big")
            if length > LARGEST_QUESTION:
                self.end()
                return
            if len(self._waiting) < _PREFIX + length:
                return
            question, self._waiting = self._waiting[_PREFIX : _PREFIX + length], self._waiting[_PREFIX + length :]
            reply = self._desk.answer(question, self._client, over_udp=False)
            if reply is not None:
                self._transport.write(len(reply).to_bytes(_PREFIX, "big") + reply)

    def pause_writing(self) -> None:
        """Hear nothing more while answers wait."""
        if self._transport is not None:
            self._transport.pause_reading()

    def resume_writing(self) -> None:
        """Go on."""
        if self._transport is not None:
            with suppress(RuntimeError):  # it is closing
                self._transport.resume_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        """Be one less."""
        del exc
        self._others.discard(self)
        if self._silence is not None:
            self._silence.cancel()

    def end(self) -> None:
        """Cut the connection, whatever still waits; it counts no more from now on."""
        self._others.discard(self)
        if self._transport is not None:
            self._transport.abort()

    def _wait(self) -> None:
        if self._silence is not None:
            self._silence.cancel()
        self._silence = asyncio.get_running_loop().call_later(IDLE, self.end)

"""A listener behind a balancer: each connection begins with a PROXY header, and only then with a dialogue.

The header is required where it is expected: a listener that took it from some and did without from others would let
any client say who it is. A connection without one is closed without a word, and the event log says why.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address
from typing import TYPE_CHECKING, Protocol

from relaylab.servers.desk import Desk
from relaylab.servers.proxy_header import HeaderReader, ProxyHeader, ProxyHeaderError
from relaylab.servers.stream import SmtpStream

if TYPE_CHECKING:
    from relaylab.servers.sweep import Sweep
    from relaylab.session.moment import Moment
    from relaylab.session.turn import Dialogue


class ProxyDesk(Desk, Protocol):
    """A desk that can be told who the client is."""

    def open_for(self, source: IPv4Address | IPv6Address, moment: Moment) -> Dialogue:
        """Begin a dialogue with the client of that public address."""
        ...

    def turn_away(self, remote: str, why: str) -> None:
        """Take note of a connection that never became a dialogue."""
        ...


class ProxiedStream(SmtpStream):
    """One connection that begins with a PROXY header."""

    __slots__ = ("_header", "_proxy_desk", "_remote")

    _remote: tuple[str, int]

    def __init__(self, desk: ProxyDesk, sweep: Sweep) -> None:
        super().__init__(desk, sweep)
        self._proxy_desk = desk
        self._header: HeaderReader | None = None

    def _begin(self, remote: tuple[str, int]) -> None:
        """Wait for the header before anything is said."""
        self._remote = remote
        self._header = HeaderReader()

    def data_received(self, data: bytes) -> None:
        """Take the header, then what an SMTP client says."""
        if self._header is None:
            super().data_received(data)
            return
        try:
            header = self._header.take(data)
        except ProxyHeaderError as error:
            self._turn_away(str(error))
            return
        if header is not None:
            self._introduce(header)

    def eof_received(self) -> bool:
        """Close what ends within its header; one that ends before it was a balancer looking whether we are there."""
        if self._header is not None and self._header.has_begun:
            self._turn_away("the connection ended within its PROXY header")
        return super().eof_received()

    def check(self, now: float) -> None:
        """End a connection whose header does not come."""
        if self._header is None:
            super().check(now)
        elif now - self._born >= self._limits.handshake:
            self._turn_away("no PROXY header in time")

    def _introduce(self, header: ProxyHeader) -> None:
        self._header = None
        if header.source is None:
            super()._begin(self._remote)
        else:
            self._welcome(self._proxy_desk.open_for, header.source)
        if header.rest:
            super().data_received(header.rest)

    def _turn_away(self, why: str) -> None:
        self._header = None
        self._ended = self._sweep.monotonic()
        self._proxy_desk.turn_away(self._remote[0], why)
        self._transport.close()

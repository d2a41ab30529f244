"""What a transport asks of its surroundings, and how much one connection may take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from relaylab.domain.handshake import Handshake
    from relaylab.servers.tls import TlsServer
    from relaylab.session.moment import Moment
    from relaylab.session.turn import Dialogue, Turn


@dataclass(frozen=True, slots=True)
class StreamLimits:
    """How long a connection may last, in real seconds, and how much of it may wait, in octets.

    ``idle`` counts from the last octet received, ``total`` from the beginning, ``handshake`` from STARTTLS, ``linger``
    from our last octet until the client must have closed its side. ``line`` bounds a line without its CRLF, ``queue``
    the input that waits and ``unread`` the replies that wait. ``idle`` and ``total`` are inferred: sources.TIME_LIMITS.
    """

    idle: float = 300.0
    total: float = 600.0
    handshake: float = 60.0
    linger: float = 5.0
    line: int = 65_536
    queue: int = 65_536
    unread: int = 65_536


class Desk(Protocol):
    """Opens dialogues, tells them the moment, and keeps what their turns keep."""

    @property
    def tls(self) -> TlsServer:
        """How TLS begins here."""
        ...

    def faulty_tls(self, handshake: Handshake) -> TlsServer:
        """Give the way TLS begins where a fault has its hand in it."""
        ...

    @property
    def limits(self) -> StreamLimits:
        """The limits of a connection, read once when it is made."""
        ...

    def open(self, remote: tuple[str, int], moment: Moment) -> Dialogue:
        """Begin a dialogue; address and port are those of the client's socket."""
        ...

    def moment(self) -> Moment:
        """Give what a step may know; asked once per step."""
        ...

    def apply(self, turn: Turn) -> None:
        """Keep what the turn keeps; its reply is written afterwards."""
        ...

    def again(self, dialogue: Dialogue, segment: bytes) -> Turn | None:
        """Have a dialogue answer what was said before where it stands, and keep what is to be kept of it.

        None, with nothing done, where the segment is another or none that is remembered.
        """
        ...

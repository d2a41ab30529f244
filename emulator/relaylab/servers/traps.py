"""Readers that faults put in the way: one that looks at the ClientHello, and one that ends at the first octet."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from relaylab.domain.peer import ClientHello
from relaylab.servers.client_hello import read_client_hello
from relaylab.servers.framing import MORE
from relaylab.session.turn import Ending, Manner

if TYPE_CHECKING:
    from relaylab.session.moment import Moment
    from relaylab.session.turn import Dialogue, Turn

_TLS_RECORD: Final = 22


class HelloReader:
    """Holds the first octets of a handshake until they tell what the client asks for; ``octets`` are all of them.

    What came in clear behind STARTTLS, in the same segment, is dropped: it is no record of TLS.
    """

    __slots__ = ("_hello", "octets")

    def __init__(self) -> None:
        self.octets = b""
        self._hello = ClientHello()

    def take(self, data: bytes, start: int) -> int:
        """Take all there is."""
        if not self.octets and start < len(data) and data[start] != _TLS_RECORD:
            return MORE
        self.octets += data[start:]
        hello = read_client_hello(self.octets) if self.octets else None
        if hello is None:
            return MORE
        self._hello = hello
        return len(data)

    def deliver(self, dialogue: Dialogue, moment: Moment) -> Turn:
        """Hand over what the client asks for."""
        return dialogue.client_hello(self._hello, moment)


class TrapReader:
    """Ends the connection when anything comes."""

    __slots__ = ()

    def take(self, data: bytes, start: int) -> int:
        """Take whatever there is."""
        return len(data) if start < len(data) else MORE

    def deliver(self, dialogue: Dialogue, moment: Moment) -> Turn:
        """Tell the dialogue that it is over."""
        turn = dialogue.hung_up("reset when the content came, as a fault has it", moment)
        return replace(turn, manner=Manner(ending=Ending.RESET))

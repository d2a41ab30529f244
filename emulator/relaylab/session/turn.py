"""What one step of a dialogue gives back to the transport."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Protocol

from relaylab.domain.noun import noun

if TYPE_CHECKING:
    from relaylab.domain.charge import Charge
    from relaylab.domain.fault import FaultUse
    from relaylab.domain.handshake import Handshake
    from relaylab.domain.message import KeptMessage
    from relaylab.domain.peer import ClientHello, TlsFacts
    from relaylab.domain.telling import Told
    from relaylab.session.acs_delivery import Despatch
    from relaylab.session.moment import Moment


class Then(Enum):
    """What the transport reads next."""

    READ_COMMAND = "a line"
    START_TLS = "a TLS handshake"
    READ_MESSAGE = "message content up to CRLF.CRLF"
    READ_CHUNK = "a counted chunk"
    CLOSE = "nothing"


class Ending(Enum):
    """How a connection ends, or seems to, when a fault ends it."""

    RESET = "reset"
    HANG_UP = "closed, and TLS without a word"
    RESET_AT_INPUT = "reset when the client goes on"
    SILENCE = "kept, with nothing read or written any more"


@noun(kw_only=True)
class Manner:
    """What a fault asks of the transport; a turn without one is written and followed as it stands.

    ``piece`` octets are written at a time (0: all), ``pause`` real seconds apart, and as long before ``ending``;
    ``alone`` keeps the reply from being joined with others. With START_TLS, ``peeks`` has the transport hand the
    ClientHello to the dialogue before it answers, and ``handshake`` says how it is answered then.
    """

    piece: int = 0
    pause: float = 0.0
    alone: bool = False
    ending: Ending | None = None
    peeks: bool = False
    handshake: Handshake | None = None


@noun()
class Turn:
    """One answer: the octets to write, what to read then, and what is to be kept of it.

    ``data`` is the reply as it goes on the wire, empty when there is none yet; ``chunk`` the octets to read with
    READ_CHUNK, and ``onto`` the buffer to put them behind the octets of; ``despatch`` is mail that delivery reports are
    due on; ``delay`` real seconds before ``data`` is written. The transport has the rest applied by its desk before it
    writes ``data``. What nearly every turn has comes first: one that is made by position takes a third of the time.
    """

    data: bytes = b""
    then: Then = Then.READ_COMMAND
    events: Told = ()
    charges: tuple[Charge, ...] = ()
    kept: tuple[KeptMessage, ...] = ()
    delay: float = 0.0
    chunk: int = 0
    onto: bytearray | None = None
    uses: tuple[FaultUse, ...] = ()
    despatch: Despatch | None = None
    manner: Manner | None = None


class Dialogue(Protocol):
    """One connection's side of the service, driven by a transport; every method is synchronous and pure of I/O."""

    @property
    def message_limit(self) -> int:
        """Octets of message content that are kept; a longer message is counted and not kept."""
        ...

    def greet(self, moment: Moment) -> Turn:
        """Begin: the greeting."""
        ...

    def receive_line(self, line: bytes, moment: Moment) -> Turn:
        """Take one line without its CRLF."""
        ...

    def receive_overlong_line(self, moment: Moment) -> Turn:
        """Take note of a line that passed the transport's bound and was dropped up to its CRLF."""
        ...

    def client_hello(self, hello: ClientHello, moment: Moment) -> Turn:
        """Take note of what a client asks for in TLS; called only behind a turn whose manner peeks."""
        ...

    def tls_established(self, tls: TlsFacts, moment: Moment) -> Turn:
        """Take note of a finished handshake."""
        ...

    def tls_failed(self, reason: str, moment: Moment) -> Turn:
        """Take note of a handshake that failed."""
        ...

    def receive_message(self, content: bytes | bytearray, moment: Moment) -> Turn:
        """Take a message, dot-unstuffed, its last line ended by CRLF; a buffer is handed over."""
        ...

    def receive_oversized_message(self, size: int, moment: Moment) -> Turn:
        """Take note of a message of ``size`` octets that was longer than the limit and was not kept."""
        ...

    def receive_chunk(self, size: int, moment: Moment) -> Turn:
        """Take note of a chunk, exactly as long as announced: it is where the turn that asked for it said."""
        ...

    def receive_oversized_chunk(self, size: int, moment: Moment) -> Turn:
        """Take note of a chunk that would pass the limit; its octets were read and dropped."""
        ...

    def time_out(self, lasted: float, moment: Moment) -> Turn:
        """Take note that the connection is idle or too old; ``lasted`` is its age in real seconds."""
        ...

    def hung_up(self, why: str, moment: Moment) -> Turn:
        """Take note that the connection is gone; nothing can be written any more."""
        ...

"""An in-memory client of a session: the socket's part without the socket.

It frames what a client sends as the transport would, and answers with the octets the service would write. Tests and
in-process scenarios use it; TLS is a statement here (``start_tls``), not a handshake.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from relaylab.domain.peer import TlsFacts
from relaylab.session.moment import Moment
from relaylab.session.turn import Dialogue, Then, Turn

TLS_1_3: Final = TlsFacts("TLSv1.3", "TLS_AES_256_GCM_SHA384", "smtp.office365.com")


class Wire:
    """One connection in memory. ``turns`` holds every turn, in order; ``apply`` is called with each."""

    def __init__(
        self, session: Dialogue, moment: Callable[[], Moment], apply: Callable[[Turn], None] = lambda _: None
    ) -> None:
        """Connect, and hear the greeting."""
        self._session = session
        self._moment = moment
        self._apply = apply
        self.turns: list[Turn] = []
        self.greeting = self._take(session.greet(moment()))

    @property
    def is_closed(self) -> bool:
        """True once the service has closed the connection."""
        return self.turns[-1].then is Then.CLOSE

    def say(self, line: str | bytes) -> bytes:
        """Send one line, its CRLF added, and give the answer."""
        octets = line.encode() if isinstance(line, str) else line
        return self._take(self._session.receive_line(octets, self._moment()))

    def start_tls(self, tls: TlsFacts = TLS_1_3) -> bytes:
        """Send STARTTLS and, where it is granted, count the handshake as done."""
        answer = self.say("STARTTLS")
        if self.turns[-1].then is Then.START_TLS:
            self._take(self._session.tls_established(tls, self._moment()))
        return answer

    def message(self, content: bytes) -> bytes:
        """Send the content after 354; ``content`` ends with CRLF and is not dot-stuffed."""
        if len(content) > self._session.message_limit:
            return self._take(self._session.receive_oversized_message(len(content), self._moment()))
        return self._take(self._session.receive_message(bytearray(content), self._moment()))

    def chunk(self, content: bytes, *, last: bool) -> bytes:
        """Send a BDAT chunk and its octets."""
        answer = self.say(f"BDAT {len(content)}{' LAST' if last else ''}")
        if self.turns[-1].then is not Then.READ_CHUNK:
            return answer
        if len(content) > self._session.message_limit:
            return self._take(self._session.receive_oversized_chunk(len(content), self._moment()))
        if (onto := self.turns[-1].onto) is not None:
            onto += content
        return self._take(self._session.receive_chunk(len(content), self._moment()))

    def _take(self, turn: Turn) -> bytes:
        self.turns.append(turn)
        self._apply(turn)
        return turn.data

"""What a connection writes: replies joined, TLS around them once it has begun, and an end that loses nothing.

Replies in clear wait for those that other connections are given in the same turn of the loop, and are written one right
after the other. A reply that is written as soon as it is there wakes a client that has had nothing to do but sleep, and
to wake it costs more than to write; where the last one is still being read, the next wakes nobody. Of the time of a
small message on a reused connection a fifth was this. Where only one connection is open, its replies wait for nobody.
"""

from __future__ import annotations

import os
import struct
from contextlib import suppress
from socket import SO_LINGER, SOL_SOCKET
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop, Transport
    from collections.abc import Sized

    from relaylab.servers.tls import TlsEngine

_NO_LINGER: Final = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)  # on close: what waits is lost, RST is sent
_JOINED: Final = 16_384  # octets of replies that are joined before they are written


class Outbox:
    """The outlets of one loop that have replies to write in this turn of it, in that order.

    ``connections`` are those that are open, as the sweep has them; ``waiting`` are the outlets, of which the first
    wakes the outbox.
    """

    __slots__ = ("_loop", "connections", "waiting")

    def __init__(self, loop: AbstractEventLoop, connections: Sized) -> None:
        """Begin empty."""
        self._loop = loop
        self.waiting: list[Outlet] = []
        self.connections = connections

    def wake(self) -> None:
        """Have what is due written at the end of this turn."""
        self._loop.call_soon(self.flush)

    def flush(self) -> None:
        """Write what is due; where that fails, the connection is cut and the others do not feel it."""
        waiting, self.waiting = self.waiting, []
        for outlet in waiting:
            try:
                outlet.flush()
            except Exception as error:  # noqa: BLE001 - whatever it is
                with suppress(Exception):
                    outlet.cut()
                self._loop.call_exception_handler({"message": "a reply could not be written", "exception": error})


class Outlet:
    """The way out to one client.

    ``tls`` is the engine that replies pass, if there is one. ``client_is_done`` is to be set once the client has closed
    its side or has nothing to say any more.
    """

    __slots__ = ("_due", "_outbox", "_transport", "client_is_done", "tls")

    def __init__(self, transport: Transport, outbox: Outbox) -> None:
        self._transport = transport
        self._outbox = outbox
        self._due = b""
        self.tls: TlsEngine | None = None
        self.client_is_done = False

    def write(self, reply: bytes) -> None:
        """Write a reply, at the latest with the next ``flush``."""
        self._due += reply
        if len(self._due) >= _JOINED:
            self.flush()

    def flush_soon(self) -> None:
        """Write the replies that are due at the end of this turn of the loop; at once where nobody else is served."""
        if not self._due:
            return
        outbox = self._outbox
        if len(outbox.connections) < 2:
            self.flush()
            return
        if not outbox.waiting:
            outbox.wake()
        outbox.waiting.append(self)  # put here, as a call for it would be one for each line

    def flush(self) -> None:
        """Write the replies that are due, behind what TLS itself has to say."""
        due, self._due = self._due, b""
        if self.tls is not None:
            if due:
                self.tls.write(due)
            due = self.tls.take()
        if due:
            self._transport.write(due)

    def pump(self, tls: TlsEngine) -> None:
        """Write what TLS itself has to say."""
        if octets := tls.take():
            self._transport.write(octets)

    def cut(self) -> None:
        """Cut the connection as it stands."""
        self.mute()
        self._transport.abort()

    def mute(self) -> None:
        """Write no reply any more: the connection, or its TLS, is broken."""
        self._due = b""
        self.tls = None

    def break_off(self, *, is_reset: bool) -> None:
        """Close the socket as it stands, TLS without a word; with a reset in place of a close where that is asked."""
        if is_reset and (socket := self._transport.get_extra_info("socket")) is not None:
            with suppress(OSError):  # gone already
                socket.setsockopt(SOL_SOCKET, SO_LINGER, _NO_LINGER)
            self._transport.abort()
        else:
            self._transport.close()

    def finish(self) -> None:
        """Write what is due, close TLS and our side.

        A socket closed while the client still sends would be reset, and our last reply could be lost; so we wait for
        the client to close its side, unless it is done.
        """
        if self.tls is not None:
            due, self._due = self._due, b""
            if due:
                self.tls.write(due)
            self.tls.close()  # in one piece with the last reply
        self.flush()
        self.tls = None
        if self.client_is_done or not self._transport.can_write_eof():
            self._transport.close()
        else:
            with suppress(OSError):  # reset a moment ago, which the loop is about to say
                self._transport.write_eof()

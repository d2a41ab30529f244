"""A listening socket, and from how many descriptors of it connections are taken at a time.

uvloop takes one connection from a descriptor each time it looks what has happened. Where many come at once, each of
these turns of the loop is short: few lines are answered in it, clients sleep in between, and to wake them costs more
than to answer. So a socket on which many come has more ears for as long as they do: further descriptors of the same
socket, from each of which one connection is taken. Small messages on new connections, two hundred at once, took a
quarter less time with sixteen of them; a client that comes alone would wait a tenth longer, as all of them look for it.
asyncio's own loop takes all that have come and needs none.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from relaylab.servers.binding import BACKLOG

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

EARS: Final = 16  # at most; more gain little
MANY: Final = 64  # connections, by which it is seen how fast they come
BUSY: Final = 0.1  # seconds for so many, in which more ears are opened
CALM: Final = 0.4  # seconds for so many, from which on one is enough


class Acceptor:
    """Accepts connections of one listening socket."""

    def __init__(
        self,
        make: Callable[[], asyncio.Protocol],
        listener: socket.socket,
        *,
        loop: asyncio.AbstractEventLoop,
        monotonic: Callable[[], float],
    ) -> None:
        """Take a socket that listens; ``open`` begins. ``monotonic`` gives seconds that only ever grow."""
        self._make = make
        self._listener = listener
        self._loop = loop
        self._monotonic = monotonic
        self._takes_one = not isinstance(loop, asyncio.BaseEventLoop)
        self._ears: list[asyncio.Server] = []  # the first is there until the end
        self._opening: asyncio.Task[None] | None = None
        self._left = MANY  # connections until it is seen how fast they came
        self._since = monotonic()

    async def open(self) -> None:
        """Accept from now on; raise OSError where the loop cannot."""
        self._ears.append(await self._listen(self._listener))

    @property
    def sockets(self) -> tuple[socket.socket, ...]:
        """The listening socket, as an asyncio server has it."""
        return (self._listener,)

    @property
    def ears(self) -> int:
        """From how many descriptors connections are taken."""
        return len(self._ears)

    def close(self) -> None:
        """Accept no more; connections that were accepted stay."""
        ears, self._ears = self._ears, []
        for ear in ears:
            ear.close()

    def _accepted(self) -> asyncio.Protocol:
        """Give the protocol of a connection that has come."""
        self._left -= 1
        if not self._left:
            self._look_how_fast()
        return self._make()

    def _look_how_fast(self) -> None:
        """Have as many ears as it takes for connections that come as these did."""
        now = self._monotonic()
        took, self._since, self._left = now - self._since, now, MANY
        if took < BUSY and len(self._ears) == 1 and self._takes_one and self._opening is None:
            self._opening = self._loop.create_task(self._open_more())
        elif took > CALM:
            self._loop.call_soon(self._close_others)  # one of them has yet to hand over the connection

    async def _open_more(self) -> None:
        """Open the other ears, as many as there are descriptors for."""
        try:
            while 0 < len(self._ears) < EARS:
                ear = await self._listen(self._listener.dup())
                if self._ears:
                    self._ears.append(ear)
                else:  # closed meanwhile
                    ear.close()
        except OSError:  # no descriptor is left for one
            self._close_others()
        self._opening = None

    def _close_others(self) -> None:
        """Let one ear be enough."""
        others, self._ears[1:] = self._ears[1:], []
        for ear in others:
            ear.close()

    async def _listen(self, listener: socket.socket) -> asyncio.Server:
        try:
            return await self._loop.create_server(self._accepted, sock=listener, backlog=BACKLOG)
        except BaseException:
            listener.close()
            raise

"""A listening socket, and from how many descriptors of it connections are taken at a time.

uvloop takes one connection from a descriptor each time it looks what has happened. Where many come at once, each of
these turns of the loop is short: few lines are answered in it, clients sleep in between, and to wake them costs more
than to answer. So a socket at which connections wait has more ears for as long as they do: further descriptors of the
same socket, from each of which one is taken. Small messages on new connections, two hundred at once, took a quarter
less time with sixteen of them. A client that comes alone has one: its session would take a tenth longer, as every ear
looks for its connection. asyncio's own loop takes all that have come and needs none, nor is there a second one where
the system does not tell how many wait (Linux does).
"""

from __future__ import annotations

import asyncio
import socket
import struct
import sys
from typing import TYPE_CHECKING, Final

from relaylab.servers.binding import BACKLOG

if sys.platform == "linux":
    import resource

if TYPE_CHECKING:
    from collections.abc import Callable

EARS: Final = 16  # at most; more gain little
LOOKS: Final = 16  # connections, behind which it is seen how many wait
MANY: Final = 4  # that wait, for which more ears are opened
_DESCRIPTORS: Final = 64  # that a process may have for each ear of a listener
_WAITING: Final = struct.Struct("=24xI")  # in TCP_INFO: tcpi_unacked, of a listening socket how many wait to be taken


class Acceptor:
    """Accepts connections of one listening socket.

    Ears are closed behind a ``period``, in seconds, in which nobody was seen to wait.
    """

    def __init__(
        self,
        make: Callable[[], asyncio.Protocol],
        listener: socket.socket,
        *,
        loop: asyncio.AbstractEventLoop,
        period: float = 1.0,
    ) -> None:
        """Take a socket that listens; ``open`` begins."""
        self._make = make
        self._listener = listener
        self._loop = loop
        self._period = period
        self._most = _most_ears(loop)
        self._ears: list[asyncio.Server] = []  # the first is there until the end
        self._opening: asyncio.Task[None] | None = None
        self._until_calm: asyncio.TimerHandle | None = None
        self._left = LOOKS  # connections until it is seen how many wait
        self._have_waited = False

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
        self._close_others()
        ears, self._ears = self._ears, []
        for ear in ears:
            ear.close()

    def _accepted(self) -> asyncio.Protocol:
        """Give the protocol of a connection that has come."""
        self._left -= 1
        if not self._left:
            self._left = LOOKS
            if self._most > 1:
                self._look_who_waits()
        return self._make()

    def _look_who_waits(self) -> None:
        """Open more ears where many wait, and keep them open while anybody does."""
        (waiting,) = _WAITING.unpack(self._listener.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _WAITING.size))
        self._have_waited = self._have_waited or waiting > 0
        if waiting >= MANY and len(self._ears) == 1 and self._opening is None:
            self._opening = self._loop.create_task(self._open_more())

    async def _open_more(self) -> None:
        """Open the other ears, for which there must be descriptors, until it is calm."""
        try:
            while 0 < len(self._ears) < self._most:
                ear = await self._listen(self._listener.dup())
                if self._ears:
                    self._ears.append(ear)
                else:  # closed meanwhile
                    ear.close()
        except OSError:  # no descriptor is left for one
            self._close_others()
            self._most = 1
        finally:
            self._opening = None
        if len(self._ears) > 1:
            self._until_calm = self._loop.call_later(self._period, self._look_if_calm)

    def _look_if_calm(self) -> None:
        """Let one ear be enough where nobody has waited since the last time."""
        if self._have_waited:
            self._have_waited = False
            self._until_calm = self._loop.call_later(self._period, self._look_if_calm)
        else:
            self._close_others()

    def _close_others(self) -> None:
        if self._until_calm is not None:
            self._until_calm.cancel()
            self._until_calm = None
        others, self._ears[1:] = self._ears[1:], []
        for ear in others:
            ear.close()

    async def _listen(self, listener: socket.socket) -> asyncio.Server:
        try:
            return await self._loop.create_server(self._accepted, sock=listener, backlog=BACKLOG)
        except BaseException:
            listener.close()
            raise


def _most_ears(loop: asyncio.AbstractEventLoop) -> int:
    """Give how many ears a listener may have: fewer where a process may have few descriptors."""
    if sys.platform != "linux" or isinstance(loop, asyncio.BaseEventLoop):
        return 1
    descriptors, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return EARS if descriptors == resource.RLIM_INFINITY else max(1, min(EARS, descriptors // _DESCRIPTORS))

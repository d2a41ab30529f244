"""Our transport in aiosmtpd's ``Controller``, for those who have built their tests around that."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from aiosmtpd.controller import Controller

from relaylab.servers.binding import BACKLOG
from relaylab.servers.house import SmtpDesk
from relaylab.servers.stream import SmtpStream, check_loopback
from relaylab.servers.sweep import Sweep

if TYPE_CHECKING:
    from collections.abc import Callable

    from relaylab.servers.desk import Desk


class RelaylabController(Controller):
    """Serves one desk from a thread of its own, between ``start()`` and ``stop()``.

    ``start()`` makes the desk. Port 0 takes a free one, and ``port`` tells which after the start. aiosmtpd opens a
    connection to itself during the start and closes it after the greeting: the desk sees that. It takes no PROXY
    header, also where the emulator's own listeners (``Settings.proxy_protocol``) do.

    Raises:
        ValueError: ``hostname`` is not in 127.0.0.0/8.
    """

    def __init__(
        self,
        make_desk: Callable[[], Desk],
        hostname: str = "127.0.0.1",
        port: int = 0,
        *,
        loop: asyncio.AbstractEventLoop | None = None,
        ready_timeout: float = 5.0,
    ) -> None:
        check_loopback(hostname)
        super().__init__(None, hostname, port, loop, ready_timeout=ready_timeout)
        self._make_desk = make_desk
        self._sweep = Sweep(self.loop)

    def start(self) -> None:
        """Make the desk, and serve it from a new thread; an emulator whose desk it is ends its connections too."""
        self._desk = self._make_desk()
        if isinstance(self._desk, SmtpDesk):
            self._desk.house.guests.append(self)
        super().start()

    def __len__(self) -> int:
        """Count the open connections."""
        return len(self._sweep)

    def __bool__(self) -> bool:
        """Be true also without a connection."""
        return True

    async def hang_up(self, why: str) -> None:
        """End every connection, from the loop of whoever asks; the listener goes on."""
        work = asyncio.run_coroutine_threadsafe(self._sweep.close_all(grace=0.2, why=why), self.loop)
        await asyncio.wrap_future(work)

    def factory(self) -> SmtpStream:
        """Make the protocol of one connection."""
        return SmtpStream(self._desk, self._sweep)

    def stop(self, no_assert: bool = False) -> None:  # noqa: FBT001, FBT002 - aiosmtpd's signature
        """Close the listener and every connection in good order, then end the thread."""
        if isinstance(self._desk, SmtpDesk) and self in self._desk.house.guests:
            self._desk.house.guests.remove(self)
        if self.server is not None:
            asyncio.run_coroutine_threadsafe(self._close(self.server), self.loop).result()
        super().stop(no_assert)

    async def _create_server(self) -> asyncio.AbstractServer:
        """Listen, as aiosmtpd does, and note the port that was free."""
        server = await self.loop.create_server(self._factory_invoker, self.hostname, self.port, backlog=BACKLOG)
        self.port = server.sockets[0].getsockname()[1]
        return server

    async def _close(self, server: asyncio.AbstractServer) -> None:
        server.close()
        await self._sweep.close_all()

"""The control plane on a port, in the loop that the listeners run in."""

from __future__ import annotations

import asyncio
import contextlib
import secrets  # noqa: TID251 - the token guards the machine's user; it is no part of what is simulated
import socket
from collections.abc import Iterator
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final

import uvicorn

from relaylab.servers.control.app import control_app
from relaylab.servers.control.stream import Streams
from relaylab.servers.fleet import ListenError

if TYPE_CHECKING:
    from relaylab.servers.control.controlled import Controlled


class ControlServer:
    """Serves the control plane of one emulator, on this machine only."""

    def __init__(self, controlled: Controlled) -> None:
        """Draw the token."""
        self.token: Final = secrets.token_urlsafe(24)
        self._streams: Final = Streams()
        self._app = control_app(controlled, self.token, self._streams)
        self._server: _QuietServer | None = None
        self._task: asyncio.Task[None] | None = None
        self.url = ""

    async def start(self, host: str, port: int) -> None:
        """Listen; port 0 takes a free one.

        Raise ListenError when the port is taken, ValueError for an address that other machines can reach.
        """
        if not _is_loopback(host):
            raise ValueError(f"the control plane cannot listen on {host}: it is for this machine only; use 127.0.0.1")
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        try:
            listener = socket.create_server((host, port), family=family)
        except OSError as error:
            raise ListenError.about("control", host, port, error) from None
        shown = f"[{host}]" if ":" in host else host
        self.url = f"http://{shown}:{listener.getsockname()[1]}"
        config = uvicorn.Config(self._app, log_config=None, access_log=False, lifespan="off", ws="none")
        self._server = _QuietServer(config)
        self._task = asyncio.create_task(self._server.serve(sockets=[listener]))

    async def stop(self) -> None:
        """Stop listening, end the streams, and cut off who is still asking after half a second."""
        if self._server is not None and self._task is not None:
            self._server.should_exit = True
            self._streams.close()
            await asyncio.wait({self._task}, timeout=0.5)
            for connection in tuple(self._server.server_state.connections):
                connection.transport.abort()
            await self._task


class _QuietServer(uvicorn.Server):
    """A server that leaves signals to the program it is part of."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"

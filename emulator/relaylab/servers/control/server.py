"""The control plane on a port, in the loop that the listeners run in."""

from __future__ import annotations

import secrets  # noqa: TID251 - the token guards the machine's user; it is no part of what is simulated
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final

from relaylab.servers.control.app import control_app
from relaylab.servers.control.stream import Streams
from relaylab.servers.fleet import ListenError
from relaylab.servers.web import WebServer

if TYPE_CHECKING:
    from relaylab.servers.control.controlled import Controlled


class ControlServer:
    """Serves the control plane of one emulator, on this machine only."""

    def __init__(self, controlled: Controlled) -> None:
        """Draw the token."""
        self.token: Final = secrets.token_urlsafe(24)
        self._streams: Final = Streams()
        self._server: Final = WebServer(
            control_app(controlled, self.token, self._streams), now=lambda: controlled.clock.instant
        )

    @property
    def url(self) -> str:
        """Where it answers; empty before the start."""
        return self._server.url

    async def start(self, host: str, port: int) -> None:
        """Listen; port 0 takes a free one.

        Raise ListenError when the port is taken, ValueError for an address that other machines can reach.
        """
        if not _is_loopback(host):
            raise ValueError(f"the control plane cannot listen on {host}: it is for this machine only; use 127.0.0.1")
        try:
            await self._server.start(host, port)
        except OSError as error:
            raise ListenError.about("control", host, port, error) from None

    async def stop(self) -> None:
        """Stop listening, end the streams, and cut off who is still asking after half a second."""
        self._streams.close()
        await self._server.stop()


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"

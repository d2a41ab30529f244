"""A web application on a port, in the loop that the other listeners run in.

Law: every answer of an application is dated by the simulated clock, so that whoever compares a ``Date`` with what the
answer says, or with a token, meets one time.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from email.utils import format_datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

import uvicorn

from relaylab.domain.clock import as_utc
from relaylab.servers.binding import bind
from relaylab.servers.handshakes import note_name, telling
from relaylab.servers.lab_plan import in_url

if TYPE_CHECKING:
    import socket
    from datetime import datetime

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from relaylab_certs import CertifiedKey

_PATIENCE: Final = 0.5  # seconds that a client has to finish once the server stops
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}


class WebServer:
    """One listener of an application, over TLS where a certified key is given."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        now: Callable[[], datetime],
        certified: CertifiedKey | None = None,
        on_tls_failure: Callable[[str, str], None] | None = None,
    ) -> None:
        """Prepare; nothing listens before ``start``. ``now`` gives the simulated instant.

        ``on_tls_failure`` is told of each handshake that fails, and of the name that it asked for.
        """
        config = uvicorn.Config(
            self._answering(app),
            log_config=None,
            access_log=False,
            lifespan="off",
            ws="none",
            server_header=False,
            date_header=False,
        )
        self._now = now
        if certified is not None:
            _load(config, certified)
            if config.ssl is not None and on_tls_failure is not None:
                config.ssl.sslobject_class = telling(on_tls_failure)
                config.ssl.sni_callback = note_name
        self._scheme = "http" if certified is None else "https"
        self._server = _QuietServer(config)
        self._listener: socket.socket | None = None
        self._task: asyncio.Task[None] | None = None
        self.url = ""
        self.port = 0

    def certify(self, certified: CertifiedKey) -> None:
        """Show another chain from the next handshake on."""
        if self._server.config.ssl is not None:
            with TemporaryDirectory() as directory:
                files = certified.write_to(Path(directory))
                self._server.config.ssl.load_cert_chain(files.chain, files.key)

    async def start(self, host: str, port: int) -> None:
        """Listen; port 0 takes a free one. Raise OSError when the address or the port cannot be had."""
        self._listener = bind(host, port)
        self.port = self._listener.getsockname()[1]
        shown = "" if self.port == _DEFAULT_PORTS[self._scheme] else f":{self.port}"
        self.url = f"{self._scheme}://{in_url(host)}{shown}"
        self._task = asyncio.create_task(self._server.serve(sockets=[self._listener]))

    async def stop(self) -> None:
        """Stop listening; after half a second cut off who is still asking, and end what is still being answered."""
        self._server.should_exit = True
        if self._task is not None:
            await asyncio.wait({self._task}, timeout=_PATIENCE)
            await self._cut_off()
            await self._task
        if self._listener is not None:
            self._listener.close()

    def _answering(self, app: ASGIApp) -> ASGIApp:
        """Date each answer, and let one that is cut off end quietly: to uvicorn it would be the application's fault."""

        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            async def dated(message: Message) -> None:
                if message["type"] == "http.response.start":
                    date = format_datetime(as_utc(self._now()), usegmt=True).encode("ascii")
                    message = {**message, "headers": [*message.get("headers", ()), (b"date", date)]}
                await send(message)

            try:
                await app(scope, receive, dated)
            except asyncio.CancelledError:
                if not self._server.should_exit:
                    raise

        return answer

    async def _cut_off(self) -> None:
        """End connections first: an answer that is cancelled afterwards is one that nobody waits for."""
        state = self._server.server_state
        for connection in tuple(state.connections):
            connection.transport.abort()
        while state.connections:  # noqa: ASYNC110 - uvicorn has no event for it
            await asyncio.sleep(0)
        for answering in tuple(state.tasks):
            answering.cancel()


class _QuietServer(uvicorn.Server):
    """A server that leaves signals to the program it is part of."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


def _load(config: uvicorn.Config, certified: CertifiedKey) -> None:
    """Load chain and key, which OpenSSL takes from files only."""
    with TemporaryDirectory() as directory:
        files = certified.write_to(Path(directory))
        config.ssl_certfile, config.ssl_keyfile = str(files.chain), str(files.key)
        config.load()

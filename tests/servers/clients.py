"""Clients without manners: they send what and when a test says, over real sockets."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from relaylab.servers.stream import SmtpStream, listen
from relaylab.servers.sweep import Sweep
from tests.servers.scripted import GREETING, ScriptedDesk

PATIENCE = 30.0  # seconds until a test that hangs fails


async def until(happened: Callable[[], bool]) -> None:
    """Let the loop run until something has happened."""
    while not happened():  # noqa: ASYNC110 - what is waited for is no event of ours
        await asyncio.sleep(0)


class Service:
    """A scripted desk behind a listener, with what the loop was told of exceptions."""

    def __init__(self, desk: ScriptedDesk, sweep: Sweep, port: int) -> None:
        self.desk = desk
        self.sweep = sweep
        self.port = port
        self.reported: list[dict[str, Any]] = []
        self._sockets: list[socket.socket] = []

    @property
    def stream(self) -> SmtpStream:
        """The only connection."""
        (stream,) = self.sweep._connections
        assert isinstance(stream, SmtpStream)
        return stream

    def sweep_after(self, seconds: float) -> None:
        """Sweep as if that much time had passed; half a second more, since instants are rounded when they are added."""
        self.sweep.run(asyncio.get_running_loop().time() + seconds + 0.5)

    async def connect(self) -> Client:
        """Connect and read the greeting."""
        client = await self.connect_only()
        assert GREETING.rstrip() == await client.reply()
        return client

    async def connect_only(self) -> Client:
        """Connect and leave the greeting unread."""
        sock = socket.socket()
        self._sockets.append(sock)
        sock.settimeout(0.0)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", self.port))
        return Client(sock)

    async def until_all_gone(self) -> None:
        """Wait until no connection is open."""
        await until(lambda: not len(self.sweep))

    def close_clients(self) -> None:
        """Close what no test has closed."""
        for sock in self._sockets:
            sock.close()


@asynccontextmanager
async def serving(desk: ScriptedDesk) -> AsyncIterator[Service]:
    """Serve a desk for a while; no exception may have reached the loop, save those the test has taken."""
    loop = asyncio.get_running_loop()
    sweep = Sweep(loop)
    server = await listen(desk, "127.0.0.1", 0, sweep=sweep)
    service = Service(desk, sweep, server.sockets[0].getsockname()[1])
    loop.set_exception_handler(lambda _, context: service.reported.append(context))
    try:
        async with asyncio.timeout(PATIENCE):
            yield service
    finally:
        service.close_clients()
        server.close()
        await sweep.close_all()
    assert [] == service.reported


class Client:
    """A plain socket; replies are single lines."""

    def __init__(self, sock: socket.socket) -> None:
        self.socket = sock
        self.loop = asyncio.get_running_loop()
        self.received = b""

    async def send(self, octets: bytes) -> None:
        await self.loop.sock_sendall(self.socket, octets)

    async def receive(self) -> bytes:
        return await self.loop.sock_recv(self.socket, 65536)

    async def reply(self) -> bytes:
        """Read one line."""
        while b"\r\n" not in self.received:
            octets = await self.receive()
            assert octets, f"closed after {self.received!r}"
            self.received += octets
        line, _, self.received = self.received.partition(b"\r\n")
        return line

    async def ask(self, line: bytes) -> bytes:
        await self.send(line + b"\r\n")
        return await self.reply()

    async def rest(self) -> bytes:
        """Read until the server closes its side."""
        received, self.received = [self.received], b""
        while octets := await self.receive():
            received.append(octets)
        return b"".join(received)

    def close_my_side(self) -> None:
        self.socket.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        self.socket.close()

    def reset(self) -> None:
        """Go away without a word."""
        self.socket.setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("hh" if os.name == "nt" else "ii", 1, 0)
        )
        self.socket.close()


class TlsClient(Client):
    """A socket with TLS over memory BIOs, so that a test decides which octets share a segment."""

    def __init__(self, plain: Client, context: ssl.SSLContext, name: str | None = "localhost") -> None:
        super().__init__(plain.socket)
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.incoming, self.outgoing, server_hostname=name)

    async def shake_hands(self, *, and_say: bytes = b"") -> None:
        """Go through the handshake; what is said then leaves in the segment of the last handshake octets."""
        while True:
            try:
                self.tls.do_handshake()
            except ssl.SSLWantReadError:
                await self.flush()
                self.incoming.write(await self.receive_wire())
            else:
                break
        if and_say:
            self.tls.write(and_say)
        await self.flush()

    async def flush(self) -> None:
        await super().send(self.outgoing.read())

    async def receive_wire(self) -> bytes:
        octets = await super().receive()
        assert octets, "closed in the handshake"
        return octets

    async def send(self, octets: bytes) -> None:
        self.tls.write(octets)
        await self.flush()

    async def receive(self) -> bytes:
        """Read clear octets; none once the server has closed TLS."""
        while True:
            try:
                return self.tls.read(65536)
            except ssl.SSLWantReadError:
                octets = await super().receive()
                assert octets, "closed without closing TLS"
                self.incoming.write(octets)

    async def close_tls(self) -> None:
        """Say close_notify and wait for the server's."""
        with pytest.raises(ssl.SSLWantReadError):
            self.tls.unwrap()
        await self.flush()
        with pytest.raises(ssl.SSLZeroReturnError):
            await self.receive()

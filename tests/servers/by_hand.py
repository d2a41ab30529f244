"""A loop and a transport moved by hand: what would happen in time or in the kernel happens when a test says so."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from contextlib import suppress
from typing import Any, cast

from relaylab.servers.stream import SmtpStream
from relaylab.servers.sweep import Sweep
from tests.servers.scripted import ScriptedDesk

Context = dict[str, Any]


class HandLoop:
    """As much of an event loop as a stream uses. It runs nothing by itself; ``step`` runs what was due at the call."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.due: list[tuple[float, asyncio.Handle]] = []
        self.reported: list[Context] = []

    @property
    def as_loop(self) -> asyncio.AbstractEventLoop:
        return cast("asyncio.AbstractEventLoop", self)

    def time(self) -> float:
        return self.now

    def get_debug(self) -> bool:
        return False

    def call_soon(self, callback: Callable[..., object], *args: object, context: object = None) -> asyncio.Handle:
        handle = asyncio.Handle(callback, args, self.as_loop)
        self.due.append((self.now, handle))
        return handle

    def call_later(
        self, delay: float, callback: Callable[..., object], *args: object, context: object = None
    ) -> asyncio.TimerHandle:
        handle = asyncio.TimerHandle(self.now + delay, callback, args, self.as_loop)
        self.due.append((self.now + delay, handle))
        return handle

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """The loop would count it."""

    def call_exception_handler(self, context: Context) -> None:
        self.reported.append(context)

    def step(self, seconds: float = 0.0) -> None:
        """Let time pass and run what is due then, not what that makes due."""
        self.now += seconds
        due = [handle for when, handle in self.due if when <= self.now]
        self.due = [(when, handle) for when, handle in self.due if when > self.now]
        for handle in due:
            if not handle.cancelled():
                handle._run()


class HandTransport(asyncio.Transport):
    """Keeps what is written; reads, pauses and goes away by hand."""

    def __init__(self, peername: tuple[str, int] | None) -> None:
        super().__init__({"peername": peername})
        self.written = bytearray()
        self.writes: list[bytes] = []
        self.reads = True
        self.wrote_eof = False
        self.closed = False
        self.aborted = False
        self.on_write: Callable[[], None] = lambda: None

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Nothing is buffered."""

    def write(self, data: bytes | bytearray | memoryview) -> None:
        assert not self.wrote_eof
        assert not self.closed
        self.written += data
        self.writes.append(bytes(data))
        self.on_write()

    def can_write_eof(self) -> bool:
        return True

    def write_eof(self) -> None:
        assert not self.wrote_eof
        self.wrote_eof = True

    def pause_reading(self) -> None:
        self.reads = False

    def resume_reading(self) -> None:
        self.reads = True

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True

    def abort(self) -> None:
        self.closed = self.aborted = True


class HandConnection:
    """One stream over a transport and a loop moved by hand, already greeted."""

    def __init__(self, desk: ScriptedDesk, *, peername: tuple[str, int] | None = ("127.0.0.1", 40000)) -> None:
        self.loop = HandLoop()
        self.sweep = Sweep(self.loop.as_loop)
        self.desk = desk
        self.transport = HandTransport(peername)
        self.stream = SmtpStream(desk, self.sweep)
        self.stream.connection_made(self.transport)
        self.loop.step()  # the turn of the loop ends, and what was answered in it is written

    def feed(self, *segments: bytes) -> None:
        for segment in segments:
            assert self.transport.reads
            self.stream.data_received(segment)
            self.sweep.outbox.flush()

    def company(self) -> SmtpStream:
        """Give another connection of the same loop, already greeted."""
        other = SmtpStream(self.desk, self.sweep)
        other.connection_made(HandTransport(("127.0.0.1", 40001)))
        self.loop.step()
        return other

    def take_written(self) -> bytes:
        """Give what was written since the last time."""
        written = bytes(self.transport.written)
        self.transport.written.clear()
        return written


class HandTls:
    """A TLS client at the other end of a connection moved by hand, its handshake done."""

    def __init__(self, connection: HandConnection, context: ssl.SSLContext) -> None:
        self.connection = connection
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.incoming, self.outgoing, server_hostname="localhost")
        while True:
            with suppress(ssl.SSLWantReadError):
                self.tls.do_handshake()
            if not self.outgoing.pending:
                break
            self.connection.feed(self.outgoing.read())
            self.incoming.write(self.connection.take_written())

    def encrypt(self, octets: bytes) -> bytes:
        self.tls.write(octets)
        return self.outgoing.read()

    def close_notify(self) -> bytes:
        with suppress(ssl.SSLWantReadError):
            self.tls.unwrap()
        return self.outgoing.read()

    def take_written(self) -> bytes:
        """Give the clear text of what was written since the last time."""
        self.incoming.write(self.connection.take_written())
        clear = b""
        with suppress(ssl.SSLWantReadError):
            while octets := self.tls.read():
                clear += octets
        return clear


def client_hello(context: ssl.SSLContext) -> bytes:
    """Give the first octets of a handshake."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    with suppress(ssl.SSLWantReadError):
        context.wrap_bio(incoming, outgoing, server_hostname="localhost").do_handshake()
    return outgoing.read()

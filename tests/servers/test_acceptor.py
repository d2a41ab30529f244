"""How many connections are taken at a time: many where many come, one where they come alone, and none is lost."""

from __future__ import annotations

import asyncio
import errno
import os
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from relaylab.servers.acceptor import BUSY, CALM, EARS, MANY, Acceptor
from relaylab.servers.binding import bind
from tests.servers.clients import PATIENCE, until
from tests.servers.conftest import Play

GREETING = b"220 here\r\n"


class Greeter(asyncio.Protocol):
    """Greets, and counts that it did."""

    def __init__(self, door: Door) -> None:
        self.door = door

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # a server's is one
        transport.write(GREETING)
        self.door.greeted += 1


class Door:
    """An acceptor with a clock moved by hand, and the clients that came to it."""

    def __init__(self, listener: socket.socket) -> None:
        self.greeted = 0
        self.now = 0.0
        self.clients: list[socket.socket] = []
        self.place = listener.getsockname()
        loop = asyncio.get_running_loop()
        self.acceptor = Acceptor(lambda: Greeter(self), listener, loop=loop, monotonic=lambda: self.now)
        self.has_many = not isinstance(loop, asyncio.BaseEventLoop)

    def come(self, many: int) -> None:
        """Connect, while the loop does nothing else: all of them wait in the kernel."""
        self.clients += [socket.create_connection(self.place, PATIENCE) for _ in range(many)]

    async def are_greeted(self) -> int:
        """Wait until all are, and tell how often the loop looked what had happened."""
        looked = 0
        while self.greeted < len(self.clients):
            looked += 1
            await asyncio.sleep(0)
        return looked

    async def have_come(self, many: int, within: float) -> None:
        """Connect one by one, so many in that many seconds."""
        for _ in range(many):
            self.now += within / MANY
            self.come(1)
            await self.are_greeted()
        await asyncio.sleep(0)  # what is decided by the last of them is done behind it

    async def hears(self, ears: int) -> None:
        await until(lambda: self.acceptor.ears == (ears if self.has_many else 1))


@asynccontextmanager
async def door(listener: socket.socket | None = None) -> AsyncIterator[Door]:
    opened = Door(listener or bind("127.0.0.1", 0))
    await opened.acceptor.open()
    try:
        async with asyncio.timeout(PATIENCE):
            yield opened
        assert [GREETING] * len(opened.clients) == [client.recv(100) for client in opened.clients]
    finally:
        opened.acceptor.close()
        for client in opened.clients:
            client.close()


def test_where_many_come_at_once_many_are_taken_at_a_time(play: Play) -> None:
    async def scene() -> None:
        async with door() as opened:
            await opened.have_come(MANY, BUSY / 2)
            await opened.hears(EARS)
            opened.come(10 * EARS)

            assert await opened.are_greeted() < 4 * EARS  # by one at a time it would be 160

    play(scene())


def test_where_they_come_alone_one_ear_is_enough(play: Play) -> None:
    async def scene() -> None:
        async with door() as opened:
            await opened.have_come(2 * MANY, BUSY * 2)

            assert 1 == opened.acceptor.ears

    play(scene())


def test_ears_are_closed_again_when_it_is_calm_and_nobody_is_lost(play: Play) -> None:
    async def scene() -> None:
        async with door() as opened:
            await opened.have_come(MANY, BUSY / 2)
            await opened.hears(EARS)
            await opened.have_come(MANY, (BUSY + CALM) / 2)
            await opened.hears(EARS)  # neither fast nor slow: as it was
            opened.now += CALM
            opened.come(4 * MANY)  # the last of the first few finds that it was calm, while the others wait
            await opened.are_greeted()
            await opened.have_come(MANY, CALM * 2)
            await opened.hears(1)

    play(scene())


def test_a_burst_that_comes_again_is_heard_again(play: Play) -> None:
    async def scene() -> None:
        async with door() as opened:
            for _ in range(2):
                await opened.have_come(MANY, BUSY / 2)
                await opened.hears(EARS)
                await opened.have_come(MANY, CALM * 2)
                await opened.hears(1)

    play(scene())


def test_a_closed_acceptor_holds_nothing_of_its_place(play: Play) -> None:
    async def scene() -> None:
        async with door() as opened:
            await opened.have_come(MANY, BUSY / 2)
            await opened.hears(EARS)
            opened.acceptor.close()
            await asyncio.sleep(0)
            await asyncio.sleep(0)

            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(opened.place)
            bind("127.0.0.1", opened.place[1]).close()

    play(scene())


class Interrupted(socket.socket):
    """A socket of a process that does something else when so many more descriptors were made."""

    left = 3
    then: Callable[[], None]

    def dup(self) -> Interrupted:
        if not self.left:
            self.then()
        self.left -= 1
        return super().dup()


@pytest.mark.parametrize("left", [0, 3])
def test_one_that_is_closed_while_it_opens_ears_holds_nothing(play: Play, left: int) -> None:
    async def scene() -> None:
        listener = Interrupted(fileno=bind("127.0.0.1", 0).detach())
        async with door(listener) as opened:
            listener.left, listener.then = left, opened.acceptor.close
            await opened.have_come(MANY, BUSY / 2)
            if not opened.has_many:
                opened.acceptor.close()
            await until(lambda: not opened.acceptor.ears)
            await asyncio.sleep(0)
            await asyncio.sleep(0)

            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(opened.place)

    play(scene())


class Scarce(socket.socket):
    """A socket of a process that is out of descriptors after so many more."""

    left = 3

    def dup(self) -> Scarce:
        if not self.left:
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
        self.left -= 1
        return super().dup()


def test_without_descriptors_one_ear_goes_on(play: Play) -> None:
    async def scene() -> None:
        async with door(Scarce(fileno=bind("127.0.0.1", 0).detach())) as opened:
            await opened.have_come(MANY, BUSY / 2)
            await opened.hears(1)
            await opened.have_come(MANY, BUSY / 2)
            await opened.hears(1)
            opened.come(3)
            await opened.are_greeted()

    play(scene())

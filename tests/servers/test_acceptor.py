"""How many connections are taken at a time: many where many wait, one where they come alone, and none is lost."""

from __future__ import annotations

import asyncio
import errno
import os
import resource
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from relaylab.servers.acceptor import EARS, LOOKS, MANY, Acceptor
from relaylab.servers.binding import bind
from tests.servers.clients import PATIENCE, until
from tests.servers.conftest import Play

GREETING = b"220 here\r\n"
NEVER = 1e6  # seconds until it is looked whether it is calm: a test looks by hand


class Greeter(asyncio.Protocol):
    """Greets, and counts that it did."""

    def __init__(self, door: Door) -> None:
        self.door = door

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # a server's is one
        transport.write(GREETING)
        self.door.greeted += 1


class Door:
    """An acceptor, and the clients that came to it."""

    def __init__(self, listener: socket.socket, period: float) -> None:
        self.greeted = 0
        self.clients: list[socket.socket] = []
        self.place = listener.getsockname()
        loop = asyncio.get_running_loop()
        self.acceptor = Acceptor(lambda: Greeter(self), listener, loop=loop, period=period)
        self.has_many = not isinstance(loop, asyncio.BaseEventLoop) and hasattr(socket, "TCP_INFO")

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

    async def comes_at_once(self, many: int) -> int:
        self.come(many)
        return await self.are_greeted()

    async def hears(self, ears: int) -> None:
        await until(lambda: self.acceptor.ears == (ears if self.has_many else 1))


@asynccontextmanager
async def door(listener: socket.socket | None = None, *, period: float = NEVER) -> AsyncIterator[Door]:
    opened = Door(listener or bind("127.0.0.1", 0), period)
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
            await opened.comes_at_once(LOOKS + MANY)
            await opened.hears(EARS)

            assert await opened.comes_at_once(10 * EARS) < 4 * EARS  # by one at a time it would be 160

    play(scene())


@pytest.mark.parametrize("many", [1, MANY - 1])
def test_few_clients_have_one_ear_however_fast_they_come(play: Play, many: int) -> None:
    async def scene() -> None:
        async with door() as opened:
            for _ in range(5 * LOOKS):
                await opened.comes_at_once(many)
                assert 1 == opened.acceptor.ears

    play(scene())


def test_ears_are_closed_when_nobody_has_waited_for_a_while(play: Play) -> None:
    async def scene() -> None:
        async with door() as opened:
            await opened.comes_at_once(LOOKS + MANY)
            await opened.hears(EARS)
            opened.acceptor._look_if_calm()
            await opened.hears(EARS)  # somebody has waited since they were opened
            await opened.comes_at_once(10 * EARS)
            opened.acceptor._look_if_calm()
            await opened.hears(EARS)
            for _ in range(3 * LOOKS):
                await opened.comes_at_once(1)
            opened.acceptor._look_if_calm()
            await opened.hears(1)
            await opened.comes_at_once(LOOKS)

    play(scene())


def test_those_who_wait_again_are_heard_again(play: Play) -> None:
    async def scene() -> None:
        async with door() as opened:
            for _ in range(2):
                await opened.comes_at_once(LOOKS + MANY)
                await opened.hears(EARS)
                opened.acceptor._look_if_calm()
                opened.acceptor._look_if_calm()
                await opened.hears(1)

    play(scene())


def test_whether_it_is_calm_is_looked_at_by_itself_and_nobody_is_lost(play: Play) -> None:
    async def scene() -> None:
        async with door(period=0.0) as opened:
            for _ in range(5):
                await opened.comes_at_once(10 * EARS)
                await opened.hears(1)

    play(scene())


def test_a_closed_acceptor_holds_nothing_of_its_place(play: Play) -> None:
    async def scene() -> None:
        async with door() as opened:
            await opened.comes_at_once(LOOKS + MANY)
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
            opened.come(LOOKS + MANY)
            if not opened.has_many:
                opened.acceptor.close()
            await until(lambda: not opened.acceptor.ears)
            await asyncio.sleep(0)
            await asyncio.sleep(0)

            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(opened.place)
            while opened.clients:  # some of them were never taken
                opened.clients.pop().close()

    play(scene())


class Scarce(socket.socket):
    """A socket of a process that is out of descriptors after so many more."""

    left = 3

    def dup(self) -> Scarce:
        if not self.left:
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
        self.left -= 1
        return super().dup()


def test_without_descriptors_one_ear_goes_on_and_no_more_are_tried(play: Play) -> None:
    async def scene() -> None:
        listener = Scarce(fileno=bind("127.0.0.1", 0).detach())
        async with door(listener) as opened:
            await opened.comes_at_once(LOOKS + MANY)
            await opened.hears(1)
            listener.left = EARS
            await opened.comes_at_once(10 * LOOKS)
            await opened.hears(1)

            assert EARS == listener.left

    play(scene())


@pytest.mark.parametrize(
    ("descriptors", "ears"), [(resource.RLIM_INFINITY, EARS), (4096, EARS), (1024, EARS), (256, 4), (128, 2), (60, 1)]
)
def test_a_process_that_may_have_few_descriptors_has_few_ears(
    play: Play, monkeypatch: pytest.MonkeyPatch, descriptors: int, ears: int
) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (descriptors, resource.RLIM_INFINITY))

    async def scene() -> None:
        async with door() as opened:
            await opened.comes_at_once(LOOKS + MANY)
            await opened.hears(ears)
            await opened.comes_at_once(10 * LOOKS)
            await opened.hears(ears)

    play(scene())

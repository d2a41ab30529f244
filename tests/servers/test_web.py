"""Web applications date their answers, and end when they are told to, whatever they are in the middle of."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

import pytest

from relaylab.servers.web import WebServer
from tests.builders import TODAY, at

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send


class Slow:
    """An application that never answers; it tells when it was asked, and that it was ended."""

    def __init__(self) -> None:
        self.asked, self.ended = asyncio.Event(), asyncio.Event()

    async def __call__(self, _scope: Scope, _receive: Receive, _send: Send) -> None:
        self.asked.set()
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            self.ended.set()


def test_a_stop_ends_an_answer_that_is_still_to_come(caplog: pytest.LogCaptureFixture) -> None:
    async def stop_in_the_middle() -> tuple[bool, bytes]:
        app = Slow()
        server = WebServer(app, now=lambda: at(TODAY))
        await server.start("127.0.0.1", 0)
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        await app.asked.wait()
        await asyncio.wait_for(server.stop(), timeout=30)
        told = b""
        with contextlib.suppress(ConnectionError):
            told = await reader.read()
        writer.close()
        return app.ended.is_set(), told

    assert (True, b"") == asyncio.run(stop_in_the_middle())
    assert not caplog.records

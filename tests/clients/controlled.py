"""An emulator with a control plane, and somebody who knows its token."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine
from typing import Any, TypeVar

import httpx

from relaylab.app.emulator import Emulator
from relaylab.app.steered import Explain, Steered
from relaylab.servers.control import ControlServer
from tests.clients.by_socket import Door

T = TypeVar("T")


_left_open: list[Controlled] = []


def close_what_is_left_open() -> None:
    """Close what a test that failed has not: a loop with a server in it does not close where warnings are errors."""
    while _left_open:
        _left_open[-1].close()


class Controlled:
    """An emulator with a control plane in its own loop, and a client that knows the token."""

    def __init__(self, emulator: Emulator, explain: Explain | None = None) -> None:
        self.emulator = emulator
        self.server = ControlServer(Steered(emulator, explain=explain))
        self.in_loop(self.server.start("127.0.0.1", 0))
        self.client = httpx.Client(
            base_url=self.server.url,
            headers={"Authorization": f"Bearer {self.server.token}"},
            timeout=60,
            trust_env=False,
        )
        _left_open.append(self)

    def in_loop(self, work: Coroutine[Any, Any, T]) -> T:
        assert self.emulator._loop is not None
        return asyncio.run_coroutine_threadsafe(work, self.emulator._loop).result(60)

    @property
    def address(self) -> tuple[str, int]:
        """Where the control plane listens."""
        return "127.0.0.1", int(self.server.url.rpartition(":")[2])

    @property
    def mx(self) -> Door:
        return self.emulator.endpoints["mx"]

    def get(self, path: str, status: int = 200, **filters: str | int) -> Any:  # noqa: ANN401 - whatever JSON says
        answer = self.client.get(path, params=filters)
        assert status == answer.status_code, answer.text
        return answer.json()

    def put(self, path: str, body: object, status: int = 200) -> Any:  # noqa: ANN401 - as above
        answer = self.client.put(path, content=body if isinstance(body, bytes) else json.dumps(body).encode())
        assert status == answer.status_code, answer.text
        return answer.json()

    def close(self) -> None:
        if self not in _left_open:
            return
        _left_open.remove(self)
        self.client.close()
        self.in_loop(self.server.stop())

"""Waiting for what the event log will say: driven by its entries, bounded in real seconds, without polling."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")


class Bell:
    """Wakes who waits whenever something happened. One thread rings, any may wait, and so may any event loop."""

    def __init__(self) -> None:
        """Begin with nobody waiting."""
        self._condition = threading.Condition()
        self._sleepers: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()

    def ring(self, _: object = None) -> None:
        """Wake everybody, to look again."""
        with self._condition:
            self._condition.notify_all()
            sleepers = tuple(self._sleepers)
        for loop, event in sleepers:
            with suppress(RuntimeError):  # a loop that was closed meanwhile has nobody left to wake
                loop.call_soon_threadsafe(event.set)

    def wait(self, look: Callable[[], T | None], timeout: float) -> T | None:
        """Look now and after each ring, until something is seen or ``timeout`` real seconds are over."""
        end = time.monotonic() + timeout
        with self._condition:
            while (seen := look()) is None:
                left = end - time.monotonic()
                if left <= 0 or not self._condition.wait(left):
                    return look()
        return seen

    async def hear(self, look: Callable[[], T | None], timeout: float) -> T | None:  # noqa: ASYNC109 - a contract
        """Do the same in an event loop, which goes on meanwhile."""
        event = asyncio.Event()
        sleeper = (asyncio.get_running_loop(), event)
        with self._condition:
            self._sleepers.add(sleeper)
        try:
            async with asyncio.timeout(timeout):
                while (seen := look()) is None:
                    await event.wait()
                    event.clear()
            return seen
        except TimeoutError:
            return look()
        finally:
            with self._condition:
                self._sleepers.discard(sleeper)

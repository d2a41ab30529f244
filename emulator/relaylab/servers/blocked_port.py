"""Port 25 as an access provider blocks it: a place where nobody answers, or where every connection is refused.

Both are the kernel's own doing, so that a client meets what it meets behind a real provider: no answer to its SYN, or a
reset. Where a kernel answers although its queue is full, as Windows does, a dropped connection is made and then silent.
"""

from __future__ import annotations

import contextlib
import os
import socket
from typing import Final

_FILLERS: Final = 2  # connections of our own that fill a queue of none; the kernel adds one place


class BlockedPort:
    """Holds an address and port; ``refuses`` resets every connection, else none is answered."""

    def __init__(self, host: str, port: int, *, refuses: bool) -> None:
        """Take the place; port 0 takes a free one. Raise OSError when it cannot be had."""
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._held = [socket.socket(family, socket.SOCK_STREAM)]
        try:
            if os.name == "posix":  # elsewhere it would let somebody else in beside us
                self._held[0].setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self._held[0].bind((host, port))
            if not refuses:
                self._fill(family)
        except BaseException:
            self.close()
            raise

    @property
    def sockets(self) -> tuple[socket.socket, ...]:
        """The socket that holds the place, as an asyncio server has it."""
        return (self._held[0],)

    def close(self) -> None:
        """Let go of the place."""
        for held in self._held:
            held.close()

    def _fill(self, family: int) -> None:
        """Fill the queue, so that nobody else gets into it; nothing is ever accepted from it."""
        self._held[0].listen(0)
        for _ in range(_FILLERS):
            filler = socket.socket(family, socket.SOCK_STREAM)
            filler.setblocking(False)  # noqa: FBT003 - the socket module's own signature
            self._held.append(filler)
            with contextlib.suppress(BlockingIOError):
                filler.connect(self._held[0].getsockname())

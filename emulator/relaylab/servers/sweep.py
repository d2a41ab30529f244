"""One timer for all connections of a set of listeners: it ends what is idle, too old, or slow to go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from relaylab.servers.outlet import Outbox

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop, Future, TimerHandle
    from collections.abc import Callable


class Swept(Protocol):
    """A connection as the sweep sees it."""

    def check(self, now: float) -> None:
        """End the connection if it is past one of its limits at ``now``, in seconds of the sweep's clock."""
        ...

    def shut(self, why: str = "server stopping") -> None:
        """End the connection in good order, without waiting for the client; ``why`` is written down."""
        ...

    def abort(self) -> None:
        """Cut the connection."""
        ...


class Sweep:
    """Knows the open connections and looks over all of them every ``period`` real seconds, as long as there are any.

    What they have to write in clear goes by their ``outbox``.

    A connection is so ended at most one period late. ``monotonic`` gives the seconds that connections are stamped with,
    by default the loop's; ``run`` takes the instant as an argument, so that a test need not wait for it.
    """

    def __init__(
        self, loop: AbstractEventLoop, *, period: float = 1.0, monotonic: Callable[[], float] | None = None
    ) -> None:
        self.loop = loop
        self.monotonic = monotonic or loop.time
        self._period = period
        self._connections: set[Swept] = set()
        self.outbox = Outbox(loop, self._connections)
        self._timer: TimerHandle | None = None
        self._all_gone: Future[None] | None = None

    def __len__(self) -> int:
        return len(self._connections)

    def add(self, connection: Swept) -> None:
        """Watch a connection from now on."""
        self._connections.add(connection)
        if self._timer is None:
            self._timer = self.loop.call_later(self._period, self._tick)

    def discard(self, connection: Swept) -> None:
        """Watch a connection no longer."""
        self._connections.discard(connection)
        if self._all_gone is not None and not self._connections and not self._all_gone.done():
            self._all_gone.set_result(None)

    def run(self, now: float) -> None:
        """Check every connection at ``now``, in seconds of ``monotonic``."""
        for connection in tuple(self._connections):
            connection.check(now)

    def _tick(self) -> None:
        self._timer = None
        self.run(self.monotonic())
        if self._connections:
            self._timer = self.loop.call_later(self._period, self._tick)

    async def close_all(self, *, grace: float = 1.0, why: str = "server stopping") -> None:
        """End every connection in good order, ``why`` is written down.

        One whose client takes no octets for ``grace`` seconds is cut.

        Replies that are due are written first and TLS is closed properly. Close the listeners before.
        """
        for connection in tuple(self._connections):
            connection.shut(why)
        if self._connections:
            self._all_gone = self.loop.create_future()
            cut = self.loop.call_later(grace, self._cut)
            try:
                await self._all_gone
            finally:
                cut.cancel()
                self._all_gone = None

    def _cut(self) -> None:
        for connection in tuple(self._connections):
            connection.abort()

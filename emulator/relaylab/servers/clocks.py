"""Clocks that run: the only file of relaylab that asks the operating system what time it is."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from relaylab.domain.clock import as_utc


class SystemClock:
    """The machine's own time."""

    def now(self) -> datetime:
        """Give the present instant."""
        return datetime.now(UTC)


class ShiftedClock:
    """A clock that was set to an instant and runs on from there, ``rate`` simulated seconds a real one.

    It runs on the monotonic clock, so a correction of the machine's time does not move it; ``monotonic`` gives those
    seconds.
    """

    def __init__(self, start: datetime, *, rate: float = 1.0, monotonic: Callable[[], float] = time.monotonic) -> None:
        """Run from ``start`` (aware) on."""
        self._rate = rate
        self._monotonic = monotonic
        self.set(start)

    def now(self) -> datetime:
        """Give the simulated instant."""
        start, set_at = self._since
        return start + timedelta(seconds=(self._monotonic() - set_at) * self._rate)

    def set(self, instant: datetime) -> None:
        """Run from another instant on; going back is allowed."""
        self._since = (as_utc(instant), self._monotonic())  # at once: another thread may be reading

    def advance(self, by: timedelta) -> None:
        """Move by ``by``; a negative span goes back."""
        self.set(self.now() + by)

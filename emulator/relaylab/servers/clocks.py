"""Clocks that run: the only file of relaylab that asks the operating system what time it is."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Final, Protocol

from relaylab.domain.clock import ManualClock, as_utc

# Our root certificate is valid until the year 3000; a clock that runs gets no further.
END_OF_TIME: Final = datetime(3000, 1, 1, tzinfo=UTC)
FASTEST: Final = 31_622_400.0  # a leap year a second
_TICK: Final = timedelta(microseconds=1)
_LAST: Final = END_OF_TIME - _TICK
_SECOND: Final = timedelta(seconds=1)
_TICKS: Final = 1e6  # in a second


class MovableClock(Protocol):
    """A clock that somebody may set."""

    def now(self) -> datetime:
        """Give the present instant."""
        ...

    def set(self, instant: datetime) -> None:
        """Go to another instant."""
        ...


class SystemClock:
    """The machine's own time."""

    def now(self) -> datetime:
        """Give the present instant."""
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class ClockState:
    """How a clock stands: where, how many simulated seconds pass in a real one, and whether it stands still."""

    instant: datetime
    rate: float = 1.0
    frozen: bool = False


class SimulatedClock:
    """The clock of an emulator: it stands still or runs, ``rate`` simulated seconds a real one, and can be moved.

    It runs on the monotonic clock, so a correction of the machine's time does not move it; ``monotonic`` gives those
    seconds. Every method may be called from any thread.
    """

    def __init__(
        self,
        start: datetime,
        *,
        rate: float = 1.0,
        frozen: bool = False,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Start at ``start`` (aware); raise ValueError for a rate that cannot be."""
        self._monotonic = monotonic
        self._lock = Lock()  # of who moves it; who reads takes all of it at once
        # How it was set, the instant and rate of that, when it was, and the seconds left since; 0: it stands still.
        self._since: tuple[ClockState, datetime, float, float, float]
        self._stand(ClockState(as_utc(start), possible_rate(rate), frozen))

    def now(self) -> datetime:
        """Give the simulated instant; it is asked at every line, so the end of time is told by seconds."""
        _, instant, rate, set_at, left = self._since
        if left <= 0:
            return instant
        passed = (self._monotonic() - set_at) * rate
        # Whole ticks: Python makes them a timedelta in two thirds of the time that it takes for seconds and a fraction.
        return instant + round(passed * _TICKS) * _TICK if passed < left else _LAST

    @property
    def state(self) -> ClockState:
        """How the clock stands at this moment."""
        while True:
            noted, instant = self._since, self.now()
            if noted is self._since:  # nobody has moved it meanwhile
                return ClockState(instant, noted[0].rate, noted[0].frozen)

    def set(self, instant: datetime) -> None:
        """Go to another instant, and stand or run there as before; going back is allowed."""
        with self._lock:
            since = self._since[0]
            self._stand(ClockState(as_utc(instant), since.rate, since.frozen))

    def advance(self, by: timedelta) -> None:
        """Move by ``by``; a negative span goes back."""
        with self._lock:
            state = self.state
            self._stand(ClockState(state.instant + by, state.rate, state.frozen))

    def freeze(self) -> None:
        """Stand still at the present instant."""
        with self._lock:
            state = self.state
            self._stand(ClockState(state.instant, state.rate, frozen=True))

    def run(self, rate: float = 1.0) -> None:
        """Run on from the present instant; raise ValueError for a rate that cannot be."""
        with self._lock:
            self._stand(ClockState(self.now(), possible_rate(rate)))

    def steer(self, instant: datetime | None = None, *, rate: float | None = None, frozen: bool | None = None) -> None:
        """Go to an instant, and stand still or run there, in one step; a ``rate`` has it run.

        What is not given stays as it is. Raise ValueError for a rate that cannot be, or one for a clock to stand still.
        """
        if rate is not None and frozen:
            raise ValueError("a clock that stands still has no rate; give a rate, or have it stand still")
        with self._lock:
            state = self.state
            stands = frozen if frozen is not None else state.frozen and rate is None
            self._stand(
                ClockState(
                    state.instant if instant is None else as_utc(instant),
                    state.rate if rate is None else possible_rate(rate),
                    stands,
                )
            )

    def resume(self, state: ClockState) -> None:
        """Stand or run as in a state that was noted."""
        with self._lock:
            self._stand(state)

    def _stand(self, state: ClockState) -> None:
        """Stand or run as ``state`` says from this moment on."""
        left = 0.0 if state.frozen else (_LAST - state.instant) / _SECOND
        self._since = (state, state.instant, state.rate, self._monotonic(), left)


def state_of(clock: MovableClock) -> ClockState:
    """Tell how a clock stands; one that is only ever set counts as standing still."""
    return clock.state if isinstance(clock, SimulatedClock) else ClockState(clock.now(), frozen=True)


def resume(clock: MovableClock, state: ClockState) -> None:
    """Have a clock stand or run as in a state that was noted; one that can only be set is set."""
    if isinstance(clock, SimulatedClock):
        clock.resume(state)
    else:
        clock.set(state.instant)


def steerable(clock: MovableClock) -> SimulatedClock:
    """Give the clock as one that can stand still and run; raise ValueError for one that cannot."""
    if isinstance(clock, SimulatedClock):
        return clock
    kind = "stands still" if isinstance(clock, ManualClock) else "can only be set"
    raise ValueError(f"this clock {kind}; start the emulator with at=, or with a SimulatedClock")


def possible_rate(rate: float) -> float:
    """Give a rate back that a clock can run at; raise ValueError for another."""
    if not (math.isfinite(rate) and 0 < rate <= FASTEST):
        raise ValueError(
            f"a clock cannot run {rate:g} simulated seconds a second; choose more than 0 and at most {FASTEST:.0f}, "
            "or freeze it"
        )
    return float(rate)

"""Time as a type: instants are aware UTC datetimes, windows are half-open, and the only clock is handed in.

Law of this module: nothing here reads the time of the machine. Clocks that do live in ``relaylab.servers.clocks``.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Protocol, Self

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_FIRST: Final = datetime.min.replace(tzinfo=UTC)
_LAST: Final = datetime.max.replace(tzinfo=UTC)


class Clock(Protocol):
    """Anything that can say what time it is; waiting is the business of an adapter."""

    def now(self) -> datetime:
        """Give the present instant, aware and in UTC."""
        ...


class ManualClock:
    """A clock that stands still until somebody moves it; going back is allowed."""

    def __init__(self, start: datetime) -> None:
        """Stand at ``start`` (aware)."""
        self._now = as_utc(start)

    def now(self) -> datetime:
        """Give the instant the clock was last set to."""
        return self._now

    def set(self, instant: datetime) -> None:
        """Stand at ``instant`` from now on."""
        self._now = as_utc(instant)

    def advance(self, by: timedelta) -> None:
        """Move by ``by``; a negative span goes back."""
        self._now += by


@dataclass(frozen=True, slots=True)
class Window:
    """A half-open span of time, ``since <= now < until``; None leaves that side open."""

    since: datetime | None = None
    until: datetime | None = None

    def __contains__(self, now: datetime) -> bool:
        """Tell whether ``now`` lies in the window."""
        return (self.since is None or self.since <= now) and (self.until is None or now < self.until)


@dataclass(frozen=True, slots=True)
class Epoch:
    """A slice of time between two edges, ``since <= now < until``; ``number`` counts those before it."""

    number: int
    since: datetime
    until: datetime

    @classmethod
    def around(cls, now: datetime, edges: Sequence[datetime]) -> Self:
        """Give the slice that an instant lies in; ``edges`` are in order."""
        number = bisect_right(edges, now)
        since = edges[number - 1] if number else _FIRST
        return cls(number, since, edges[number] if number < len(edges) else _LAST)


def as_utc(instant: datetime) -> datetime:
    """Give the same instant in UTC; raise ValueError for a naive datetime, which names no instant."""
    if instant.tzinfo is None:
        msg = f"{instant.isoformat()} has no time zone"
        raise ValueError(msg)
    return instant.astimezone(UTC)


def midnight(day: date) -> datetime:
    """Give 00:00:00Z of a day: what a bare date means everywhere in relaylab."""
    return datetime.combine(day, time.min, tzinfo=UTC)


def parse_instant(text: str) -> datetime:
    """Read ``2027-01-04``, ``2027-01-04T09:00:00Z`` or another ISO form; without a zone it is UTC.

    Raise ValueError, saying what is expected, for anything else, and for an instant that lies outside the years 1 to
    9999 in UTC.
    """
    try:
        instant = datetime.fromisoformat(text.strip())
        return instant.replace(tzinfo=UTC) if instant.tzinfo is None else as_utc(instant)
    except (ValueError, OverflowError):
        msg = f"{text!r} is not a date or an instant such as 2027-01-04 or 2027-01-04T09:00:00Z"
        raise ValueError(msg) from None


def microseconds(instant: datetime) -> int:
    """Give an aware instant as whole microseconds since 1970, for whoever compares many."""
    return (instant - _EPOCH) // _MICROSECOND


def from_microseconds(count: int) -> datetime:
    """Give the instant again."""
    return _EPOCH + timedelta(microseconds=count)


def iso(instant: datetime) -> str:
    """Write an instant the way every report does: ``2027-01-04T00:00:00Z``, with fractions only if there are any."""
    return as_utc(instant).isoformat().replace("+00:00", "Z")

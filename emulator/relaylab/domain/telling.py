"""What one step tells the event log, as one value: the events are made when somebody reads them.

A session tells some six events of each message, and few of them are ever read. Law of this module: what is told depends
on frozen values only, so nobody can tell when the events were made; they are made for the first who reads, and kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relaylab.domain.event import Event


class Telling:
    """Base of what tells ``many`` events, one at least, all of the session of that name."""

    __slots__ = ("_events", "many", "session")

    many: int
    session: str
    _events: tuple[Event, ...]

    def told(self) -> tuple[Event, ...]:
        """Make the events, as many as there are said to be, in their order."""
        raise NotImplementedError

    def __len__(self) -> int:
        return self.many

    def __iter__(self) -> Iterator[Event]:
        """Give the events; two threads that are the first at once make equal ones."""
        try:
            events = self._events
        except AttributeError:  # nobody has read them yet
            events = self._events = self.told()
        return iter(events)


Told: TypeAlias = "tuple[Event, ...] | Telling"  # what a step tells

"""The event log as a test reads it: attribute names are those of the JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, overload

from relaylab.store import KINDS, Entry, as_json, kind_of

if TYPE_CHECKING:
    from relaylab.domain.endpoint import Endpoint
    from relaylab.domain.event import Event


@dataclass(frozen=True, slots=True)
class LogEvent:
    """An event with its number; what only its kind has (``command``, ``why``, ...) is an attribute too."""

    seq: int
    event: Event

    @property
    def kind(self) -> str:
        """The word for its kind: connected, judged, kept, closed, ..."""
        return kind_of(self.event)

    @property
    def at(self) -> datetime:
        """The simulated instant."""
        return self.event.at

    @property
    def session(self) -> str:
        """The session it happened in."""
        return self.event.session

    @property
    def endpoint(self) -> Endpoint:
        """The door."""
        return self.event.endpoint

    def json(self) -> dict[str, object]:
        """Give it as the log writes it."""
        return as_json(self.event, self.seq)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - each kind has its own
        """Give what its kind has."""
        if name in {"seq", "event"}:  # not set yet: somebody copies
            raise AttributeError(name)
        return getattr(self.event, name)


class Events(Sequence[LogEvent]):
    """The events there were when it was asked for, in order."""

    def __init__(self, events: Sequence[LogEvent]) -> None:
        """Hold events."""
        self._events = tuple(events)

    @classmethod
    def of_log(cls, entries: Sequence[Entry]) -> Events:
        """Wrap entries of the log."""
        return cls([LogEvent(entry.seq, entry.event) for entry in entries])

    def of_kind(self, kind: str) -> Events:
        """Those of one kind; raise ValueError for a word that is none."""
        if kind not in KINDS:
            raise ValueError(f"{kind!r} is no kind of event; use one of {', '.join(KINDS)}")
        return Events([event for event in self if event.kind == kind])

    def of(self, session: str) -> Events:
        """Those of one session."""
        return Events([event for event in self if event.session == session])

    def __len__(self) -> int:
        return len(self._events)

    def __iter__(self) -> Iterator[LogEvent]:
        return iter(self._events)

    @overload
    def __getitem__(self, place: int) -> LogEvent: ...
    @overload
    def __getitem__(self, place: slice) -> Events: ...
    def __getitem__(self, place: int | slice) -> LogEvent | Events:
        return Events(self._events[place]) if isinstance(place, slice) else self._events[place]

    def __repr__(self) -> str:
        return "\n".join([f"<{len(self)} events>", *(f"{event.seq} {event.event}" for event in self)])

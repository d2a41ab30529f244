"""The event log: what happened, numbered, in memory, the newest so many; and each event as JSON.

Law: a ``seq`` is never given twice, not even after ``clear``, so who holds one can always page on from it.
"""

from __future__ import annotations

import logging
import re
from collections import deque
from dataclasses import dataclass, fields
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Final, get_args

from relaylab.domain.attribution import Attribution
from relaylab.domain.clock import iso
from relaylab.domain.decision import Decision, ReplyFacts
from relaylab.domain.event import Event
from relaylab.domain.source import Source
from relaylab.store.shapes import attribution_json, decision_json, reply_json, source_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_LOG: Final = logging.getLogger(__name__)

# TlsStarted is "tls_started".
_KIND_OF: Final = {kind: re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower() for kind in get_args(Event)}
KINDS: Final = tuple(_KIND_OF.values())


@dataclass(frozen=True, slots=True)
class Entry:
    """An event and its number, counted from 1."""

    seq: int
    event: Event


@dataclass(frozen=True, slots=True)
class Page:
    """Some entries in order.

    The log was searched through ``through``: ask after that for the next page. ``missed`` counts the events that were
    asked for and dropped before anybody did.
    """

    entries: tuple[Entry, ...]
    through: int
    missed: int


class EventLog:
    """The newest ``capacity`` events. One thread appends, any may read."""

    def __init__(self, capacity: int = 50_000) -> None:
        """Start empty."""
        self._entries: deque[Entry] = deque(maxlen=capacity)
        self._last = 0
        self._cleared = 0
        self._listeners: tuple[Callable[[Entry], None], ...] = ()

    @property
    def dropped(self) -> int:
        """How many events had to make room for newer ones since the log was empty."""
        return self._last - self._cleared - len(self._entries)

    def append(self, event: Event) -> Entry:
        """Number an event, keep it and tell who listens."""
        entry = Entry(self._last + 1, event)
        self._last = entry.seq
        self._entries.append(entry)
        for listener in self._listeners:
            try:
                listener(entry)
            except Exception:  # noqa: BLE001 - whatever it is, the turn that is being applied must not feel it
                self._unsubscribe(listener)
                _LOG.exception("a listener to the event log failed and hears no more; the log itself goes on")
        return entry

    def page(self, after: int = 0, limit: int = 1000, *, session: str | None = None, kind: str | None = None) -> Page:
        """Give at most ``limit`` entries after a number, of one session or kind where that is asked for."""
        kept = tuple(self._entries)
        oldest = kept[0].seq if kept else self._last + 1
        matching = (
            entry
            for entry in islice(kept, max(0, after + 1 - oldest), None)
            if session in {None, entry.event.session} and kind in {None, kind_of(entry.event)}
        )
        found = tuple(islice(matching, limit))
        newest = kept[-1].seq if kept else self._last
        reached = found[-1].seq if found else after
        return Page(
            found,
            through=newest if len(found) < limit else reached,
            missed=max(0, oldest - 1 - max(after, self._cleared)),
        )

    def subscribe(self, listener: Callable[[Entry], None]) -> Callable[[], None]:
        """Call ``listener`` with every entry from now on; give the call that ends this."""
        self._listeners = (*self._listeners, listener)
        return lambda: self._unsubscribe(listener)

    def clear(self) -> None:
        """Forget all events; numbering and listeners go on."""
        self._entries.clear()
        self._cleared = self._last

    def _unsubscribe(self, listener: Callable[[Entry], None]) -> None:
        self._listeners = tuple(other for other in self._listeners if other is not listener)

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Entry]:
        return iter(tuple(self._entries))


def kind_of(event: Event) -> str:
    """Give the word for an event's type, one of KINDS."""
    return _KIND_OF[type(event)]


def as_json(event: Event, seq: int) -> dict[str, object]:
    """Give an event as JSON: what all have in common first, then its own fields; a decision is called verdict."""
    common = {
        "seq": seq,
        "at": iso(event.at),
        "session": event.session,
        "endpoint": event.endpoint.value,
        "kind": kind_of(event),
    }
    own = {field.name: getattr(event, field.name) for field in fields(event) if field.name not in common}
    return common | {("verdict" if name == "decision" else name): _plain(value) for name, value in own.items()}


def _plain(value: object) -> object:  # noqa: PLR0911 - one line a type
    match value:
        case Decision():
            return decision_json(value)
        case Attribution():
            return attribution_json(value)
        case ReplyFacts():
            return reply_json(value)
        case Source():
            return source_json(value)
        case datetime():
            return iso(value)
        case tuple():
            return list(value)
        case _:
            return value

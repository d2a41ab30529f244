"""The event log: what happened, numbered, in memory, the newest so many; and each event as JSON.

Law: a ``seq`` is never given twice, not even after ``clear``, so who holds one can always page on from it.
"""

from __future__ import annotations

import logging
import re
from bisect import bisect_right
from collections import deque
from dataclasses import dataclass, fields
from datetime import datetime
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple, get_args

from relaylab.domain.attribution import Attribution
from relaylab.domain.certificate import CertificateFacts
from relaylab.domain.clock import iso
from relaylab.domain.decision import Decision, ReplyFacts
from relaylab.domain.event import Event
from relaylab.domain.source import Source
from relaylab.store.shapes import attribution_json, decision_json, reply_json, source_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_LOG: Final = logging.getLogger(__name__)

# TlsStarted is "tls_started".
_KIND_OF: Final = {kind: re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower() for kind in get_args(Event)}
KINDS: Final = tuple(_KIND_OF.values())


class Entry(NamedTuple):
    """An event and its number, counted from 1."""

    seq: int
    event: Event


_numbered: Final = partial(tuple.__new__, Entry)  # of a pair, without a call of Python: several are kept a line


@dataclass(frozen=True, slots=True)
class Page:
    """Some entries in order.

    The log was searched through ``through``: ask after that for the next page. ``missed`` counts the events that were
    asked for and dropped before anybody did.
    """

    entries: tuple[Entry, ...]
    through: int
    missed: int


@dataclass(frozen=True, slots=True)
class LogDump:
    """A log as it stood: its entries, the last number given, the last one forgotten, and the gaps between numbers."""

    entries: tuple[Entry, ...]
    last: int
    cleared: int
    gaps: tuple[range, ...]


EVENTS: Final = 50_000  # kept where nobody says


class EventLog:
    """The newest ``capacity`` events. One thread at a time appends, any may read."""

    def __init__(self, capacity: int = EVENTS) -> None:
        """Start empty."""
        self._entries: deque[Entry] = deque(maxlen=capacity)
        self._last = 0
        self._cleared = 0
        self._gaps: tuple[range, ...] = ()  # numbers given to events that were rolled back
        self._listeners: tuple[Callable[[Entry], None], ...] = ()

    def bound(self, capacity: int) -> None:
        """Keep so many from now on; of more that are there, the oldest make room at once."""
        if capacity != self._entries.maxlen:
            self._entries = deque(self._entries, capacity)

    @property
    def dropped(self) -> int:
        """How many events had to make room for newer ones since the log was empty."""
        return self._given(self._cleared, self._last) - len(self._entries)

    @property
    def last(self) -> int:
        """The last number given; 0 before the first."""
        return self._last

    def extend(self, events: Sequence[Event]) -> None:
        """Number events, keep them and tell who listens."""
        if self._listeners:
            for event in events:
                self.append(event)
            return
        self._entries.extend(map(_numbered, enumerate(events, self._last + 1)))
        self._last += len(events)  # as in append

    def append(self, event: Event) -> Entry:
        """Number an event, keep it and tell who listens."""
        seq = self._last + 1
        entry = Entry(seq, event)
        self._entries.append(entry)
        self._last = seq  # behind the line above: whoever reads meanwhile must not believe to have seen it
        for listener in self._listeners:
            try:
                listener(entry)
            except Exception:  # noqa: BLE001 - whatever it is, the turn that is being applied must not feel it
                self._unsubscribe(listener)
                _LOG.exception("a listener to the event log failed and hears no more; the log itself goes on")
        return entry

    def page(
        self,
        after: int = 0,
        limit: int = 1000,
        *,
        session: str | None = None,
        kind: str | None = None,
        where: Callable[[Event], bool] | None = None,
    ) -> Page:
        """Give at most ``limit`` entries after a number: of one session, of one kind, those for which ``where`` holds.

        It costs what lies after that number, so that a reader at the end of a long log is a cheap one.
        """
        last = self._last
        recent = self._newest(last, after)
        kept = recent[bisect_right(recent, after, key=lambda entry: entry.seq) :]
        matching = (
            entry
            for entry in kept
            if session in {None, entry.event.session}
            and kind in {None, kind_of(entry.event)}
            and (where is None or where(entry.event))
        )
        found = tuple(islice(matching, limit))
        newest = recent[-1].seq if recent else last
        reached = found[-1].seq if found else after
        return Page(found, through=newest if len(found) < limit else reached, missed=self._missed(after))

    def _newest(self, last: int, after: int) -> tuple[Entry, ...]:
        """Give the entries behind ``after``, and perhaps some before; ``last`` was the last number a moment ago."""
        recent = tuple(islice(reversed(self._entries), max(0, last - after)))
        while recent and recent[0].seq > last:  # kept meanwhile, and counted in place of older ones
            last = recent[0].seq
            recent = tuple(islice(reversed(self._entries), last - after))
        return recent[::-1]

    def subscribe(self, listener: Callable[[Entry], None]) -> Callable[[], None]:
        """Call ``listener`` with every entry from now on; give the call that ends this."""
        self._listeners = (*self._listeners, listener)
        return lambda: self._unsubscribe(listener)

    def clear(self) -> None:
        """Forget all events; numbering and listeners go on."""
        self._entries.clear()
        self._cleared, self._gaps = self._last, ()

    def dump(self) -> LogDump:
        """Give the log as it stands."""
        return LogDump(tuple(self._entries), self._last, self._cleared, self._gaps)

    def load(self, dump: LogDump) -> None:
        """Hold what a dump holds, under its numbers; what was logged since is gone, and its numbers are not reused."""
        since = range(dump.last + 1, self._last + 1)
        self._gaps = (*dump.gaps, since) if since else dump.gaps
        self._cleared = dump.cleared
        self._last = max(self._last, dump.last)
        self._entries = deque(dump.entries, self._entries.maxlen)

    def _missed(self, after: int) -> int:
        """Count the events after a number that were dropped."""
        try:
            oldest = self._entries[0].seq
        except IndexError:
            return 0
        return self._given(max(after, self._cleared), oldest - 1)

    def _given(self, after: int, through: int) -> int:
        """Count the numbers that belong to events which were not rolled back."""
        rolled_back = sum(max(0, min(gap.stop - 1, through) - max(gap.start - 1, after)) for gap in self._gaps)
        return max(0, through - after) - rolled_back

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
    told = [field.name for field in fields(event) if field.compare and field.name not in common]
    own = {name: getattr(event, name) for name in told}
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
        case CertificateFacts():
            return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
        case datetime():
            return iso(value)
        case tuple():
            return list(value)
        case _:
            return value

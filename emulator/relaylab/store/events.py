"""The event log: what happened, numbered, in memory, the newest so many; and each event as JSON.

Law: a ``seq`` is never given twice, not even after ``clear``, so who holds one can always page on from it.
"""

from __future__ import annotations

import logging
import re
from collections import deque
from dataclasses import dataclass, fields
from datetime import datetime
from itertools import chain, count, islice, repeat
from threading import Lock
from typing import TYPE_CHECKING, Final, NamedTuple, get_args

from relaylab.domain.attribution import Attribution
from relaylab.domain.certificate import CertificateFacts
from relaylab.domain.clock import iso
from relaylab.domain.decision import Decision, ReplyFacts
from relaylab.domain.event import Event
from relaylab.domain.source import Source
from relaylab.domain.telling import Telling, Told
from relaylab.store.shapes import attribution_json, decision_json, reply_json, source_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_LOG: Final = logging.getLogger(__name__)

# TlsStarted is "tls_started".
_KIND_OF: Final = {kind: re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower() for kind in get_args(Event)}
KINDS: Final = tuple(_KIND_OF.values())


class Entry(NamedTuple):
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


@dataclass(frozen=True, slots=True)
class LogDump:
    """A log as it stood: its events, the last number given, the last one forgotten, and the gaps between numbers."""

    events: tuple[Event, ...]
    last: int
    cleared: int
    gaps: tuple[range, ...]


EVENTS: Final = 50_000  # kept where nobody says


class EventLog:
    """The newest ``capacity`` events, one at least. One thread at a time appends, any may read.

    It holds what each step told, as it came: events that are told as one value are made for who reads them, and only
    then. A step is held whole while it has an event to be held, and readers are not given the others.

    It holds no numbers, as several events come of each line: the newest has the last that was given, and those before
    it the ones before, but for the gaps.
    """

    def __init__(self, capacity: int = EVENTS) -> None:
        """Start empty."""
        self._lock = Lock()  # of steps and numbers, which go together
        self._capacity = capacity
        self._steps: deque[Told] = deque()
        self._size = 0  # events, by the steps that are held
        self._last = 0
        self._cleared = 0
        self._gaps: tuple[range, ...] = ()  # numbers given to events that were rolled back
        self._listeners: tuple[Callable[[Entry], None], ...] = ()

    def bound(self, capacity: int) -> None:
        """Keep so many from now on; of more that are there, the oldest make room at once."""
        with self._lock:
            if capacity != self._capacity:
                left = min(len(self), capacity)
                self._steps, self._size = deque(self._newest(left)), left
                self._capacity = capacity

    @property
    def dropped(self) -> int:
        """How many events had to make room for newer ones since the log was empty."""
        with self._lock:
            return self._given(self._cleared, self._last) - len(self)

    @property
    def last(self) -> int:
        """The last number given; 0 before the first."""
        return self._last

    def extend(self, told: Told) -> None:
        """Number events, keep them and tell who listens."""
        with self._lock:
            if isinstance(told, Telling):
                many = told.many
            elif told:
                many = len(told)
            else:
                return
            steps = self._steps
            steps.append(told)
            self._last = last = self._last + many
            size = self._size + many
            while size > self._capacity:  # room is made here: a call for it would be one for each step
                oldest = steps[0]
                left = size - (oldest.many if isinstance(oldest, Telling) else len(oldest))
                if left < self._capacity:
                    break
                steps.popleft()
                size = left
            self._size = size
        if self._listeners:  # asked behind the lock: who began before it was open may have read a page without them
            for entry in map(Entry, count(last - many + 1), told):
                self._tell(entry)

    def append(self, event: Event) -> Entry:
        """Number an event, keep it and tell who listens."""
        self.extend((event,))
        return Entry(self._last, event)  # one thread at a time appends

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

        It costs what lies after that number, so that a reader at the end of a long log is a cheap one. Nor are events
        made that lie before it, nor those that are told as one value of another session.
        """
        with self._lock:
            held = self._numbers()
            runs = [range(max(run.start, after + 1), run.stop) for run in held if run.stop > after + 1]
            recent = self._newest(sum(map(len, runs)))
            missed = self._given(max(after, self._cleared), held[0].start - 1) if held else 0
            newest = held[-1].stop - 1 if runs else self._last
        events: Iterator[Event | None] = chain.from_iterable(
            # None for each event of another session: it is passed over, and not made for that.
            repeat(None, told.many) if isinstance(told, Telling) and session not in {None, told.session} else told
            for told in recent
        )
        matching = (
            Entry(seq, event)
            for seq, event in zip(chain.from_iterable(runs), events, strict=True)
            if event is not None
            and session in {None, event.session}
            and kind in {None, kind_of(event)}
            and (where is None or where(event))
        )
        found = tuple(islice(matching, limit))
        reached = found[-1].seq if found else after
        return Page(found, through=newest if len(found) < limit else reached, missed=missed)

    def subscribe(self, listener: Callable[[Entry], None]) -> Callable[[], None]:
        """Call ``listener`` with every entry from now on; give the call that ends this."""
        self._listeners = (*self._listeners, listener)
        return lambda: self._unsubscribe(listener)

    def clear(self) -> None:
        """Forget all events; numbering and listeners go on."""
        with self._lock:
            self._steps.clear()
            self._size = 0
            self._cleared, self._gaps = self._last, ()

    def dump(self) -> LogDump:
        """Give the log as it stands."""
        with self._lock:
            held, last, cleared, gaps = self._newest(len(self)), self._last, self._cleared, self._gaps
        return LogDump(tuple(chain.from_iterable(held)), last, cleared, gaps)

    def load(self, dump: LogDump) -> None:
        """Hold what a dump holds, under its numbers; what was logged since is gone, and its numbers are not reused."""
        with self._lock:
            since = range(dump.last + 1, self._last + 1)
            self._gaps = (*dump.gaps, since) if since else dump.gaps
            self._cleared = dump.cleared
            self._last = max(self._last, dump.last)
            events = dump.events[-self._capacity :]
            self._steps = deque(zip(events))  # a step each, so that each makes room by itself
            self._size = len(events)

    def _numbers(self) -> list[range]:
        """Give the numbers of the events that are held, in runs between the gaps."""
        left, end, runs = len(self), self._last + 1, list[range]()
        for gap in (*reversed(self._gaps), range(1)):  # nothing has the number 0
            run = range(max(gap.stop, end - left), end)
            left, end = left - len(run), min(end, gap.start)
            runs += [run] if run else []
        return runs[::-1]

    def _newest(self, many: int) -> list[Told]:
        """Give the newest so many of the events that are held, as they were told; a step of more is cut."""
        if many >= len(self):  # all: no step but the oldest can be one of more
            newest, left = list(self._steps), len(self) - self._size
        else:
            newest, left = list[Told](), many
            for told in reversed(self._steps):
                if left <= 0:
                    break
                newest.append(told)
                left -= len(told)
            newest.reverse()
        if left < 0:
            newest[0] = tuple(newest[0])[-left:]
        return newest

    def _given(self, after: int, through: int) -> int:
        """Count the numbers that belong to events which were not rolled back."""
        rolled_back = sum(max(0, min(gap.stop - 1, through) - max(gap.start - 1, after)) for gap in self._gaps)
        return max(0, through - after) - rolled_back

    def _tell(self, entry: Entry) -> None:
        """Tell who listens."""
        for listener in self._listeners:
            try:
                listener(entry)
            except Exception:  # noqa: BLE001 - whatever it is, the turn that is being applied must not feel it
                self._unsubscribe(listener)
                _LOG.exception("a listener to the event log failed and hears no more; the log itself goes on")

    def _unsubscribe(self, listener: Callable[[Entry], None]) -> None:
        self._listeners = tuple(other for other in self._listeners if other is not listener)

    def __len__(self) -> int:
        return min(self._size, self._capacity)

    def __iter__(self) -> Iterator[Entry]:
        with self._lock:
            numbers, held = self._numbers(), self._newest(len(self))
        return map(Entry, chain.from_iterable(numbers), chain.from_iterable(held))

    def __reversed__(self) -> Iterator[Entry]:
        """Give the newest first; events are made as far as somebody asks."""
        with self._lock:
            numbers, held = self._numbers(), self._newest(len(self))
        events = (event for told in reversed(held) for event in reversed(tuple(told)))
        return map(Entry, chain.from_iterable(map(reversed, reversed(numbers))), events)


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

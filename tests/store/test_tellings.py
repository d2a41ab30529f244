"""The event log holds what each step told, as it came, and is read as one row of events all the same."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from itertools import count

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from relaylab.domain.event import Closed, Event
from relaylab.store import Entry, EventLog
from tests.store.builders import Noted, closed

OURS, THEIRS = "s-000001", "s-000002"


def is_odd(event: Event) -> bool:
    return isinstance(event, Closed) and event.why[-1] in "13579"


def a_log(made: list[str], *, capacity: int = 100) -> EventLog:
    """A log of what three steps told: a (1 and 2, ours), b (3 and 4, theirs) and c (5 and 6, ours)."""
    log = EventLog(capacity)
    for name, session in (("a", OURS), ("b", THEIRS), ("c", OURS)):
        log.extend(Noted(name, made, session=session))
    return log


def test_what_nobody_reads_is_never_made() -> None:
    made = list[str]()
    log = a_log(made, capacity=4)

    log.bound(2)
    assert (2, 4, 6) == (len(log), log.dropped, log.last)
    log.clear()
    assert [] == made


def test_a_step_that_tells_nothing_leaves_nothing() -> None:
    log = EventLog()

    log.extend(())

    assert not log._steps


def test_a_page_makes_no_events_of_what_was_told_before_it() -> None:
    made = list[str]()
    log = a_log(made)

    assert [6] == [entry.seq for entry in log.page(5).entries]
    assert ["c"] == made
    assert [5, 6] == [entry.seq for entry in log.page(4).entries]
    assert ["c"] == made


def test_a_page_makes_no_events_of_what_was_told_behind_it() -> None:
    made = list[str]()

    page = a_log(made).page(limit=2)

    assert ([1, 2], 2) == ([entry.seq for entry in page.entries], page.through)
    assert ["a"] == made


def test_a_page_of_one_session_makes_no_events_of_another() -> None:
    made = list[str]()

    page = a_log(made).page(session=THEIRS)

    assert ([3, 4], 6) == ([entry.seq for entry in page.entries], page.through)
    assert ["b"] == made


def test_who_reads_the_newest_first_makes_no_events_of_what_was_told_before() -> None:
    made = list[str]()

    assert Entry(6, closed("c1")) == next(reversed(a_log(made)))
    assert ["c"] == made


def test_a_listener_hears_what_is_told_as_one_value_in_order() -> None:
    log, made, heard = EventLog(), list[str](), list[Entry]()
    log.append(closed("first"))
    log.subscribe(heard.append)

    log.extend(Noted("a", made, many=3))
    log.extend((closed("last"),))

    assert [(2, "a0"), (3, "a1"), (4, "a2"), (5, "last")] == [
        (entry.seq, entry.event.why) for entry in heard if isinstance(entry.event, Closed)
    ]
    assert ["a"] == made


def test_a_step_of_which_only_some_events_made_room_is_read_from_the_next() -> None:
    log = EventLog(4)
    log.extend(Noted("a", [], many=3))
    log.extend((closed("b0"), closed("b1"), closed("b2")))

    assert [Entry(3, closed("a2")), *(Entry(seq, closed(f"b{seq - 4}")) for seq in (4, 5, 6))] == list(log)
    log.bound(2)
    log.bound(4)  # nothing that made room comes back
    assert [5, 6] == [entry.seq for entry in log]


def test_events_that_were_put_back_make_room_one_by_one() -> None:
    log = EventLog(2)
    log.extend((closed("a"), closed("b")))
    dump = log.dump()
    log.load(dump)
    before = sys.getrefcount(dump.events[0])

    log.append(closed("c"))

    after = sys.getrefcount(dump.events[0])
    assert before - 1 == after


@dataclass
class Held:
    """What a log is to hold, said plainly: the entries, and all numbers that count since it was empty."""

    entries: list[Entry]
    numbers: list[int]
    cleared: int = 0

    def copy(self) -> Held:
        """Note it, as a dump does."""
        return Held(list(self.entries), list(self.numbers), self.cleared)

    def missed(self, after: int) -> list[int]:
        """Give the numbers behind one that is asked for whose events made room."""
        first = self.entries[0].seq if self.entries else 0
        return [number for number in self.numbers if max(after, self.cleared) < number < first]


SESSIONS = st.sampled_from((OURS, THEIRS))
CAPACITIES = st.integers(1, 12)
NUMBERS = st.integers(0, 60)


class AnyLog(RuleBasedStateMachine):
    """Whatever is done to a log, it gives what a list of its events would."""

    def __init__(self) -> None:
        super().__init__()
        self.capacity, self.last, self.names = 8, 0, count()
        self.log, self.held = EventLog(self.capacity), Held([], [])
        self.dumps = [(self.log.dump(), self.held.copy(), 0)]
        self.heard, self.told = list[Entry](), list[Entry]()
        self.log.subscribe(self.heard.append)

    @rule(many=st.integers(0, 5), session=SESSIONS)
    def tell_events(self, many: int, session: str) -> None:
        """Several events, or none, of a step."""
        name = next(self.names)
        events = tuple(closed(f"{name}.{number}", session) for number in range(many))
        self.log.extend(events)
        self._expect(events)

    @rule(many=st.integers(1, 5), session=SESSIONS)
    def tell_at_once(self, many: int, session: str) -> None:
        """Several events as one value."""
        name = f"{next(self.names)}."
        self.log.extend(Noted(name, [], many=many, session=session))
        self._expect(Noted(name, [], many=many, session=session).told())

    @rule(session=SESSIONS)
    def append(self, session: str) -> None:
        """One event."""
        event = closed(str(next(self.names)), session)
        entry = self.log.append(event)
        self._expect((event,))
        assert self.held.entries[-1] == entry

    @rule(capacity=CAPACITIES)
    def bound(self, capacity: int) -> None:
        """More room, or less."""
        self.log.bound(capacity)
        self.capacity = capacity
        self._make_room()

    @rule()
    def clear(self) -> None:
        """Nothing is left but the numbering."""
        self.log.clear()
        self.held = Held([], [], self.last)

    @rule()
    def dump(self) -> None:
        """Note how it stands."""
        self.dumps.append((self.log.dump(), self.held.copy(), self.last))

    @rule(which=NUMBERS)
    def load(self, which: int) -> None:
        """Go back."""
        dump, held, last = self.dumps[which % len(self.dumps)]
        self.log.load(dump)
        self.held, self.last = held.copy(), max(self.last, last)
        self._make_room()

    @rule(after=NUMBERS, limit=st.integers(0, 10), session=st.none() | SESSIONS, odd=st.booleans())
    def page(self, after: int, limit: int, session: str | None, *, odd: bool) -> None:
        """Read a page, narrowed or not."""
        where = is_odd if odd else None
        behind = [entry for entry in self.held.entries if entry.seq > after]
        matching = [
            entry
            for entry in behind
            if session in {None, entry.event.session} and (where is None or where(entry.event))
        ][:limit]
        searched = behind[-1].seq if behind else self.last
        reached = matching[-1].seq if matching else after

        page = self.log.page(after, limit, session=session, where=where)

        assert tuple(matching) == page.entries
        assert (searched if len(matching) < limit else reached) == page.through
        assert len(self.held.missed(after)) == page.missed
        assert () == self.log.page(after, limit, session=session, where=where, kind="kept").entries

    @invariant()
    def it_is_read_as_a_list(self) -> None:
        """All that can be read without a question."""
        entries = self.held.entries
        assert entries == list(self.log)
        assert entries[::-1] == list(reversed(self.log))
        assert tuple(entry.event for entry in entries) == self.log.dump().events
        dropped = len(self.held.numbers) - len(entries)
        assert (len(entries), self.last, dropped) == (len(self.log), self.log.last, self.log.dropped)
        assert self.told == self.heard

    def _expect(self, events: tuple[Closed, ...]) -> None:
        fresh = [Entry(self.last + place, event) for place, event in enumerate(events, 1)]
        self.last += len(fresh)
        self.told += fresh
        self.held.entries += fresh
        self.held.numbers += [entry.seq for entry in fresh]
        self._make_room()

    def _make_room(self) -> None:
        self.held.entries = self.held.entries[-self.capacity :]


AnyLog.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestAnyLog = AnyLog.TestCase

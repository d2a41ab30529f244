"""Everything that outlasts a turn, in one place: mail, counters, events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from relaylab.domain.charge import Meter

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from relaylab.domain.charge import Charge
    from relaylab.domain.event import Event
    from relaylab.domain.message import KeptMessage
    from relaylab.engine.quotas import RollingSum
    from relaylab.store.counters import Counters
    from relaylab.store.events import EventLog, LogDump
    from relaylab.store.mail import MailDump, MailStore


@dataclass(frozen=True, slots=True)
class StoreDump:
    """Everything that outlasts a turn, as it stood."""

    mail: MailDump
    events: LogDump
    counters: Mapping[tuple[Meter, str], RollingSum]


class Store:
    """Applies what turns leave behind. Fresh counters go on from what the mail store remembers."""

    def __init__(self, mail: MailStore, events: EventLog, counters: Counters) -> None:
        """Put the three together."""
        self.mail: Final = mail
        self.events: Final = events
        self.counters: Final = counters
        for charge in mail.charges():
            counters.apply(charge)

    def apply(
        self,
        *,
        charges: Sequence[Charge] = (),
        kept: Sequence[KeptMessage] = (),
        events: Iterable[Event] = (),
    ) -> None:
        """Keep mail, then count, then log; where mail cannot be kept (StoreError), nothing is counted or logged.

        Submissions open and close in any case, and first: a full disk must not leave one open for ever.
        """
        for charge in charges:
            if charge.meter is Meter.OPEN_SUBMISSIONS:
                self.counters.apply(charge)
        if kept or charges:
            self.mail.keep(*kept, charges=charges)
        for charge in charges:
            if charge.meter is not Meter.OPEN_SUBMISSIONS:
                self.counters.apply(charge)
        for event in events:
            self.events.append(event)

    def clear(self) -> None:
        """Forget mail, charges and events; what is open stays open."""
        self.mail.clear()
        self.counters.clear()
        self.events.clear()

    def dump(self) -> StoreDump:
        """Give everything as it stands."""
        return StoreDump(self.mail.dump(), self.events.dump(), self.counters.dump())

    def load(self, dump: StoreDump) -> None:
        """Stand where a dump was made; where the mail cannot be kept (StoreError), nothing has changed."""
        self.mail.load(dump.mail)
        self.events.load(dump.events)
        self.counters.load(dump.counters)

    def close(self) -> None:
        """Let go of the mail store."""
        self.mail.close()

"""Everything that outlasts a turn, in one place: mail, counters, events, faults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from relaylab.domain.charge import Meter
from relaylab.store.events import EVENTS
from relaylab.store.faults import FaultBoard

if TYPE_CHECKING:
    from collections.abc import Sequence

    from relaylab.domain.charge import Charge
    from relaylab.domain.fault import FaultUse
    from relaylab.domain.keeping import Keeping
    from relaylab.domain.message import KeptMessage
    from relaylab.domain.telling import Told
    from relaylab.engine.quotas import RollingSum
    from relaylab.store.counters import Counters
    from relaylab.store.events import EventLog, LogDump
    from relaylab.store.faults import BoardState
    from relaylab.store.mail import MailDump, MailStore


@dataclass(frozen=True, slots=True)
class StoreDump:
    """Everything that outlasts a turn, as it stood."""

    mail: MailDump
    events: LogDump
    counters: Mapping[tuple[Meter, str], RollingSum]
    faults: BoardState


_OPEN: Final = Meter.OPEN_SUBMISSIONS  # Python 3.11 takes a call to find a name of an enum


class Store:
    """Applies what turns leave behind. Fresh counters go on from what the mail store remembers."""

    def __init__(self, mail: MailStore, events: EventLog, counters: Counters, faults: FaultBoard | None = None) -> None:
        """Put them together; without ``faults`` nothing is done wrong."""
        self.mail: Final = mail
        self.events: Final = events
        self.counters: Final = counters
        self.faults: Final = FaultBoard() if faults is None else faults
        for charge in mail.charges():
            counters.apply(charge)

    def apply(
        self,
        *,
        charges: Sequence[Charge] = (),
        kept: Sequence[KeptMessage] = (),
        events: Told = (),
        uses: Sequence[FaultUse] = (),
    ) -> None:
        """Keep mail, then count, then log; where mail cannot be kept (StoreError), nothing is counted or logged.

        Submissions open and close in any case, and first: a full disk must not leave one open for ever. So with faults.
        """
        for use in uses:
            self.faults.apply(use)
        if charges:
            for charge in charges:
                if charge.meter is _OPEN:
                    self.counters.apply(charge)
            counted = [charge for charge in charges if charge.meter is not _OPEN]
            if kept or counted:
                self.mail.keep(*kept, charges=counted)
            for charge in counted:
                self.counters.apply(charge)
        elif kept:
            self.mail.keep(*kept)
        self.events.extend(events)

    def keep_within(self, keep: Keeping) -> None:
        """Bound mail and events so from now on; what is left open is bounded as usual."""
        self.mail.bounds = self.mail.usual.narrowed(keep)
        self.events.bound(EVENTS if keep.events is None else keep.events)

    def clear(self) -> None:
        """Forget mail, charges, events and the faults that were added; what is open stays open."""
        self.mail.clear()
        self.counters.clear()
        self.events.clear()
        self.faults.reset()

    def dump(self) -> StoreDump:
        """Give everything as it stands."""
        return StoreDump(self.mail.dump(), self.events.dump(), self.counters.dump(), self.faults.dump())

    def load(self, dump: StoreDump) -> None:
        """Stand where a dump was made; where the mail cannot be kept (StoreError), nothing has changed."""
        self.mail.load(dump.mail)
        self.events.load(dump.events)
        self.counters.load(dump.counters)
        self.faults.load(dump.faults)

    def close(self) -> None:
        """Let go of the mail store."""
        self.mail.close()

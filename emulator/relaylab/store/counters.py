"""What everybody has used: charges summed over the span of their meter. Sessions read it, the store writes it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from relaylab.domain.charge import Meter
from relaylab.domain.clock import from_microseconds, microseconds
from relaylab.engine.quotas import RollingSum

if TYPE_CHECKING:
    from relaylab.domain.charge import Charge

_MICROSECOND: Final = timedelta(microseconds=1)
_MINUTE: Final = timedelta(minutes=1)
_HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(hours=24)
_LONGEST_LEASE: Final = timedelta(days=14)  # of the managed suppression list (fact ACS-DLV-07)
_OPEN: Final = Meter.OPEN_SUBMISSIONS  # Python 3.11 takes a call to find a name of an enum
_TIDY_ABOVE: Final = 4096  # owners; with fewer, forgetting some saves nothing worth having

# Of the quotas that go on where they stood when a store is opened again; what is open ends with its process.
SPANS: Final = {
    Meter.RECIPIENTS: _DAY,
    Meter.DELIVERIES: _MINUTE,
    Meter.EXTERNAL: _DAY,
    Meter.MOERA_EXTERNAL: _DAY,
    Meter.HVE_RECIPIENTS: _DAY,
    Meter.HVE_OUTSIDE: _DAY,
    Meter.ACS_SENDS_OF_A_MINUTE: _MINUTE,
    Meter.ACS_SENDS_OF_AN_HOUR: _HOUR,
    Meter.ACS_STATUS_OF_A_MINUTE: _MINUTE,
    Meter.ACS_STATUS_OF_AN_HOUR: _HOUR,
    Meter.ACS_HARD_BOUNCES: _LONGEST_LEASE,
}


class Counters:
    """One sum per meter and owner; owners differ in more than upper and lower case.

    OPEN_SUBMISSIONS is a level, with neither span nor history: the sum of all openings and closings.

    Who was charged nothing for two spans before a charge of somebody else may be forgotten, once there are many: names
    come from the wire, and there is no end of them.
    """

    def __init__(self, *, lockout: timedelta = timedelta(minutes=10)) -> None:
        """Start at zero; wrong passwords count for ``lockout``."""
        self._spans: Final = SPANS | {Meter.FAILED_SIGN_INS: lockout}
        self._sums: dict[tuple[Meter, str], RollingSum] = {}
        self._room = _TIDY_ABOVE
        self._open: defaultdict[str, int] = defaultdict(int)

    def total(self, meter: Meter, owner: str, now: datetime) -> int:
        """Give what ``owner`` has been charged over the meter's span up to ``now``."""
        if meter is _OPEN:
            return self._open.get(owner.lower(), 0)
        charged = self._sums.get((meter, owner.lower()))
        return charged.total(microseconds(now)) if charged else 0

    def nth_newest(self, meter: Meter, owner: str, n: int) -> datetime | None:
        """Give the instant of the n-th newest charge, those of the future included; None where there are fewer."""
        charged = self._sums.get((meter, owner.lower()))
        found = charged.nth_newest(n) if charged else None
        return None if found is None else from_microseconds(found)

    def apply(self, charge: Charge) -> None:
        """Add a charge to its meter."""
        owner = charge.owner.lower()
        if charge.meter is _OPEN:
            self._open[owner] += charge.amount
            if self._open[owner] == 0:
                del self._open[owner]
            return
        charged = self._sums.get((charge.meter, owner))
        if charged is None:
            if len(self._sums) >= self._room:
                self._forget_who_is_past(microseconds(charge.at))
            charged = self._sums[charge.meter, owner] = RollingSum(self._spans[charge.meter] // _MICROSECOND)
        charged.add(microseconds(charge.at), charge.amount)

    def dump(self) -> Mapping[tuple[Meter, str], RollingSum]:
        """Give every sum as it stands; what is open is the business of open sessions, and not in it."""
        return {key: charged.copy() for key, charged in self._sums.items()}

    def load(self, dump: Mapping[tuple[Meter, str], RollingSum]) -> None:
        """Stand where a dump was made; what is open stays open."""
        self._sums = {key: charged.copy() for key, charged in dump.items()}

    def clear(self) -> None:
        """Forget every charge; submissions that are open stay so, until their own sessions close them."""
        self._sums.clear()

    def _forget_who_is_past(self, now: int) -> None:
        """Forget, and wait until there are twice as many before the next time: so it costs each next to nothing."""
        self._sums = {key: sums for key, sums in self._sums.items() if sums.counts_after(now - 2 * sums.span)}
        self._room = max(_TIDY_ABOVE, 2 * len(self._sums))

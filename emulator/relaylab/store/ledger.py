"""The charges that outlive a process, for as long as they may count.

Law: what is two spans of its meter older than a charge that comes may be forgotten, as ``engine.quotas`` has it: no
window that ends now holds it, nor one after the clock went back by a span.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from relaylab.store.counters import SPANS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from relaylab.domain.charge import Charge, Meter

TIDY_ABOVE: Final = 4096  # charges; with fewer, forgetting saves nothing worth having


class Ledger:
    """Charges in the order in which they came."""

    def __init__(self, charges: Iterable[Charge] = ()) -> None:
        """Start with these."""
        self._charges = list(charges)
        self._room = TIDY_ABOVE

    def add(self, charges: Iterable[Charge]) -> None:
        """Take those that outlive a process."""
        fresh = lasting(charges)
        self._charges += fresh
        if fresh and len(self._charges) > self._room:
            past = past_at(fresh)
            self._charges = [one for one in self._charges if one.at >= past[one.meter]]
            self._room = max(TIDY_ABOVE, 2 * len(self._charges))

    def __iter__(self) -> Iterator[Charge]:
        return iter(self._charges)


def lasting(charges: Iterable[Charge]) -> list[Charge]:
    """Give those charges that outlive a process: of every quota; what is open or locked out ends with it."""
    return [charge for charge in charges if charge.meter in SPANS]


def past_at(fresh: Iterable[Charge]) -> Mapping[Meter, datetime]:
    """Give for each meter before which instant its charges no longer count, now that these come.

    The earliest of these tells what time it is: a delivery may be one of the future.
    """
    now = min(charge.at for charge in fresh)
    return {meter: now - 2 * span for meter, span in SPANS.items()}

"""Rolling windows as pure steps: what was charged in the last so many hours, without a clock of their own."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from datetime import datetime, timedelta
from typing import Final

_TIDY_ABOVE: Final = 4096  # entries; with fewer, forgetting saves nothing worth having


class RollingSum:
    """Amounts with their instants, summed over the ``span`` that ends at a given instant.

    An entry counts at ``now`` when ``now - span < at <= now``. Time may go back: entries of the future stay and do not
    count until they are reached again. Entries more than two spans older than a charge may be forgotten.
    """

    __slots__ = ("_instants", "_span", "_sums")

    def __init__(self, span: timedelta) -> None:
        """Start empty."""
        self._span = span
        self._instants: list[datetime] = []
        self._sums: list[int] = [0]  # _sums[i] is the sum of the first i amounts: a window is one subtraction

    def add(self, at: datetime, amount: int) -> None:
        """Charge ``amount`` at an instant."""
        place = bisect_right(self._instants, at)
        self._instants.insert(place, at)
        self._sums[place + 1 :] = [self._sums[place] + amount, *(later + amount for later in self._sums[place + 1 :])]
        if len(self._instants) > _TIDY_ABOVE:
            self._tidy(at - 2 * self._span)

    def total(self, now: datetime) -> int:
        """Give the sum over the window that ends at ``now``."""
        end = bisect_right(self._instants, now)
        return self._sums[end] - self._sums[bisect_right(self._instants, now - self._span)]

    def nth_newest(self, n: int) -> datetime | None:
        """Give the instant of the n-th newest entry, those of the future included; None when there are fewer."""
        return self._instants[-n] if 1 <= n <= len(self._instants) else None

    def copy(self) -> RollingSum:
        """Give another one that goes on from here by itself."""
        other = RollingSum(self._span)
        other._instants, other._sums = self._instants.copy(), self._sums.copy()
        return other

    def _tidy(self, before: datetime) -> None:
        """Forget what lies before an instant, once that is half of all: then it costs each charge next to nothing."""
        gone = bisect_left(self._instants, before)
        if 2 * gone > len(self._instants):
            del self._instants[:gone]
            self._sums = [total - self._sums[gone] for total in self._sums[gone:]]

"""Rolling windows as pure steps: what was charged in the last so many hours, without a clock of their own.

Instants and spans are whole microseconds (``domain.clock.microseconds``): comparing two costs a tenth of comparing
datetimes, and a year of an estate goes through these windows in seconds (``engine.replay``).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import accumulate, count
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_TIDY_ABOVE: Final = 256  # entries, some ten kilobytes; with fewer, forgetting saves nothing worth having


class RollingSum:
    """Amounts with their instants, summed over the ``span`` that ends at a given instant.

    An entry counts at ``now`` when ``now - span < at <= now``. Time may go back: entries of the future stay and do not
    count until they are reached again. Entries more than two spans older than a charge may be forgotten, once there
    are more than ``keeps`` of them.

    ``instants`` are in order, and ``sums[i + 1] - sums[i]`` is the amount of ``instants[i]``: a window is one
    subtraction.
    """

    __slots__ = ("_keeps", "_room", "instants", "span", "sums")

    def __init__(self, span: int, keeps: int = _TIDY_ABOVE) -> None:
        """Start empty."""
        self.span: Final = span
        self.instants: Final[list[int]] = []
        self.sums: Final[list[int]] = [0]
        self._keeps: Final = keeps
        self._room = keeps

    def add(self, at: int, amount: int) -> None:
        """Charge ``amount`` at an instant."""
        instants, sums = self.instants, self.sums
        if not instants or at >= instants[-1]:
            instants.append(at)
            sums.append(sums[-1] + amount)
        else:
            place = bisect_right(instants, at)
            instants.insert(place, at)
            sums[place + 1 :] = [sums[place] + amount, *(later + amount for later in sums[place + 1 :])]
        if len(instants) > self._room:
            self._tidy(at - 2 * self.span)

    def fill(self, instants: Sequence[int], amounts: Sequence[int], most: int) -> list[int]:
        """Charge in turn each amount with which its window holds at most ``most``; give the places of the others.

        The same as to ask for ``total`` and to ``add``, one by one, for whoever has many at hand: at least one, none
        before what was charged last, no amount below nothing. What no longer counts at the last of them is forgotten.
        """
        held, sums = self.instants, self.sums
        first = bisect_right(held, instants[0] - self.span)
        if sums[-1] - sums[first] + sum(amounts) <= most:  # all fit, even if none had left the window by the end
            held += instants
            sums += accumulate(amounts, initial=sums.pop())
            refused = []
        else:
            refused = self._fill_one_by_one(instants, amounts, most, first)
        self._tidy(instants[-1] - self.span + 1)
        return refused

    def _fill_one_by_one(self, instants: Sequence[int], amounts: Sequence[int], most: int, first: int) -> list[int]:
        """Do so, and ask what has left the window, which began with ``first``, only where there is no room.

        A call for each would cost more than all of this.
        """
        held, sums, span = self.instants, self.sums, self.span
        refused, reached = list[int](), sums[-1]
        room, leaves = most - reached + sums[first], instants[0]  # when the first of them leaves, at the earliest
        for place, at, amount in zip(count(), instants, amounts):
            if amount > room:
                if at >= leaves:
                    gone, first = sums[first], bisect_right(held, at - span, first)
                    room += sums[first] - gone
                    leaves = held[first] + span if first < len(held) else at
                if amount > room:
                    refused.append(place)
                    continue
            room -= amount
            reached += amount
            held.append(at)
            sums.append(reached)
        return refused

    def total(self, now: int) -> int:
        """Give the sum over the window that ends at ``now``."""
        end = bisect_right(self.instants, now)
        return self.sums[end] - self.sums[bisect_right(self.instants, now - self.span)]

    def nth_newest(self, n: int) -> int | None:
        """Give the instant of the n-th newest entry, those of the future included; None when there are fewer."""
        return self.instants[-n] if 1 <= n <= len(self.instants) else None

    def counts_after(self, instant: int) -> bool:
        """Tell whether it has an entry after an instant."""
        return bool(self.instants) and self.instants[-1] > instant

    def copy(self) -> RollingSum:
        """Give another one that goes on from here by itself."""
        other = RollingSum(self.span, self._keeps)
        other.instants[:], other.sums[:], other._room = self.instants, self.sums, self._room
        return other

    def forget(self, before: int) -> None:
        """Forget what lies before an instant; sums go on from where they stand, which changes no difference."""
        gone = bisect_left(self.instants, before)
        del self.instants[:gone]
        del self.sums[:gone]

    def _tidy(self, before: int) -> None:
        """Forget, and wait until there is twice as much before the next time: so it costs each charge next to nothing.

        What one removal moves is at most what was added since the last.
        """
        self.forget(before)
        self._room = max(self._keeps, 2 * len(self.instants))

"""The fault board: the faults that stand, in order, and how often each has acted.

Laws: an id is never given twice while sessions that may remember it are open; whoever reads ``view`` sees one state of
the board. One thread applies uses, any may add and remove.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from threading import Lock
from typing import TYPE_CHECKING

from relaylab.domain.fault import Fault, FaultUse
from relaylab.rules.faults import check

if TYPE_CHECKING:
    from relaylab.domain.fault import Board


@dataclass(frozen=True, slots=True)
class BoardState:
    """All that a board holds, to be put aside and brought back."""

    started: tuple[Fault, ...]
    faults: tuple[Fault, ...]
    used: Mapping[FaultUse, int]
    given: int


@dataclass(frozen=True, slots=True)
class _View:
    faults: tuple[Fault, ...]
    _used: Mapping[FaultUse, int]

    def used(self, use: FaultUse) -> int:
        return self._used.get(use, 0)


class FaultBoard:
    """Holds the faults of one emulator; those it begins with come back with ``reset``."""

    def __init__(self, faults: Iterable[Fault] = ()) -> None:
        """Begin with some faults; raise FaultError for one that cannot act anywhere."""
        self._lock = Lock()
        self._used: dict[FaultUse, int] = {}
        self._given = 0
        self._started = tuple(self._named(fault) for fault in faults)
        self._show(self._started)

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The faults that stand, in order, also those whose time is over or whose count is used up."""
        return self.view.faults

    def used(self, fault_id: str) -> int:
        """Give how often a fault has acted, for everybody together."""
        with self._lock:
            return sum(times for use, times in self._used.items() if use.fault == fault_id)

    def add(self, fault: Fault) -> Fault:
        """Put a fault behind the others, and give it with its id; raise FaultError for one that cannot act."""
        with self._lock:
            added = self._named(fault)
            self._show((*self.view.faults, added))
        return added

    def remove(self, fault_id: str) -> bool:
        """Take a fault away; False when there is none of that id."""
        with self._lock:
            kept = tuple(fault for fault in self.view.faults if fault.id != fault_id)
            is_there = len(kept) < len(self.view.faults)
            self._show(kept)
        return is_there

    def clear(self) -> None:
        """Take all away, also those it began with; what they were used is forgotten."""
        with self._lock:
            self._used = {}
            self._show(())

    def apply(self, use: FaultUse) -> None:
        """Count a use."""
        with self._lock:
            self._used[use] = self._used.get(use, 0) + 1

    def reset(self) -> None:
        """Stand as at the beginning: nothing used, what was added gone, what was taken away back, the ids as well."""
        with self._lock:
            self._used = {}
            self._given = len(self._started)
            self._show(self._started)

    def dump(self) -> BoardState:
        """Give all there is."""
        with self._lock:
            return BoardState(self._started, self.view.faults, dict(self._used), self._given)

    def load(self, state: BoardState) -> None:
        """Stand as ``dump`` found it."""
        with self._lock:
            self._started, self._used, self._given = state.started, dict(state.used), state.given
            self._show(state.faults)

    def _named(self, fault: Fault) -> Fault:
        check(fault)
        self._given += 1
        return replace(fault, id=f"f-{self._given}")

    def _show(self, faults: tuple[Fault, ...]) -> None:
        self.view: Board = _View(faults, self._used)

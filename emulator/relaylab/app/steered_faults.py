"""The fault board of an emulator as its control plane sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaylab.app.faults import check_site, fault_json, parse_fault, state_of
from relaylab.rules.faults import CONDUCTS
from relaylab.servers.control import RejectedError

if TYPE_CHECKING:
    from relaylab.app.emulator import Emulator
    from relaylab.domain.fault import Fault


class SteeredFaults:
    """Satisfies ``servers.control.SteersFaults``."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator

    def list(self) -> list[dict[str, object]]:
        """Give every fault, in order, with how often it has acted."""
        board = self._emulator.faults
        return [self._shown(fault, board.used(fault.id)) for fault in board.faults]

    def add(self, document: dict[str, object]) -> dict[str, object]:
        """Add a fault; raise RejectedError for one that cannot act."""
        try:
            fault = parse_fault(document, self._emulator.clock.now())
            check_site(fault, self._emulator.world)
        except ValueError as error:
            raise RejectedError(str(error)) from None
        return self._shown(self._emulator.faults.add(fault), 0)

    def remove(self, fault_id: str) -> bool:
        """Take a fault away."""
        return self._emulator.faults.remove(fault_id)

    def clear(self) -> None:
        """Take all away."""
        self._emulator.faults.clear()

    def _shown(self, fault: Fault, used: int) -> dict[str, object]:
        """Give a fault with whether it can act now, and what holds though nobody said it."""
        said, now = fault_json(fault, used), self._emulator.clock.now()
        implied = {key: value for key, value in CONDUCTS[fault.behaviour].implied.items() if key not in said}
        return {**said, "state": state_of(fault, used, now), "implied": implied}

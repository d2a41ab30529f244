"""The fault board of an emulator as its control plane sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaylab.app.faults import check_site, fault_json, parse_fault
from relaylab.servers.control import RejectedError

if TYPE_CHECKING:
    from relaylab.app.emulator import Emulator


class SteeredFaults:
    """Satisfies ``servers.control.SteersFaults``."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator

    def list(self) -> list[dict[str, object]]:
        """Give every fault, in order, with how often it has acted."""
        board = self._emulator.faults
        return [fault_json(fault, board.used(fault.id)) for fault in board.faults]

    def add(self, document: dict[str, object]) -> dict[str, object]:
        """Add a fault; raise RejectedError for one that cannot act."""
        try:
            fault = parse_fault(document, self._emulator.clock.now())
            check_site(fault, self._emulator.world)
        except ValueError as error:
            raise RejectedError(str(error)) from None
        return fault_json(self._emulator.faults.add(fault))

    def remove(self, fault_id: str) -> bool:
        """Take a fault away."""
        return self._emulator.faults.remove(fault_id)

    def clear(self) -> None:
        """Take all away."""
        self._emulator.faults.clear()

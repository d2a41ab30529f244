"""What a step may know besides the instant, and how long it stays the same: found once an era, checked at each step.

Law: an era ends with the world, the rules, the DNS, the faults or the seed that it hangs on, and where a change of a
tenant has spread, at both edges of time; and when it is full (``session.places``). What was remembered in it is let go.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from relaylab.domain.clock import Epoch
from relaylab.domain.memory import NO_MEMORY, Memory
from relaylab.session.envelopes import spreading_ends
from relaylab.session.places import Era

if TYPE_CHECKING:
    from datetime import datetime

    from relaylab.domain.fault import Board
    from relaylab.domain.randomness import Randomness
    from relaylab.servers.house import House
    from relaylab.servers.zones import DnsNow
    from relaylab.store import Snapshot


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands as long as an era lasts; fields as in ``Moment``. ``randomness`` is that of the DNS."""

    era: Era
    snapshot: Snapshot
    board: Board
    randomness: Randomness
    dns: DnsNow | None = None
    memory: Memory = NO_MEMORY


class Eras:
    """The eras of one house, one at a time."""

    __slots__ = ("_house", "_standing")

    def __init__(self, house: House) -> None:
        """Have found nothing yet."""
        self._house = house
        self._standing: Standing | None = None

    def standing(self, snapshot: Snapshot, now: datetime) -> Standing:
        """Give what stands at an instant, in that world."""
        standing, house = self._standing, self._house
        if standing is not None:
            era = standing.era
            if (
                era.since <= now < era.until
                and standing.snapshot is snapshot
                and standing.board is house.store.faults.view
                and standing.randomness is house.randomness
            ):
                return standing
            era.end()
        standing = self._standing = self._look_around(snapshot, now)
        return standing

    def _look_around(self, snapshot: Snapshot, now: datetime) -> Standing:
        """Find what stands from now on, and until when."""
        board, randomness, zones = self._house.store.faults.view, self._house.randomness, self._house.zones
        slices = [snapshot.rulebook.epoch_around(now), Epoch.around(now, spreading_ends(snapshot.world))]
        if zones is None:
            return Standing(_common(slices), snapshot, board, randomness)
        dns, memory, zone = zones.at_hand(snapshot, now)
        return Standing(_common([*slices, zone]), snapshot, board, randomness, dns, memory)


def _common(slices: list[Epoch]) -> Era:
    """Give the span that lies in all of these."""
    return Era(max(one.since for one in slices), min(one.until for one in slices))

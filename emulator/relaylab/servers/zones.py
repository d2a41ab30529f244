"""The DNS of the world in force: its zone at any instant, made anew for another world, rulebook or seed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaylab.rules.dns.catalogue import zones_of
from relaylab.rules.dns.hosts import mail_hosts

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from relaylab.domain.zone import Lab, Zone
    from relaylab.engine.publication import Zones
    from relaylab.servers.house import House
    from relaylab.store import Snapshot


class ZoneKeeper:
    """Gives the zone of an instant."""

    def __init__(self, house: House, signing_key: Callable[[str], str]) -> None:
        """Prepare; ``signing_key`` gives for a selector the public key that mail is signed with, in base64."""
        self._house = house
        self._signing_key = signing_key
        self._made: tuple[Snapshot, int, Zones] | None = None

    def at(self, now: datetime, lab: Lab | None = None) -> Zone:
        """Give the zone: as the internet sees it, or with a lab as its clients must."""
        return self._zones().at(now, lab)

    def mail_hosts(self, now: datetime) -> dict[str, str]:
        """Give for each accepted domain that exists the host that its MX record should name."""
        publishing = self._zones().publishing(now)
        return {str(one.name): mail_hosts(publishing, tenant, one)[0] for tenant, one in publishing.domains()}

    def _zones(self) -> Zones:
        snapshot, chance, made = self._house.holder.current, self._house.randomness, self._made
        if made is None or made[0] is not snapshot or made[1] != chance.seed:
            zones = zones_of(snapshot.world, snapshot.rulebook, chance, self._signing_key)
            made = self._made = (snapshot, chance.seed, zones)
        return made[2]

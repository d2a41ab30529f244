"""The DNS of the world in force: its zone at any instant, made anew for another world, rulebook or seed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from relaylab.domain.zone import DnsAnswer, Rcode
from relaylab.mailauth import SigningKey
from relaylab.rules.dns.catalogue import zones_of
from relaylab.rules.dns.hosts import ARC_SELECTOR, SELECTORS, mail_hosts
from relaylab_certs import AuthorityError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from relaylab.domain.clock import Epoch
    from relaylab.domain.memory import Memory
    from relaylab.domain.zone import Lab, Zone
    from relaylab.engine.publication import Zones
    from relaylab.servers.house import House
    from relaylab.store import Snapshot
    from relaylab_certs import DkimKey


class ZoneKeeper:
    """Gives the zone of an instant."""

    def __init__(self, house: House, dkim_key: Callable[[str], DkimKey]) -> None:
        """Prepare; ``dkim_key`` gives for a selector the key that mail is signed with, or raises AuthorityError."""
        self._house = house
        self._dkim_key = cache(dkim_key)
        self.signer = cache(self._signer)
        self._made: tuple[Snapshot, int, Zones] | None = None

    def at(self, now: datetime, lab: Lab | None = None) -> Zone:
        """Give the zone: as the internet sees it, or with a lab as its clients must."""
        return self.zones().at(now, lab)

    def _signer(self, selector: str, domain: str) -> SigningKey:
        behind = SELECTORS[0] if selector == ARC_SELECTOR else selector  # as its record is published
        return SigningKey.from_pem(self._dkim_key(behind).private_pem, domain=domain, selector=selector)

    def _public_key(self, selector: str) -> str:
        return self._dkim_key(selector).public_key

    def mail_hosts(self, now: datetime) -> dict[str, str]:
        """Give for each accepted domain that exists the host that its MX record should name."""
        publishing = self.zones().publishing(now)
        return {str(one.name): mail_hosts(publishing, tenant, one)[0] for tenant, one in publishing.domains()}

    def at_hand(self, snapshot: Snapshot, now: datetime) -> tuple[DnsNow, Memory, Epoch]:
        """Give a world's DNS as the internet sees it at an instant, and what was worked out from that world and DNS.

        Both are the same throughout the epoch, which is given besides.
        """
        zones = self._zones_of(snapshot)
        return DnsNow(self, zones, now), zones.memory(now), zones.epoch(now)

    def zones(self) -> Zones:
        """Give the zones of the world in force, at all instants."""
        return self._zones_of(self._house.holder.current)

    def _zones_of(self, snapshot: Snapshot) -> Zones:
        chance, made = self._house.randomness, self._made
        if made is None or made[0] is not snapshot or made[1] != chance.seed:
            zones = zones_of(snapshot.world, snapshot.rulebook, chance, self._public_key)
            made = self._made = (snapshot, chance.seed, zones)
        return made[2]


@dataclass(frozen=True, slots=True)
class DnsNow:
    """The DNS of a world in the epoch of one instant, made when it is first asked; a session holds it for one step.

    Laws: it answers as of that world, whatever is put in force later; nothing here raises. Without the keys that DKIM
    records are made of, every name is SERVFAIL.
    """

    keeper: ZoneKeeper
    zones: Zones
    now: datetime

    def look_up(self, name: str, record_type: str) -> DnsAnswer:
        """Answer for a name as the internet sees it."""
        try:
            return self.zones.at(self.now).look_up(name, record_type)
        except AuthorityError:
            return DnsAnswer(Rcode.SERVFAIL)

    def signing_key(self, selector: str, domain: str) -> SigningKey | None:
        """Give the key that the service signs with for a domain."""
        try:
            return self.keeper.signer(selector, domain)
        except AuthorityError:
            return None
